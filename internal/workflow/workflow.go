// Package workflow is what people and programs can do with the house: one method for each command and
// each question. A method finds the facts, asks policy, does the work in one transaction together with
// its audit records, and says why not if it must not. Nothing else asks policy.
package workflow

import (
	"context"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/countersign/countersign/internal/bus"
	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// Parts is what a Workflow is made of.
type Parts struct {
	Store    *store.Store
	Bus      bus.Bus // of this process; Run tells it of changes of rights
	Policies fs.FS   // package policies' files
	Log      *slog.Logger
	Now      func() time.Time
}

// Workflow carries out commands and answers questions. It may be used by many goroutines.
type Workflow struct {
	store    *store.Store
	bus      bus.Bus
	policies *policy.Holder
	log      *slog.Logger
	now      func() time.Time
	hasher   *hasher
	wake     chan struct{} // has Run look at once
	followed atomic.Int64  // number of the last change of rights that Run told the bus of
}

// New makes a workflow. Load and Run are its caller's to call.
func New(parts Parts) (*Workflow, error) {
	house, err := policy.Load(parts.Policies)
	if err != nil {
		return nil, err
	}
	return &Workflow{
		store: parts.Store, bus: parts.Bus, policies: policy.NewHolder(house), log: parts.Log,
		now:    func() time.Time { return parts.Now().UTC().Truncate(time.Microsecond) }, // what both databases keep
		hasher: newHasher(), wake: make(chan struct{}, 1),
	}, nil
}

// Load reads what must be known before the first request: the policies in force, and where the
// changes of rights stand.
func (w *Workflow) Load(ctx context.Context) error {
	last, err := store.LastRightsChange(ctx, w.store.Reader())
	if err != nil {
		return err
	}
	w.followed.Store(last)
	return w.followPolicies(ctx)
}

// From is where a request comes from.
type From struct {
	Address   string
	UserAgent string
}

// Actor is who acts: a member in a session or by a token, or the operator of the machine.
type Actor struct {
	Member   review.Member
	Session  *review.Session // nil by token
	Token    *review.Token   // nil in a session
	From     From
	Once     *Once // nil unless the request carries an idempotency key
	operator bool
}

// Operator acts as whoever runs the machine: they could change the database itself, so nothing is
// refused to them; what they do is in the audit like everything else.
func Operator() Actor { return Actor{operator: true, From: From{Address: "command line"}} }

// record begins an audit record of what the actor does.
func (a Actor) record(kind, desk, subject string, detail map[string]string) review.AuditRecord {
	r := review.AuditRecord{Kind: kind, Member: a.Member.ID, Desk: desk, Subject: subject, Detail: detail}
	if a.Session != nil {
		r.Session = a.Session.ID
	}
	if a.Token != nil {
		r.Token = a.Token.ID
	}
	if a.operator {
		if r.Detail == nil {
			r.Detail = map[string]string{}
		}
		r.Detail["by"] = "operator"
	}
	return r
}
