package manuscript

import (
	"cmp"
	"slices"
)

// Range is a stretch of a text: UTF-16 units from From up to, not including, To.
type Range struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Len is how many units it has.
func (r Range) Len() int { return r.To - r.From }

// Contains says whether a unit's position lies in it.
func (r Range) Contains(at int) bool { return r.From <= at && at < r.To }

// covers says whether a position lies in one of some ranges, which follow each other.
func covers(ranges []Range, at int) bool {
	i, _ := slices.BinarySearchFunc(ranges, at, func(r Range, at int) int { return cmp.Compare(r.To, at+1) })
	return i < len(ranges) && ranges[i].Contains(at)
}

func (r Range) overlaps(o Range) bool { return r.From < o.To && o.From < r.To }
