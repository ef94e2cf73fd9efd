package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// AuditRecord is one entry of the log of authority: who did what, to what, when. Once appended it never changes.
type AuditRecord struct {
	Number  int64             `json:"n"`    // its place in the log, from 0; given by the log
	At      time.Time         `json:"at"`   // UTC, to the microsecond
	Kind    string            `json:"kind"` // such as "membership.change", "session.start"
	Member  string            `json:"member,omitempty"`
	Session string            `json:"session,omitempty"`
	Token   string            `json:"token,omitempty"`
	Desk    string            `json:"desk,omitempty"`
	Report  string            `json:"report,omitempty"`
	Subject string            `json:"subject,omitempty"` // id of what it was done to
	Detail  map[string]string `json:"detail,omitempty"`
	Count   int64             `json:"count,omitempty"` // how many alike were joined in this record; 0 means 1
	Until   *time.Time        `json:"until,omitempty"` // when the last of those was
}

// Canonical returns the bytes that the log hashes: JSON on one line, fields in the order above and details by name, without
// what is empty. The bytes are stored as they are, and nothing depends on making them again.
func (r AuditRecord) Canonical() ([]byte, error) {
	r.At = r.At.UTC().Truncate(time.Microsecond)
	if r.Until != nil {
		until := r.Until.UTC().Truncate(time.Microsecond)
		r.Until = &until
	}
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return nil, fmt.Errorf("encode audit record: %w", err)
	}
	return bytes.TrimSuffix(line.Bytes(), []byte("\n")), nil
}

// ParseAuditRecord reads what Canonical returned.
func ParseAuditRecord(canonical []byte) (AuditRecord, error) {
	var r AuditRecord
	decoder := json.NewDecoder(bytes.NewReader(canonical))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return AuditRecord{}, Errorf(Invalid, "That is no audit record.").Because(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return AuditRecord{}, Errorf(Invalid, "Something stands behind the audit record.")
	}
	return r, nil
}

// AuditFilter narrows a list of records; an empty field does not.
type AuditFilter struct {
	Kind    string // a kind, or the start of kinds up to a dot: "session."
	Member  string
	Desk    string
	Report  string
	Subject string
	Since   time.Time // this time or later
	Before  time.Time // earlier than this
}

// AuditFaultKind says what was done to the log.
type AuditFaultKind string

// What a verification can find.
const (
	AuditRemoved    AuditFaultKind = "removed"    // a record is gone
	AuditChanged    AuditFaultKind = "changed"    // a record no longer says what it said
	AuditReordered  AuditFaultKind = "reordered"  // a record stands at another's place
	AuditTruncated  AuditFaultKind = "truncated"  // the end of the log is gone
	AuditReplayed   AuditFaultKind = "replayed"   // a record stands in the log a second time
	AuditAdded      AuditFaultKind = "added"      // a record was put in beside the log
	AuditHash       AuditFaultKind = "hash"       // the records agree with each other, the tree over them does not
	AuditCheckpoint AuditFaultKind = "checkpoint" // a signed checkpoint is not a signature of this log's key
)

// AuditFault names what is wrong with which records.
type AuditFault struct {
	Kind   AuditFaultKind `json:"kind"`
	From   int64          `json:"from"` // number of the first record concerned
	To     int64          `json:"to"`   // number of the last record concerned
	Detail string         `json:"detail"`
}

func (f AuditFault) String() string {
	if f.From == f.To {
		return fmt.Sprintf("record %d %s: %s", f.From, f.Kind, f.Detail)
	}
	return fmt.Sprintf("records %d to %d %s: %s", f.From, f.To, f.Kind, f.Detail)
}

// AuditReport is the result of a verification.
type AuditReport struct {
	Size        int64        `json:"size"`        // records that the log says it has
	Root        string       `json:"root"`        // hash of the tree over them, base64
	Checkpoints int          `json:"checkpoints"` // signed ones that were compared
	Key         string       `json:"key"`         // the public key they were compared with
	Faults      []AuditFault `json:"faults"`      // empty: the log is whole
}

// OK says whether nothing is wrong.
func (r AuditReport) OK() bool { return len(r.Faults) == 0 }
