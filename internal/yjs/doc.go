// Package yjs is the part of Yjs that a server needs: documents that take and give updates in Yjs's
// format v1, as yjs 13.6 writes it, and the messages of y-protocols. It follows Yjs's own algorithm
// (YATA, see Nicolaescu, Jahns, Derntl and Klamma, "Near Real-Time Peer-to-Peer Shared Editing on
// Extensible Data Types", 2016) and is held against real Yjs in its tests.
//
// An update is bytes that say which structs (runs of characters, marks, embeds, map entries, nested
// types) some clients made, and which were deleted. [Doc.Check] tells what one would bring without
// applying it, [Doc.Apply] applies it, [Doc.Encode] gives what another document lacks. [Merge], [Diff],
// [StateVectorOf] and [RangesOf] work on updates without a document. [Doc.Transact] makes one.
//
// Positions and lengths of text are UTF-16 code units, as in JavaScript.
//
// Three things are different from Yjs by intent. A document never deletes marks that have become redundant when a remote
// change arrives: what it holds is a function of the set of updates that it was given, in whatever order, as long as they are
// such as Yjs clients make (an invented struct whose neighbours stand in two different lists may fare differently once one
// of them is garbage). Structs that wait for others are taken as soon as those are there, where Yjs may let them wait longer.
// And bytes that it cannot take change nothing.
//
// A Doc is not safe for concurrent use; [Doc.Clone] gives a copy that another goroutine may read.
package yjs

import (
	"maps"
	"slices"
)

// ID names one unit that a client made.
type ID struct {
	Client uint64 `json:"client"`
	Clock  uint32 `json:"clock"`
}

// Range names consecutive units that a client made.
type Range struct {
	Client     uint64
	Clock, Len uint32
}

func (r Range) end() uint32 { return r.Clock + r.Len }

// Options configure a [Doc].
type Options struct {
	// Text is the name of the root text whose changes Apply reports as a delta; empty: none.
	Text   string
	Limits Limits
	// RefusePending makes Check and Apply refuse, with ErrPending, an update that depends on what is not there. Then nothing
	// ever waits, and what Check says of an update is all that comes with it: a server should.
	RefusePending bool
}

// Doc is a Yjs document. The zero value is of no use; see [New].
type Doc struct {
	watch         string
	limits        Limits
	refusePending bool

	clients     []client          // in order of first appearance
	clientIndex map[uint64]uint32 // client id to its index

	slabs []*slab
	used  ref // the first slot that was never used
	free  ref // the first of the slots given back, linked by right

	text    []byte // contents, see Doc.content
	garbage int    // bytes of text that no item refers to

	branches     []branch
	freeBranches []uint32
	roots        map[string]uint32

	keys        []string
	keyIndex    map[string]uint32
	formats     []format
	formatByRaw map[string]uint32
	deadMarks   int // deleted since the tables of keys and formats were made

	pendingStructs []byte            // an update whose dependencies are missing; nil: none
	missing        map[uint64]uint32 // what it waits for: client to a clock that must be there
	pendingDeletes rangeSet          // of clocks that are not there yet

	update update    // room for decoding, used again
	plan   plan      // room for planning, used again
	tx     change    // what the change that is being applied did so far
	splits []clockOf // where items were cut by the change that is being applied
	seen   seenItems // room for resolving conflicts, used again
	effort int       // steps of resolving conflicts in the change that is being applied
}

// client is what a document has of one client.
type client struct {
	id      uint64
	state   uint32 // the next clock
	before  uint32 // state before the change that is being applied
	touched bool   // by the change that is being applied
	structs structList
}

// New returns an empty document.
func New(o Options) *Doc {
	return &Doc{
		watch:         o.Text,
		limits:        o.Limits.withDefaults(),
		refusePending: o.RefusePending,
		clientIndex:   map[uint64]uint32{},
		used:          1, // ref 0 is none
		roots:         map[string]uint32{},
		keyIndex:      map[string]uint32{},
		formatByRaw:   map[string]uint32{},
	}
}

// Clone returns a copy that shares nothing that either may change, so that it can be read, or edited,
// while the original goes on. It costs a copy of the memory.
func (d *Doc) Clone() *Doc {
	out := *d
	out.clients = slices.Clone(d.clients)
	for i := range out.clients {
		out.clients[i].structs = d.clients[i].structs.clone()
	}
	out.slabs = make([]*slab, len(d.slabs))
	for i, s := range d.slabs {
		c := *s
		out.slabs[i] = &c
	}
	out.branches = slices.Clone(d.branches)
	for i := range out.branches {
		b := &out.branches[i]
		b.entries = maps.Clone(b.entries)
		if b.index != nil {
			b.index = b.index.clone()
		}
	}
	out.text = slices.Clone(d.text)
	out.freeBranches = slices.Clone(d.freeBranches)
	out.clientIndex, out.roots = maps.Clone(d.clientIndex), maps.Clone(d.roots)
	out.keys, out.keyIndex = slices.Clone(d.keys), maps.Clone(d.keyIndex)
	out.formats, out.formatByRaw = slices.Clone(d.formats), maps.Clone(d.formatByRaw)
	out.missing = maps.Clone(d.missing)
	out.pendingDeletes = rangeSet{ranges: slices.Clone(d.pendingDeletes.ranges)}
	out.update, out.plan, out.tx, out.splits, out.seen = update{}, plan{}, change{}, nil, seenItems{}
	return &out
}

// Pending tells whether structs or deletions wait for what they depend on.
func (d *Doc) Pending() (structs, deletes bool) {
	return d.pendingStructs != nil, len(d.pendingDeletes.ranges) > 0
}

// StateVector is the next clock of every client that the document has something of.
func (d *Doc) StateVector() StateVector {
	sv := make(StateVector, len(d.clients))
	for i := range d.clients {
		if c := &d.clients[i]; c.state > 0 {
			sv[c.id] = c.state
		}
	}
	return sv
}

// clientOf is the index of a client, which is made if it is new.
func (d *Doc) clientOf(id uint64) uint32 {
	if i, ok := d.clientIndex[id]; ok {
		return i
	}
	d.clients = append(d.clients, client{id: id})
	i := uint32(len(d.clients) - 1)
	d.clientIndex[id] = i
	return i
}

// itemAt is the item that has a clock of a client (by index plus one), which must be there.
func (d *Doc) itemAt(client, clock uint32) ref {
	l := &d.clients[client-1].structs
	return l.entry(l.find(clock)).ref
}

// startingAt is the item that begins with a clock, cut off its left part if need be.
func (d *Doc) startingAt(client, clock uint32) ref {
	r := d.itemAt(client, clock)
	if it := d.at(r); it.clock < clock && it.kind != kindGC {
		return d.split(r, clock-it.clock)
	}
	return r
}

// endingAt is the item that ends with a clock, cut off its right part if need be.
func (d *Doc) endingAt(client, clock uint32) ref {
	r := d.itemAt(client, clock)
	if it := d.at(r); it.end()-1 > clock && it.kind != kindGC {
		d.split(r, clock+1-it.clock)
	}
	return r
}
