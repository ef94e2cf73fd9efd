package manuscript_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
)

const wholeReport = "{|Who sank the boats?}{h1}\n" +
	"{|Summary}{h2 section=summary}\nSix sank {cite1=a|[1]} {cite2=b|[2]}.\n" +
	"{|Six boats sank}{h2 finding1}\nAll at once {cite3=b|[2]}.\nIn port.{list=bullet}\n{|Where}{h3}\nOff Kiel.\n" +
	"{|Nobody saw it}{h2 finding2}\nIt was dark.\n" +
	"{|Notes}{h2 section=notes}\nChecked twice.\n"

// outline lists parts as "key kind number heading: text".
func outline(m *manuscript.Manuscript) []string {
	var out []string
	for _, p := range m.Parts {
		line := fmt.Sprintf("%s %s %d %q: %q", p.Key, p.Kind, p.Number, p.Heading, m.Text(p.Range))
		if len(p.Attention) > 0 {
			line += fmt.Sprint(" ", p.Attention)
		}
		out = append(out, short(line))
	}
	return out
}

func checkLines(t *testing.T, name string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAReportIsReadAsItsParts(t *testing.T) {
	m := readWritten(t, wholeReport)
	if m.Title != "Who sank the boats?" || m.Words() != 27 || len(m.Findings()) != 2 {
		t.Errorf("title %q, %d words, %d findings", m.Title, m.Words(), len(m.Findings()))
	}
	checkLines(t, "outline", outline(m), []string{
		`title title 0 "Who sank the boats?": "Who sank the boats?\n"`,
		`summary summary 0 "Summary": "Summary\nSix sank [1] [2].\n"`,
		`1 finding 1 "Six boats sank": "Six boats sank\nAll at once [2].\nIn port.\nWhere\nOff Kiel.\n"`,
		`2 finding 2 "Nobody saw it": "Nobody saw it\nIt was dark.\n"`,
		`notes notes 0 "Notes": "Notes\nChecked twice.\n"`,
	})
	if p := m.Part(uuid(1)); m.Text(p.HeadingAt) != "Six boats sank" || m.PartAt(p.HeadingAt.From) != p || p.Words != 11 {
		t.Errorf("%+v", p)
	}
	if m.Part("none") != nil {
		t.Error("there is a part that is not there")
	}
}

func TestPartsThatAreNotAsTheyShouldBe(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"an empty text", "", []string{`notes notes 0 "": ""`}},
		{"text without a last block end", "Six", []string{`notes notes 0 "": "Six"`}},
		{"no title", "Six\n{|Seven}{h1}\n", []string{`notes notes 0 "": "Six\nSeven\n"`}},
		{"text behind the title", "{|T}{h1}\nSix\n\n{|F}{h2 finding1}\n", []string{
			`title title 0 "T": "T\n"`, `notes notes 0 "": "Six\n\n"`, `1 finding 1 "F": "F\n"`,
		}},
		{"the first line starts a finding", "{|T}{h1 finding1}\nSix\n", []string{`1 finding 1 "T": "T\nSix\n"`}},
		{"a finding twice", "{|A}{h2 finding1}\nx\n{|B}{h2 finding1}\ny\n{|C}{h2 finding1}\n", []string{
			`1 finding 1 "A": "A\nx\n"`, `1~2 finding 2 "B": "B\ny\n" [twice]`, `1~3 finding 3 "C": "C\n" [twice]`,
		}},
		{"an id that looks like one resolved", "{|A}{h2 finding1}\n{|B}{h2 finding1}\n{|C}{h2 finding=" + uuid(1) + "~2}\n", []string{
			`1 finding 1 "A": "A\n"`, `1~3 finding 2 "B": "B\n" [twice]`, `1~2 finding 3 "C": "C\n" [malformed_id]`,
		}},
		{"two summaries and two notes", "{|S}{h2 section=summary}\n{|S}{h2 section=summary}\n{|N}{h2 section=notes}\n{|N}{h2 section=notes}\n", []string{
			`summary summary 0 "S": "S\n"`, `summary~2 summary 0 "S": "S\n" [twice]`, `notes notes 0 "N": "N\n"`, `notes~2 notes 0 "N": "N\n"`,
		}},
		{"a finding whose heading became a paragraph", "{|A}{finding1}\nx\n", []string{`1 finding 1 "A": "A\nx\n" [no_heading]`}},
		{"a heading that was cut in two", "{|A}{h2}\n{|B}{h2 finding1}\n", []string{
			`notes notes 0 "": "A\n"`, `1 finding 1 "B": "B\n"`,
		}},
		{"a finding's id that is none", "{|A}{h2 finding=x}\n", []string{`x finding 1 "A": "A\n" [malformed_id]`}},
		{"a finding that names nothing", "{|A}{h2 finding}\nx\n", []string{`notes notes 0 "": "A\nx\n" [unread_start]`}},
		{"a section of no known name", "{|A}{h2 section=sources}\nx\n", []string{`notes notes 0 "": "A\nx\n" [unread_start]`}},
		{"finding and section", "{|A}{h2 finding1 section=notes}\n", []string{`1 finding 1 "A": "A\n" [two_starts]`}},
		{"a heading with citations", "{|Six }{cite1=a|[1]} sank{h2 finding1}\n", []string{`1 finding 1 "Six sank": "Six [1] sank\n"`}},
	} {
		checkLines(t, test.name, outline(readWritten(t, test.text)), test.want)
	}
}

func TestWordsAreCountedWithoutCitations(t *testing.T) {
	for text, want := range map[string]int{
		"":                                      0,
		"— … !":                                 0,
		"Six boats":                             2,
		"Si{bold|x bo}ats":                      2,
		"Don't re-sink (six) 3.5 %":             4,
		"Six\nboats":                            2,
		"Six{cite1=a|[1]}boats {cite2=b|[2 3]}": 2,
		"Six{|embed}boats":                      2,
		"Six {cite|[1]}":                        2,
	} {
		if got := readWritten(t, text).Words(); got != want {
			t.Errorf("%q has %d words, want %d", text, got, want)
		}
	}
}
