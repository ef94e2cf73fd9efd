package review

import (
	"strings"
	"time"
)

// Report is a text under review, with where its log stands. The text itself is in the log.
type Report struct {
	ID           string     `json:"id" bun:"id,pk"`
	Desk         string     `json:"desk" bun:"desk"`
	Slug         string     `json:"slug" bun:"slug"` // in public addresses; unique on the server
	Title        string     `json:"title" bun:"title"`
	Language     string     `json:"language" bun:"language"`           // BCP 47
	Seq          int64      `json:"seq" bun:"seq"`                     // of the last row of its log; 0: none
	ProjectedSeq int64      `json:"projected_seq" bun:"projected_seq"` // up to which SQL knows the text
	Schema       int64      `json:"schema" bun:"schema"`               // of the document
	Epoch        int64      `json:"epoch" bun:"epoch"`                 // changes when the log is replaced as a whole, as by restoring a backup
	Hold         bool       `json:"hold" bun:"hold"`                   // legal hold: nothing may change
	ArchivedAt   *time.Time `json:"archived_at,omitempty" bun:"archived_at"`
	Version      int64      `json:"version" bun:"version"` // raised by every change but that of the text
	CreatedBy    string     `json:"created_by" bun:"created_by"`
	CreatedAt    time.Time  `json:"created_at" bun:"created_at"`
	ChangedAt    time.Time  `json:"changed_at" bun:"changed_at"` // the text's last change
}

// DocumentSchema is the schema of documents that this version writes.
const DocumentSchema = 1

const (
	maxTitleRunes = 1000
	maxTagLength  = 35 // RFC 5646, 4.4.1: enough for any language tag in use
)

// Frozen says whether the report's text may not change.
func (r *Report) Frozen() bool { return r.Hold || r.ArchivedAt != nil }

// Validate refuses a report that cannot be stored.
func (r *Report) Validate() error {
	switch {
	case !slugForm.MatchString(r.Slug):
		return Errorf(Invalid, "A report's slug is 1 to 63 of a–z, 0–9 and hyphens, without a hyphen at either end.")
	case strings.TrimSpace(r.Title) == "" || len([]rune(r.Title)) > maxTitleRunes:
		return Errorf(Invalid, "A report's title is not empty and has at most %d characters.", maxTitleRunes)
	case r.Language == "" || len(r.Language) > maxTagLength:
		return Errorf(Invalid, "A report's language is a tag such as en or pt-BR.")
	}
	return nil
}

// LogRow is one row of a report's log: what was made durable at once. Rows are numbered from 1 without gaps, in the order of
// their commits, and never change.
type LogRow struct {
	Report string    `bun:"report,pk"`
	Seq    int64     `bun:"seq,pk"`
	At     time.Time `bun:"at"`
	Parts  []byte    `bun:"parts"` // as journal encodes them
}

// Part is what one sender contributed to a log row: an update in Yjs's format v1, as it came.
type Part struct {
	Member  string // who is responsible for it
	Session string // of the browser, or "" for a server edit
	Update  []byte
	Clients []uint64 // Yjs client ids of which it brings new structs
}

// ReportClient says whose a Yjs client id is in a report, for good.
type ReportClient struct {
	Report string `bun:"report,pk"`
	Client int64  `bun:"client,pk"` // up to 2^53 - 1
	Member string `bun:"member"`
}

// Snapshot is a report's document at a moment: a cache beside the log.
type Snapshot struct {
	Report    string    `bun:"report,pk"`
	Seq       int64     `bun:"seq,pk"`
	State     []byte    `bun:"state"` // an update that makes the document from nothing
	CreatedAt time.Time `bun:"created_at"`
}
