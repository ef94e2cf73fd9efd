package yjs

import "fmt"

// Map is a root read as a Y.Map.
type Map struct {
	doc  *Doc
	name string
}

// Map returns a root as a map. A root that nobody wrote to is an empty one.
func (d *Doc) Map(root string) Map { return Map{d, root} }

// Get is the value of a key: as [DecodeAny] gives it, or, for a nested type, as [Doc.Plain] does.
func (m Map) Get(key string) (value any, ok bool) {
	d := m.doc
	b, ok := d.roots[m.name]
	if !ok {
		return nil, false
	}
	r := d.branches[b].entries[d.keyIndex[key]]
	if r == 0 || !d.at(r).visible() {
		return nil, false
	}
	it := d.at(r)
	if it.kind == kindType {
		return d.plainBranch(it.data, maxPlainDepth), true
	}
	values := d.decoded(it)
	return values[len(values)-1], true
}

// Keys are the keys that have a value, in no order.
func (m Map) Keys() []string {
	b, ok := m.doc.roots[m.name]
	if !ok {
		return nil
	}
	var out []string
	for key, r := range m.doc.branches[b].entries {
		if m.doc.at(r).visible() {
			out = append(out, m.doc.keyName(key))
		}
	}
	return out
}

// MapEditor edits a root map.
type MapEditor struct {
	tx     *Tx
	branch uint32
}

// Map edits a root as a map.
func (tx *Tx) Map(root string) MapEditor {
	return MapEditor{tx, tx.doc.rootBranch([]byte(root))}
}

// Set gives a key a value that [EncodeAny] takes. Bytes become a Binary, as in Yjs.
func (m MapEditor) Set(key string, value any) error {
	k, content := kindAny, []byte(nil)
	if b, ok := value.([]byte); ok {
		k, content = kindBinary, appendBlock(nil, b)
	} else {
		var err error
		if content, err = EncodeAny(value); err != nil {
			return fmt.Errorf("set %q: %w", key, err)
		}
	}
	d := m.tx.doc
	sub := d.key([]byte(key))
	m.tx.create(d.branches[m.branch].entries[sub], 0, m.branch, sub, func(_ ref, it *item) {
		it.kind = k
		d.keep(it, content)
	})
	return nil
}

// Delete takes a key out. One that is not there stays so.
func (m MapEditor) Delete(key string) error {
	d := m.tx.doc
	if r := d.branches[m.branch].entries[d.keyIndex[key]]; r != 0 {
		d.delete(r)
	}
	return nil
}
