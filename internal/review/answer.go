package review

import "time"

// KeptAnswer is what a POST with an Idempotency-Key was answered, kept so that the same request sent again is answered the
// same and does nothing.
type KeptAnswer struct {
	Member    string    `json:"-" bun:"member,pk"` // "" before anybody is signed in
	Key       string    `json:"-" bun:"key,pk"`
	Request   []byte    `json:"-" bun:"request"` // SHA-256 of method, path and body
	Status    int       `json:"-" bun:"status"`
	Body      []byte    `json:"-" bun:"body"`
	CreatedAt time.Time `json:"-" bun:"created_at"`
}
