package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// How long a report that somebody else has locked keeps others waiting.
const (
	retryAfter = 5 * time.Millisecond  // before it is tried again with what waits then
	apartAfter = 50 * time.Millisecond // before it gets a transaction of its own, which waits
	lockWait   = 2 * time.Second       // as long as this
	commitTime = 10 * time.Second      // for one transaction; a database that takes longer is taken for gone
)

// Batch is what one room hands over at once: parts in order of arrival.
type Batch struct {
	Report string
	Epoch  int64
	// Parts name in Clients those ids of which the room does not know yet that they are the member's.
	Parts []review.Part
}

// Appended says what became of a batch. If Err is nil it is durable, in the row Seq of the report's log, from part First on.
type Appended struct {
	Seq   int64
	First int
	Err   error
}

// ticket is a batch on its way.
type ticket struct {
	Batch
	held  time.Time     // when its report was first found locked; zero: it was not
	done  chan Appended // with room for the answer
	given Appended      // once the transaction has committed
}

// Submit hands a batch over and returns where its outcome will be told, once. It never blocks.
func (j *Journal) Submit(b Batch) <-chan Appended {
	t := &ticket{Batch: b, done: make(chan Appended, 1)}
	j.mu.Lock()
	closed := j.closed
	if !closed {
		j.waiting = append(j.waiting, t)
	}
	j.mu.Unlock()
	if closed {
		t.done <- Appended{Err: ErrClosed}
	} else {
		j.wakeUp()
	}
	return t.done
}

// Append is Submit, waiting for the outcome. If ctx ends first the batch may still become durable.
func (j *Journal) Append(ctx context.Context, b Batch) (Appended, error) {
	select {
	case a := <-j.Submit(b):
		return a, a.Err
	case <-ctx.Done():
		return Appended{}, ctx.Err()
	}
}

func (j *Journal) wakeUp() {
	select {
	case j.wake <- struct{}{}:
	default: // it is awake
	}
}

// commitAll is the committer: one transaction after another, each with all that waits. Once the journal is closed it goes on
// until nothing waits.
func (j *Journal) commitAll() {
	defer close(j.ended)
	defer j.others.Wait()
	closing := j.done
	for {
		if tickets := j.take(); len(tickets) > 0 {
			j.commit(tickets)
			continue
		}
		if closing == nil && !j.anyWaits() {
			return
		}
		select {
		case <-j.wake:
		case <-closing:
			closing = nil
		}
	}
}

func (j *Journal) anyWaits() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.waiting) > 0 || len(j.apart) > 0
}

// take removes what waits and may be tried now. What has waited for a lock too long goes into a transaction of its own.
func (j *Journal) take() []*ticket {
	j.mu.Lock()
	defer j.mu.Unlock()
	var now, later []*ticket
	alone := map[string][]*ticket{}
	for _, t := range j.waiting {
		switch {
		case j.apart[t.Report]:
			later = append(later, t) // behind the one that waits, so that order is kept
		case alone[t.Report] != nil || !t.held.IsZero() && time.Since(t.held) > apartAfter:
			alone[t.Report] = append(alone[t.Report], t)
		default:
			now = append(now, t)
		}
	}
	for report, tickets := range alone {
		j.apart[report] = true
		j.others.Add(1)
		go j.commitAlone(report, tickets)
	}
	j.waiting = later
	return now
}

// commitAlone waits for a report that somebody else has locked.
func (j *Journal) commitAlone(report string, tickets []*ticket) {
	defer j.others.Done()
	ctx, cancel := context.WithTimeout(context.Background(), commitTime) //nolint:forbidigo // the journal's own: no caller waits for it
	defer cancel()
	err := j.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		row, err := store.LockReport(ctx, tx, report, lockWait)
		if err != nil {
			return err
		}
		return j.write(ctx, tx, []review.Report{row}, map[string][]*ticket{report: tickets})
	})
	j.tell(ctx, tickets, err)
	j.mu.Lock()
	delete(j.apart, report)
	j.mu.Unlock()
	j.wakeUp()
}

// commit puts tickets into one transaction. Those whose report is locked by somebody else wait for the next.
func (j *Journal) commit(tickets []*ticket) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTime) //nolint:forbidigo // the journal's own: no caller waits for it
	defer cancel()
	byReport := map[string][]*ticket{}
	for _, t := range tickets {
		byReport[t.Report] = append(byReport[t.Report], t)
	}
	var locked []review.Report
	err := j.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		var err error
		if locked, err = store.LockFreeReports(ctx, tx, reportsOf(tickets)...); err != nil {
			return err
		}
		return j.write(ctx, tx, locked, byReport)
	})
	if err != nil {
		j.tell(ctx, tickets, err)
		return
	}
	had := map[string]bool{}
	for _, r := range locked {
		had[r.ID] = true
		j.tell(ctx, byReport[r.ID], nil)
	}
	j.putBack(slices.DeleteFunc(tickets, func(t *ticket) bool { return had[t.Report] }))
}

