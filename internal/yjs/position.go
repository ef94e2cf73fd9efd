package yjs

import (
	"encoding/json"
	"fmt"
)

// RelativePosition is a place in a text that stays with its neighbour when the text changes. With
// Assoc ≥ 0 it belongs to the unit behind it, else to the unit before it.
type RelativePosition struct {
	Type  *ID    `json:"type,omitempty"`  // of the item that holds a nested text
	Root  string `json:"tname,omitempty"` // or the root's name
	Item  *ID    `json:"item,omitempty"`  // the neighbour; nil: the end, or with Assoc < 0 the beginning
	Assoc int    `json:"assoc"`
}

// RelativePosition is the place at an index; before the text means its beginning, beyond it its end.
func (t Text) RelativePosition(index, assoc int) RelativePosition {
	p := RelativePosition{Root: t.name, Assoc: assoc}
	b, ok := t.branch()
	if !ok {
		return p
	}
	d := t.doc
	index = min(max(index, 0), t.Len())
	if assoc < 0 {
		if index == 0 {
			return p
		}
		index--
	}
	if r, offset := d.indexOf(b).find(d, uint32(index)); r != 0 {
		p.Item = &ID{d.clients[d.at(r).client-1].id, d.at(r).clock + offset}
	} else if assoc < 0 {
		p.Item = d.lastID(b)
	}
	return p
}

// lastID is the last unit of a list, deleted or not.
func (d *Doc) lastID(b uint32) *ID {
	last := ref(0)
	for r := d.branches[b].first; r != 0; r = d.at(r).right {
		last = r
	}
	if last == 0 {
		return nil
	}
	it := d.at(last)
	return &ID{d.clients[it.client-1].id, it.end() - 1}
}

// Index is where a place is now: the name of the root that it is under, and the index in the text that
// it is in. It is false if the document has not got, or has no longer, what the place belongs to.
func (d *Doc) Index(p RelativePosition) (root string, index int, ok bool) {
	if p.Item != nil {
		return d.indexOfUnit(*p.Item, p.Assoc)
	}
	b, ok := d.roots[p.Root]
	if p.Type != nil {
		r, there := d.lookUp(*p.Type)
		if !there {
			return "", 0, false
		}
		if b, ok = d.branchOf(r); !ok {
			return "", 0, false
		}
	}
	if !ok {
		return p.Root, 0, true // nobody wrote to that root yet
	}
	if p.Assoc >= 0 {
		index = int(d.branches[b].length)
	}
	return d.branches[d.branches[b].root].name, index, true
}

// lookUp is the item with a unit.
func (d *Doc) lookUp(id ID) (r ref, ok bool) {
	c, ok := d.clientIndex[id.Client]
	if !ok || id.Clock >= d.clients[c].state {
		return 0, false
	}
	return d.itemAt(c+1, id.Clock), true
}

func (d *Doc) indexOfUnit(id ID, assoc int) (root string, index int, ok bool) {
	r, ok := d.lookUp(id)
	if !ok || d.at(r).kind == kindGC || d.at(r).sub != 0 {
		return "", 0, false
	}
	it := d.at(r)
	if !d.branchDeleted(it.parent) {
		index = int(d.indexOf(it.parent).position(d, r))
		if it.visible() {
			index += int(id.Clock - it.clock)
			if assoc < 0 {
				index++
			}
		}
	}
	return d.branches[d.branches[it.parent].root].name, index, true
}

// Encode writes the place as Yjs's encodeRelativePosition does.
func (p RelativePosition) Encode() []byte {
	var b []byte
	switch {
	case p.Item != nil:
		b = appendID([]byte{0}, *p.Item)
	case p.Type != nil:
		b = appendID([]byte{2}, *p.Type)
	default:
		b = appendBlock([]byte{1}, p.Root)
	}
	n := p.Assoc
	if n < 0 {
		return appendInt(b, uint64(-n), true)
	}
	return appendInt(b, uint64(n), false)
}

// DecodeRelativePosition reads what Encode, or Yjs, wrote. Trailing bytes are an error.
func DecodeRelativePosition(b []byte) (RelativePosition, error) {
	r := reader{buf: b}
	var p RelativePosition
	switch form := r.uint(); {
	case r.err != nil:
	case form == 0:
		p.Item = &ID{r.uint(), r.clock()}
	case form == 1:
		p.Root = string(r.text())
	case form == 2:
		p.Type = &ID{r.uint(), r.clock()}
	default:
		r.fail(fmt.Sprintf("position of form %d, known are 0 to 2", form))
	}
	if r.err == nil && r.left() > 0 { // older clients leave it out
		n, negative := r.int()
		if n > 1<<31-1 {
			r.fail("an association beyond 2^31-1")
		} else if p.Assoc = int(n); negative {
			p.Assoc = -p.Assoc
		}
	}
	if err := r.end(); err != nil {
		return RelativePosition{}, fmt.Errorf("decode a relative position: %w", err)
	}
	return p, nil
}

// UnmarshalJSON reads Yjs's JSON form; null stands for what is absent.
func (p *RelativePosition) UnmarshalJSON(b []byte) error {
	var in struct {
		Type  *ID     `json:"type"`
		Root  *string `json:"tname"`
		Item  *ID     `json:"item"`
		Assoc *int    `json:"assoc"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return fmt.Errorf("read a relative position: %w", err)
	}
	for _, id := range []*ID{in.Type, in.Item} {
		if id != nil && (id.Client > MaxClient || id.Clock > MaxClock) {
			return fmt.Errorf("read a relative position: %d@%d is no id", id.Client, id.Clock)
		}
	}
	*p = RelativePosition{Type: in.Type, Item: in.Item}
	if in.Root != nil {
		p.Root = *in.Root
	}
	if in.Assoc != nil {
		p.Assoc = *in.Assoc
	}
	return nil
}
