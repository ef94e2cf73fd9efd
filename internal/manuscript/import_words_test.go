package manuscript_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/countersign/countersign/internal/manuscript"
)

// phrases are what texts are drawn from, besides arbitrary lines.
var phrases = []string{
	"Executive Summary", "Summary: it leaks [1].", "TL;DR", "Bottom line — dry", "1. The gauges rose", "2. The seals were worn",
	"3) Nobody was in danger", "4. The big picture", "7. A jump", "1. A list.", "- a point [2]", "• another", "Sources", "References:",
	"[1] Harbour Gazette, “Gauges”, https://gazette.example/a.", "[2] a letter", "[^3]: a note", "2. A dotted entry https://a.example",
	"They stood 11–14 cm too high [1] [2]. Nobody disputes it.", "The code says arr[0] and grid[1][2].", "One [1, 3–5]. Two[^1].",
	"Checked on 3 May 2024", "Published 4 May 2024", "Loading…", "Goal: find out", "Fact check: is it leaking", "is it leaking",
	"", "", "-----", "  indented", "[3] alone", "[1]", "U.S. ships. Dr. No. 7 went (Yes. No) home… [2] Then.1 More", "a\u00a0b\u2011c",
}

// drawImport draws a text of such lines.
func drawImport(t *rapid.T) string {
	line := rapid.OneOf(rapid.SampledFrom(phrases), rapid.SampledFrom(phrases), rapid.StringMatching(`[ -~]{0,40}`), rapid.StringN(0, 30, 60))
	lines := rapid.SliceOfN(line, 1, 25).Draw(t, "lines")
	return strings.Join(lines, rapid.SampledFrom([]string{"\n", "\n", "\r\n"}).Draw(t, "end"))
}

var (
	groups  = regexp.MustCompile(`\[\^?[\p{L}\d\t ,;–‑‒\x{A0}\x{202F}-]*\]`)
	markers = regexp.MustCompile(`^\s*(?:\d{1,3}[.)]|[-*•‣◦·])[\s\x{A0}\x{2007}\x{202F}]+`)
	labels  = regexp.MustCompile(`^\s*(?:[-*+•]\s+)?(?:\\?\[\d{1,3}\\?\]:?|\[\^[^\]\s]{1,40}\]:|\d{1,3}\\?[.)])`)
	asked   = regexp.MustCompile(`^\s*(?i:fact.?check)\P{L}*:`)
)

// wordsOf are the letters and digits of a text, citations apart: they are markup.
func wordsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, groups.ReplaceAllString(text, ""))
}

// TestNoWordOfATextIsLost holds the letters and digits of every line against the place where its preview says they went.
func TestNoWordOfATextIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawImport(t)
		result, _ := importFile([]byte(text), manuscript.FormatText)
		if result.Document == nil {
			return
		}
		var title, body, kept, query, entries strings.Builder
		for i, line := range strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff")), "\n") {
			if i == len(result.Lines) {
				break
			}
			switch result.Lines[i].As {
			case manuscript.AsTitle:
				title.WriteString(wordsOf(asked.ReplaceAllString(line, "")))
			case manuscript.AsQuery:
				query.Reset() // the last one counts
				query.WriteString(wordsOf(asked.ReplaceAllString(line, "")))
			case manuscript.AsBoilerplate, manuscript.AsMeta:
				kept.WriteString(wordsOf(line))
			case manuscript.AsSource:
				entries.WriteString(wordsOf(labels.ReplaceAllString(line, "")))
			case manuscript.AsFinding, manuscript.AsListItem:
				body.WriteString(wordsOf(markers.ReplaceAllString(line, "")))
			case manuscript.AsSummaryHeading, manuscript.AsSummary, manuscript.AsBody:
				body.WriteString(wordsOf(line))
			case manuscript.AsSourcesHeading, manuscript.AsBlank:
			default:
				if wordsOf(line) != "" {
					t.Fatalf("line %q is %s", line, result.Lines[i].As)
				}
			}
		}
		document := documentText(result)
		gotTitle, gotBody, _ := strings.Cut(document, "\n")
		for _, part := range []struct{ name, got, want string }{
			{"title", wordsOf(gotTitle), title.String()},
			{"body", wordsOf(gotBody), body.String()},
			{"kept", wordsOf(keptText(result)), kept.String()},
			{"sources", wordsOf(sourcesText(result)), entries.String()},
		} {
			if part.got != part.want {
				t.Fatalf("%q: %s has the words\n%s\nwant\n%s", text, part.name, part.got, part.want)
			}
		}
		if query.Len() > 0 && !strings.Contains(query.String()+title.String(), wordsOf(result.Query)) {
			t.Fatalf("%q: query %q", text, result.Query)
		}
	})
}

