package review

import "time"

// Invitation lets whoever has its link become a member of a desk, once.
type Invitation struct {
	ID        string     `json:"id" bun:"id,pk"`
	Desk      string     `json:"desk" bun:"desk"`
	Email     string     `json:"email" bun:"email"` // whom it was made for
	Roles     []Role     `json:"roles" bun:"roles"`
	Hash      []byte     `json:"-" bun:"hash"` // SHA-256 of the secret in the link
	CreatedBy string     `json:"created_by" bun:"created_by"`
	CreatedAt time.Time  `json:"created_at" bun:"created_at"`
	ExpiresAt time.Time  `json:"expires_at" bun:"expires_at"`
	UsedAt    *time.Time `json:"used_at,omitempty" bun:"used_at"`
	UsedBy    string     `json:"used_by,omitempty" bun:"used_by,nullzero"`
	RevokedAt *time.Time `json:"revoked_at,omitempty" bun:"revoked_at"`
}

// Open says whether the invitation can still be accepted.
func (i Invitation) Open(now time.Time) bool {
	return i.UsedAt == nil && i.RevokedAt == nil && now.Before(i.ExpiresAt)
}
