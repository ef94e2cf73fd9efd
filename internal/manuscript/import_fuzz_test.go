package manuscript_test

import (
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
)

func TestEveryImportIsSound(t *testing.T) {
	for name, raw := range importCases(t) {
		for _, format := range []manuscript.Format{manuscript.FormatText, manuscript.FormatMarkdown} {
			result, messages := importFile(raw, format)
			if problem := wrongImport(raw, result, messages); problem != "" {
				t.Errorf("%s as %s: %s", name, format, problem)
			}
		}
	}
}

func FuzzImportText(f *testing.F)     { fuzzImport(f, manuscript.FormatText) }
func FuzzImportMarkdown(f *testing.F) { fuzzImport(f, manuscript.FormatMarkdown) }

func fuzzImport(f *testing.F, format manuscript.Format) {
	for name, raw := range importCases(f) {
		if len(raw) < 10_000 && name != "made-too-large.txt" {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		result, messages := importFile(raw, format)
		if problem := wrongImport(raw, result, messages); problem != "" {
			t.Errorf("%q: %s", raw, problem)
		}
	})
}
