package manuscript_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
)

// hostile are patterns that, repeated, take a careless reader time that grows with the square of the text.
var hostile = map[string]string{
	"brackets that open":      "[",
	"brackets that close":     "]",
	"round brackets":          "(",
	"digits":                  "1",
	"citations":               "[1] ",
	"ranges":                  "[1-30]",
	"open groups":             "[1,",
	"open footnotes":          "[^",
	"full stops":              ". ",
	"stops and capitals":      "A. B",
	"sentences":               "It is so [1]. ",
	"quotes":                  "A.”’”",
	"stars":                   "*a",
	"stars and underscores":   "*a_ ",
	"double stars":            "a **b",
	"open links":              "[a](b",
	"nested quotes":           "> ",
	"nested lists":            "1. ",
	"nested bullets":          "- ",
	"open tags":               "<a ",
	"open comments":           "<!--",
	"backticks":               "`a``",
	"tildes":                  "~a",
	"images":                  "![a](",
	"definitions":             "[a]: b\n",
	"numbered lines":          "1. a\n2. b\n",
	"numbered paragraphs":     "1. a\n\n",
	"rising lists":            "1. a\n2. b\nc\n",
	"headings":                "# a\n",
	"numbered headings":       "## 1. a\nb\n",
	"findings":                "# Findings\n## a\nb [1].\n",
	"source lists":            "Sources\n[1] a https://a.example/\n",
	"open source lists":       "Sources\n\n",
	"footnotes":               "[^1]: a\n  b\n",
	"one entry":               "[^1]: https://a.example/)) ",
	"quoted titles":           "“a",
	"summaries":               "Summary\na [1].\n",
	"tables":                  "|a|b\n|-|-\n",
	"fences":                  "```\n",
	"lines":                   "\n",
	"carriage returns":        "\r",
	"superscripts":            "a.¹",
	"bare digits":             "a.1 ",
	"link text in table rows": "|[a](b",
}

func hostileText(pattern string, size int) []byte {
	head := "Title\n"
	return []byte(head + strings.Repeat(pattern, (size-len(head))/len(pattern)))
}

// TestHostileTextIsReadToItsEnd would not end if time grew with the square of the size. A small text is looked at closely.
func TestHostileTextIsReadToItsEnd(t *testing.T) {
	for name, pattern := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, format := range []manuscript.Format{manuscript.FormatText, manuscript.FormatMarkdown} {
				importFile(hostileText(pattern, 32<<10), format)
				raw := hostileText(pattern, 4<<10)
				result, messages := importFile(raw, format)
				if problem := wrongImport(raw, result, messages); problem != "" {
					t.Errorf("%s: %s", format, problem)
				}
			}
		})
	}
}

// BenchmarkHostileText shows time that grows with the size: MB/s is about the same at every size.
func BenchmarkHostileText(b *testing.B) {
	for name, pattern := range hostile {
		for _, format := range []manuscript.Format{manuscript.FormatText, manuscript.FormatMarkdown} {
			for _, size := range []int{256 << 10, manuscript.MaxImport} {
				b.Run(fmt.Sprintf("%s/%s/%dKiB", strings.ReplaceAll(name, " ", "-"), format, size>>10), func(b *testing.B) {
					raw := hostileText(pattern, size)
					b.SetBytes(int64(len(raw)))
					for b.Loop() {
						importFile(raw, format)
					}
				})
			}
		}
	}
}

func BenchmarkSample(b *testing.B) {
	raw, err := os.ReadFile(filepath.Join("testdata", "import", "sample.txt"))
	if err != nil {
		b.Fatal(err)
	}
	benchmarkImport(b, raw)
}

// BenchmarkLongReport imports 250 findings of about 300 words each.
func BenchmarkLongReport(b *testing.B) { benchmarkImport(b, []byte(longImport(250))) }

func benchmarkImport(b *testing.B, raw []byte) {
	for _, format := range []manuscript.Format{manuscript.FormatText, manuscript.FormatMarkdown} {
		b.Run(string(format), func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				importFile(raw, format)
			}
		})
	}
}

// longImport is a report with so many findings, each with 12 citing sentences of some 25 words.
func longImport(findings int) string {
	var s strings.Builder
	s.WriteString("is the velmar barrier leaking\nExecutive Summary\nIt leaks [1] [2] [3]. Nobody is in danger [4] [5].\n")
	for i := range findings {
		fmt.Fprintf(&s, "%d. The gauges of the year %d rose higher than the contract allows\n", i+1, 1700+i)
		for k := range 12 {
			fmt.Fprintf(&s, "Between November and February the three gauges behind gate %d stood 11–14 cm above the level "+
				"that the harbour’s contract names, on %d of 120 days, and nobody disputes it [%d] [%d]. ", k+1, k+30, i+k+1, i+k+2)
		}
		s.WriteString("\n")
	}
	return s.String()
}
