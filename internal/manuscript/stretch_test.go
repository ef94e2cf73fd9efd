package manuscript_test

import (
	"fmt"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
)

// listed lists stretches as "id in parts: text of each piece [attention]".
func listed(m *manuscript.Manuscript, list []manuscript.Stretch) []string {
	var out []string
	for _, s := range list {
		line := fmt.Sprintf("%s in %v #%d:", s.ID, s.Parts, s.Number)
		for _, r := range s.Pieces {
			line += fmt.Sprintf(" %q", m.Text(r))
		}
		if len(s.Attention) > 0 {
			line += fmt.Sprint(" ", s.Attention)
		}
		out = append(out, short(line))
	}
	return out
}

func TestClaimsAreFoundAndResolved(t *testing.T) {
	const two = "{|A}{h2 finding1}\n%s\n{|B}{h2 finding2}\n%s\n"
	in := func(first, second string) string { return fmt.Sprintf(two, first, second) }
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"one", in("Six {claim3|boats} sank.", "x"), []string{`3 in [1] #1: "boats"`}},
		{"its place is that of its beginning", in("{claim4|Six }{claim3 claim4|boats} {claim5|sank}.", "{claim6|x}"), []string{
			`4 in [1] #1: "Six boats"`, `3 in [1] #2: "boats"`, `5 in [1] #3: "sank"`, `6 in [2] #1: "x"`,
		}},
		{"over a block end", in("Six {claim3|boats}\n\n{claim3|sank}.", "x"), []string{`3 in [1] #1: "boats\n\nsank"`}},
		{"pieces in one finding", in("{claim3|Six} boats {claim3|sank}.", "x"), []string{`3 in [1] #1: "Six" "sank" [pieces]`}},
		{"the id stands again in another finding", in("{claim3|Six}", "{claim3|Six}"), []string{
			`3 in [1] #1: "Six"`, `3~2 in [2] #1: "Six" [twice]`,
		}},
		{"and there in pieces", in("{claim3|Six}", "{claim3|Six} x {claim3|sank}"), []string{
			`3 in [1] #1: "Six"`, `3~2 in [2] #1: "Six" "sank" [pieces twice]`,
		}},
		{"the owner in pieces", in("{claim3|Six} x {claim3|y}", "{claim3|Six}"), []string{
			`3 in [1] #1: "Six" "y" [pieces]`, `3~2 in [2] #1: "Six" [twice]`,
		}},
		{"across findings", "{|A}{h2 finding1}\n{claim3|Six}\n{claim3|B}{h2 finding2}\nx", []string{
			`3 in [1 2] #1: "Six\nB" [across_findings]`,
		}},
		{"across findings, with a piece behind", "{|A}{h2 finding1}\n{claim3|Six}\n{claim3|B}{h2 finding2}\nx{claim3|y}", []string{
			`3 in [1 2] #1: "Six\nB" "y" [pieces across_findings]`,
		}},
		{"white space across findings does not count", "{|A}{h2 finding1}\n{claim3|Six}\n{claim3| }{|B}{h2 finding2}\nx", []string{
			`3 in [1] #1: "Six"`,
		}},
		{"white space left elsewhere does not count", in("{claim3|Six} boats{claim3| }", "{claim3| \u200b}"), []string{`3 in [1] #1: "Six"`}},
		{"nothing left but white space", in("a{claim3| }b", "x"), []string{`3 in [1] #1: " " [empty]`}},
		{"nothing left but a citation", in("a{claim3 cite1=s|[1]}b", "x"), []string{`3 in [1] #1: "[1]" [empty]`}},
		{"an id that is none", in("{claim:x|boats}", "x"), []string{`x in [1] #1: "boats" [malformed_id]`}},
		{"no id at all", in("{claim:|boats}", "x"), []string{` in [1] #1: "boats" [malformed_id]`}},
		{"an id that looks like one resolved", in("{claim3|Six} {claim:"+uuid(3)+"~2|boats}", "{claim3|Six}"), []string{
			`3 in [1] #1: "Six"`, `3~2 in [1] #2: "boats" [malformed_id]`, `3~3 in [2] #1: "Six" [twice]`,
		}},
		{"a mark that is a text", in("{claim:x=true|boats}", "x"), nil},
		{"a mark of no known kind", in("{note:x|boats}", "x"), nil},
	} {
		m := readWritten(t, test.text)
		checkLines(t, test.name, listed(m, m.Claims), test.want)
		for _, s := range m.Claims {
			if m.Claim(s.ID).ID != s.ID || m.Plain(s.ID) != nil {
				t.Errorf("%s: claim %s is not found", test.name, s.ID)
			}
		}
	}
}

func TestPlainStretchesAreReadLikeClaims(t *testing.T) {
	m := readWritten(t, "{|A}{h2 finding1}\n{plain3|Six} x {plain3|boats}\n{|B}{h2 finding2}\n{plain3|Six}{claim3| sank}\n")
	checkLines(t, "plain stretches", listed(m, m.Plains), []string{
		`3 in [1] #1: "Six" "boats" [pieces]`, `3~2 in [2] #1: "Six" [twice]`,
	})
	if s := m.Plain(uuid(3)); s == nil || s.Text() != "Six … boats" || s.Extent() != (manuscript.Range{From: 2, To: 13}) {
		t.Errorf("%+v", s)
	}
}

func TestAnEmptyMarkTakesNoIDAway(t *testing.T) {
	m := readWritten(t, "{|A}{h2 finding1}\na{claim3| }b\n{|B}{h2 finding2}\n{claim3|Six}\n")
	checkLines(t, "claims", listed(m, m.Claims), []string{`3 in [2] #1: "Six"`})
}

func TestCommentsHangOnText(t *testing.T) {
	m := readWritten(t, "Six {comment:t|boats}\n{comment:t|sank} {comment:t comment:u|all}.")
	got := fmt.Sprint(m.Comments)
	if want := "[{t [{4 14} {15 18}]} {u [{15 18}]}]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if m.Comment("u") == nil || m.Comment("x") != nil {
		t.Error("a thread is not found, or one that is not there is")
	}
}
