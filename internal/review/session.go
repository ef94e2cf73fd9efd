package review

import "time"

// Session is a member's time signed in with one browser. Its id names it in lists and never changes; the secret in the
// cookie is another thing, of which only a hash is stored, and is replaced at sign-in and after a change of role.
type Session struct {
	ID           string     `json:"id" bun:"id,pk"`
	Member       string     `json:"member" bun:"member"`
	Hash         []byte     `json:"-" bun:"hash"`          // SHA-256 of the secret
	PreviousHash []byte     `json:"-" bun:"previous_hash"` // good for a moment after RotatedAt, for requests on their way
	RotatedAt    *time.Time `json:"-" bun:"rotated_at"`
	RotateDue    bool       `json:"-" bun:"rotate_due"`  // the member's rights changed: replace the secret at the next request
	Method       string     `json:"method" bun:"method"` // how they proved who they are: password, oidc, setup, invitation
	UserAgent    string     `json:"user_agent" bun:"user_agent"`
	Address      string     `json:"address" bun:"address"`
	CreatedAt    time.Time  `json:"created_at" bun:"created_at"`
	SeenAt       time.Time  `json:"seen_at" bun:"seen_at"`   // to the minute or so
	ProofAt      time.Time  `json:"proof_at" bun:"proof_at"` // of the last proof of identity, for step-up
	IdleAt       time.Time  `json:"idle_at" bun:"idle_at"`   // ends then, unless used before
	EndsAt       time.Time  `json:"ends_at" bun:"ends_at"`   // ends then, used or not
}

// Ended says whether the session's time is over.
func (s Session) Ended(now time.Time) bool { return !now.Before(s.IdleAt) || !now.Before(s.EndsAt) }
