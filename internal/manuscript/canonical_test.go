package manuscript_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

func TestContentsAreThoseOfThePublishedVectors(t *testing.T) {
	file, err := os.ReadFile("../review/testdata/content.json")
	if err != nil {
		t.Fatal(err)
	}
	type vector struct {
		Name  string    `json:"name"`
		Delta yjs.Delta `json:"delta"`
		JSON  string    `json:"json"`
		Hash  string    `json:"sha256"`
	}
	var vectors struct{ Claims, Texts []vector }
	if err := json.Unmarshal(file, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors.Claims {
		content := review.Content(nil)
		if s := manuscript.Read(v.Delta).Claim(uuid(1)); s != nil {
			content = s.Content
		}
		if got := string(content.JSON()); got != v.JSON || content.Hash() != v.Hash {
			t.Errorf("%s: %s, want %s", v.Name, got, v.JSON)
		}
	}
	for _, v := range vectors.Texts {
		m := manuscript.Read(v.Delta)
		var text review.Text
		for i := range m.Parts {
			text = append(text, m.PartText(&m.Parts[i])...)
		}
		if got := string(text.JSON()); got != v.JSON || text.Hash() != v.Hash {
			t.Errorf("%s: %s, want %s", v.Name, got, v.JSON)
		}
	}
}

func claimContent(text string) string {
	s := manuscript.Read(written(text)).Claim(uuid(1))
	if s == nil {
		return "no claim"
	}
	return string(s.Content.JSON())
}

func TestWhatCannotBeSeenDoesNotChangeTheContent(t *testing.T) {
	for name, texts := range map[string][2]string{
		"bold":                      {"{claim1|Six boats sank}", "{claim1|Six }{claim1 bold|boats}{claim1| sank}"},
		"a comment":                 {"{claim1|Six boats sank}", "{claim1|Six }{claim1 comment4|boats}{claim1| sank}"},
		"equal text by other runs":  {"{claim1|Six boats sank}", "{claim1|S}{claim1|ix bo}{claim1|ats sank}"},
		"another claim over it":     {"{claim1|Six boats sank}", "{claim1|Six }{claim1 claim2|boats}{claim1| sank}"},
		"text before it":            {"{claim1|Six boats sank}", "So: {claim1|Six boats sank}"},
		"another number, same cite": {"{claim1|Six }{claim1 cite1=a|[1]}", "{cite2=b|[1]} {claim1|Six }{claim1 cite1=a|[1]}"},
	} {
		if a, b := claimContent(texts[0]), claimContent(texts[1]); a != b {
			t.Errorf("%s: %s, %s", name, a, b)
		}
	}
}

func TestWhatIsReadOtherwiseChangesTheContent(t *testing.T) {
	whole := claimContent("{claim1|Six }{claim1 cite1=a|[1]}{claim1| boats sank}")
	for name, text := range map[string]string{
		"a word slipped in without the mark": "{claim1|Six }{claim1 cite1=a|[1]} small{claim1| boats sank}",
		"a word slipped in with the mark":    "{claim1|Six }{claim1 cite1=a|[1]}{claim1| small boats sank}",
		"strike":                             "{claim1 strike|Six }{claim1 cite1=a|[1]}{claim1| boats sank}",
		"a link":                             "{claim1 link=https://a|Six }{claim1 cite1=a|[1]}{claim1| boats sank}",
		"another source":                     "{claim1|Six }{claim1 cite1=b|[1]}{claim1| boats sank}",
		"no citation":                        "{claim1|Six  boats sank}",
		"a split of the mark":                "{claim1|Six }{claim1 cite1=a|[1]}{claim1| boats} {claim1|sank}",
		"a new paragraph":                    "{claim1|Six }{claim1 cite1=a|[1]}{claim1| boats}\n{claim1|sank}",
		"an embed":                           "{claim1|Six }{claim1 cite1=a|[1]}{claim1| boats sank}{claim1|embed}",
		"a bidirectional control":            "{claim1|Six }{claim1 cite1=a|[1]}{claim1| boats \u202esank}",
	} {
		if claimContent(text) == whole {
			t.Errorf("%s: still %s", name, whole)
		}
	}
}
