package manuscript

import (
	"cmp"
	"slices"

	"github.com/countersign/countersign/internal/review"
)

// readShares finds what each mark covers of a block's spans, ordered by where it begins, then by mark.
func readShares(spans []textSpan) []share {
	r := shareReader{spans: spans}
	at := 0
	for i := range spans {
		r.next(i, at, spans[i].attributes.marks)
		at += spans[i].units
	}
	r.next(len(spans), at, nil)
	slices.SortFunc(r.out, func(a, b share) int {
		return cmp.Or(cmp.Compare(a.From, b.From), a.mark.compare(b.mark))
	})
	return r.out
}

type shareReader struct {
	spans []textSpan
	open  []share // sorted by mark
	out   []share
}

// next ends what the marks at a span do not go on with, and begins what they begin. Both lists are sorted.
func (r *shareReader) next(i, at int, marks []markID) {
	if len(r.open) == 0 && len(marks) == 0 {
		return
	}
	open := make([]share, 0, len(marks))
	for _, mark := range marks {
		for len(r.open) > 0 && r.open[0].mark.compare(mark) < 0 {
			r.close(i, at)
		}
		if len(r.open) > 0 && r.open[0].mark == mark {
			open = append(open, r.open[0])
			r.open = r.open[1:]
		} else {
			open = append(open, share{mark: mark, Range: Range{From: at}, first: i})
		}
	}
	for len(r.open) > 0 {
		r.close(i, at)
	}
	r.open = open
}

// close ends the first share that is open. Marks that begin and end together share their content.
func (r *shareReader) close(i, at int) {
	s := r.open[0]
	r.open = r.open[1:]
	s.To, s.end = at, i
	s.validID = review.ValidID(s.mark.id)
	if s.mark.kind != Comment {
		if n := len(r.out); n > 0 && r.out[n-1].first == s.first && r.out[n-1].end == i && r.out[n-1].mark.kind != Comment {
			s.content, s.hash, s.says = r.out[n-1].content, r.out[n-1].hash, r.out[n-1].says
		} else {
			runs := canonicalRuns(r.spans[s.first:i])
			s.content = contentOf(runs)
			s.hash = s.content.Hash()
			s.says = slices.ContainsFunc(runs, func(r review.Run) bool { return r.Source == "" })
		}
	}
	r.out = append(r.out, s)
}

// contentOf is a content of one piece, or of none if nothing is in it.
func contentOf(p review.Piece) review.Content {
	if len(p) == 0 {
		return nil
	}
	return review.Content{p}
}
