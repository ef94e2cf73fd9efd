package policy

import (
	"fmt"

	"github.com/countersign/countersign/internal/review"
)

// AdminsOnly is p without any right but the admins'. It stands in for a desk's stored revision that this version cannot
// read any more: to fall back on the house's policy could give rights that the desk took away, and this gives only what is
// needed to upload a policy that can be read.
func (p *Policy) AdminsOnly() (*Policy, error) {
	closed := &Policy{model: p.model, floor: p.floor, text: "# This desk's policy could not be read. Its admins can upload another.\n"}
	for _, r := range p.rules {
		if r.Deny || r.Sub == review.Admin {
			closed.rules = append(closed.rules, r)
		}
	}
	decides, err := index(p.model, closed.rules, p.decides)
	if err != nil {
		return nil, fmt.Errorf("close policy: %w", err)
	}
	closed.decides = decides
	return closed, nil
}
