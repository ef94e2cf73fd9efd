package policy

import "github.com/countersign/countersign/internal/review"

// Simulate answers every deed in question for one member, under this policy, which need not be in force. Facts are those of
// the member and each deed's object, as the caller found or supposes them; no deeds means all there are.
func (p *Policy) Simulate(ask Request, deeds ...review.Deed) []Explanation {
	if len(deeds) == 0 {
		deeds = review.Deeds()
	}
	answers := make([]Explanation, len(deeds))
	for i, deed := range deeds {
		ask.Deed = deed
		answers[i] = p.Explain(ask)
	}
	return answers
}
