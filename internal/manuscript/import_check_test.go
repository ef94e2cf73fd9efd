package manuscript_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

// wrongImport says what may be in no import; "" if nothing is wrong.
func wrongImport(raw []byte, result *manuscript.Imported, messages []review.Message) string {
	refused := false
	most := max(1, strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(raw)), "\n")+1)
	for i, m := range messages {
		refused = refused || m.Refuses()
		switch {
		case m.Line < 1 || m.Line > most || len(result.Lines) > 0 && m.Line > len(result.Lines):
			return fmt.Sprintf("%+v: there are %d lines", m, most)
		case !strings.ContainsAny(m.Code[:1], "EWB") || len(m.Code) != 4 || m.What == "" || m.Do == "":
			return fmt.Sprintf("message %+v", m)
		case i > 0 && messages[i-1].Line > m.Line:
			return "the messages are not sorted"
		}
	}
	if len(result.SHA256) != 64 {
		return "no hash"
	}
	for i, line := range result.Lines {
		if line.As == "" {
			return fmt.Sprintf("line %d was recognised as nothing", i+1)
		}
	}
	if refused {
		if result.Title != "" || result.Document != nil || result.Claims != nil || result.Sources != nil || result.Boilerplate != nil {
			return "refused, and something was imported"
		}
		return ""
	}
	if problem := wrongDelta(result.Document); problem != "" {
		return problem
	}
	if problem := wrongClaims(result); problem != "" {
		return problem
	}
	return wrongReading(result)
}

// wrongDelta says what is wrong with a document's form.
func wrongDelta(text yjs.Delta) string {
	if len(text) < 2 || text[len(text)-1].Insert == "" || !strings.HasSuffix(text[len(text)-1].Insert, "\n") {
		return "the document does not end with a block's end"
	}
	for i, op := range text {
		isEnd := op.Insert == "\n" && (op.Attributes["header"] != nil || op.Attributes["list"] != nil ||
			op.Attributes["blockquote"] != nil || op.Attributes["indent"] != nil)
		switch {
		case op.Insert == "" || op.Embed != nil || op.Retain != 0 || op.Delete != 0 || !utf8.ValidString(op.Insert):
			return fmt.Sprintf("operation %+v", op)
		case strings.ContainsAny(op.Insert, "\x00\r\x1b\x01\x10"):
			return fmt.Sprintf("a control in %q", op.Insert)
		case len(op.Attributes) > 0 && strings.Contains(op.Insert, "\n") && !isEnd:
			return fmt.Sprintf("marks on a block's end: %+v", op)
		case i > 0 && !isEnd && reflect.DeepEqual(text[i-1].Attributes, op.Attributes):
			return fmt.Sprintf("%+v and %+v should be one", text[i-1], op)
		}
	}
	return ""
}

// wrongClaims says what does not fit between document, claims and sources.
func wrongClaims(result *manuscript.Imported) string {
	sources, claims, cites := map[string]bool{}, map[string]int{}, map[string]bool{}
	for _, s := range result.Sources {
		if s.ID == "" || sources[s.ID] || s.Placeholder == (s.Kind != "") || s.ImportedLabel == "" || !s.Placeholder && !s.Kind.Valid() {
			return fmt.Sprintf("source %+v", s)
		}
		sources[s.ID] = true
	}
	for i, c := range result.Claims {
		if _, again := claims[c.ID]; again {
			return "a claim's id stands twice"
		}
		claims[c.ID] = i
		if slices.ContainsFunc(c.Evidence, func(id string) bool { return !sources[id] }) {
			return fmt.Sprintf("evidence of %+v", c)
		}
	}
	marked := map[string]bool{}
	for _, op := range result.Document {
		for key, value := range op.Attributes {
			if id, ok := strings.CutPrefix(key, "claim:"); ok {
				if _, known := claims[id]; !known || value != true {
					return "the document marks a claim that is not proposed: " + id
				}
				marked[id] = true
			}
			if cite, ok := value.(map[string]any); ok {
				id, _ := cite["id"].(string)
				source, _ := cite["source"].(string)
				if cites[id] || !sources[source] || key != "cite" {
					return fmt.Sprintf("citation %v", cite)
				}
				cites[id] = true
			}
		}
	}
	for _, c := range result.Claims {
		if !marked[c.ID] {
			return "a proposed claim is not in the document"
		}
		for _, id := range c.RestsOn {
			other, known := claims[id]
			if !known || rank(result.Claims[other].Kind) >= rank(c.Kind) {
				return fmt.Sprintf("%+v rests on %s", c, id)
			}
		}
	}
	return ""
}

// rank orders kinds of claims such that each rests on lower ones only, so that there are no cycles.
func rank(kind manuscript.ClaimKind) int {
	return slices.Index([]manuscript.ClaimKind{
		manuscript.SentenceClaim, manuscript.SummaryClaim, manuscript.HeadingClaim, manuscript.TitleClaim,
	}, kind)
}

// wrongReading reads the document back: what was just imported needs nobody's attention.
func wrongReading(result *manuscript.Imported) string {
	m := manuscript.Read(result.Document)
	if m.Title == "" || len(m.Claims) != len(result.Claims) {
		return fmt.Sprintf("read as %q with %d claims, not %d", m.Title, len(m.Claims), len(result.Claims))
	}
	for i, c := range m.Claims {
		if c.ID != result.Claims[i].ID || len(c.Attention) > 0 || len(c.Pieces) != 1 {
			return fmt.Sprintf("claim %+v is read as %+v", result.Claims[i], c)
		}
	}
	for _, c := range m.Citations {
		if len(c.Attention) > 0 {
			return fmt.Sprintf("citation %+v", c)
		}
	}
	for _, p := range m.Parts {
		if len(p.Attention) > 0 || p.Kind == manuscript.Finding && p.Number == 0 {
			return fmt.Sprintf("part %+v", p)
		}
	}
	return ""
}
