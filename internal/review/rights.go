package review

import "time"

// RightsChange tells every node whose rights may have changed: an empty field means all. It is written in the transaction
// of the change, and its numbers have no gaps, so that "after N" misses none.
type RightsChange struct {
	Number  int64     `json:"number" bun:"number,pk"`
	At      time.Time `json:"at" bun:"at"`
	Member  string    `json:"member,omitempty" bun:"member,nullzero"`
	Session string    `json:"session,omitempty" bun:"session,nullzero"`
	Desk    string    `json:"desk,omitempty" bun:"desk,nullzero"`
	Report  string    `json:"report,omitempty" bun:"report,nullzero"`
}
