package manuscript

import (
	"strings"
	"unicode"

	"github.com/countersign/countersign/internal/review"
)

// maxUnderCite is how long the text under a citation may be, in UTF-16 units: "[123]" and "[^note]" are labels.
const maxUnderCite = 16

// cited is a stretch of a block under one cite attribute.
type cited struct {
	Range // in the block
	cite
	words   bool // more than a label stands under it
	validID bool
}

func readCited(spans []textSpan) []cited {
	var out []cited
	at := 0
	var before *cite
	for i := range spans {
		s := &spans[i]
		c := s.attributes.cite
		if s.embed != "" {
			c = nil
		}
		if c != nil && !sameCite(before, c) {
			out = append(out, cited{Range: Range{From: at}, cite: *c, validID: review.ValidID(c.id)})
		}
		if c != nil {
			last := &out[len(out)-1]
			last.To = at + s.units
			last.words = last.words || last.Len() > maxUnderCite || strings.ContainsFunc(s.text, unicode.IsSpace)
		}
		before = c
		at += s.units
	}
	return out
}