func documentText(result *manuscript.Imported) string {
	var s strings.Builder
	for _, op := range result.Document {
		s.WriteString(op.Insert)
	}
	return s.String()
}

func keptText(result *manuscript.Imported) string {
	kept := slices.Clone(result.Boilerplate)
	slices.SortStableFunc(kept, func(a, b manuscript.Kept) int { return a.Line - b.Line })
	var s strings.Builder
	for _, k := range kept {
		s.WriteString(k.Text + "\n")
	}
	return s.String()
}

func sourcesText(result *manuscript.Imported) string {
	var s strings.Builder
	for _, source := range result.Sources {
		s.WriteString(source.Entry + "\n")
	}
	return s.String()
}

// wraps put words into Markdown.
var wraps = []string{
	"%s", "**%s**", "*%s* and so on", "`%s`", "[%s](https://a.example/x)", "[%s](data:x)", "~~%s~~", "<b>%s</b>", "\\*%s\\*", "![%s](i.png)",
	"# %s", "## 1. %s", "## 2. **%s**", "### %s", "#### %s", "- %s", "  - %s", "1. %s", "4) %s", "> %s", "> > - %s", "    %s", "```\n%s\n```",
	"| a | b |\n|---|---|\n| %s | b | c |", "<div>\n%s\n</div>", "%s\n===", "%s  \nline", "## Findings\n\n### %s", "Summary: %s", "Title %s", "%s [1].",
	"Published 4 May 2024 %s", "## Sources\n\n[1] %s", "[^1]: %s", "<!-- --> %s", "%s[^1] and [2]: [3]", "***\n%s", "&amp; %s &lt;", "[%s][ref]\n\n[ref]: https://r.example",
}

// TestNoWordOfMarkdownIsLost puts words into all sorts of Markdown and looks for each, in its order.
func TestNoWordOfMarkdownIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var want []string
		for i := range rapid.IntRange(1, 15).Draw(t, "blocks") {
			word := fmt.Sprintf("word%cx", 'a'+i)
			want = append(want, word)
			fmt.Fprintf(&text, rapid.SampledFrom(wraps).Draw(t, "wrap"), word)
			text.WriteString(rapid.SampledFrom([]string{"\n\n", "\n\n", "\n"}).Draw(t, "end"))
		}
		result, messages := importFile([]byte(text.String()), manuscript.FormatMarkdown)
		if problem := wrongImport([]byte(text.String()), result, messages); problem != "" {
			t.Fatalf("%q: %s", text.String(), problem)
		}
		if result.Document == nil {
			return
		}
		all := keptText(result) + result.Query + documentText(result) + sourcesText(result)
		for _, word := range want {
			if !strings.Contains(all, word) {
				t.Fatalf("%q: %s is lost in %q", text.String(), word, all)
			}
		}
		found := regexp.MustCompile(`word[a-z]x`).FindAllString(documentText(result), -1)
		if !slices.IsSorted(found) {
			t.Fatalf("%q: the order became %v", text.String(), found)
		}
	})
}
