package review

import "time"

// Token lets a program act as a member on one desk, for the acts that it was made for and no others.
type Token struct {
	ID         string     `json:"id" bun:"id,pk"`
	Desk       string     `json:"desk" bun:"desk"`
	Member     string     `json:"member" bun:"member"` // whose rights it borrows
	Name       string     `json:"name" bun:"name"`
	Prefix     string     `json:"prefix" bun:"prefix"` // the secret's first characters, by which its owner knows it again
	Hash       []byte     `json:"-" bun:"hash"`        // SHA-256 of the whole secret
	Acts       []Act      `json:"acts" bun:"acts"`
	CreatedAt  time.Time  `json:"created_at" bun:"created_at"`
	ExpiresAt  time.Time  `json:"expires_at" bun:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty" bun:"last_used_at"` // to the minute or so
	RevokedAt  *time.Time `json:"revoked_at,omitempty" bun:"revoked_at"`
}

// Ended says whether the token is good no longer.
func (t Token) Ended(now time.Time) bool { return t.RevokedAt != nil || !now.Before(t.ExpiresAt) }
