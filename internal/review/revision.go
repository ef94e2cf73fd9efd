package review

import "time"

// PolicyRevision is one version of a desk's policy; it never changes. Number 0 is the default that ships with the binary and
// is not stored.
type PolicyRevision struct {
	Desk      string    `json:"desk" bun:"desk,pk"`
	Number    int64     `json:"number" bun:"number,pk"`
	Policy    string    `json:"policy" bun:"policy"` // CSV
	Author    string    `json:"author" bun:"author"`
	Note      string    `json:"note" bun:"note"`
	CreatedAt time.Time `json:"created_at" bun:"created_at"`
}
