package yjs

import (
	"fmt"
	"slices"
	"sort"
)

// Checked is what an update would bring.
type Checked struct {
	New     []Range  // units that would be new, sorted by client, the greatest id first, then clock
	Deletes []Range  // units, there by then, that are not deleted yet and would be, sorted alike
	Roots   []string // the roots under which new units or deletions would come, sorted
	Pending bool     // whether part of it would wait for what it depends on

	after   map[uint64]uint32         // state of the clients that it has new units of, afterwards
	update  []byte                    // what was checked
	structs map[uint64][]flyingStruct // the new structs of each client, by clock
}

// NoOp tells whether the update brings nothing: all that it has is there already.
func (c *Checked) NoOp() bool { return len(c.New) == 0 && len(c.Deletes) == 0 && !c.Pending }

// flyingStruct is what a later check has to know of a struct that is not applied yet.
type flyingStruct struct {
	clock, end uint32
	root       string
	hasRoot    bool // it comes under a root, not under something that is gone
	deleted    bool // it comes deleted
}

// Check tells what applying an update would bring, without applying it, to the document as it will be
// once the updates in flight, in their order, are applied. What waits in the document already, and would
// come along, is not counted. The answer holds while the document and
// those in flight stay as they are. Errors are those of [Doc.Apply]: what is taken
// here is taken there. The update's bytes must stay as they are while the answer is in use.
func (d *Doc) Check(b []byte, inFlight ...*Checked) (*Checked, error) {
	var u update
	if err := u.decode(b, &d.limits); err != nil {
		return nil, fmt.Errorf("check an update: %w", err)
	}
	var p plan
	p.make(d, &u, inFlight)
	c := &checker{d: d, u: &u, p: &p, out: &Checked{update: b, after: map[uint64]uint32{}, structs: map[uint64][]flyingStruct{}}, roots: map[string]bool{}}
	c.newStructs()
	c.newDeletes()
	c.out.Pending = p.waiting || len(p.unknown) > 0
	if p.waiting {
		if n := len(p.pending()) + len(d.pendingStructs); n > d.limits.PendingBytes {
			return nil, fmt.Errorf("check an update: %w", errPending(n, d.limits.PendingBytes))
		}
	}
	if len(p.order) > fewStructs {
		if err := d.try(b, inFlight); err != nil {
			return nil, fmt.Errorf("check an update: %w", err)
		}
	}
	for root := range c.roots {
		c.out.Roots = append(c.out.Roots, root)
	}
	slices.Sort(c.out.Roots)
	return c.out, nil
}

// try applies an update to a copy: how much effort it takes is not known otherwise.
func (d *Doc) try(b []byte, inFlight []*Checked) error {
	trial := d.Clone()
	trial.watch = ""
	for _, f := range inFlight {
		if _, err := trial.apply(f.update); err != nil {
			return fmt.Errorf("apply what is in flight: %w", err)
		}
	}
	_, err := trial.apply(b)
	return err
}

type checker struct {
	d     *Doc
	u     *update
	p     *plan
	out   *Checked
	roots map[string]bool
}

// newStructs goes through the structs that would be taken, in their order.
func (c *checker) newStructs() {
	var created rangeSet
	for _, t := range c.p.order {
		w := &c.u.structs[t.at]
		id := c.u.clients[t.client]
		from := max(w.clock, c.p.before[t.client])
		if after, ok := c.out.after[id]; ok {
			from = max(w.clock, after)
		}
		created.add(id, from, w.end()-from)
		c.out.after[id] = w.end()
		root, ok := c.rootOf(w)
		c.out.structs[id] = append(c.out.structs[id], flyingStruct{
			clock: from, end: w.end(), root: root, hasRoot: ok, deleted: !ok || w.kind == kindDeleted,
		})
		if ok {
			c.roots[root] = true
		}
	}
	c.out.New = created.sorted()
}

// rootOf is the root under which a struct would come; false if under none, because that is gone.
func (c *checker) rootOf(w *wire) (string, bool) {
	switch {
	case w.kind == kindGC:
		return "", false
	case w.hasRoot:
		return string(c.u.bytes(w.root)), true
	}
	root, found := "", false
	for _, id := range [...]wireID{w.origin, w.right, w.parent} {
		if id.client == 0 {
			continue
		}
		r, ok := c.rootAt(ID{c.u.clients[id.client-1], id.clock})
		if !ok {
			return "", false
		}
		if !found {
			root, found = r, true
		}
	}
	return root, found
}

