package yjs

import "slices"

// index finds the position of an item in its list and the item at a position, without walking the
// list: items stand in leaves of up to leafMax, leaves in groups of up to groupMax, and both know how
// much they hold. With n items a look-up passes n/1,000 groups, some dozens of leaves and some dozens
// of items: under 200 steps at 100,000 items. Yjs's search markers do the same for plain text only; it
// walks from the start once a text has marks.
type index struct {
	leaves     []leaf      // 0 is none
	groups     []leafGroup // 0 is none
	order      []uint32    // the groups in order
	freeLeaves []uint32
	freeGroups []uint32
}

// leafGroup is a run of leaves.
type leafGroup struct {
	sum
	leaves []uint32
}

type leaf struct {
	sum
	first ref
	items uint32
	group uint32
}

// sum is what a stretch of a list holds.
type sum struct {
	units   uint32 // countable and not deleted
	formats uint32 // marks that are not deleted
}

const (
	leafMax  = 64
	groupMax = 64
)

func sumOf(it *item) sum {
	switch {
	case it.visible():
		return sum{units: it.len}
	case it.isFormat():
		return sum{formats: 1}
	}
	return sum{}
}

// indexOf returns the position index of a branch, which it builds on first use.
func (d *Doc) indexOf(b uint32) *index {
	br := &d.branches[b]
	if br.index == nil {
		br.index = &index{leaves: make([]leaf, 1), groups: make([]leafGroup, 1)}
		br.index.build(d, br.first)
	}
	return br.index
}

func (x *index) build(d *Doc, r ref) {
	var l uint32
	for ; r != 0; r = d.at(r).right {
		if l == 0 || x.leaves[l].items == leafMax*3/4 { // a quarter is left for insertions
			l = x.appendLeaf(r)
		}
		x.join(d.at(r), l)
	}
}

// appendLeaf adds an empty leaf behind all others.
func (x *index) appendLeaf(first ref) uint32 {
	n := len(x.order)
	if n == 0 || len(x.groups[x.order[n-1]].leaves) >= groupMax*3/4 {
		x.order = append(x.order, x.newGroup())
		n++
	}
	g := x.order[n-1]
	l := x.newLeaf(first, g)
	x.groups[g].leaves = append(x.groups[g].leaves, l)
	return l
}

func (x *index) newLeaf(first ref, g uint32) uint32 {
	l := take(&x.leaves, &x.freeLeaves)
	x.leaves[l] = leaf{first: first, group: g}
	return l
}

func (x *index) newGroup() uint32 { return take(&x.groups, &x.freeGroups) }

// take returns the index of an unused element.
func take[T any](all *[]T, free *[]uint32) uint32 {
	if n := len(*free); n > 0 {
		i := (*free)[n-1]
		*free = (*free)[:n-1]
		return i
	}
	var none T
	*all = append(*all, none)
	return uint32(len(*all) - 1)
}

// join counts an item in a leaf.
func (x *index) join(it *item, l uint32) {
	it.leaf = l
	x.leaves[l].items++
	x.grow(l, sumOf(it))
}

func (x *index) grow(l uint32, s sum) {
	lf := &x.leaves[l]
	lf.units += s.units
	lf.formats += s.formats
	g := &x.groups[lf.group]
	g.units += s.units
	g.formats += s.formats
}

func (x *index) shrink(l uint32, s sum) {
	x.grow(l, sum{-s.units, -s.formats}) // unsigned arithmetic wraps to the right result
}

// didInsert takes in an item that was just linked into the list.
func (x *index) didInsert(d *Doc, r ref) {
	it := d.at(r)
	var l uint32
	switch {
	case it.left != 0:
		l = d.at(it.left).leaf
	case it.right != 0:
		l = d.at(it.right).leaf
		x.leaves[l].first = r
	default:
		l = x.appendLeaf(r)
	}
	x.join(it, l)
	x.splitIfFull(d, l)
}

// didSplit takes in the right half of an item.
func (x *index) didSplit(d *Doc, r, rr ref) {
	l := d.at(r).leaf
	d.at(rr).leaf = l
	x.leaves[l].items++
	x.splitIfFull(d, l)
}

// didMerge takes out the item at rr, which was joined onto its left neighbour r.
func (x *index) didMerge(d *Doc, r, rr ref) {
	l, ll := d.at(r).leaf, d.at(rr).leaf
	lf := &x.leaves[ll]
	lf.items--
	if l == ll {
		return
	}
	s := sumOf(d.at(rr))
	x.shrink(ll, s)
	x.grow(l, s)
	lf.first = d.at(rr).right
	if lf.items == 0 {
		x.dropLeaf(ll)
	}
}

// willDelete takes an item's length out before it is marked as deleted.
func (x *index) willDelete(it *item) { x.shrink(it.leaf, sumOf(it)) }

