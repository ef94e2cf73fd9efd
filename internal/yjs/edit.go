package yjs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Tx is a transaction in progress: see [Doc.Transact].
type Tx struct {
	doc    *Doc
	client uint32 // by index plus one
}

// Transact carries out edits in the name of a client, whose ids nobody else may use, and returns the
// update that says so. An update without an edit is empty, but valid. If edit returns an error the
// document is as it was and that error is returned.
//
// The edits are made on a clone and come back as the update, which is applied: so the document stays a
// function of the updates that it was given, even where an edit looked at half a surrogate pair and
// then changed nothing.
func (d *Doc) Transact(client uint64, edit func(*Tx) error) (update []byte, err error) {
	if client > MaxClient {
		return nil, fmt.Errorf("edit a document: client id %d is above 2^53-1", client)
	}
	scratch := d.Clone()
	scratch.begin()
	tx := &Tx{scratch, scratch.clientOf(client) + 1}
	if err := edit(tx); err != nil {
		return nil, err
	}
	update = tx.update()
	if _, err := d.Apply(update); err != nil {
		return nil, fmt.Errorf("edit a document: %w", err)
	}
	return update, nil
}

// update encodes what the transaction made and deleted.
func (tx *Tx) update() []byte {
	d := tx.doc
	var w writer
	if c := &d.clients[tx.client-1]; c.before < c.state && c.touched {
		d.encodeClient(&w, tx.client-1, c.before)
	}
	deletes := rangeSet{ranges: d.byID(&d.tx.deleted)}
	merged, err := mergeUpdates(&trusted, [][]byte{w.finish(&deletes)})
	if err != nil {
		return w.finish(&deletes) // cannot be: these are our own bytes
	}
	return merged
}

// create makes an item between two others and returns it.
func (tx *Tx) create(left, right ref, branch, sub uint32, fill func(r ref, it *item)) ref {
	d := tx.doc
	c := &d.clients[tx.client-1]
	if !c.touched {
		c.touched, c.before = true, c.state
		d.tx.touched = append(d.tx.touched, tx.client)
	}
	r, it := d.newItem()
	it.client, it.clock, it.len, it.flags = tx.client, c.state, 1, flagNew
	it.left, it.right, it.parent, it.sub = left, right, branch, sub
	if left != 0 {
		it.originClient, it.originClock = d.at(left).client, d.at(left).end()-1
	}
	if right != 0 {
		it.rightClient, it.rightClock = d.at(right).client, d.at(right).clock
	}
	fill(r, it)
	c.state += it.len
	d.tx.created.add(uint64(tx.client), it.clock, it.len)
	d.link(r)
	c.structs.push(it.clock, r)
	d.settle(r)
	return r
}

// TextEditor edits a root text.
type TextEditor struct {
	tx     *Tx
	branch uint32
}

// Text edits a root as a text.
func (tx *Tx) Text(root string) TextEditor {
	return TextEditor{tx, tx.doc.rootBranch([]byte(root))}
}

// cursor is a place between two items of a text, with the marks in force there.
type cursor struct {
	left, right ref
	marks       map[string]any
}

// Insert puts text at a position, under exactly the given attributes: what its neighbours have and
// attributes does not name is taken off. Half of a surrogate pair cannot be written; see [Doc.Transact]
// for how errors end.
func (t TextEditor) Insert(at int, text string, attributes map[string]any) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("insert at %d: the text is not UTF-8", at)
	}
	if text == "" {
		return nil
	}
	c, err := t.cursor(at, "insert")
	if err != nil {
		return err
	}
	return t.insert(&c, kindString, []byte(text), units(text), attributes)
}

// Embed puts a value that encoding/json can write at a position; it counts one unit.
func (t TextEditor) Embed(at int, value any, attributes map[string]any) error {
	c, err := t.cursor(at, "embed")
	if err != nil {
		return err
	}
	return t.embed(&c, value, attributes)
}

func (t TextEditor) embed(c *cursor, value any, attributes map[string]any) error {
	b, err := toJSON(value)
	if err != nil {
		return fmt.Errorf("embed a value: %w", err)
	}
	return t.insert(c, kindEmbed, appendBlock(nil, b), 1, attributes)
}

// Delete takes out n units from a position on.
func (t TextEditor) Delete(at, n int) error {
	if err := t.checkRange(at, n, "delete"); err != nil || n == 0 {
		return err
	}
	c, err := t.cursor(at, "delete")
	if err != nil {
		return err
	}
	t.delete(&c, n)
	return nil
}

