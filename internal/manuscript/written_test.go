package manuscript_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/yjs"
)

// uuid is a well-formed id.
func uuid(n int) string { return fmt.Sprintf("0198a0c0-0000-7000-8000-%012d", n) }

// written is a text written down in tests: "Six {claim1|boats} sank.{h2 finding1}\n". A brace with a bar puts attributes on
// what follows the bar; a brace without one puts them on the next "\n". An attribute is a name for true, name=value for a text,
// claim1, plain1, finding1 for one with uuid(1), and cite1=s for a citation of source s; embed is an embed.
func written(text string) yjs.Delta {
	var out yjs.Delta
	line := map[string]any{}
	for text != "" {
		before, rest, brace := strings.Cut(text, "{")
		for i, part := range strings.SplitAfter(before, "\n") {
			if i > 0 {
				line = map[string]any{}
			}
			plain, ended := strings.CutSuffix(part, "\n")
			if plain != "" {
				out = append(out, yjs.Op{Insert: plain})
			}
			if ended {
				out = append(out, yjs.Op{Insert: "\n", Attributes: line})
			}
		}
		if !brace {
			break
		}
		inside, after, _ := strings.Cut(rest, "}")
		names, marked, isMark := strings.Cut(inside, "|")
		attributes := map[string]any{}
		for name := range strings.FieldsSeq(names) {
			writeAttribute(attributes, name)
		}
		switch {
		case !isMark:
			line = attributes
		case marked == "embed":
			out = append(out, yjs.Op{Embed: map[string]any{"image": "x"}, Attributes: attributes})
		default:
			out = append(out, yjs.Op{Insert: marked, Attributes: attributes})
		}
		text = after
	}
	return out
}

func writeAttribute(out map[string]any, name string) {
	name, value, isText := strings.Cut(name, "=")
	kind := strings.TrimRight(name, "0123456789")
	n, err := strconv.Atoi(name[len(kind):])
	if err != nil {
		kind = ""
	}
	switch kind {
	case "claim", "plain", "comment":
		out[kind+":"+uuid(n)] = true
	case "cite":
		out[kind] = map[string]any{"id": uuid(n), "source": value}
	case "finding":
		out[kind] = uuid(n)
	case "h":
		out["header"] = float64(n)
	case "indent":
		out[kind] = float64(n)
	default:
		out[name] = true
		if isText {
			out[name] = value
		}
	}
}

// short writes ids made by uuid as their numbers.
func short(s string) string {
	for n := range 40 {
		s = strings.ReplaceAll(s, uuid(n), fmt.Sprint(n))
	}
	return s
}

// described is all that can be seen of a manuscript.
func described(m *manuscript.Manuscript) string {
	var out strings.Builder
	fmt.Fprintf(&out, "title %q, %d units, %d words\n", m.Title, m.Len(), m.Words())
	line := func(v any) {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&out, "%s\n", b)
	}
	for i := range m.Parts {
		line(m.Parts[i])
		fmt.Fprintf(&out, "  %s\n", m.PartText(&m.Parts[i]).JSON())
	}
	for _, list := range [][]manuscript.Stretch{m.Claims, m.Plains} {
		for _, s := range list {
			line(s)
			if s.Content.Hash() != s.Hash {
				fmt.Fprintf(&out, "  the hash is not the content's\n")
			}
		}
	}
	line(m.Citations)
	line(m.Comments)
	line(m.Uncovered(func(*manuscript.Stretch) bool { return true }))
	line(m.Uncovered(func(p *manuscript.Stretch) bool { return len(p.ID)%2 == 0 }))
	fmt.Fprintf(&out, "%q", m.Text(manuscript.Range{To: m.Len()}))
	return out.String()
}

func readWritten(t *testing.T, text string) *manuscript.Manuscript {
	t.Helper()
	m := manuscript.Read(written(text))
	if problem := unsound(m); problem != "" {
		t.Fatalf("%s: %s", text, problem)
	}
	return m
}

// unsound says what cannot be in any manuscript.
func unsound(m *manuscript.Manuscript) string {
	at := 0
	keys := map[string]bool{}
	for _, p := range m.Parts {
		if p.Range.From != at || p.Range.To <= at || keys[p.Key] {
			return fmt.Sprintf("part %s at %v follows %d", p.Key, p.Range, at)
		}
		keys[p.Key] = true
		at = p.Range.To
	}
	if at != m.Len() && at != m.Len()+1 {
		return fmt.Sprintf("parts end at %d, the text at %d", at, m.Len())
	}
	for kind, list := range map[string][]manuscript.Stretch{"claim": m.Claims, "plain": m.Plains} {
		ids := map[string]bool{}
		for _, s := range list {
			if ids[s.ID] || len(s.Parts) == 0 || len(s.Pieces) == 0 {
				return fmt.Sprintf("%s %+v", kind, s)
			}
			ids[s.ID] = true
			at := -1
			for _, r := range s.Pieces {
				if r.From <= at || r.To <= r.From || r.To > m.Len() {
					return fmt.Sprintf("%s %s has pieces %v", kind, s.ID, s.Pieces)
				}
				at = r.To
			}
		}
	}
	return ""
}
