package journal

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/yjs"
)

// Edit is a server edit: a change of a report's text that a member asked for through the API.
type Edit struct {
	Report string
	Member string
	// At is the seq of the text that the change was made for; 0 means whatever the head is.
	At int64
	// Change says what to change in the text at the head, which it must not keep. Nothing to change is no error: then there
	// is no row, and Write is called all the same.
	Change func(*Text) (yjs.Delta, error)
	// Write stores what belongs to the edit, in the same transaction. It may be nil.
	Write func(ctx context.Context, tx store.IDB, done Edited) error
}

// Edited is what a server edit did.
type Edited struct {
	Seq    int64      // of its row, or of the head if nothing changed
	Text   *Text      // with the edit
	Change yjs.Change // of the document; without Delta
}

// Edit carries out a server edit: its row and its SQL become durable together, or not at all. It fails with review.Stale if
// the text has moved on from e.At.
func (j *Journal) Edit(ctx context.Context, e Edit) (Edited, error) {
	text, err := j.Load(ctx, e.Report) // what takes long, before the lock
	if err != nil {
		return Edited{}, err
	}
	var done Edited
	err = j.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		if text.Report, err = store.LockReport(ctx, tx, e.Report, lockWait); err != nil {
			return err
		}
		if err := text.Follow(ctx, tx, nil); err != nil {
			return err
		}
		done, err = j.editLocked(ctx, tx, text, e)
		return err
	})
	if err != nil {
		return Edited{}, fmt.Errorf("edit %s: %w", e.Report, err)
	}
	if len(done.Change.New)+len(done.Change.Deleted) > 0 {
		j.hint(ctx, e.Report, done.Seq)
	}
	return done, nil
}

// editLocked carries out an edit on the text at the head of a report that the transaction has locked.
func (j *Journal) editLocked(ctx context.Context, tx store.IDB, text *Text, e Edit) (Edited, error) {
	switch {
	case text.Report.Frozen():
		return Edited{}, ErrFrozen
	case e.At != 0 && e.At != text.Seq:
		return Edited{}, review.Errorf(review.Stale, "The text was changed after you read it. Read it again and make your change anew.").
			With(map[string]int64{"seq": text.Seq})
	}
	delta, err := e.Change(text)
	if err != nil {
		return Edited{}, err
	}
	done := Edited{Seq: text.Seq, Text: text}
	if len(delta) > 0 {
		if done, err = j.appendEdit(ctx, tx, text, e, delta); err != nil {
			return Edited{}, err
		}
	}
	if e.Write != nil {
		err = e.Write(ctx, tx, done)
	}
	return done, err
}

// appendEdit makes an update of a delta and adds its row.
func (j *Journal) appendEdit(ctx context.Context, tx store.IDB, text *Text, e Edit, delta yjs.Delta) (Edited, error) {
	client, err := j.freshClient(ctx, tx, e)
	if err != nil {
		return Edited{}, err
	}
	update, err := text.Doc.Clone().Transact(client, func(edit *yjs.Tx) error { return edit.Text(Root).Apply(delta) })
	if err != nil {
		return Edited{}, review.Errorf(review.Invalid, "The change does not fit the text: %v.", err)
	}
	change, err := text.Doc.Apply(update)
	if err != nil {
		return Edited{}, err
	}
	if len(change.New)+len(change.Deleted) == 0 {
		return Edited{Seq: text.Seq, Text: text}, nil // marks that were there already
	}
	parts := []review.Part{{Member: e.Member, Update: update, Clients: []uint64{client}}}
	row := review.LogRow{Report: e.Report, Seq: text.Seq + 1, At: j.now(), Parts: encodeParts(parts)}
	if err := store.AppendLogs(ctx, tx, []review.LogRow{row}); err != nil {
		return Edited{}, err
	}
	text.Seq, text.Report.Seq = row.Seq, row.Seq
	return Edited{Seq: row.Seq, Text: text, Change: change}, nil
}

const freshTries = 8 // of 2^53 ids; the second is already a wonder

// freshClient makes a Yjs client id that the report has never seen the member's.
func (j *Journal) freshClient(ctx context.Context, tx store.IDB, e Edit) (uint64, error) {
	for range freshTries {
		client := rand.Uint64N(yjs.MaxClient) + 1 //nolint:gosec // it must be new, not secret
		owners, err := store.OwnersOfClients(ctx, tx, e.Report, client)
		if err != nil {
			return 0, err
		}
		if len(owners) > 0 {
			continue
		}
		_, err = store.ClaimClients(ctx, tx, e.Report, e.Member, client)
		return client, err
	}
	return 0, fmt.Errorf("no fresh client id in %d tries", freshTries)
}
