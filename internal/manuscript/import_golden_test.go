package manuscript_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/review"
)

var update = flag.Bool("update", false, "write the golden files of imports anew")

// countedIDs gives ids that count up.
func countedIDs() func() string {
	n := 0
	return func() string {
		n++
		return fmt.Sprintf("00000000-0000-7000-8000-%012d", n)
	}
}

func importFile(raw []byte, format manuscript.Format) (*manuscript.Imported, []review.Message) {
	return manuscript.Import(raw, manuscript.Options{Format: format, NewID: countedIDs()})
}

func formatOf(name string) manuscript.Format {
	if filepath.Ext(name) == ".md" {
		return manuscript.FormatMarkdown
	}
	return manuscript.FormatText
}

// importCases are the files of testdata/import by name, and the sample made into what a file system or an editor would spoil.
func importCases(tb testing.TB) map[string][]byte {
	tb.Helper()
	cases := map[string][]byte{}
	for _, pattern := range []string{"*.txt", "*.md"} {
		paths, err := filepath.Glob(filepath.Join("testdata", "import", pattern))
		if err != nil {
			tb.Fatal(err)
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				tb.Fatal(err)
			}
			cases[filepath.Base(path)] = raw
		}
	}
	sample := string(cases["sample.txt"])
	if sample == "" {
		tb.Fatal("the sample is missing")
	}
	cases["made-crlf.txt"] = []byte(strings.ReplaceAll(sample, "\n", "\r\n"))
	cases["made-cr.txt"] = []byte(strings.ReplaceAll(sample, "\n", "\r"))
	cases["made-bom.txt"] = []byte("\ufeff" + sample)
	cases["made-nul.txt"] = []byte(strings.Replace(sample, "kettle", "ket\x00tle", 1))
	cases["made-latin1.txt"] = []byte("is it leaking\r\n1. caf\xe9\r\nYes.")
	cases["made-utf16.txt"] = []byte("\xff\xfei\x00s\x00")
	cases["made-empty.txt"] = nil
	cases["made-blank.txt"] = []byte("\ufeff \r\n\t\u00a0\n\u200b")
	cases["made-too-large.txt"] = bytes.Repeat([]byte("a"), manuscript.MaxImport+1)
	cases["made-controls.txt"] = []byte("is it leaking\x07\n1. The\fgauges\x1b\nThey rose [1].\v Again [1].\n")
	return cases
}

func TestImportGivesWhatTheGoldenFilesSay(t *testing.T) {
	for name, raw := range importCases(t) {
		t.Run(name, func(t *testing.T) {
			result, messages := importFile(raw, formatOf(name))
			got := golden(t, result, messages)
			path := filepath.Join("testdata", "import", strings.ReplaceAll(name, ".", "-")+".json")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s", firstDifference(string(got), string(want)))
			}
		})
	}
}

// golden writes an import as JSON, each element of a list on one line, and ids without their zeros.
func golden(t *testing.T, result *manuscript.Imported, messages []review.Message) []byte {
	t.Helper()
	lines := make([]string, len(result.Lines))
	for i, line := range result.Lines {
		lines[i] = fmt.Sprintf("%d %s", i+1, strings.TrimSpace(line.As+" "+line.N))
	}
	var b strings.Builder
	b.WriteString("{")
	field := func(name string, value any) { fmt.Fprintf(&b, "\n%q: %s,", name, oneLine(t, value)) }
	field("sha256", result.SHA256)
	field("title", result.Title)
	field("query", result.Query)
	field("author", result.Author)
	field("date", result.Date)
	field("language", result.Language)
	goldenList(t, &b, "boilerplate", result.Boilerplate)
	goldenList(t, &b, "lines", lines)
	goldenList(t, &b, "sources", result.Sources)
	goldenList(t, &b, "claims", result.Claims)
	goldenList(t, &b, "document", result.Document)
	goldenList(t, &b, "messages", messages)
	return []byte(strings.TrimSuffix(strings.ReplaceAll(b.String(), "00000000-0000-7000-8000-000000000", "#"), ",") + "\n}\n")
}

func goldenList[T any](t *testing.T, b *strings.Builder, name string, list []T) {
	t.Helper()
	fmt.Fprintf(b, "\n%q: [", name)
	for i := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n  " + oneLine(t, list[i]))
	}
	b.WriteString("],")
}

func oneLine(t *testing.T, value any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// firstDifference is the first line in which two texts differ.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\ngot  %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}
