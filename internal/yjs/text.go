package yjs

import "strings"

// Text is a root read as a Y.Text.
type Text struct {
	doc  *Doc
	name string
}

// Text returns a root as a text. A root that nobody wrote to is an empty one.
func (d *Doc) Text(root string) Text { return Text{d, root} }

// branch is the root's branch, if anybody wrote to it yet.
func (t Text) branch() (b uint32, ok bool) {
	b, ok = t.doc.roots[t.name]
	return b, ok
}

// Len is the text's length in UTF-16 units; an embed is one.
func (t Text) Len() int {
	b, ok := t.branch()
	if !ok {
		return 0
	}
	return int(t.doc.branches[b].length)
}

// String is the text without marks and embeds.
func (t Text) String() string {
	root, ok := t.branch()
	if !ok {
		return ""
	}
	var b strings.Builder
	d := t.doc
	for r := d.branches[root].first; r != 0; r = d.at(r).right {
		if it := d.at(r); it.kind == kindString && !it.deleted() {
			b.Write(d.content(it))
		}
	}
	return b.String()
}

// Delta is the text with its marks and embeds. Neighbours with equal attributes are one operation.
func (t Text) Delta() Delta {
	b, ok := t.branch()
	if !ok {
		return Delta{}
	}
	return t.doc.deltaOf(b, maxPlainDepth)
}

// deltaOf reads a text in which types may nest depth levels deep.
func (d *Doc) deltaOf(b uint32, depth int) Delta {
	out := deltaBuilder{out: Delta{}}
	var now marks
	var cache attributeCache
	for r := d.branches[b].first; r != 0; r = d.at(r).right {
		it := d.at(r)
		switch {
		case it.deleted():
		case it.kind == kindString:
			out.insert(string(d.content(it)), cache.get(d, now))
		case it.kind == kindFormat:
			now = now.set(d, it.data)
		default:
			for _, v := range d.embeds(it, depth) {
				out.add(Op{Embed: v, Attributes: cache.get(d, now)})
			}
		}
	}
	return out.delta()
}

// embeds gives what a countable item that is no string holds, unit by unit, as embeds. Values that an
// array would hold can stand in a text only if a client treats the root as both; they are shown as
// {"$value": …}, so that positions add up.
func (d *Doc) embeds(it *item, depth int) []any {
	switch it.kind {
	case kindEmbed:
		r := reader{buf: d.content(it)}
		if v := parseJSON(r.block()); v != nil {
			return []any{v}
		}
		return []any{Null{}}
	case kindType:
		return []any{d.plainBranch(it.data, depth)}
	}
	values := d.values(it)
	for i, v := range values {
		values[i] = map[string]any{"$value": v}
	}
	return values
}

// Run is a stretch of a text that one item holds: made by one client, under the same marks.
type Run struct {
	ID         ID  // of its first unit; ID.Client is its author
	Len        int // UTF-16 units
	Text       string
	Embed      any // if it is none of text
	Attributes map[string]any
}

// Runs gives the stretches of the text between two positions, in order. Positions beyond the end
// stand for the end.
func (t Text) Runs(from, to int) []Run {
	to = min(to, t.Len())
	b, ok := t.branch()
	if !ok || from < 0 || from >= to {
		return nil
	}
	d := t.doc
	r, offset := d.indexOf(b).find(d, uint32(from))
	now := d.marksBefore(b, r)
	var cache attributeCache
	var out []Run
	for left := uint32(to - from); left > 0; r = d.at(r).right {
		it := d.at(r)
		if it.isFormat() {
			now = now.set(d, it.data)
		}
		if !it.visible() {
			continue
		}
		n := min(it.len-offset, left)
		out = append(out, d.run(it, offset, n, cache.get(d, now))...)
		left -= n
		offset = 0
	}
	return out
}

// run gives n units of an item from an offset on.
func (d *Doc) run(it *item, offset, n uint32, attributes map[string]any) []Run {
	id := ID{d.clients[it.client-1].id, it.clock + offset}
	if it.kind == kindString {
		return []Run{{ID: id, Len: int(n), Text: d.substring(it, offset, n), Attributes: attributes}}
	}
	var out []Run
	for i, v := range d.embeds(it, maxPlainDepth)[offset : offset+n] {
		out = append(out, Run{ID: ID{id.Client, id.Clock + uint32(i)}, Len: 1, Embed: v, Attributes: attributes})
	}
	return out
}

// substring gives n units of a string from an offset on. Half of a surrogate pair is U+FFFD.
func (d *Doc) substring(it *item, offset, n uint32) string {
	b := d.content(it)
	from, cutFirst := cutUnits(b, int(offset))
	to, cutLast := cutUnits(b, int(offset+n))
	if !cutFirst && !cutLast {
		return string(b[from:to])
	}
	var s strings.Builder
	if cutFirst {
		s.WriteString(replacement)
		from += 4
	}
	if from < to {
		s.Write(b[from:to])
	}
	if cutLast {
		s.WriteString(replacement)
	}
	return s.String()
}

// marksBefore are the marks in force where an item stands; r 0 means the end. It passes over leaves
// without marks.
func (d *Doc) marksBefore(b uint32, r ref) marks {
	d.indexOf(b)
	return d.marksUpTo(b, nil, d.branches[b].first, r)
}

// marksUpTo takes marks from where one item stands to where a later one does; 0 means the end.
func (d *Doc) marksUpTo(b uint32, now marks, from, to ref) marks {
	x := d.branches[b].index
	last := uint32(0)
	if to != 0 {
		last = d.at(to).leaf
	}
	for c := from; c != 0 && c != to; {
		l := d.at(c).leaf
		for ; c != 0 && c != to && d.at(c).leaf == l; c = d.at(c).right {
			if it := d.at(c); it.isFormat() {
				now = now.set(d, it.data)
			}
		}
		if c == 0 || c == to {
			break
		}
		c = x.nextWithFormats(d.at(c).leaf, last)
	}
	return now
}
