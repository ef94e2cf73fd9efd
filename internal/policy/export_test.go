package policy

import (
	"maps"

	"github.com/countersign/countersign/internal/review"
)

// WithoutFloor lets tests parse policies that no desk could have.
func (p *Policy) WithoutFloor() *Policy { return &Policy{model: p.model, decides: p.decides} }

// Model is casbin's model, for tests that ask casbin by themselves.
func (p *Policy) Model() string { return p.model }

// Break lets casbin decide deed by the rows of other, so that it and the explanation disagree as a defect of either would.
func (p *Policy) Break(deed, other review.Deed) *Policy {
	return p.with(deed, p.decides[other].engine)
}

// WithoutDenials hides the rows that deny deed from casbin, and from casbin only.
func (p *Policy) WithoutDenials(deed review.Deed) *Policy {
	lenient, err := newEngine(p.model, (&decider{allows: p.decides[deed].allows}).rows())
	if err != nil {
		panic(err)
	}
	return p.with(deed, lenient)
}

func (p *Policy) with(deed review.Deed, e *engine) *Policy {
	broken, d := *p, *p.decides[deed]
	d.engine = e
	broken.decides = maps.Clone(p.decides)
	broken.decides[deed] = &d
	return &broken
}
