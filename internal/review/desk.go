package review

import (
	"regexp"
	"strings"
	"time"
)

// Desk is a team with its own members, roles, settings and reports.
type Desk struct {
	ID        string       `json:"id" bun:"id,pk"`
	Slug      string       `json:"slug" bun:"slug"` // in addresses; unique on the server
	Name      string       `json:"name" bun:"name"`
	Settings  DeskSettings `json:"settings" bun:"settings"`
	Version   int64        `json:"version" bun:"version"` // raised by every change; a change names the one it saw
	CreatedAt time.Time    `json:"created_at" bun:"created_at"`
}

// DeskSettings are what a desk decides for itself; the zero value is the default.
type DeskSettings struct {
	// StepUpMinutes asks for a fresh proof of identity before a sign-off when the last is older. 0: never.
	StepUpMinutes int `json:"step_up_minutes"`
	// HideSigners leaves the names of signers off public pages.
	HideSigners bool `json:"hide_signers"`
}

const (
	maxNameRunes     = 120
	maxStepUpMinutes = 7 * 24 * 60 // longer than a week asks for nothing that a session's end does not
)

var slugForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)

// Validate refuses a desk that cannot be stored.
func (d Desk) Validate() error {
	if !slugForm.MatchString(d.Slug) {
		return Errorf(Invalid, "A desk's slug is 1 to 63 of a–z, 0–9 and hyphens, without a hyphen at either end.")
	}
	if err := validName(d.Name); err != nil {
		return err
	}
	return d.Settings.Validate()
}

// Validate refuses settings out of their range.
func (s DeskSettings) Validate() error {
	if s.StepUpMinutes < 0 || s.StepUpMinutes > maxStepUpMinutes {
		return Errorf(Invalid, "step_up_minutes is between 0 (never) and %d (a week).", maxStepUpMinutes)
	}
	return nil
}

// validName refuses what cannot be shown on one line as a name.
func validName(name string) error {
	switch {
	case name == "" || strings.TrimSpace(name) != name:
		return Errorf(Invalid, "A name is not empty and has no white space at its ends.")
	case len([]rune(name)) > maxNameRunes:
		return Errorf(Invalid, "A name has at most %d characters.", maxNameRunes)
	case strings.ContainsFunc(name, hidden):
		return Errorf(Invalid, "A name holds no control, direction or invisible characters.")
	}
	return nil
}
