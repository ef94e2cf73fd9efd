package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// RightsSubject is where Run tells this process of changes of rights, each as a review.RightsChange.
const RightsSubject = "rights"

const (
	followEvery = time.Second // so that a change on another node takes effect within two
	followBatch = 500         // changes read at once
	tidyEvery   = time.Minute // joined sign-ins and refusals go into the audit
	sweepEvery  = time.Hour   // what nobody can ask for any more is deleted
)

// Run follows what other nodes changed, rights and policies, and tidies up, until ctx is done. A
// database that does not answer is logged and asked again.
func (w *Workflow) Run(ctx context.Context) {
	follow, tidy, sweep := time.NewTicker(followEvery), time.NewTicker(tidyEvery), time.NewTicker(sweepEvery)
	defer follow.Stop()
	defer tidy.Stop()
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
			w.logged(ctx, "follow changes of rights", w.follow(ctx))
		case <-follow.C:
			w.logged(ctx, "follow changes of rights", w.follow(ctx))
		case <-tidy.C:
			w.logged(ctx, "append to the audit", w.FlushAudit(ctx))
		case <-sweep.C:
			w.logged(ctx, "sweep", w.sweep(ctx))
		}
	}
}

func (w *Workflow) logged(ctx context.Context, doing string, err error) {
	if err != nil && ctx.Err() == nil {
		w.log.ErrorContext(ctx, "could not do what is done in turn", "what", doing, "error", err)
	}
}

func (w *Workflow) follow(ctx context.Context) error {
	if err := w.followRights(ctx); err != nil {
		return err
	}
	return w.followPolicies(ctx)
}

// followRights tells this process of changes of rights in the order of their numbers, each once.
func (w *Workflow) followRights(ctx context.Context) error {
	for {
		changes, err := store.RightsChangesAfter(ctx, w.store.Reader(), w.followed.Load(), followBatch)
		if err != nil {
			return err
		}
		for _, change := range changes {
			message, err := json.Marshal(change)
			if err != nil {
				return fmt.Errorf("encode change of rights %d: %w", change.Number, err)
			}
			if err := w.bus.Publish(ctx, RightsSubject, message); err != nil {
				return fmt.Errorf("tell of change of rights %d: %w", change.Number, err)
			}
			w.followed.Store(change.Number)
		}
		if len(changes) < followBatch {
			return nil
		}
	}
}

// followPolicies puts the last revision of every desk in force, where that is not so yet.
func (w *Workflow) followPolicies(ctx context.Context) error {
	heads, err := store.PolicyHeads(ctx, w.store.Reader())
	if err != nil {
		return err
	}
	for desk, number := range heads {
		if err := w.followPolicy(ctx, desk, number); err != nil {
			return err
		}
	}
	return nil
}

// followPolicy puts a desk's revision in force, unless that or a later one is.
func (w *Workflow) followPolicy(ctx context.Context, desk string, number int64) error {
	if _, now := w.policies.For(desk); now >= number {
		return nil
	}
	revision, err := store.PolicyRevision(ctx, w.store.Reader(), desk, number)
	if err != nil {
		return err
	}
	return w.enforce(ctx, revision)
}

// catchUp puts the last revision of one desk in force and returns the number of that in force.
func (w *Workflow) catchUp(ctx context.Context, desk string) (int64, error) {
	last, err := store.LastPolicyRevision(ctx, w.store.Reader(), desk)
	if err == nil {
		err = w.followPolicy(ctx, desk, last)
	}
	_, now := w.policies.For(desk)
	return now, err
}

// enforce puts a stored revision in force. One that this version cannot read leaves the desk's admins
// with what they need to mend it, and nobody else with anything.
func (w *Workflow) enforce(ctx context.Context, revision review.PolicyRevision) error {
	next, faults := w.policies.House().Parse([]byte(revision.Policy))
	if len(faults) > 0 {
		w.log.ErrorContext(ctx, "a desk's policy cannot be read; its admins can upload another",
			"desk", revision.Desk, "revision", revision.Number, "line", faults[0].Line, "fault", faults[0].Message)
		closed, err := w.policies.House().AdminsOnly()
		if err != nil {
			return err
		}
		next = closed
	}
	return w.putInForce(revision.Desk, revision.Number, next)
}

func (w *Workflow) putInForce(desk string, number int64, next *policy.Policy) error {
	err := w.policies.Set(desk, number, next)
	if review.CodeOf(err) == review.Stale {
		return nil // a newer one was put in force meanwhile
	}
	return err
}

// FlushAudit appends the sign-ins and refusals of past minutes to the audit.
func (w *Workflow) FlushAudit(ctx context.Context) error {
	_, err := w.store.FlushAudit(ctx, w.now())
	return err
}

func (w *Workflow) sweep(ctx context.Context) error {
	return w.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		_, err := store.Sweep(ctx, tx, w.now())
		return err
	})
}
