package review

import "strings"

// Message says what an import made of a line. Its code's first letter says how grave it is: E, nothing was imported;
// W, imported; B, imported with something that blocks sign-off.
type Message struct {
	Code string `json:"code"`
	Line int    `json:"line"` // of the file as it came, from 1
	What string `json:"what"`
	Do   string `json:"do"` // what the person can do about it
}

// Refuses says whether nothing was imported because of the message.
func (m *Message) Refuses() bool { return strings.HasPrefix(m.Code, "E") }

// Blocks says whether sign-off waits until somebody has dealt with the message.
func (m *Message) Blocks() bool { return strings.HasPrefix(m.Code, "B") }

// SourceKind is what kind of thing a citation points to; it decides how the thing is checked.
type SourceKind string

// The kinds of source. A placeholder has none until somebody says what it stands for.
const (
	Web       SourceKind = "web"
	Document  SourceKind = "document"
	Dataset   SourceKind = "dataset"
	Interview SourceKind = "interview"
	Video     SourceKind = "video"
	Print     SourceKind = "print"
	Withheld  SourceKind = "withheld" // its identity is sealed
)

// Valid says whether k is one of the kinds.
func (k SourceKind) Valid() bool {
	switch k {
	case Web, Document, Dataset, Interview, Video, Print, Withheld:
		return true
	}
	return false
}

// SourceProposal is a source as an import proposes it.
type SourceProposal struct {
	ID            string     `json:"id"`
	Kind          SourceKind `json:"kind,omitempty"`
	ImportedLabel string     `json:"imported_label"` // the number or name by which the imported text cites it: "3", "report"
	Placeholder   bool       `json:"placeholder,omitempty"`
	URL           string     `json:"url,omitempty"` // as cited; of an archived page, the original's
	SnapshotURL   string     `json:"snapshot_url,omitempty"`
	Title         string     `json:"title,omitempty"`
	Publisher     string     `json:"publisher,omitempty"`
	Entry         string     `json:"entry,omitempty"` // the imported list's words about it, all of them
}
