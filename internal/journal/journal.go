// Package journal is a report's text at rest. It owns the log: every update that anybody made, in rows numbered without
// gaps in the order in which they became durable, and nothing is shown to others before its row is.
//
// Updates come in two ways. Rooms hand over what they checked ([Journal.Submit]); the journal puts all that waits, for all
// reports, into one transaction, and while that commits the next one gathers (group commit, no timer). Members ask for
// server edits ([Journal.Edit]); those are computed on the head and committed together with the SQL that belongs to them.
//
// A report's document is loaded from its last snapshot and the rows after it ([Journal.Load]).
package journal

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/countersign/countersign/internal/bus"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// Refusals that have a consequence of their own for a connection.
var (
	ErrFrozen  = review.Errorf(review.Conflict, "This report is archived or on legal hold, so its text cannot change.")
	ErrEpoch   = review.Errorf(review.Stale, "This report's text was replaced as a whole. Open it again.")
	ErrForeign = review.Errorf(review.Forbidden, "The change holds text that somebody else wrote and the server does not have.")
	ErrClosed  = review.Errorf(review.Unavailable, "The server is shutting down. Try again in a moment.")
)

// Config is what a journal needs.
type Config struct {
	Store *store.Store
	Bus   bus.Bus
	Now   func() time.Time
	Log   *slog.Logger
}

// Journal writes and reads the logs of reports. It may be used by many goroutines.
type Journal struct {
	store *store.Store
	bus   bus.Bus
	now   func() time.Time
	log   *slog.Logger

	mu      sync.Mutex // protects the fields below
	waiting []*ticket
	apart   map[string]bool // reports whose tickets a transaction of their own has
	closed  bool

	wake   chan struct{} // one token: something waits
	done   chan struct{} // closed when the journal is asked to end
	ended  chan struct{} // closed when the committer has ended
	others sync.WaitGroup
}

// Open starts a journal's committer. Close ends it.
func Open(config Config) *Journal {
	j := &Journal{
		store: config.Store, bus: config.Bus, now: config.Now, log: config.Log,
		apart: map[string]bool{},
		wake:  make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{}),
	}
	go j.commitAll()
	return j
}

// Close commits what waits and ends. What is submitted afterwards is refused with ErrClosed. It may be called twice.
func (j *Journal) Close(ctx context.Context) error {
	j.mu.Lock()
	if !j.closed {
		j.closed = true
		close(j.done)
	}
	j.mu.Unlock()
	select {
	case <-j.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Subject is where the bus tells that a report's log has grown; the message is the seq, in decimal.
func Subject(report string) string { return "report." + report }
