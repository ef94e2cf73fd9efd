package review_test

import (
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/review"
)

func TestAnIDIsAUUIDInLowerCase(t *testing.T) {
	for id, want := range map[string]bool{
		"0198c3a5-7f2e-7c3a-9b1e-3f5a7c9e1b2d":    true,
		"":                                        false,
		"0198c3a5-7f2e-7c3a-9b1e-3f5a7c9e1b2":     false,
		"0198c3a5-7f2e-7c3a-9b1e-3f5a7c9e1b2dd":   false,
		"0198C3A5-7f2e-7c3a-9b1e-3f5a7c9e1b2d":    false,
		"0198c3a5x7f2e-7c3a-9b1e-3f5a7c9e1b2d":    false,
		"0198c3a5-7f2e-7c3a-9b1e-3f5a7c9e1b\x00d": false,
		"g198c3a5-7f2e-7c3a-9b1e-3f5a7c9e1b2d":    false,
	} {
		if got := review.ValidID(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
}

func TestOneMailboxIsOneAddress(t *testing.T) {
	for given, want := range map[string]string{
		" Ann@Example.ORG ":                "ann@example.org",
		"o'brien+news@example.org":         "o'brien+news@example.org",
		"":                                 "",
		"ann":                              "",
		"ann@":                             "",
		"Ann <ann@example.org>":            "",
		"ann@example.org, ben@example.org": "",
		"ann@example.org\r\nBcc: all@example.org": "",
		"ann\u200b@example.org":                   "",
		"ann@example.org\x00":                     "",
		strings.Repeat("a", 250) + "@example.org": "",
	} {
		got, err := review.NormalEmail(given)
		if got != want || (err == nil) != (want != "") || (err != nil && review.CodeOf(err) != review.Invalid) {
			t.Errorf("%q became %q (%v), want %q", given, got, err, want)
		}
	}
}

func TestADeskThatCannotBeIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*review.Desk)
		ok     bool
	}{
		"as it should be":          {func(*review.Desk) {}, true},
		"one letter":               {func(d *review.Desk) { d.Slug = "a" }, true},
		"the longest slug":         {func(d *review.Desk) { d.Slug = strings.Repeat("a", 63) }, true},
		"a slug too long":          {func(d *review.Desk) { d.Slug = strings.Repeat("a", 64) }, false},
		"a slug that climbs":       {func(d *review.Desk) { d.Slug = "../etc" }, false},
		"a slug in upper case":     {func(d *review.Desk) { d.Slug = "Politics" }, false},
		"a hyphen at the end":      {func(d *review.Desk) { d.Slug = "politics-" }, false},
		"a slug with a line break": {func(d *review.Desk) { d.Slug = "politics\n" }, false},
		"no name":                  {func(d *review.Desk) { d.Name = "" }, false},
		"white space around it":    {func(d *review.Desk) { d.Name = " Politics" }, false},
		"the longest name":         {func(d *review.Desk) { d.Name = strings.Repeat("ü", 120) }, true},
		"a name too long":          {func(d *review.Desk) { d.Name = strings.Repeat("ü", 121) }, false},
		"a name with a zero width": {func(d *review.Desk) { d.Name = "Poli\u200btics" }, false},
		"step-up never":            {func(d *review.Desk) { d.Settings.StepUpMinutes = 0 }, true},
		"step-up in the past":      {func(d *review.Desk) { d.Settings.StepUpMinutes = -1 }, false},
		"step-up after a week":     {func(d *review.Desk) { d.Settings.StepUpMinutes = 7*24*60 + 1 }, false},
	} {
		desk := review.Desk{Slug: "politics", Name: "Politics"}
		test.change(&desk)
		if err := desk.Validate(); (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThingsEndWhenTheirTimeComes(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	later := noon.Add(time.Minute)
	for _, test := range []struct {
		name      string
		got, want bool
	}{
		{"a session in use", review.Session{IdleAt: later, EndsAt: later}.Ended(noon), false},
		{"a session idle too long", review.Session{IdleAt: noon, EndsAt: later}.Ended(noon), true},
		{"a session too old", review.Session{IdleAt: later, EndsAt: noon}.Ended(noon), true},
		{"a token", review.Token{ExpiresAt: later}.Ended(noon), false},
		{"a token that expired", review.Token{ExpiresAt: noon}.Ended(noon), true},
		{"a token that was revoked", review.Token{ExpiresAt: later, RevokedAt: &noon}.Ended(noon), true},
		{"an invitation", review.Invitation{ExpiresAt: later}.Open(noon), true},
		{"an invitation that expired", review.Invitation{ExpiresAt: noon}.Open(noon), false},
		{"an invitation that was used", review.Invitation{ExpiresAt: later, UsedAt: &noon}.Open(noon), false},
		{"an invitation that was withdrawn", review.Invitation{ExpiresAt: later, RevokedAt: &noon}.Open(noon), false},
	} {
		if test.got != test.want {
			t.Errorf("%s: %v", test.name, test.got)
		}
	}
}

func TestAPageHasASize(t *testing.T) {
	for limit, want := range map[int]int{-1: 50, 0: 50, 1: 1, 200: 200, 201: 200} {
		if got := (review.Page{Limit: limit}).Size(); got != want {
			t.Errorf("limit %d: %d rows, want %d", limit, got, want)
		}
	}
}
