package manuscript_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/review"
)

// codes are the codes of messages with their lines.
func codes(messages []review.Message) string {
	var out []string
	for _, m := range messages {
		out = append(out, fmt.Sprintf("%s:%d", m.Code, m.Line))
	}
	return strings.Join(out, " ")
}

// cited are the labels that each part cites, in order.
func citedByPart(result *manuscript.Imported) []string {
	labels := map[string]string{}
	for _, s := range result.Sources {
		labels[s.ID] = s.ImportedLabel
	}
	m := manuscript.Read(result.Document)
	out := make([]string, len(m.Parts))
	for i, part := range m.Parts {
		var in []string
		for _, c := range m.Citations {
			if c.Part == part.Key {
				in = append(in, labels[c.Source])
			}
		}
		out[i] = fmt.Sprintf("%s %s", part.Kind, strings.Join(in, ","))
	}
	return out
}

func TestTheSampleGivesItsPartsAndPlaceholders(t *testing.T) {
	raw := importCases(t)["sample.txt"]
	if raw[len(raw)-1] == '\n' || !strings.Contains(string(raw), "–") || !strings.Contains(string(raw), "’") {
		t.Fatal("the sample has lost what makes it one")
	}
	result, messages := importFile(raw, manuscript.FormatText)
	want := []string{"title ", "summary 1,2,3,4,5", "finding 1", "finding 2", "finding 3,4,6", "finding 5,7,7", "finding 1,2,3,4,5"}
	if got := citedByPart(result); !slices.Equal(got, want) {
		t.Errorf("parts cite %q", got)
	}
	placeholders := 0
	for _, s := range result.Sources {
		if s.Placeholder {
			placeholders++
		}
	}
	if result.Title != "is the velmar barrier leaking" || len(result.Boilerplate) != 2 || placeholders != 7 || len(result.Sources) != 7 {
		t.Errorf("title %q, %d lines kept, %d placeholders", result.Title, len(result.Boilerplate), placeholders)
	}
	if codes(messages) != "B121:5" || !messages[0].Blocks() || messages[0].Refuses() {
		t.Errorf("messages %s", codes(messages))
	}
	sum := sha256.Sum256(raw)
	if result.SHA256 != hex.EncodeToString(sum[:]) {
		t.Error("the hash is not that of the bytes")
	}
}

func TestThePreviewAndTheImportAreTheSame(t *testing.T) {
	raw := importCases(t)["source-list-forms.txt"]
	first, said := importFile(raw, manuscript.FormatText)
	again, repeated := importFile(raw, manuscript.FormatText)
	if string(golden(t, first, said)) != string(golden(t, again, repeated)) {
		t.Error("two imports of the same bytes differ")
	}
}

