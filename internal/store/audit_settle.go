package store

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/countersign/countersign/internal/review"
)

// settle says of each record that is not at home what became of it.
//
// A row that is a record of the log at another's place was put there twice (replayed), or out of its order (reordered), or it
// only moved up or down with its neighbours because one before it is gone or was added; that is told apart by the longest
// stretch of rows that are still in order.
func (c *auditCheck) settle() {
	places := map[int64][]int64{} // of the records that stand elsewhere, by their number
	spoken := map[int64]bool{}    // numbers of which something else has been said
	for _, s := range c.strays {
		switch {
		case c.genuine(s):
			places[s.number] = append(places[s.number], s.place)
		case s.place < 0 || s.place >= c.size:
			c.fault(review.AuditAdded, span{s.place, s.place}, "it stands beyond the end of the log, and nothing vouches for it")
		case s.number == s.place && c.stored(s.place) == tlog.Hash{}:
			spoken[s.place] = true
			c.fault(review.AuditHash, span{s.place, s.place}, "its hash is gone, so nothing vouches for it")
		default:
			spoken[s.place] = true
			c.fault(review.AuditChanged, span{s.place, s.place}, "its text is not the one that was logged")
		}
	}
	moved := c.replayed(places)
	c.reordered(moved)
	for _, m := range moved {
		spoken[m.number] = true
	}
	c.missing(spoken)
	for _, part := range c.torn {
		if !part.told {
			c.fault(review.AuditHash, part.span, "the hash stored over them is not theirs")
		}
	}
}

// genuine says whether a stray is a record of this log, wherever it stands.
func (c *auditCheck) genuine(s stray) bool {
	if s.number < 0 || s.number >= c.size {
		return false
	}
	return c.stored(s.number) == s.hash || s.place < c.size && c.stored(s.place) == s.hash
}

// replayed reports the records that stand in the log more than once, and returns those that stand elsewhere only, by place.
func (c *auditCheck) replayed(places map[int64][]int64) []stray {
	var moved []stray
	for number, at := range places {
		if !c.isHome(number) {
			moved = append(moved, stray{place: at[0], number: number})
			at = at[1:]
		}
		for _, place := range at {
			c.fault(review.AuditReplayed, span{number, number}, fmt.Sprintf("it stands in the log again, at the place of record %d", place))
		}
	}
	slices.SortFunc(moved, func(a, b stray) int { return cmp.Compare(a.place, b.place) })
	return moved
}

// reordered reports those of the moved records that are not in order with the rest.
func (c *auditCheck) reordered(moved []stray) {
	if len(moved) == 0 {
		return
	}
	rows := slices.Clone(moved)
	for number, home := range c.home {
		if home {
			rows = append(rows, stray{place: int64(number), number: int64(number)})
		}
	}
	slices.SortFunc(rows, func(a, b stray) int { return cmp.Compare(a.place, b.place) })
	inOrder := longestAscent(rows)
	for _, m := range moved {
		if !inOrder[m.number] {
			c.fault(review.AuditReordered, span{m.number, m.number}, fmt.Sprintf("it stands at the place of record %d", m.place))
		}
	}
}

// longestAscent returns the numbers of a longest subsequence of rows whose numbers ascend.
func longestAscent(rows []stray) map[int64]bool {
	var tails []int                  // of the ascents of each length, the row on which the lowest ends
	before := make([]int, len(rows)) // the row before each in its ascent, -1 at the start
	for i, row := range rows {
		length := sort.Search(len(tails), func(n int) bool { return rows[tails[n]].number >= row.number })
		before[i] = -1
		if length > 0 {
			before[i] = tails[length-1]
		}
		if length == len(tails) {
			tails = append(tails, i)
		} else {
			tails[length] = i
		}
	}
	ascent := make(map[int64]bool, len(tails))
	for i := tails[len(tails)-1]; i >= 0; i = before[i] {
		ascent[rows[i].number] = true
	}
	return ascent
}

// missing reports the records that are nowhere: at the end as truncated, elsewhere as removed.
func (c *auditCheck) missing(spoken map[int64]bool) {
	gone := func(number int64) bool { return !c.isHome(number) && !spoken[number] }
	end := c.size
	for end > 0 && gone(end-1) {
		end--
	}
	for from := int64(0); from < end; from++ {
		if !gone(from) {
			continue
		}
		to := from
		for gone(to + 1) { // ends before end
			to++
		}
		c.fault(review.AuditRemoved, span{from, to}, "gone from the log")
		from = to
	}
	if end < c.size {
		c.fault(review.AuditTruncated, span{end, c.size - 1}, "the end of the log is gone: "+c.largest+" vouches for it")
	}
}

func (c *auditCheck) isHome(number int64) bool { return number < int64(len(c.home)) && c.home[number] }

// report compares what is left, settles and returns the result, faults by record.
func (c *auditCheck) report() review.AuditReport {
	c.compareAll()
	c.settle()
	slices.SortStableFunc(c.faults, func(a, b review.AuditFault) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return review.AuditReport{
		Size: c.size, Root: c.tree.root().String(), Checkpoints: c.checkpoints, Key: c.key, Faults: joinFaults(c.faults),
	}
}

// joinFaults makes one fault of neighbours of which the same is said.
func joinFaults(faults []review.AuditFault) []review.AuditFault {
	joined := []review.AuditFault{} // a whole log has [] in JSON
	for _, fault := range faults {
		if n := len(joined); n > 0 && joined[n-1].Kind == fault.Kind && joined[n-1].Detail == fault.Detail && joined[n-1].To+1 == fault.From {
			joined[n-1].To = fault.To
			continue
		}
		joined = append(joined, fault)
	}
	return joined
}
