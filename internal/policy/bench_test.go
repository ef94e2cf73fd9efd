package policy_test

import (
	"fmt"
	"testing"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
)

// BenchmarkMay is one decision with all its reasons, as every command asks for it.
func BenchmarkMay(b *testing.B) {
	p := house(b)
	sign := func(roles []review.Role, facts review.Facts) policy.Request {
		return policy.Request{Roles: roles, Desk: desk, Deed: review.Deed{Act: review.ToSign, Type: review.OnClaim}, Facts: facts}
	}
	cases := []struct {
		name string
		ask  policy.Request
		want bool
	}{
		{"read, allowed", ask(review.ToRead, review.OnReport, review.Writer), true},
		{"sign, allowed", sign([]review.Role{review.Senior}, 0), true},
		{"sign, two roles, allowed", sign([]review.Role{review.Senior, review.Admin}, 0), true},
		{"sign, four reasons against", sign([]review.Role{review.Senior}, review.SelfContribution|review.Recused|review.StepUpStale|review.Frozen), false},
		{"sign, role missing", sign([]review.Role{review.Writer}, 0), false},
	}
	for _, c := range cases {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p.May(c.ask).Allowed != c.want {
					b.Fatal("wrong answer")
				}
			}
		})
	}
}

// BenchmarkDesks is 100,000 decisions over 1,000 desks, of which every tenth has a policy of its own.
func BenchmarkDesks(b *testing.B) {
	const desks, decisions = 1000, 100_000
	h := policy.NewHolder(house(b))
	own := fmt.Sprintf("%s\np, role:admin, *, report, read, always, allow\n", h.House().Text())
	ids := make([]string, desks)
	for i := range ids {
		ids[i] = fmt.Sprintf("0198c0de-0000-7000-8000-%012d", i)
		if i%10 != 0 {
			continue
		}
		p, errs := h.House().Parse([]byte(own))
		if len(errs) > 0 {
			b.Fatal(errs[0])
		}
		if err := h.Set(ids[i], 1, p); err != nil {
			b.Fatal(err)
		}
	}
	deeds, roles := review.Deeds(), review.Roles()
	b.ResetTimer()
	for b.Loop() {
		for i := range decisions {
			h.May(policy.Request{Roles: roles[i%len(roles) : i%len(roles)+1], Desk: ids[i%desks], Deed: deeds[i%len(deeds)]})
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*decisions), "ns/decision")
}

// BenchmarkParse is an upload: text to a policy that is ready to decide, its tests run.
func BenchmarkParse(b *testing.B) {
	p := house(b)
	text := []byte(p.Text() + "\np, role:admin, *, report, read, always, allow\n")
	b.ReportAllocs()
	for b.Loop() {
		if _, errs := p.Parse(text); len(errs) > 0 {
			b.Fatal(errs[0])
		}
	}
}

// BenchmarkDiff compares two policies over every role, deed and fact.
func BenchmarkDiff(b *testing.B) {
	p := house(b)
	next, errs := p.Parse([]byte(p.Text() + "\np, role:admin, *, report, read, always, allow\n"))
	if len(errs) > 0 {
		b.Fatal(errs[0])
	}
	for b.Loop() {
		if len(policy.Diff(p, next, desk)) == 0 {
			b.Fatal("no difference")
		}
	}
}
