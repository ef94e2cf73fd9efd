package review

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Member is a person on the server. What they may do is said by their memberships.
type Member struct {
	ID           string     `json:"id" bun:"id,pk"`
	Email        string     `json:"email" bun:"email"` // as NormalEmail returns it; unique
	Name         string     `json:"name" bun:"name"`
	PasswordHash string     `json:"-" bun:"password_hash"` // opaque; empty: cannot sign in with a password
	DisabledAt   *time.Time `json:"disabled_at,omitempty" bun:"disabled_at"`
	Version      int64      `json:"version" bun:"version"`
	CreatedAt    time.Time  `json:"created_at" bun:"created_at"`
}

// Disabled says whether m may not sign in anywhere.
func (m Member) Disabled() bool { return m.DisabledAt != nil }

// Validate refuses a member that cannot be stored.
func (m Member) Validate() error {
	normal, err := NormalEmail(m.Email)
	if err != nil {
		return err
	}
	if normal != m.Email {
		return Errorf(Invalid, "The e-mail address %q is to be stored as %q.", m.Email, normal)
	}
	return validName(m.Name)
}

// Membership is one member's place on one desk.
type Membership struct {
	Desk        string     `json:"desk" bun:"desk,pk"`
	Member      string     `json:"member" bun:"member,pk"`
	Roles       []Role     `json:"roles" bun:"-"` // sorted, never empty
	SuspendedAt *time.Time `json:"suspended_at,omitempty" bun:"suspended_at"`
	Version     int64      `json:"version" bun:"version"`
	CreatedAt   time.Time  `json:"created_at" bun:"created_at"`
}

// Suspended says whether the membership exists and gives nothing for now.
func (m Membership) Suspended() bool { return m.SuspendedAt != nil }

// DeskMember is a membership with the person whose it is, as lists of a desk show it.
type DeskMember struct {
	Membership
	Email      string     `json:"email"`
	Name       string     `json:"name"`
	DisabledAt *time.Time `json:"disabled_at,omitempty"`
}

const maxEmailBytes = 254 // RFC 5321, 4.5.3.1.3, less the angle brackets

// NormalEmail trims an address and puts it in lower case, so that one mailbox is one member; it refuses what is no bare address.
func NormalEmail(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != email || address.Name != "" || len(email) > maxEmailBytes || strings.ContainsFunc(email, hidden) {
		return "", Errorf(Invalid, "That is not an e-mail address.").Because(err)
	}
	return email, nil
}

// hidden says whether a character cannot be seen or turns the text around it: controls, bidirectional marks, zero widths.
func hidden(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs)
}
