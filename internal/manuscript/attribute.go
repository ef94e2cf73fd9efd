package manuscript

import (
	"cmp"
	"slices"
	"strings"
)

// Kind is a kind of mark on text.
type Kind string

// The kinds of mark; each is the beginning of an attribute's key.
const (
	Claim   Kind = "claim"
	Plain   Kind = "plain"
	Comment Kind = "comment"
)

// markID names a mark: its kind and the id as it stands in the text.
type markID struct {
	kind Kind
	id   string
}

func (m markID) key() string { return string(m.kind) + ":" + m.id }

func (m markID) compare(o markID) int {
	return cmp.Or(cmp.Compare(m.kind, o.kind), cmp.Compare(m.id, o.id))
}

// attributes are the attributes of some text, read once. They never change.
type attributes struct {
	raw    map[string]any // as they stand, without nulls
	marks  []markID       // sorted
	cite   *cite          // nil: none
	struck bool
	link   string
}

// cite is the value of a cite attribute.
type cite struct {
	id, source string // "" if they are no strings
}

// cites says whether it makes a citation.
func (c *cite) cites() bool { return c != nil && c.source != "" }

var noAttributes = &attributes{}

func readAttributes(raw map[string]any) *attributes {
	if len(raw) == 0 {
		return noAttributes
	}
	a := &attributes{raw: raw}
	for key, v := range raw {
		switch key {
		case "strike":
			a.struck = isSet(v)
		case "link":
			a.link, _ = v.(string)
		case "cite":
			a.cite = readCite(v)
		default:
			if m, ok := readMark(key, v); ok {
				a.marks = append(a.marks, m)
			}
		}
	}
	slices.SortFunc(a.marks, markID.compare)
	return a
}

// isSet says whether an attribute's value stands for its being there: false, null and absent are one.
func isSet(v any) bool { return v != nil && v != false }

func readMark(key string, v any) (markID, bool) {
	kind, id, ok := strings.Cut(key, ":")
	if !ok || v != true {
		return markID{}, false
	}
	switch k := Kind(kind); k {
	case Claim, Plain, Comment:
		return markID{k, id}, true
	}
	return markID{}, false
}

func readCite(v any) *cite {
	if !isSet(v) {
		return nil
	}
	var c cite
	if fields, ok := v.(map[string]any); ok {
		c.id, _ = fields["id"].(string)
		c.source, _ = fields["source"].(string)
	}
	return &c
}

func sameCite(a, b *cite) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// with is what a change of attributes leads to; nil takes one off.
func (a *attributes) with(change map[string]any) *attributes {
	if len(change) == 0 {
		return a
	}
	return readAttributes(changed(a.raw, change))
}

func changed(raw, change map[string]any) map[string]any {
	out := make(map[string]any, len(raw)+len(change))
	for _, m := range []map[string]any{raw, change} {
		for key, v := range m {
			if v == nil {
				delete(out, key)
			} else {
				out[key] = v
			}
		}
	}
	return out
}