// Format sets attributes on n units from a position on; nil takes one off.
func (t TextEditor) Format(at, n int, attributes map[string]any) error {
	if err := t.checkRange(at, n, "format"); err != nil || n == 0 {
		return err
	}
	c, err := t.cursor(at, "format")
	if err != nil {
		return err
	}
	return t.format(&c, n, attributes)
}

// Apply carries out a delta from the text's beginning.
func (t TextEditor) Apply(delta Delta) error {
	c, err := t.cursor(0, "apply")
	if err != nil {
		return err
	}
	at := 0
	for i, o := range delta {
		if o.Retain > 0 || o.Delete > 0 {
			if err := t.checkRange(at, o.Retain+o.Delete, "apply"); err != nil {
				return fmt.Errorf("operation %d: %w", i+1, err)
			}
		}
		switch {
		case o.Embed != nil:
			err = t.embed(&c, o.Embed, o.Attributes)
		case o.Insert != "" && !utf8.ValidString(o.Insert):
			err = fmt.Errorf("insert at %d: the text is not UTF-8", at)
		case o.Insert != "":
			err = t.insert(&c, kindString, []byte(o.Insert), units(o.Insert), o.Attributes)
		case o.Retain > 0:
			err = t.format(&c, o.Retain, o.Attributes)
		case o.Delete > 0:
			t.delete(&c, o.Delete)
			at -= o.Delete
		default:
			err = fmt.Errorf("an operation without insert, retain or delete")
		}
		if err != nil {
			return fmt.Errorf("operation %d: %w", i+1, err)
		}
		at += o.Len()
	}
	return nil
}

// Len is the length of the text as edited so far, in UTF-16 units.
func (t TextEditor) Len() int { return int(t.tx.doc.branches[t.branch].length) }

func (t TextEditor) checkRange(at, n int, what string) error {
	if length := t.Len(); at < 0 || n < 0 || at > length || n > length-at {
		return fmt.Errorf("%s %d units at %d: the text has %d", what, n, at, t.Len())
	}
	return nil
}

// cursor finds a position: right behind the unit before it, as Yjs does.
func (t TextEditor) cursor(at int, what string) (cursor, error) {
	if err := t.checkRange(at, 0, what); err != nil {
		return cursor{}, err
	}
	d := t.tx.doc
	x := d.indexOf(t.branch)
	if at == 0 {
		return cursor{right: d.branches[t.branch].first, marks: map[string]any{}}, nil
	}
	left, offset := x.find(d, uint32(at-1))
	if it := d.at(left); offset+1 < it.len {
		d.split(left, offset+1)
	}
	c := cursor{left: left, right: d.at(left).right, marks: d.marksBefore(t.branch, left).attributes(d)}
	if c.marks == nil {
		c.marks = map[string]any{}
	}
	return c, nil
}

// forward steps over the item on the right.
func (t TextEditor) forward(c *cursor) {
	d := t.tx.doc
	if it := d.at(c.right); it.isFormat() {
		setMark(c.marks, d.markOf(it))
	}
	c.left, c.right = c.right, d.at(c.right).right
}

// mark is one attribute.
type mark struct {
	key   string
	value any
}

func (d *Doc) markOf(it *item) mark {
	f := &d.formats[it.data]
	return mark{d.keyName(f.key), f.value}
}

func setMark(m map[string]any, k mark) {
	if k.value == nil {
		delete(m, k.key)
	} else {
		m[k.key] = k.value
	}
}

// insert puts content at the cursor and moves it behind.
func (t TextEditor) insert(c *cursor, k kind, content []byte, n int, attributes map[string]any) error {
	all, err := plainAttributes(attributes)
	if err != nil {
		return err
	}
	for key := range c.marks {
		if _, ok := all[key]; !ok {
			all[key] = nil
		}
	}
	t.skipNeedless(c, all)
	negated := t.startMarks(c, all)
	d := t.tx.doc
	c.right = t.tx.create(c.left, c.right, t.branch, 0, func(_ ref, it *item) {
		it.kind, it.len = k, uint32(n)
		d.keep(it, content)
	})
	t.forward(c)
	t.endMarks(c, negated)
	return nil
}

// plainAttributes copies attributes, as encoding/json would read them again.
func plainAttributes(attributes map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(attributes))
	for key, v := range attributes {
		b, err := toJSON(v)
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", key, err)
		}
		out[key] = parseJSON(b)
	}
	return out, nil
}

// toJSON writes a value as JSON.stringify would.
func toJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
