package manuscript_test

import (
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

func mark(kind manuscript.Kind, words string) func(*manuscript.Manuscript) (yjs.Delta, error) {
	return func(m *manuscript.Manuscript) (yjs.Delta, error) { return m.Mark(kind, uuid(3), at(m, words)) }
}

func TestTextIsMarked(t *testing.T) {
	const twoFindings = "{|A}{h2 finding1}\nSix boats sank.\n{|B}{h2 finding2}\nAll of them."
	claim, plain, comment := manuscript.Claim, manuscript.Plain, manuscript.Comment
	checkEdits(t, []editCase{
		{"a claim", "Six boats sank.", mark(claim, "boats"), "Six {claim3|boats} sank.", ""},
		{"over formatting and other claims", "{bold|Six }{claim1|boats}", mark(claim, "Six boats"), "{bold claim3|Six }{claim1 claim3|boats}", ""},
		{"without the white space at its ends", "Six  boats\n sank", mark(claim, " boats\n "), "Six  {claim3|boats}\n sank", ""},
		{"over a block end, which needs no mark", "Six\nboats", mark(claim, "ix\nboa"), "S{claim3|ix}\n{claim3|boa}ts", ""},
		{"citations whole", "Six {cite1=a|[1]} sank", mark(claim, "] sank"), "Six {cite1=a claim3|[1]}{claim3| sank}", ""},
		{"a plain stretch", "Six", mark(plain, "Six"), "{plain3|Six}", ""},
		{"a comment, where it was chosen", "Six boats", mark(comment, "Six "), "{comment3|Six }boats", ""},
		{"a comment on a citation", "Six {cite1=a|[1]}", mark(comment, "1"), "Six {cite1=a comment3|[1]}", ""},
		{"a comment over findings", twoFindings, mark(comment, ".\nB"), "A{finding1 h2}\nSix boats sank{comment3|.}\n{comment3|B}{finding2 h2}\nAll of them.", ""},
		{"across findings", twoFindings, mark(claim, "sank.\nB"), "begins in finding 1 and ends in finding 2", review.Unprocessable},
		{"only white space", "Six  boats", mark(claim, "  "), "no words from 3 to 5", review.Invalid},
		{"only a citation", "Six {cite1=a|[1]}", mark(plain, "[1]"), "no words", review.Invalid},
		{"a comment on white space", "Six\n\n", mark(comment, "\n"), "only white space", review.Invalid},
		{"an id that stands in the text", "{claim3|Six} boats", mark(claim, "boats"), "a claim 3 in the text already", review.Conflict},
		{"a claim's id for a plain stretch", "{claim3|Six} boats", mark(plain, "boats"), "{claim3|Six} {plain3|boats}", ""},
		{"within a character", "😀", func(m *manuscript.Manuscript) (yjs.Delta, error) {
			return m.Mark(claim, uuid(3), manuscript.Range{From: 0, To: 1})
		}, "Position 1 lies within one character", review.Invalid},
		{"outside the text", "Six", func(m *manuscript.Manuscript) (yjs.Delta, error) {
			return m.Mark(claim, uuid(3), manuscript.Range{From: 0, To: 4})
		}, "from 0 to 4 lies outside the text, which goes from 0 to 3", review.Invalid},
		{"an empty stretch", "Six", func(m *manuscript.Manuscript) (yjs.Delta, error) {
			return m.Mark(claim, uuid(3), manuscript.Range{From: 1, To: 1})
		}, "empty", review.Invalid},
		{"an id that is none", "Six", func(m *manuscript.Manuscript) (yjs.Delta, error) {
			return m.Mark(claim, "x", manuscript.Range{From: 0, To: 3})
		}, `"x" is no id`, review.Invalid},
	})
}

func unmark(kind manuscript.Kind, id string) func(*manuscript.Manuscript) (yjs.Delta, error) {
	return func(m *manuscript.Manuscript) (yjs.Delta, error) { return m.Unmark(kind, id) }
}

func TestMarksAreTakenOff(t *testing.T) {
	const twice = "{|A}{h2 finding1}\n{claim3|Six} x {claim3|y}\nB{claim3| }{h2 finding2}\n{claim3|Six}{claim3| }"
	checkEdits(t, []editCase{
		{"all pieces, white space and block ends", "{claim3|Six}{claim3}\n{claim3 bold| }x{claim3|y}", unmark(manuscript.Claim, uuid(3)), "Six\n{bold| }xy", ""},
		{"other marks stay", "{claim3 claim4|Six}{claim3 plain3|y}", unmark(manuscript.Claim, uuid(3)), "{claim4|Six}{plain3|y}", ""},
		{"of an id that stands twice the first", twice, unmark(manuscript.Claim, uuid(3)), "A{finding1 h2}\nSix x y\nB {finding2 h2}\n{claim3|Six }", ""},
		{"of an id that stands twice the second", twice, unmark(manuscript.Claim, uuid(3)+"~2"), "A{finding1 h2}\n{claim3|Six} x {claim3|y}\nB{claim3| }{finding2 h2}\nSix ", ""},
		{"a plain stretch", "{plain3|Six}", unmark(manuscript.Plain, uuid(3)), "Six", ""},
		{"a comment", "{comment3|Six} x {comment3|y}", unmark(manuscript.Comment, uuid(3)), "Six x y", ""},
		{"what is not there", "{plain3|Six}", unmark(manuscript.Claim, uuid(3)), "There is no claim 3 in the text", review.NotFound},
		{"an id of its own, like one resolved", "{claim:" + uuid(3) + "~2|Six}", unmark(manuscript.Claim, uuid(3)+"~2"), "Six", ""},
	})
}

func remark(words string) func(*manuscript.Manuscript) (yjs.Delta, error) {
	return func(m *manuscript.Manuscript) (yjs.Delta, error) {
		return m.Remark(manuscript.Claim, uuid(3), at(m, words))
	}
}

func TestAClaimsExtentChanges(t *testing.T) {
	checkEdits(t, []editCase{
		{"longer", "Six {claim3|boats} sank", remark("Six boats"), "{claim3|Six boats} sank", ""},
		{"shorter", "{claim3|Six boats} sank", remark("boats"), "Six {claim3|boats} sank", ""},
		{"elsewhere", "{claim3|Six} boats", remark("boats"), "Six {claim3|boats}", ""},
		{"one piece of two", "{claim3|Six} boats {claim3|sank}", remark("Six boats sank"), "{claim3|Six boats sank}", ""},
		{"into another finding", "{claim3|A}{h2 finding1}\n{|B}{h2 finding2}\n", remark("B"), "A{finding1 h2}\n{claim3|B}{finding2 h2}\n", ""},
		{"as it is", "{claim3|Six} boats", remark("Six"), "{claim3|Six} boats", ""},
		{"across findings", "{claim3|A}{h2 finding1}\n{|B}{h2 finding2}\n", remark("A\nB"), "begins in finding 1", review.Unprocessable},
		{"the second of an id that stands twice", "{claim3|A}{h2 finding1}\nx\n{claim3|B}{h2 finding2}\n", func(m *manuscript.Manuscript) (yjs.Delta, error) {
			return m.Remark(manuscript.Claim, uuid(3)+"~2", manuscript.Range{From: 0, To: 1})
		}, "stands earlier", review.Unprocessable},
		{"what is not there", "Six", remark("Six"), "no claim 3", review.NotFound},
	})
}
