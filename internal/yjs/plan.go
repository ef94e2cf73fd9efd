package yjs

import (
	"fmt"
	"slices"
)

// plan is what would happen to a decoded update: which of its structs can be taken now, in which
// order, and which must wait. Making one changes nothing.
type plan struct {
	known    []uint32 // by client of the update: the document's index plus one, 0 if it is new there
	state    []uint32 // by client of the update: the next clock, as the plan goes on
	before   []uint32 // the same before
	groupOf  []int32  // by client of the update: its group, or -1
	next     []int    // by group: the first struct that is not placed yet
	blocked  []bool   // by group: the rest waits
	onStack  []bool   // by group
	stack    []need   // each waiting for the one above it
	order    []taken  // structs that can be taken, in order
	waiting  bool     // some structs must wait
	missing  map[uint64]uint32
	deletes  []wireDelete // that have something to delete, or might once the structs are there
	unknown  []wireDelete // deletions of clocks that will not be there
	flying   []*Checked
	updateOf *update
}

// taken is a struct that can be taken.
type taken struct {
	client uint32 // index into update.clients
	at     uint32 // index into update.structs
}

// make plans an update against a document and what is in flight to it.
func (p *plan) make(d *Doc, u *update, flying []*Checked) {
	p.reset(d, u, flying)
	for _, g := range p.groupsByClient(u) {
		p.place(g)
	}
	p.planDeletes()
}

func (p *plan) reset(d *Doc, u *update, flying []*Checked) {
	n := len(u.clients)
	p.known, p.state, p.before = zeroed(p.known, n), zeroed(p.state, n), zeroed(p.before, n)
	p.groupOf = zeroed(p.groupOf, n)
	p.next, p.blocked, p.onStack = zeroed(p.next, len(u.groups)), zeroed(p.blocked, len(u.groups)), zeroed(p.onStack, len(u.groups))
	p.order, p.stack = p.order[:0], p.stack[:0]
	p.deletes, p.unknown = p.deletes[:0], p.unknown[:0]
	p.waiting, p.missing, p.flying, p.updateOf = false, nil, flying, u
	for i, id := range u.clients {
		if c, ok := d.clientIndex[id]; ok {
			p.known[i] = c + 1
			p.state[i] = d.clients[c].state
		}
		for _, f := range flying {
			p.state[i] = max(p.state[i], f.after[id])
		}
		p.before[i] = p.state[i]
		p.groupOf[i] = -1
	}
	for i, g := range u.groups {
		p.groupOf[g.client] = int32(i)
		p.next[i] = g.from
	}
}

// zeroed returns a slice of n zeroes, in s if it has the room.
func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// groupsByClient gives the groups in the order in which Yjs takes them: the greatest client id first.
func (p *plan) groupsByClient(u *update) []int {
	if len(u.groups) == 1 {
		return []int{0}
	}
	order := make([]int, len(u.groups))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		ia, ib := u.clients[u.groups[a].client], u.clients[u.groups[b].client]
		switch {
		case ia > ib:
			return -1
		case ia < ib:
			return 1
		}
		return 0
	})
	return order
}

// need is a group whose structs are wanted, up to a clock.
type need struct {
	group int
	upTo  uint32
}

// place puts the structs of a group in order, and before each what it depends on. Groups may depend on
// each other in turns, so of another group no more is taken than is needed.
func (p *plan) place(g int) {
	if p.blocked[g] {
		return
	}
	p.stack = append(p.stack[:0], need{g, MaxClock})
	p.onStack[g] = true
	for len(p.stack) > 0 {
		top := p.stack[len(p.stack)-1]
		dep, state := p.run(top)
		switch state {
		case runMissing:
			p.block()
		case runNeeds:
			p.stack = append(p.stack, dep)
			p.onStack[dep.group] = true
		case runDone:
			p.stack = p.stack[:len(p.stack)-1]
			p.onStack[top.group] = false
		}
	}
}

// runState is how far a group came.
type runState int

const (
	runDone    runState = iota
	runNeeds            // something of another group first
	runMissing          // something that is not there
)

