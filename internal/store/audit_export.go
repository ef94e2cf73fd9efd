package store

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/countersign/countersign/internal/review"
)

const (
	auditFormat  = "countersign-audit/1"
	maxAuditLine = 4 << 20 // bytes; a record is some hundred
)

// auditLine is one line of an export. The first has format, key and the newest checkpoint; each other one is a record with its
// hash, or an older checkpoint, which stands after the last record that it vouches for.
type auditLine struct {
	Format     string          `json:"format,omitempty"`
	Key        string          `json:"key,omitempty"`
	Checkpoint string          `json:"checkpoint,omitempty"`
	Number     *int64          `json:"n,omitempty"`
	Hash       *tlog.Hash      `json:"hash,omitempty"`
	Record     json.RawMessage `json:"record,omitempty"`
}

// AuditExport signs the log as it is and writes it as JSON lines, which VerifyAuditExport can verify anywhere.
func (s *Store) AuditExport(ctx context.Context, w io.Writer) error {
	err := s.InTx(ctx, func(ctx context.Context, tx IDB) error {
		_, err := AuditCheckpoint(ctx, tx, s.now())
		return err
	})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if err := s.Snapshot(ctx, func(ctx context.Context, db IDB) error { return exportAudit(ctx, db, out) }); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write audit export: %w", err)
	}
	return nil
}

func exportAudit(ctx context.Context, db IDB, out io.Writer) error {
	key, err := AuditKey(ctx, db)
	if err != nil {
		return err
	}
	var notes []string
	if err := db.NewRaw("SELECT note FROM audit_checkpoint ORDER BY size").Scan(ctx, &notes); err != nil {
		return translate("audit checkpoints", "read", err)
	}
	newest := len(notes) - 1
	tree, err := openCheckpoint(notes[newest], key)
	if err != nil {
		return err
	}
	if err := writeLine(out, auditLine{Format: auditFormat, Key: key, Checkpoint: notes[newest]}); err != nil {
		return err
	}
	for _, note := range notes[:newest] {
		if err := writeLine(out, auditLine{Checkpoint: note}); err != nil {
			return err
		}
	}
	query := fmt.Sprintf("SELECT number, record FROM audit_record WHERE number < %d ORDER BY number", tree.N)
	return eachRow(ctx, db, query, func(rows *sql.Rows) error {
		var number int64
		var record sql.RawBytes
		if err := rows.Scan(&number, &record); err != nil {
			return fmt.Errorf("read audit record: %w", err)
		}
		// The record's bytes go out as they are: their hash is the point.
		if _, err := fmt.Fprintf(out, `{"n":%d,"hash":%q,"record":%s}`+"\n", number, tlog.RecordHash(record), record); err != nil {
			return fmt.Errorf("write audit export: %w", err)
		}
		return nil
	})
}

func writeLine(out io.Writer, line any) error {
	text, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("encode line: %w", err)
	}
	if _, err := out.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write line: %w", err)
	}
	return nil
}

// VerifyAuditExport reads an export and names what was done to it since it was signed. It needs no database. A report with
// faults is no error; what is no export at all is Invalid.
func VerifyAuditExport(r io.Reader, trust AuditTrust) (review.AuditReport, error) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxAuditLine)
	var head auditLine
	if !in.Scan() || json.Unmarshal(in.Bytes(), &head) != nil || head.Format != auditFormat || head.Key == "" {
		return review.AuditReport{}, review.Errorf(review.Invalid, "That is no export of an audit log (%s).", auditFormat)
	}
	if trust.Key == "" {
		trust.Key = head.Key
	}
	check := newAuditCheck(trust)
	check.checkpoint(head.Checkpoint, voucher{who: "the export's own checkpoint"})
	for place := int64(0); in.Scan(); {
		var line auditLine
		switch err := json.Unmarshal(in.Bytes(), &line); {
		case err == nil && line.Checkpoint != "":
			check.checkpoint(line.Checkpoint, voucher{who: "a checkpoint"})
			continue
		case err == nil && line.Number != nil && line.Hash != nil:
			check.lateLeaf(*line.Number, *line.Hash)
			check.record(place, line.Record)
		default: // no line of an export: it stands where a record stood
			check.record(place, in.Bytes())
		}
		place++
	}
	if err := in.Err(); err != nil {
		return review.AuditReport{}, review.Errorf(review.Invalid, "The export cannot be read to its end.").Because(err)
	}
	return check.report(), nil
}
