package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/yjs"
)

// snapshotAfter is how many rows a log grows before a snapshot is worth it: a thousand rows take some milliseconds to read.
const snapshotAfter = 1000

// Compact stores a snapshot of a report's text at its head, so that loading need not read the whole log. What is stored was
// loaded again first, and holds the same text by the same clients; a snapshot that does not is not stored, and is an error.
func (j *Journal) Compact(ctx context.Context, report string) error {
	text, err := j.Load(ctx, report)
	if err != nil {
		return err
	}
	state := text.Doc.Encode(nil)
	if err := sameText(state, text.Doc); err != nil {
		return fmt.Errorf("compact %s at %d: %w", report, text.Seq, err)
	}
	return j.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		return store.AddSnapshot(ctx, tx, review.Snapshot{Report: report, Seq: text.Seq, State: state, CreatedAt: j.now()})
	})
}

// NeedsCompacting says whether a report's log has grown enough since its last snapshot.
func (j *Journal) NeedsCompacting(ctx context.Context, report review.Report) (bool, error) {
	last, err := store.LastSnapshotSeq(ctx, j.store.Reader(), report.ID)
	return err == nil && report.Seq-last >= snapshotAfter, err
}

// sameText holds a state, loaded afresh, against the document that it was made of.
func sameText(state []byte, of *yjs.Doc) error {
	again := yjs.New(yjs.Options{Limits: yjs.Trusted()})
	if _, err := again.Apply(state); err != nil {
		return fmt.Errorf("load what was made: %w", err)
	}
	if !maps.Equal(again.StateVector(), of.StateVector()) {
		return errors.New("what was made is at another state")
	}
	want, err := json.Marshal(of.Text(Root).Delta())
	if err != nil {
		return fmt.Errorf("write the text: %w", err)
	}
	got, err := json.Marshal(again.Text(Root).Delta())
	if err != nil {
		return fmt.Errorf("write the text: %w", err)
	}
	if !bytes.Equal(got, want) {
		return errors.New("what was made holds another text")
	}
	return nil
}

// Verify loads a report's text from the whole log and holds it against the text that Load gives, from the last snapshot on.
// Rows that the snapshots have replaced are beyond it.
func (j *Journal) Verify(ctx context.Context, report string) error {
	text, err := j.Load(ctx, report)
	if err != nil {
		return err
	}
	whole := &Text{Report: text.Report, Doc: yjs.New(yjs.Options{Limits: yjs.Trusted()})}
	if err := whole.Follow(ctx, j.store.Reader(), nil); err != nil {
		return err
	}
	if whole.Seq < text.Seq {
		return fmt.Errorf("the log of %s ends at %d, its snapshot is of %d", report, whole.Seq, text.Seq)
	}
	if whole.Seq > text.Seq {
		return nil // it grew meanwhile
	}
	return sameText(whole.Doc.Encode(nil), text.Doc)
}