// run takes structs of a group until what is needed of it is there.
func (p *plan) run(n need) (dep need, state runState) {
	u := p.updateOf
	g := n.group
	group := &u.groups[g]
	client := group.client
	for ; p.next[g] < group.to; p.next[g]++ {
		w := &u.structs[p.next[g]]
		if p.state[client] > n.upTo {
			return need{}, runDone
		}
		if w.kind == kindSkip || w.end() <= p.state[client] {
			continue
		}
		if w.clock > p.state[client] {
			p.miss(u.clients[client], w.clock-1)
			return need{}, runMissing
		}
		for _, id := range [...]wireID{w.origin, w.right, w.parent} {
			if id.client == 0 || id.clock < p.state[id.client-1] {
				continue
			}
			d := p.groupOf[id.client-1]
			if d < 0 || p.blocked[d] || p.onStack[d] || p.next[d] == u.groups[d].to {
				p.miss(u.clients[id.client-1], id.clock)
				return need{}, runMissing
			}
			return need{int(d), id.clock}, runNeeds
		}
		p.order = append(p.order, taken{client, uint32(p.next[g])})
		p.state[client] = w.end()
	}
	return need{}, runDone
}

// miss notes what has to come before the waiting structs are worth another try.
func (p *plan) miss(client uint64, clock uint32) {
	if p.missing == nil {
		p.missing = map[uint64]uint32{}
	}
	if c, ok := p.missing[client]; !ok || clock < c {
		p.missing[client] = clock
	}
}

// block makes all groups on the stack wait: each needs the one above it.
func (p *plan) block() {
	p.waiting = true
	u := p.updateOf
	for _, n := range p.stack {
		p.blocked[n.group] = true
		p.onStack[n.group] = false
		if n.upTo != MaxClock { // what the one below needs may come before what this one lacks
			p.miss(u.clients[u.groups[n.group].client], n.upTo)
		}
	}
	p.stack = p.stack[:0]
}

func (p *plan) planDeletes() {
	for _, del := range p.updateOf.deletes {
		state := p.state[del.client]
		end := del.clock + del.len
		if del.clock < state {
			p.deletes = append(p.deletes, wireDelete{del.client, del.clock, min(end, state) - del.clock})
		}
		if end > state {
			from := max(del.clock, state)
			p.unknown = append(p.unknown, wireDelete{del.client, from, end - from})
		}
	}
}

// pending encodes what must wait as an update.
func (p *plan) pending() []byte {
	u := p.updateOf
	var w writer
	var s record
	for _, g := range p.groupsByClient(u) {
		client := u.clients[u.groups[g].client]
		for i := p.next[g]; p.blocked[g] && i < u.groups[g].to; i++ {
			u.record(&u.structs[i], &s)
			w.add(client, u.structs[i].clock, &s, 0)
		}
	}
	return w.finish(&rangeSet{})
}

// pendingError refuses a plan that leaves more waiting than is allowed; before is what waits already.
func (p *plan) pendingError(d *Doc, before int) error {
	if !p.waiting && len(p.unknown) == 0 {
		return nil
	}
	if d.refusePending {
		return fmt.Errorf("%w: %s", ErrPending, p.lacks())
	}
	n := before + bytesOfRange*(len(p.unknown)+len(d.pendingDeletes.ranges))
	if p.waiting {
		n += len(p.pending())
	}
	if n > d.limits.PendingBytes {
		return errPending(n, d.limits.PendingBytes)
	}
	return nil
}

const bytesOfRange = 16 // that a deleted range takes in memory

// lacks names something that is missing.
func (p *plan) lacks() string {
	for client, clock := range p.missing {
		return fmt.Sprintf("clock %d of client %d", clock, client)
	}
	if len(p.unknown) > 0 {
		return fmt.Sprintf("clock %d of client %d", p.unknown[0].clock, p.updateOf.clients[p.unknown[0].client])
	}
	return "another update"
}

// errPending says that more would wait than is allowed.
func errPending(n, limit int) error {
	return fmt.Errorf("%w: %d bytes would wait for what they depend on, allowed are %d", ErrLimit, n, limit)
}
