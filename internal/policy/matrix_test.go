package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/policies"
)

// againstAll stand against every act.
const againstAll = review.Suspended | review.OutOfScope

// matrixRow is a line of policies/matrix.md.
type matrixRow struct {
	deed   review.Deed
	marks  map[review.Role]string // "✓", "–" or "timer"
	denies review.Facts
}

func matrix(t *testing.T) []matrixRow {
	t.Helper()
	text, err := policies.Files.ReadFile("matrix.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []matrixRow
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 13 || strings.Contains(line, "---") || strings.TrimSpace(cells[1]) == "act" {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		row := matrixRow{
			deed:   review.Deed{Act: review.Act(cells[1]), Type: review.ObjectType(cells[2])},
			marks:  map[review.Role]string{},
			denies: againstAll,
		}
		for i, role := range review.Roles() {
			row.marks[role] = cells[3+i]
		}
		for _, name := range strings.Fields(cells[11]) {
			fact, ok := review.FactNamed(name)
			if !ok {
				t.Fatalf("matrix.md names a fact %q", name)
			}
			row.denies |= fact
		}
		rows = append(rows, row)
	}
	return rows
}

func TestTheMatrixHasEveryAct(t *testing.T) {
	var listed []review.Deed
	for _, row := range matrix(t) {
		listed = append(listed, row.deed)
	}
	for _, deed := range review.Deeds() {
		if !slices.Contains(listed, deed) {
			t.Errorf("%v is missing from matrix.md", deed)
		}
	}
	if len(listed) != len(review.Deeds()) {
		t.Errorf("matrix.md has %d rows, and there are %d deeds", len(listed), len(review.Deeds()))
	}
}

func TestEveryCellOfTheMatrix(t *testing.T) {
	p := house(t)
	for _, row := range matrix(t) {
		for role, mark := range row.marks {
			q := ask(row.deed.Act, row.deed.Type, role)
			if got := p.May(q).Allowed; got != (mark == "✓") {
				t.Errorf("%s %s %s: allowed is %t, the matrix says %s", role, row.deed.Act, row.deed.Type, got, mark)
			}
			q.Facts = review.ByTimer
			if got := p.May(q).Allowed; got != (mark != "–") {
				t.Errorf("%s %s %s by timer: allowed is %t, the matrix says %s", role, row.deed.Act, row.deed.Type, got, mark)
			}
		}
	}
}

// Every fact × every act × every role: it denies where the matrix says so, and then is told as a reason; else it changes nothing.
func TestEveryConditionStandsAgainstItsActsAndNoOther(t *testing.T) {
	p := house(t)
	for _, row := range matrix(t) {
		for role := range row.marks {
			checkFacts(t, p, row, role)
		}
	}
}

func checkFacts(t *testing.T, p *policy.Policy, row matrixRow, role review.Role) {
	t.Helper()
	bare := p.May(ask(row.deed.Act, row.deed.Type, role)).Allowed
	for _, fact := range review.AllFacts() {
		if fact.Grounds() != 0 {
			continue
		}
		q := ask(row.deed.Act, row.deed.Type, role)
		q.Facts = fact
		got := p.May(q)
		denies := row.denies.Has(fact)
		if got.Allowed != (bare && !denies) || got.Has(fact.String()) != denies {
			t.Errorf("%s %s %s with %v: %+v; the matrix denies: %t", role, row.deed.Act, row.deed.Type, fact, got, denies)
		}
	}
}
