package yjs

import (
	"maps"
	"slices"
)

// skipNeedless moves over marks that are wanted anyway, and over what is deleted.
func (t TextEditor) skipNeedless(c *cursor, attributes map[string]any) {
	for c.right != 0 {
		it := t.tx.doc.at(c.right)
		if !it.deleted() {
			if it.kind != kindFormat {
				return
			}
			if m := t.tx.doc.markOf(it); !sameValue(attributes[m.key], m.value) {
				return
			}
		}
		t.forward(c)
	}
}

// startMarks sets the marks that are not in force and returns what has to be set again behind.
func (t TextEditor) startMarks(c *cursor, attributes map[string]any) map[string]any {
	negated := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		v, now := attributes[key], c.marks[key]
		if !sameValue(v, now) {
			negated[key] = now
			t.mark(c, mark{key, v})
		}
	}
	return negated
}

// endMarks sets marks back behind what was inserted, unless the ones that follow do so.
func (t TextEditor) endMarks(c *cursor, negated map[string]any) {
	d := t.tx.doc
	for c.right != 0 {
		it := d.at(c.right)
		if !it.deleted() {
			if it.kind != kindFormat {
				break
			}
			m := d.markOf(it)
			if v, ok := negated[m.key]; !ok || !sameValue(v, m.value) {
				break
			}
			delete(negated, m.key)
		}
		t.forward(c)
	}
	for _, key := range slices.Sorted(maps.Keys(negated)) {
		t.mark(c, mark{key, negated[key]})
	}
}

// mark puts one mark at the cursor and moves behind it.
func (t TextEditor) mark(c *cursor, m mark) {
	d := t.tx.doc
	b, err := toJSON(m.value)
	if err != nil {
		return // cannot be: it came through plainAttributes or from the document
	}
	raw := appendBlock(appendBlock(nil, m.key), b)
	c.right = t.tx.create(c.left, c.right, t.branch, 0, func(_ ref, it *item) {
		it.kind, it.data = kindFormat, d.formatIndex(raw)
	})
	t.forward(c)
}

// format sets attributes on the n units behind the cursor and moves it there.
func (t TextEditor) format(c *cursor, n int, attributes map[string]any) error {
	attributes, err := plainAttributes(attributes)
	if err != nil {
		return err
	}
	t.skipNeedless(c, attributes)
	negated := t.startMarks(c, attributes)
	d := t.tx.doc
	for c.right != 0 {
		it := d.at(c.right)
		if n == 0 && (len(negated) == 0 || (!it.deleted() && it.kind != kindFormat)) {
			break
		}
		switch {
		case it.deleted():
		case it.kind == kindFormat:
			if !t.overrule(c, n, attributes, negated) {
				t.endMarks(c, negated)
				return nil
			}
		default:
			if uint32(n) < it.len {
				d.split(c.right, uint32(n))
			}
			n -= int(it.len)
		}
		t.forward(c)
	}
	t.endMarks(c, negated)
	return nil
}

// overrule takes out a mark that stands within what is being formatted. It is false if the mark is
// the first one behind that says something else.
func (t TextEditor) overrule(c *cursor, n int, attributes, negated map[string]any) bool {
	m := t.tx.doc.markOf(t.tx.doc.at(c.right))
	v, ok := attributes[m.key]
	if !ok {
		setMark(c.marks, m)
		return true
	}
	if sameValue(v, m.value) {
		delete(negated, m.key)
	} else {
		if n == 0 {
			return false
		}
		negated[m.key] = m.value
	}
	t.tx.doc.delete(c.right)
	return true
}

// delete takes out the n units behind the cursor.
func (t TextEditor) delete(c *cursor, n int) {
	d := t.tx.doc
	startMarks, start := maps.Clone(c.marks), c.right
	for n > 0 && c.right != 0 {
		if it := d.at(c.right); it.visible() {
			if uint32(n) < it.len {
				d.split(c.right, uint32(n))
			}
			n -= int(it.len)
			d.delete(c.right)
		}
		t.forward(c)
	}
	if start != 0 {
		t.cleanGap(start, c, startMarks)
	}
}

// cleanGap takes out the marks that a deletion has left without an effect, as Yjs does
// (cleanupFormattingGap): those overruled before any text follows, and those that set what was set.
func (t TextEditor) cleanGap(start ref, c *cursor, startMarks map[string]any) {
	d := t.tx.doc
	last := map[string]ref{}
	end := start
	for ; end != 0 && !d.at(end).visible(); end = d.at(end).right {
		if it := d.at(end); it.isFormat() {
			last[d.markOf(it).key] = end
		}
	}
	reached := false
	for r := start; r != end; r = d.at(r).right {
		if r == c.right {
			reached = true
		}
		it := d.at(r)
		if !it.isFormat() {
			continue
		}
		m := d.markOf(it)
		before := startMarks[m.key]
		if last[m.key] != r || sameValue(before, m.value) {
			d.delete(r)
			if !reached && sameValue(c.marks[m.key], m.value) && !sameValue(before, m.value) {
				setMark(c.marks, mark{m.key, before})
			}
		}
		if !reached && !it.deleted() {
			setMark(c.marks, m)
		}
	}
}
