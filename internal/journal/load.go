package journal

import (
	"context"
	"fmt"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/yjs"
)

// Root is the name of the one text that a report's document has.
const Root = "body"

// logPage is how many rows of a log are read at once.
const logPage = 500

// Text is a report's document at a moment. It belongs to whoever loaded it.
type Text struct {
	Report review.Report // as it was when the text was loaded or last followed
	Seq    int64         // of the last row of the log that is in the document
	Doc    *yjs.Doc
}

// Row is a row of the log with its parts.
type Row struct {
	review.LogRow
	Parts []review.Part
}

// Load returns a report's document as it is in the log now.
func (j *Journal) Load(ctx context.Context, report string) (*Text, error) {
	var t *Text
	err := j.store.Snapshot(ctx, func(ctx context.Context, db store.IDB) error {
		row, err := store.Report(ctx, db, report)
		if err != nil {
			return err
		}
		last, err := store.LastSnapshot(ctx, db, report)
		if err != nil {
			return err
		}
		t = &Text{Report: row, Seq: last.Seq, Doc: yjs.New(yjs.Options{Limits: yjs.Trusted()})}
		if last.Seq > 0 {
			if _, err := t.Doc.Apply(last.State); err != nil {
				return fmt.Errorf("load the snapshot of %s at %d: %w", report, last.Seq, err)
			}
		}
		if err := t.Follow(ctx, db, nil); err != nil {
			return err
		}
		if t.Seq < row.Seq {
			return fmt.Errorf("load %s: the log ends at row %d of %d", report, t.Seq, row.Seq)
		}
		if structs, deletes := t.Doc.Pending(); structs || deletes {
			return fmt.Errorf("load %s: the log lacks what it builds on", report)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Follow applies the rows after t.Seq, in order. each, if it is not nil, is told of every row before it is applied.
func (t *Text) Follow(ctx context.Context, db store.IDB, each func(Row) error) error {
	for {
		rows, err := store.LogAfter(ctx, db, t.Report.ID, t.Seq, logPage)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := t.apply(row, each); err != nil {
				return fmt.Errorf("read row %d of the log of %s: %w", row.Seq, t.Report.ID, err)
			}
		}
		if len(rows) < logPage {
			return nil
		}
	}
}

func (t *Text) apply(row review.LogRow, each func(Row) error) error {
	if row.Seq != t.Seq+1 {
		return fmt.Errorf("it follows row %d: the log has a gap", t.Seq)
	}
	parts, err := decodeParts(row.Parts)
	if err != nil {
		return err
	}
	if each != nil {
		if err := each(Row{row, parts}); err != nil {
			return err
		}
	}
	for i, p := range parts {
		if _, err := t.Doc.Apply(p.Update); err != nil {
			return fmt.Errorf("part %d: %w", i, err)
		}
	}
	t.Seq = row.Seq
	t.Report.Seq = max(t.Report.Seq, row.Seq)
	return nil
}

// Rows returns the rows of a report's log after seq, in order, at most limit.
func (j *Journal) Rows(ctx context.Context, report string, seq int64, limit int) ([]Row, error) {
	found, err := store.LogAfter(ctx, j.store.Reader(), report, seq, limit)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(found))
	for i, row := range found {
		parts, err := decodeParts(row.Parts)
		if err != nil {
			return nil, fmt.Errorf("read row %d of the log of %s: %w", row.Seq, report, err)
		}
		rows[i] = Row{row, parts}
	}
	return rows, nil
}