func TestLimitsAreTold(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"2 MiB to the byte":        {"T\n" + strings.Repeat("a", manuscript.MaxImport-2), "W110:1"},
		"a byte more":              {"T\n" + strings.Repeat("a", manuscript.MaxImport-1), "E004:1"},
		"20,000 citations":         {"T\n" + strings.Repeat("a [1] ", 20_000), "W110:1 B121:2"},
		"one more":                 {"T\n" + strings.Repeat("a [1] ", 20_001), "W110:1 E004:2"},
		"citations by ranges":      {"T\n" + strings.Repeat("a [1-30] ", 700), "W110:1 E004:2"},
		"links that grow squarely": {"T\nSummary\n" + strings.Repeat("So [1]. ", 1000) + "\n1. Finding\n" + strings.Repeat("So [1]. ", 1000), "B121:3 E004:3"},
	} {
		_, messages := importFile([]byte(test.text), manuscript.FormatText)
		if got := codes(messages); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestOfManyMessagesAHundredAreListed(t *testing.T) {
	_, messages := importFile([]byte("T\n1. Finding\n"+strings.Repeat("It leaked.1 So\n", 250)), manuscript.FormatText)
	if len(messages) != 100 || !strings.Contains(messages[99].What, "150 more") || strings.Contains(messages[98].What, "more") {
		t.Errorf("%d messages, the last is %+v", len(messages), messages[len(messages)-1])
	}
}

func TestFrontMatterIsReadAsFarAsItIsKnown(t *testing.T) {
	for front, want := range map[string]string{ // title|author|date|language
		"title: It leaks":                             "It leaks|||",
		"title: \"It \\\"leaks\\\"\"":                 `It "leaks"|||`,
		"title: 'It''s leaking'":                      "It's leaking|||",
		"title: >\n  It\n  leaks":                     "It leaks|||",
		"title: It leaks # a comment":                 "It leaks|||",
		"Title: It leaks\nauthor: [Ann, \"Ben\"]":     "It leaks|Ann, Ben||",
		"title: T\nauthors:\n- Ann\n- Ben":            "T|Ann, Ben||",
		"title: T\ndate: 2024-05-03\nlanguage: pt-BR": "T||2024-05-03|pt-BR",
		"title:\nlang: de":                            "Heading|||de",
		"lang: de":                                    "Heading|||de",
		"no front matter\n":                           "Heading|||en",
	} {
		raw := "---\n" + front + "\n---\n\n# Heading\n\n## 1. Finding\n\nText.\n"
		result, _ := manuscript.Import([]byte(raw), manuscript.Options{Format: manuscript.FormatMarkdown, NewID: countedIDs(), Language: "en"})
		got := strings.Join([]string{result.Title, result.Author, result.Date, result.Language}, "|")
		if got != want && got != want+"en" {
			t.Errorf("%q: %q, want %q", front, got, want)
		}
	}
}

func TestALongNumberOfMarksIsReadWithoutThem(t *testing.T) {
	text := "# T\n\n## 1. Finding\n\n" + strings.Repeat("*so* [a](https://a.example) [1] ", 150) + "\n\n*so* it is\n"
	result, messages := importFile([]byte(text), manuscript.FormatMarkdown)
	if codes(messages) != "B121:5 W153:5" {
		t.Errorf("messages %s", codes(messages))
	}
	if got := citedByPart(result); len(got) != 2 || strings.Count(got[1], "1") != 150 {
		t.Errorf("cited %q", got)
	}
	if text := documentText(result); !strings.Contains(text, "*so* [a](https://a.example) [1]") || !strings.HasSuffix(text, "\nso it is\n") {
		t.Errorf("the text is %.200q", text)
	}
}

func TestWhatIsRefusedImportsNothing(t *testing.T) {
	for text, want := range map[string]string{
		"Summary\nIt leaks.":                            "E010:1",
		"Published 3 May 2024\n1. Finding\nText.":       "E010:2",
		"T\n\n1. One\n\n2. Two\n\nText\n3. Three\nText": "E011:3",
		"T\n1. One\nText\n2. Two\nSources\n[1] A":       "E011:4",
		"T\u2066\n1. One\nText":                         "E007:1",
	} {
		result, messages := importFile([]byte(text), manuscript.FormatText)
		if !strings.Contains(codes(messages), want) || result.Document != nil || len(result.SHA256) != 64 {
			t.Errorf("%q: %s, document %v", text, codes(messages), result.Document)
		}
	}
	for text, want := range map[string]string{
		"# T\n\n## 1. One\n\n### Below\n\n## 2. Two\n\nText": "E011:3",
		"## 1. One\n\nText":                                     "E010:1",
		"# T\n\n## 1. One\n\nText &#x202e; here":                "E007:5",
		"# T\n\n## 1. One\n\n<div>\nText &#x202e; here\n</div>": "E007:6",
	} {
		result, messages := importFile([]byte(text), manuscript.FormatMarkdown)
		if !strings.Contains(codes(messages), want) || result.Document != nil {
			t.Errorf("%q: %s", text, codes(messages))
		}
	}
}

func TestSourceListsAreFoundWhereTheyAre(t *testing.T) {
	const head, report = "# T\n\n", "## 1. Finding\n\nSo [1] [2].\n\n"
	for name, test := range map[string]struct{ text, labels, codes string }{
		"counted lazily":              {head + report + "## References\n1. https://a.example\n1. https://b.example\n", "1 2", ""},
		"in bold, not a heading":      {head + report + "**Our sources:**\n\n- [1] https://a.example\n- [2] https://b.example\n", "1 2", ""},
		"between the findings":        {head + report + "## Sources\n[1] https://a.example\n[2] https://b.example\n## 2. Next\n\nText.\n", "1 2", ""},
		"two lists":                   {head + report + "## Sources\n[1] https://a.example\n\n## Bibliography\n[2] https://b.example\n", "1 2", ""},
		"escaped brackets":            {head + report + "## Works cited\n\n\\[1\\] https://a.example\n\n\\[2\\] https://b.example\n", "1 2", ""},
		"definitions":                 {head + report + "[1]: https://a.example\n[2]: <https://b.example> \"B\"\n", "1 2", ""},
		"an address on the next line": {head + report + "## Sources\n[1] A\n\nhttps://a.example\n\n[2] B\n  https://b.example\n", "1 2", ""},
		"in code it is none":          {head + report + "```\nSources\n[1] https://a.example\n```\n", "1 2", "B121:5"},
		"a heading without entries":   {head + report + "## Sources\n\nWe spoke to many.\n", "1 2", "B121:5"},
		"entries without labels":      {head + report + "## Sources\n\n- https://a.example\n", "1 2", "B121:5"},
		"zeros":                       {head + report + "## Sources\n[01] https://a.example\n[02] https://b.example\n", "1 2", ""},
	} {
		result, messages := importFile([]byte(test.text), manuscript.FormatMarkdown)
		var labels []string
		for _, s := range result.Sources {
			labels = append(labels, s.ImportedLabel)
		}
		if got := strings.Join(labels, " "); got != test.labels || codes(messages) != test.codes {
			t.Errorf("%s: sources %s, messages %s", name, got, codes(messages))
		}
	}
}
