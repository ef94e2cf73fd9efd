package yjs

import (
	"fmt"
	"slices"
	"sort"
)

// Checked is what an update would bring.
type Checked struct {
	New     []Range  // units that would be new, sorted by client, the greatest id first, then clock
	Deletes []Range  // units, there by then, that it names for deletion and that are not deleted yet, with what is nested in them; sorted alike. A map's value that gives way to a new one is not named
	Roots   []string // the roots under which new units or deletions would come, sorted
	Pending bool     // whether part of it would wait for what it depends on

	after        map[uint64]uint32         // state of the clients that it has new units of, afterwards
	update       []byte                    // what was checked
	pendingBytes int                       // that would wait afterwards, at most
	structs      map[uint64][]flyingStruct // the new structs of each client, by clock
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
// here is taken there, unless something waits in the document that it sets free. The update's bytes must stay as they are
// while the answer is in use.
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
	c.out.pendingBytes = len(d.pendingStructs)
	for _, f := range inFlight {
		c.out.pendingBytes = max(c.out.pendingBytes, f.pendingBytes)
	}
	if err := p.pendingError(d, c.out.pendingBytes); err != nil {
		return nil, fmt.Errorf("check an update: %w", err)
	}
	if err := d.tooLarge(&u); err != nil {
		return nil, fmt.Errorf("check an update: %w", err)
	}
	if p.waiting {
		c.out.pendingBytes += len(p.pending())
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
	if c.out.NoOp() {
		c.out.Roots = nil
	}
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
		at := c.placeOf(w, id, from)
		c.out.structs[id] = append(c.out.structs[id], flyingStruct{
			clock: from, end: w.end(), root: at.root, hasRoot: at.known, deleted: !at.known || at.dead || w.kind == kindDeleted,
		})
	}
	c.out.New = created.sorted()
}

// standing is where a struct would come.
type standing struct {
	root  string
	known bool // false: its parent is gone, so only its clocks count
	dead  bool // its parent is deleted, so it comes deleted
}

// placeOf finds where the part of a struct from a clock on would come. Every root that the struct refers to counts as
// touched: to find its place an emoji may be cut there.
func (c *checker) placeOf(w *wire, client uint64, from uint32) standing {
	if w.kind == kindGC {
		return standing{}
	}
	if w.hasRoot && from == w.clock {
		root := string(c.u.bytes(w.root))
		c.roots[root] = true
		return standing{root: root, known: true}
	}
	var ids []ID
	if from > w.clock { // the rest of what is there in part stands behind it
		ids = append(ids, ID{client, from - 1})
	} else if w.origin.client != 0 {
		ids = append(ids, c.idOf(w.origin))
	}
	for _, id := range [...]wireID{w.right, w.parent} {
		if id.client != 0 {
			ids = append(ids, c.idOf(id))
		}
	}
	var at standing
	for i, id := range ids {
		p := c.placeAt(id)
		if p.known {
			c.roots[p.root] = true
		}
		if i == 0 {
			at = p
		} else if !p.known {
			at.known = false
		}
	}
	return at
}

func (c *checker) idOf(id wireID) ID { return ID{c.u.clients[id.client-1], id.clock} }

// placeAt is the place of a unit in the document, in flight or in this update.
func (c *checker) placeAt(id ID) standing {
	if i, ok := c.d.clientIndex[id.Client]; ok && id.Clock < c.d.clients[i].state {
		it := c.d.at(c.d.itemAt(i+1, id.Clock))
		if it.kind == kindGC {
			return standing{}
		}
		return standing{c.rootOfBranch(it.parent), true, c.d.branchDeleted(it.parent)}
	}
	if f := c.flying(id); f != nil {
		return standing{f.root, f.hasRoot, false}
	}
	return standing{}
}

func (c *checker) rootOfBranch(b uint32) string { return c.d.branches[c.d.branches[b].root].name }

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
		r := l.entry(p).ref
		it := c.d.at(r)
		if it.clock >= end {
			return
		}
		if it.deleted() {
			continue
		}
		from := max(it.clock, clock)
		gone.add(c.d.clients[client-1].id, from, min(it.end(), end)-from)
		c.roots[c.rootOfBranch(it.parent)] = true
		if it.kind == kindType {
			c.deletesWithin(gone, it.data)
		}
	}
}

// deletesWithin adds what stands in a nested type, and in those within it: it goes with the type.
func (c *checker) deletesWithin(gone *rangeSet, branch uint32) {
	queue := []uint32{branch}
	for len(queue) > 0 {
		b := &c.d.branches[queue[len(queue)-1]]
		queue = queue[:len(queue)-1]
		goes := func(r ref) {
			it := c.d.at(r)
			if it.deleted() {
				return
			}
			gone.add(c.d.clients[it.client-1].id, it.clock, it.len)
			if it.kind == kindType {
				queue = append(queue, it.data)
			}
		}
		for r := b.first; r != 0; r = c.d.at(r).right {
			goes(r)
		}
		for _, r := range b.entries {
			goes(r)
		}
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
