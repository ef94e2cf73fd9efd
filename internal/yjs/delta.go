package yjs

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Delta is a text, or a change of one, in Quill's form.
type Delta []Op

// Op is one step of a [Delta]: exactly one of Insert, Embed, Retain and Delete is set. Retain and
// Delete count UTF-16 units; an embed is one unit.
type Op struct {
	Insert     string
	Embed      any // an inserted value that is no text, as encoding/json decodes it; see also Null
	Retain     int
	Delete     int
	Attributes map[string]any // of a Retain: what changes, nil to take a mark off; shared: do not change
}

// Null is an embed that is JSON's null.
type Null struct{}

// MarshalJSON gives "null".
func (Null) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// Len is how many units of text an operation inserts, keeps or deletes.
func (o *Op) Len() int {
	switch {
	case o.Embed != nil:
		return 1
	case o.Insert != "":
		return units(o.Insert)
	}
	return o.Retain + o.Delete
}

// MarshalJSON gives Quill's form: {"insert": "a", "attributes": {…}}.
func (o Op) MarshalJSON() ([]byte, error) {
	m := map[string]any{}
	switch {
	case o.Embed != nil:
		m["insert"] = o.Embed
	case o.Insert != "":
		m["insert"] = o.Insert
	case o.Retain > 0:
		m["retain"] = o.Retain
	case o.Delete > 0:
		m["delete"] = o.Delete
	}
	if len(o.Attributes) > 0 {
		m["attributes"] = o.Attributes
	}
	return json.Marshal(m)
}

// UnmarshalJSON reads Quill's form.
func (o *Op) UnmarshalJSON(b []byte) error {
	var in struct {
		Insert     json.RawMessage `json:"insert"`
		Retain     *int            `json:"retain"`
		Delete     *int            `json:"delete"`
		Attributes map[string]any  `json:"attributes"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return fmt.Errorf("read a delta operation: %w", err)
	}
	*o = Op{Attributes: in.Attributes}
	set := 0
	if len(in.Insert) > 0 {
		set++
		var v any
		if err := json.Unmarshal(in.Insert, &v); err != nil {
			return fmt.Errorf("read a delta operation: %w", err)
		}
		switch v := v.(type) {
		case string:
			o.Insert = v
		case nil:
			o.Embed = Null{}
		default:
			o.Embed = v
		}
	}
	for _, n := range []struct{ from, to *int }{{in.Retain, &o.Retain}, {in.Delete, &o.Delete}} {
		if n.from != nil {
			set++
			*n.to = *n.from
		}
	}
	if set != 1 || o.Retain < 0 || o.Delete < 0 {
		return errors.New("read a delta operation: it needs exactly one of insert, retain and delete, and no negative number")
	}
	return nil
}

// deltaBuilder puts a delta together, joining operations of one kind with equal attributes.
type deltaBuilder struct {
	out        Delta
	text       []byte // an insertion that may go on
	attributes map[string]any
}

// insert adds text.
func (b *deltaBuilder) insert(text string, attributes map[string]any) {
	if len(b.text) > 0 && !sameAttributes(b.attributes, attributes) {
		b.flush()
	}
	b.text = append(b.text, text...)
	b.attributes = attributes
}

// add adds an operation of any kind; one of length 0 is none.
func (b *deltaBuilder) add(o Op) {
	if o.Embed == nil && o.Insert != "" {
		b.insert(o.Insert, o.Attributes)
		return
	}
	if o.Len() == 0 {
		return
	}
	b.flush()
	if n := len(b.out); n > 0 && o.Embed == nil {
		last := &b.out[n-1]
		if sameAttributes(last.Attributes, o.Attributes) {
			switch {
			case last.Retain > 0 && o.Retain > 0:
				last.Retain += o.Retain
				return
			case last.Delete > 0 && o.Delete > 0:
				last.Delete += o.Delete
				return
			}
		}
	}
	b.out = append(b.out, o)
}

func (b *deltaBuilder) flush() {
	if len(b.text) > 0 {
		b.out = append(b.out, Op{Insert: string(b.text), Attributes: b.attributes})
		b.text = b.text[:0]
	}
}

// delta is what was put together.
func (b *deltaBuilder) delta() Delta {
	b.flush()
	return b.out
}

func sameAttributes(a, b map[string]any) bool {
	if len(a) != len(b) {
		return false
	}
	for key, v := range a {
		if w, ok := b[key]; !ok || !sameValue(v, w) {
			return false
		}
	}
	return true
}

// sameValue compares two values as encoding/json decodes them.
func sameValue(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case bool:
		w, ok := b.(bool)
		return ok && a == w
	case string:
		w, ok := b.(string)
		return ok && a == w
	case float64:
		w, ok := b.(float64)
		return ok && a == w
	}
	return reflect.DeepEqual(a, b)
}

// marks are the marks in force at a place: indices into Doc.formats, one for each key, by key.
type marks []uint32

// MaxMarks is how many marks are read at one place. While so many are in force, further ones are kept and
// passed on, but do not show: else a few kilobytes of marks, each over all text that follows, would
// take gigabytes to read.
const MaxMarks = 28

// set takes a mark in.
func (m marks) set(d *Doc, f uint32) marks {
	key := d.formats[f].key
	i, found := slices.BinarySearchFunc(m, key, func(f, key uint32) int {
		return int(d.formats[f].key) - int(key)
	})
	switch {
	case d.formats[f].value == nil && found:
		return slices.Delete(m, i, i+1)
	case d.formats[f].value == nil:
		return m
	case found:
		m[i] = f
		return m
	case len(m) >= MaxMarks:
		return m
	}
	return slices.Insert(m, i, f)
}

// attributes gives marks as a map; nil if there are none.
func (m marks) attributes(d *Doc) map[string]any {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]any, len(m))
	for _, f := range m {
		out[d.keyName(d.formats[f].key)] = d.formats[f].value
	}
	return out
}

// attributeCache makes the map of the same marks once.
type attributeCache struct {
	of    marks
	value map[string]any
	valid bool
}

func (c *attributeCache) get(d *Doc, m marks) map[string]any {
	if !c.valid || !slices.Equal(c.of, m) {
		c.of = append(c.of[:0], m...)
		c.value, c.valid = m.attributes(d), true
	}
	return c.value
}

// changedAttributes is what leads from old marks to new ones; nil if nothing.
func changedAttributes(d *Doc, old, now marks) map[string]any {
	if slices.Equal(old, now) {
		return nil
	}
	was := old.attributes(d)
	out := maps.Clone(now.attributes(d))
	for key, v := range was {
		switch n, ok := out[key]; {
		case !ok:
			if out == nil {
				out = map[string]any{}
			}
			out[key] = nil
		case sameValue(n, v):
			delete(out, key)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
