package manuscript_test

import (
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
)

func TestEveryLetterAndDigitIsInAClaimOrInAPlainStretchThatCounts(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"nothing marked", "“Six boats,” he said …", []string{"Six boats,” he said"}},
		{"all in a claim", "“{claim1|Six boats},” {claim2|he said} …", nil},
		{"a gap", "{claim1|Six} boats {claim1|sank}", []string{"boats"}},
		{"formatting and comments do not part", "Six {bold|bo}{comment1|ats} sank", []string{"Six boats sank"}},
		{"signs between claims need none", "{claim1|Six} — {claim2|sank}!", nil},
		{"citations need none, and part", "Six {cite1=a|[1]} sank {cite2=b|[2]}.", []string{"Six", "sank"}},
		{"a citation without a source is text", "{claim1|Six }{cite1=|[1]}", []string{"1"}},
		{"headings of sections need none", "{|Summary}{h2 section=summary}\nx\n{|Notes}{h2 section=notes}\ny", []string{"x", "y"}},
		{"what starts a section and is no heading does", "{|Summary}{section=summary}\n", []string{"Summary"}},
		{"title and headings of findings do", "{|Six}{h1}\n{|Seven}{h2 finding1}\n", []string{"Six", "Seven"}},
		{"digits and numbers of every kind", "{claim1|Six} ½ ² ٣", []string{"½ ² ٣"}},
		{"letters of every script", "{claim1|Six} 核查 Ж", []string{"核查 Ж"}},
		{"embeds and emoji are none", "{|embed} 😀 ✓", nil},
		{"a plain stretch that counts", "{plain2|By our desk}, {claim1|six}", nil},
		{"one that does not", "{plain1|By our desk}, {claim1|six}", []string{"By our desk"}},
		{"one that counts beside one that does not", "{plain1|By our desk} {plain2|at sea}{plain1 plain2|, so}{plain1| they say}", []string{"By our desk", "they say"}},
		{"both over the same", "{plain1 plain2|By our desk}", nil},
		{"the copy of one that counts", "{|A}{h2 finding1 claim1}\n{plain2|By us}\n{claim1|B}{h2 finding2}\n{plain2|By us}", []string{"A", "By us"}},
	} {
		m := readWritten(t, test.text)
		var got []string
		for _, r := range m.Uncovered(func(p *manuscript.Stretch) bool { return p.ID == uuid(2) }) {
			got = append(got, m.Text(r))
		}
		checkLines(t, test.name, got, test.want)
	}
}
