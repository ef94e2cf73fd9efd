package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/countersign/countersign/internal/bus"
	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/workflow"
	"github.com/countersign/countersign/policies"
)

// policy measures decisions of the policy that every desk starts from.
func (b *bench) policy(context.Context) error {
	house, err := policy.Load(policies.Files)
	if err != nil {
		return err
	}
	sign := review.Deed{Act: review.ToSign, Type: review.OnClaim}
	cases := []struct {
		what string
		ask  policy.Request
		want bool
	}{
		{"a decision, allowed", policy.Request{Roles: []review.Role{review.Senior}, Desk: "d", Deed: sign}, true},
		{"a decision, refused for three reasons, with who else may", policy.Request{
			Roles: []review.Role{review.Senior}, Desk: "d", Deed: sign, Facts: review.SelfContribution | review.Recused | review.Frozen,
		}, false},
	}
	const rounds = 20_000
	for _, c := range cases {
		begun := time.Now()
		for range rounds {
			if house.May(c.ask).Allowed != c.want {
				return fmt.Errorf("%s: the answer is wrong", c.what)
			}
		}
		row(c.what, "–", time.Since(begun)/rounds, 100*time.Microsecond, true, "")
	}
	begun := time.Now()
	if _, faults := house.Parse([]byte(house.Text())); len(faults) > 0 {
		return fmt.Errorf("the house's policy has faults: %v", faults)
	}
	row("a revision read, checked and tested", "–", time.Since(begun), 200*time.Millisecond, true, "")
	return nil
}

// audit measures the log: records appended one by one, each durable, and many in a transaction.
func (b *bench) audit(ctx context.Context) error {
	return b.databases(ctx, func(kind, dsn string) error {
		s, err := open(ctx, dsn)
		if err != nil {
			return err
		}
		defer func() { _ = s.Close() }()
		record := review.AuditRecord{
			Kind: "bench", Member: store.NewID(), Desk: store.NewID(), Subject: store.NewID(), At: time.Now(), Detail: map[string]string{"roles": "writer"},
		}
		one := func(int) error {
			return s.InTx(ctx, func(ctx context.Context, tx store.IDB) error { return store.Audit(ctx, tx, record) })
		}
		times, err := timed(1_000, one)
		if err != nil {
			return err
		}
		row("a record appended and durable, p50", kind, percentile(times, .5), 10*time.Millisecond, true, "")
		row("the same, p99", kind, percentile(times, .99), 100*time.Millisecond, true, "")
		batch := make([]review.AuditRecord, 1_000)
		for i := range batch {
			batch[i] = record
		}
		begun := time.Now()
		for range b.record / len(batch) {
			if err := s.InTx(ctx, func(ctx context.Context, tx store.IDB) error { return store.Audit(ctx, tx, batch...) }); err != nil {
				return err
			}
		}
		row(fmt.Sprintf("%d records appended, 1000 in a transaction", b.record), kind, float64(b.record)/time.Since(begun).Seconds(), 5_000, false, "a second")
		begun = time.Now()
		report, err := s.VerifyAudit(ctx, store.AuditTrust{})
		if err != nil || !report.OK() {
			return fmt.Errorf("verify: %+v, %w", report, err)
		}
		row(fmt.Sprintf("%d records verified", report.Size), kind, time.Since(begun), 30*time.Second, true, "")
		return nil
	})
}

// membership measures a large house: listing and deciding.
func (b *bench) membership(ctx context.Context) error {
	return b.databases(ctx, func(kind, dsn string) error {
		s, err := open(ctx, dsn)
		if err != nil {
			return err
		}
		defer func() { _ = s.Close() }()
		actors, err := b.fill(ctx, s)
		if err != nil {
			return err
		}
		flow, err := workflow.New(workflow.Parts{Store: s, Bus: bus.NewLocal(), Policies: policies.Files, Log: slog.New(slog.DiscardHandler), Now: time.Now})
		if err != nil {
			return err
		}
		return measureHouse(ctx, kind, flow, actors)
	})
}

func measureHouse(ctx context.Context, kind string, flow *workflow.Workflow, actors []place) error {
	someone := func() place { return actors[rand.IntN(len(actors))] }
	times, err := timed(500, func(int) error {
		who := someone()
		_, err := flow.Desk(ctx, who.actor, who.desk)
		return err
	})
	if err != nil {
		return err
	}
	row("may a member see their desk, and the desk: p50", kind, percentile(times, .5), 5*time.Millisecond, true, "")
	row("the same, p99", kind, percentile(times, .99), 50*time.Millisecond, true, "")
	times, err = timed(200, func(int) error {
		who := someone()
		_, _, err := flow.Invite(ctx, who.actor, review.Invitation{Desk: who.desk, Email: "x@example.org", Roles: []review.Role{review.Reader}})
		if review.CodeOf(err) != review.Forbidden {
			return fmt.Errorf("a writer's invitation: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	row("a refusal with its reasons and names, recorded: p50", kind, percentile(times, .5), 20*time.Millisecond, true, "")
	times, err = timed(200, func(int) error {
		who := someone()
		members, _, err := flow.Members(ctx, who.actor, who.desk, review.Page{Limit: 50})
		if err == nil && len(members) != 50 {
			err = fmt.Errorf("%d members listed", len(members))
		}
		return err
	})
	if err != nil {
		return err
	}
	row("50 members of a desk listed: p50", kind, percentile(times, .5), 10*time.Millisecond, true, "")
	row("the same, p99", kind, percentile(times, .99), 100*time.Millisecond, true, "")
	page, pages := review.Page{Limit: review.MaxPage}, 0
	begun := time.Now()
	for {
		_, next, err := flow.Everybody(ctx, page)
		if err != nil {
			return err
		}
		pages++
		if page.After = next; next == "" {
			break
		}
	}
	row(fmt.Sprintf("everybody listed, in %d pages: a page", pages), kind, time.Since(begun)/time.Duration(pages), 20*time.Millisecond, true, "")
	return nil
}

type place struct {
	desk  string
	actor workflow.Actor
}

// fill makes the desks and members, a desk at a time in a transaction. One in ten is a sample to act as.
func (b *bench) fill(ctx context.Context, s *store.Store) (sample []place, err error) {
	for d := range b.desks {
		err := s.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
			places, err := fillDesk(ctx, tx, d, b.members/b.desks)
			sample = append(sample, places...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return sample, nil
}

func fillDesk(ctx context.Context, tx store.IDB, number, members int) (sample []place, err error) {
	now := time.Now()
	desk := review.Desk{Slug: fmt.Sprintf("desk-%d", number), Name: fmt.Sprintf("Desk %d", number), CreatedAt: now}
	if err := store.AddDesk(ctx, tx, &desk); err != nil {
		return nil, err
	}
	for i := range members {
		member := review.Member{Email: fmt.Sprintf("m%d-%d@example.org", number, i), Name: fmt.Sprintf("Member %d %d", i, number), CreatedAt: now}
		if err := store.AddMember(ctx, tx, &member); err != nil {
			return nil, err
		}
		role := review.Writer
		if i == 0 {
			role = review.Admin
		}
		if err := store.AddMembership(ctx, tx, &review.Membership{Desk: desk.ID, Member: member.ID, Roles: []review.Role{role}, CreatedAt: now}); err != nil {
			return nil, err
		}
		if i%10 == 5 {
			sample = append(sample, place{desk: desk.ID, actor: workflow.Actor{Member: member, Session: &review.Session{ID: store.NewID(), ProofAt: now}}})
		}
	}
	return sample, nil
}
