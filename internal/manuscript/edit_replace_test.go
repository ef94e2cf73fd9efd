package manuscript_test

import (
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

func TestAFindingBeginsElsewhere(t *testing.T) {
	move := func(id, to string) func(*manuscript.Manuscript) (yjs.Delta, error) {
		return func(m *manuscript.Manuscript) (yjs.Delta, error) { return m.MoveFinding(id, at(m, to).From) }
	}
	checkEdits(t, []editCase{
		{"with the heading's first half", "{|Six}{h2}\n{|boats}{finding1}\nx", move(uuid(1), "Six"), "Six{finding1 h2}\nboats\nx", ""},
		{"where it does", "{|Six}{h2 finding1}\n", move(uuid(1), "Six"), "Six{finding1 h2}\n", ""},
		{"the second of an id that stands twice", "{|A}{h2 finding1}\n{|B}{h2 finding1}\n{|C}{h2}\n", move(uuid(1)+"~2", "C"), "A{finding1 h2}\nB{h2}\nC{finding1 h2}\n", ""},
		{"with a paragraph", "{|A}{h2 finding1}\nx\n", move(uuid(1), "x"), "is no heading", review.Unprocessable},
		{"with another finding's heading", "{|A}{h2 finding1}\n{|B}{h2 finding2}\n", move(uuid(1), "B"), "begins finding 2", review.Unprocessable},
		{"with the title", "{|T}{h1}\n{|B}{h2 finding1}\n", move(uuid(1), "T"), "begins the title", review.Unprocessable},
		{"what is not there", "{|T}{h1}\n", move(uuid(1), "T"), "no finding 1", review.NotFound},
		{"what is no finding", "{|T}{h1}\n", move("title", "T"), "no finding title", review.NotFound},
	})
}

func TestTextIsReplaced(t *testing.T) {
	replace := func(words, by string) func(*manuscript.Manuscript) (yjs.Delta, error) {
		return func(m *manuscript.Manuscript) (yjs.Delta, error) { return m.ReplaceText(at(m, words), by) }
	}
	checkEdits(t, []editCase{
		{"a word of a claim", "{claim3|Six boats sank}", replace("Six", "Five"), "{claim3|Five boats sank}", ""},
		{"what is alike keeps its marks", "{bold|Six} {claim3|boats} sank", replace("Six boats sank", "Six ships sank"), "{bold|Six} {claim3|ships} sank", ""},
		{"what is put in has the marks of both sides", "{claim3|Six }{claim3 bold|boats}", replace("Six boats", "Six small boats"), "{claim3|Six small }{bold claim3|boats}", ""},
		{"within a claim, if more was chosen", "a {claim3|Six boats} b", replace("a Six boats b", "a Six small boats b"), "a {claim3|Six small boats} b", ""},
		{"at the end of a claim, if the claim was chosen", "{claim3|Six} boats", replace("Six", "Sixty"), "{claim3|Sixty} boats", ""},
		{"at the end of a claim, if more was chosen", "{claim3|Six} boats", replace("Six boats", "Sixty boats"), "{claim3|Six}ty boats", ""},
		{"across a claim's end", "{claim3|Six} boats", replace("x bo", "ngle go"), "{claim3|Si}ngle goats", ""},
		{"by nothing", "{claim3|Six} boats", replace("Six ", ""), "boats", ""},
		{"by itself", "{claim3|Six} boats", replace("Six", "Six"), "{claim3|Six} boats", ""},
		{"characters whole", "a😀b", replace("😀", "😁"), "a😁b", ""},
		{"around a citation", "Six {cite1=a|[1]} boats", replace("Six [1] boats", "Six [1] ships"), "Six {cite1=a|[1]} ships", ""},
		{"over a block end that stays", "Six\nboats", replace("Six\nboats", "Six\nships"), "Six\nships", ""},
		{"a citation", "Six {cite1=a|[1]} boats", replace("[1]", "one"), "stands at 4", review.Unprocessable},
		{"within a citation", "Six {cite1=a|[1]} boats", replace("[1]", "[12]"), "within the citation [1]", review.Invalid},
		{"an embed", "Six{|embed}", replace("x\uFFFC", "y"), "stands at 3", review.Unprocessable},
		{"a block end", "Six\nboats", replace("x\nb", "x b"), "end of a paragraph", review.Unprocessable},
		{"by a block end", "Six boats", replace(" ", "\n"), "end of a paragraph", review.Unprocessable},
		{"by bytes", "Six boats", replace("Six", "\xff"), "not UTF-8", review.Invalid},
	})
}
