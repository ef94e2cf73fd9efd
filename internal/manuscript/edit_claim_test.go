package manuscript_test

import (
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

func split(before string) func(*manuscript.Manuscript) (yjs.Delta, error) {
	return func(m *manuscript.Manuscript) (yjs.Delta, error) {
		return m.SplitClaim(uuid(3), at(m, before).From, uuid(9))
	}
}

func TestAClaimIsSplit(t *testing.T) {
	checkEdits(t, []editCase{
		{"in two", "{claim3|Six boats sank}", split("boats"), "{claim3|Six }{claim9|boats sank}", ""},
		{"with others over it", "{claim3 claim4|Six boats}", split("boats"), "{claim3 claim4|Six }{claim4 claim9|boats}", ""},
		{"between its pieces", "{claim3|Six} boats {claim3|sank}", split("boats"), "{claim3|Six} boats {claim9|sank}", ""},
		{"at a block end", "{claim3|Six}{claim3}\n{claim3|boats}", split("\n"), "{claim3|Six}\n{claim9|boats}", ""},
		{"at its beginning", "{claim3|Six boats}", split("Six"), "without words", review.Invalid},
		{"before its last citation", "{claim3|Six }{claim3 cite1=a|[1]}", split("[1]"), "without words", review.Invalid},
		{"within a citation", "{claim3|Six }{claim3 cite1=a|[1]}{claim3|x}", split("1]"), "within the citation [1]", review.Invalid},
		{"into an id that stands in the text", "{claim3|Six boats}{claim9|x}", split("boats"), "claim 9 in the text already", review.Conflict},
		{"what is not there", "Six", split("x"[:0]), "no claim 3", review.NotFound},
	})
}

func merge(first, second int) func(*manuscript.Manuscript) (yjs.Delta, error) {
	return func(m *manuscript.Manuscript) (yjs.Delta, error) { return m.MergeClaims(uuid(first), uuid(second)) }
}

func TestClaimsAreMerged(t *testing.T) {
	checkEdits(t, []editCase{
		{"side by side", "{claim3|Six} {claim4|boats}", merge(3, 4), "{claim3|Six boats}", ""},
		{"the later one stays", "{claim3|Six} {claim4|boats}", merge(4, 3), "{claim4|Six boats}", ""},
		{"over a block end", "{claim3|Six}\n\n{claim4|boats}", merge(3, 4), "{claim3|Six}\n\n{claim3|boats}", ""},
		{"one over the other", "{claim3|Si}{claim3 claim4|x}{claim4| boats}", merge(3, 4), "{claim3|Six boats}", ""},
		{"words between them", "{claim3|Six} small {claim4|boats}", merge(3, 4), `" small " is between them`, review.Unprocessable},
		{"across findings", "{claim3|A}{h2 finding1}\n{claim4|B}{h2 finding2}\n", merge(3, 4), "begins in finding 1", review.Unprocessable},
		{"in pieces", "{claim3|Six} x {claim3|y}{claim4|boats}", merge(3, 4), "Claim 3 is in 2 pieces", review.Unprocessable},
		{"with nothing", "{claim3|Six} {claim4|  }", merge(3, 4), "no text left in claim 4", review.Unprocessable},
		{"with itself", "{claim3|Six}", merge(3, 3), "with itself", review.Invalid},
		{"with what is not there", "{claim3|Six}", merge(3, 4), "no claim 4", review.NotFound},
	})
}