// rootAt is the root of a unit in the document, in flight or in this update.
func (c *checker) rootAt(id ID) (string, bool) {
	if i, ok := c.d.clientIndex[id.Client]; ok && id.Clock < c.d.clients[i].state {
		it := c.d.at(c.d.itemAt(i+1, id.Clock))
		if it.kind == kindGC {
			return "", false
		}
		return c.d.branches[c.d.branches[it.parent].root].name, true
	}
	if f := c.flying(id); f != nil {
		return f.root, f.hasRoot
	}
	return "", false
}

// flying is the struct with a unit that is not in the document yet; nil if there is none.
func (c *checker) flying(id ID) *flyingStruct {
	if f := c.out.find(id); f != nil {
		return f
	}
	for _, o := range c.p.flying {
		if f := o.find(id); f != nil {
			return f
		}
	}
	return nil
}

func (c *Checked) find(id ID) *flyingStruct {
	if id.Clock >= c.after[id.Client] {
		return nil
	}
	structs := c.structs[id.Client]
	if i := firstEndingAfter(structs, id.Clock); i < len(structs) && structs[i].clock <= id.Clock {
		return &structs[i]
	}
	return nil
}

func firstEndingAfter(structs []flyingStruct, clock uint32) int {
	return sort.Search(len(structs), func(i int) bool { return structs[i].end > clock })
}

// newDeletes finds what of the update's deletions is not deleted yet.
func (c *checker) newDeletes() {
	var gone rangeSet
	for _, del := range c.p.deletes {
		id := c.u.clients[del.client]
		end := del.clock + del.len
		stands := uint32(0) // how far the document has this client
		if i, ok := c.d.clientIndex[id]; ok {
			stands = c.d.clients[i].state
			if del.clock < stands {
				c.deletesInDoc(&gone, i+1, del.clock, min(end, stands))
			}
		}
		if from := max(del.clock, stands); from < end {
			c.deletesInFlight(&gone, id, from, end)
		}
	}
	c.out.Deletes = c.withoutDeletesInFlight(gone.sorted())
}

func (c *checker) deletesInDoc(gone *rangeSet, client, clock, end uint32) {
	l := &c.d.clients[client-1].structs
	p := l.find(clock)
	for ok := true; ok; p, ok = l.next(p) {
		it := c.d.at(l.entry(p).ref)
		if it.clock >= end {
			return
		}
		if it.deleted() {
			continue
		}
		from := max(it.clock, clock)
		gone.add(c.d.clients[client-1].id, from, min(it.end(), end)-from)
		c.roots[c.d.branches[c.d.branches[it.parent].root].name] = true
	}
}

func (c *checker) deletesInFlight(gone *rangeSet, client uint64, clock, end uint32) {
	for _, o := range append([]*Checked{c.out}, c.p.flying...) {
		structs := o.structs[client]
		for i := firstEndingAfter(structs, clock); i < len(structs) && structs[i].clock < end; i++ {
			if f := &structs[i]; !f.deleted {
				from := max(f.clock, clock)
				gone.add(client, from, min(f.end, end)-from)
				c.roots[f.root] = true
			}
		}
	}
}

// withoutDeletesInFlight takes out what an update in flight deletes already.
func (c *checker) withoutDeletesInFlight(gone []Range) []Range {
	if len(c.p.flying) == 0 || len(gone) == 0 {
		return gone
	}
	var others rangeSet
	for _, f := range c.p.flying {
		for _, r := range f.Deletes {
			others.addRange(r)
		}
	}
	return subtract(gone, others.sorted())
}

// subtract takes ranges out of others. Both are sorted as rangeSet has them, and so is the result.
func subtract(from, out []Range) []Range {
	var rest []Range
	for _, r := range from {
		for len(out) > 0 && (out[0].Client > r.Client || (out[0].Client == r.Client && out[0].end() <= r.Clock)) {
			out = out[1:]
		}
		for _, o := range out {
			if o.Client != r.Client || o.Clock >= r.end() {
				break
			}
			if o.Clock > r.Clock {
				rest = append(rest, Range{r.Client, r.Clock, o.Clock - r.Clock})
			}
			end := r.end()
			r.Clock = min(o.end(), end)
			r.Len = end - r.Clock
		}
		if r.Len > 0 {
			rest = append(rest, r)
		}
	}
	return rest
}