func reportsOf(tickets []*ticket) []string {
	var ids []string
	for _, t := range tickets {
		ids = append(ids, t.Report)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// putBack lets tickets wait for their reports' locks, in front of what came since.
func (j *Journal) putBack(tickets []*ticket) {
	if len(tickets) == 0 {
		return
	}
	for _, t := range tickets {
		if t.held.IsZero() {
			t.held = time.Now()
		}
	}
	j.mu.Lock()
	j.waiting = append(tickets, j.waiting...)
	j.mu.Unlock()
	time.AfterFunc(retryAfter, j.wakeUp)
	<-j.wake // by the timer, or because something else waits
}

// write adds one row to the log of each locked report, with the parts of all its tickets that may be added. It gives each
// ticket its outcome, which holds once the transaction has committed.
func (j *Journal) write(ctx context.Context, tx store.IDB, locked []review.Report, byReport map[string][]*ticket) error {
	at := j.now()
	var rows []review.LogRow
	for _, report := range locked {
		parts, err := j.admit(ctx, tx, report, byReport[report.ID])
		if err != nil {
			return err
		}
		if len(parts) > 0 {
			rows = append(rows, review.LogRow{Report: report.ID, Seq: report.Seq + 1, At: at, Parts: encodeParts(parts)})
		}
	}
	return store.AppendLogs(ctx, tx, rows)
}

// admit refuses, each alone, the tickets that may not be added to a report's log, and returns the parts of the others.
func (j *Journal) admit(ctx context.Context, tx store.IDB, report review.Report, tickets []*ticket) ([]review.Part, error) {
	owners, err := ownersFor(ctx, tx, report.ID, tickets)
	if err != nil {
		return nil, err
	}
	claims := map[string][]uint64{}
	var parts []review.Part
	for _, t := range tickets {
		if t.given = (Appended{Err: refusal(report, t, owners)}); t.given.Err != nil {
			continue
		}
		t.given = Appended{Seq: report.Seq + 1, First: len(parts)}
		for _, p := range t.Parts {
			for _, c := range p.Clients {
				if owners[c] == "" {
					owners[c] = p.Member
					claims[p.Member] = append(claims[p.Member], c)
				}
			}
		}
		parts = append(parts, t.Parts...)
	}
	for member, clients := range claims {
		if _, err := store.ClaimClients(ctx, tx, report.ID, member, clients...); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

func ownersFor(ctx context.Context, tx store.IDB, report string, tickets []*ticket) (map[uint64]string, error) {
	var clients []uint64
	for _, t := range tickets {
		for _, p := range t.Parts {
			clients = append(clients, p.Clients...)
		}
	}
	if len(clients) == 0 {
		return map[uint64]string{}, nil
	}
	return store.OwnersOfClients(ctx, tx, report, clients...)
}

// refusal is why a ticket may not be added; nil if it may. Ids that the ticket's own parts claim count too.
func refusal(report review.Report, t *ticket, owners map[uint64]string) error {
	switch {
	case report.Frozen():
		return ErrFrozen
	case report.Epoch != t.Epoch:
		return ErrEpoch
	}
	own := map[uint64]string{}
	for _, p := range t.Parts {
		for _, c := range p.Clients {
			owner := owners[c]
			if owner == "" {
				owner = own[c]
			}
			if owner != "" && owner != p.Member {
				return ErrForeign
			}
			own[c] = p.Member
		}
	}
	return nil
}

// tell gives tickets their outcome and the bus its hints.
func (j *Journal) tell(ctx context.Context, tickets []*ticket, err error) {
	hints := map[string]int64{}
	for _, t := range tickets {
		if err != nil {
			t.given = Appended{Err: fmt.Errorf("append to the log of %s: %w", t.Report, err)}
		} else if t.given.Err == nil && t.given.Seq > 0 {
			hints[t.Report] = t.given.Seq
		}
		t.done <- t.given
	}
	for report, seq := range hints {
		j.hint(ctx, report, seq)
	}
}

// hint tells the other nodes that a report's log has grown. A hint that is lost costs them a second.
func (j *Journal) hint(ctx context.Context, report string, seq int64) {
	err := j.bus.Publish(ctx, Subject(report), strconv.AppendInt(nil, seq, 10))
	if err != nil && !errors.Is(err, context.Canceled) {
		j.log.WarnContext(ctx, "a hint was not published", "report", report, "seq", seq, "error", err)
	}
}
