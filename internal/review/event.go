package review

import "time"

// Event tells a desk's browsers that something changed, never what: they ask for it as themselves.
type Event struct {
	ID      string    `json:"id" bun:"id,pk"`
	At      time.Time `json:"at" bun:"at"`
	Kind    string    `json:"kind" bun:"kind"`
	Desk    string    `json:"desk" bun:"desk"`
	Report  string    `json:"report,omitempty" bun:"report,nullzero"`
	Subject string    `json:"subject,omitempty" bun:"subject,nullzero"`
}