func (x *index) dropLeaf(l uint32) {
	gi := x.leaves[l].group
	g := &x.groups[gi]
	g.leaves = slices.DeleteFunc(g.leaves, func(i uint32) bool { return i == l })
	x.freeLeaves = append(x.freeLeaves, l)
	if len(g.leaves) == 0 {
		x.order = slices.DeleteFunc(x.order, func(i uint32) bool { return i == gi })
		x.groups[gi] = leafGroup{}
		x.freeGroups = append(x.freeGroups, gi)
	}
}

// splitIfFull halves a leaf that holds too many items.
func (x *index) splitIfFull(d *Doc, l uint32) {
	if x.leaves[l].items <= leafMax {
		return
	}
	r := x.leaves[l].first
	keep := x.leaves[l].items / 2
	for range keep {
		r = d.at(r).right
	}
	ll := x.newLeaf(r, x.leaves[l].group)
	x.insertLeaf(l, ll)
	for n := x.leaves[l].items - keep; n > 0; n-- {
		it := d.at(r)
		x.shrink(l, sumOf(it))
		x.join(it, ll)
		r = it.right
	}
	x.leaves[l].items = keep
}

// insertLeaf puts leaf ll behind leaf l, halving their group if it is full.
func (x *index) insertLeaf(l, ll uint32) {
	gi := x.leaves[l].group
	g := &x.groups[gi]
	g.leaves = slices.Insert(g.leaves, slices.Index(g.leaves, l)+1, ll)
	if len(g.leaves) <= groupMax {
		return
	}
	half := len(g.leaves) / 2
	ni := x.newGroup()
	g, n := &x.groups[gi], &x.groups[ni] // newGroup may have moved them
	n.leaves = append(n.leaves, g.leaves[half:]...)
	g.leaves = g.leaves[:half]
	for _, i := range n.leaves {
		lf := &x.leaves[i]
		lf.group = ni
		n.units, n.formats = n.units+lf.units, n.formats+lf.formats
	}
	g.units, g.formats = g.units-n.units, g.formats-n.formats
	x.order = slices.Insert(x.order, slices.Index(x.order, gi)+1, ni)
}

// position is how many units stand before an item.
func (x *index) position(d *Doc, r ref) uint32 {
	l := d.at(r).leaf
	g := x.leaves[l].group
	n := uint32(0)
	for _, i := range x.order {
		if i == g {
			break
		}
		n += x.groups[i].units
	}
	for _, i := range x.groups[g].leaves {
		if i == l {
			break
		}
		n += x.leaves[i].units
	}
	for i := x.leaves[l].first; i != r; i = d.at(i).right {
		n += sumOf(d.at(i)).units
	}
	return n
}

// rank orders items as they stand in the list.
func (x *index) rank(d *Doc, r ref) uint64 {
	l := d.at(r).leaf
	g := x.leaves[l].group
	n := uint64(0)
	for i := x.leaves[l].first; i != r; i = d.at(i).right {
		n++
	}
	return uint64(slices.Index(x.order, g))<<32 | uint64(slices.Index(x.groups[g].leaves, l))<<16 | n
}

// nextWithFormats is the first item of the first leaf, from l on, in which marks stand, or of the last leaf, whichever
// comes first; 0 as the last one means the end.
func (x *index) nextWithFormats(l, last uint32) ref {
	g := x.leaves[l].group
	from := slices.Index(x.groups[g].leaves, l)
	for i := slices.Index(x.order, g); i < len(x.order); i++ {
		group := &x.groups[x.order[i]]
		if group.formats > 0 || last != 0 && x.leaves[last].group == x.order[i] {
			for _, l := range group.leaves[from:] {
				if x.leaves[l].formats > 0 || l == last {
					return x.leaves[l].first
				}
			}
		}
		from = 0
	}
	return 0
}

// find is the item that holds the unit at a position, and the unit's offset in it. At the end of the
// list and beyond, r is 0.
func (x *index) find(d *Doc, at uint32) (r ref, offset uint32) {
	for _, gi := range x.order {
		g := &x.groups[gi]
		if at >= g.units {
			at -= g.units
			continue
		}
		for _, l := range g.leaves {
			if lf := &x.leaves[l]; at >= lf.units {
				at -= lf.units
				continue
			}
			for r = x.leaves[l].first; ; r = d.at(r).right {
				n := sumOf(d.at(r)).units
				if at < n {
					return r, at
				}
				at -= n
			}
		}
	}
	return 0, 0
}

// clone copies the index.
func (x *index) clone() *index {
	out := &index{
		leaves: slices.Clone(x.leaves), groups: slices.Clone(x.groups), order: slices.Clone(x.order),
		freeLeaves: slices.Clone(x.freeLeaves), freeGroups: slices.Clone(x.freeGroups),
	}
	for i := range out.groups {
		out.groups[i].leaves = slices.Clone(out.groups[i].leaves)
	}
	return out
}
