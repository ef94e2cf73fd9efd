package workflow

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

const setupLasts = 24 * time.Hour // a server that is started in the evening can be set up in the morning

// NeedsSetup says whether nobody is a member yet.
func (w *Workflow) NeedsSetup(ctx context.Context) (bool, error) {
	any, err := store.AnyMember(ctx, w.store.Reader())
	return !any, err
}

// OfferSetup makes the secret of a link that makes the first admin and desk.
func (w *Workflow) OfferSetup(ctx context.Context) (secret string, until time.Time, err error) {
	secret, until = newSecret(), w.now().Add(setupLasts)
	err = w.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		return store.AddSetupToken(ctx, tx, hashOf(secret), until)
	})
	return secret, until, err
}

func noSuchSetup() error {
	return review.Errorf(review.NotFound, "This set-up link was used, or has expired. If nobody is set up yet, restart the server: it prints a new one.")
}

// SetupUntil says until when a set-up link works.
func (w *Workflow) SetupUntil(ctx context.Context, secret string) (time.Time, error) {
	until, err := store.SetupTokenUntil(ctx, w.store.Reader(), hashOf(secret), w.now())
	if review.CodeOf(err) == review.NotFound {
		return time.Time{}, noSuchSetup()
	}
	return until, err
}

// NewAdmin is what the first admin says of themselves.
type NewAdmin struct {
	Name, Email, Password, Desk string
}

// SetUp makes the first admin and the first desk, and signs the admin in. It works once.
func (w *Workflow) SetUp(ctx context.Context, secret string, ask NewAdmin, from From) (SignedIn, error) {
	if _, err := w.SetupUntil(ctx, secret); err != nil {
		return SignedIn{}, err
	}
	member := review.Member{Email: ask.Email, Name: strings.TrimSpace(ask.Name), CreatedAt: w.now()}
	desk := review.Desk{Name: strings.TrimSpace(ask.Desk), Slug: slugOf(ask.Desk), CreatedAt: w.now()}
	if err := firstFaults(&member, desk, ask.Password); err != nil {
		return SignedIn{}, err
	}
	hash, err := w.newPassword(ctx, ask.Password, member.Name, member.Email, desk.Name)
	if err != nil {
		return SignedIn{}, err
	}
	member.PasswordHash = hash
	var begun SignedIn
	err = w.change(ctx, Actor{From: from}, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		if err := store.UseSetupToken(ctx, tx, hashOf(secret), w.now()); err != nil {
			if review.CodeOf(err) == review.NotFound {
				return noSuchSetup()
			}
			return err
		}
		// The command line can have added somebody after the link was printed.
		if any, err := store.AnyMember(ctx, tx); err != nil || any {
			return errors.Join(err, noSuchSetup())
		}
		if err := store.AddMember(ctx, tx, &member); err != nil {
			return err
		}
		if err := addDesk(ctx, tx, &desk, member.ID); err != nil {
			return err
		}
		begun, err = w.beginSession(ctx, tx, member, bySetup, from)
		note(review.AuditRecord{
			Kind: "server.setup", Member: member.ID, Desk: desk.ID, Subject: desk.ID,
			Detail: map[string]string{"name": desk.Name, "address": from.Address},
		})
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return w.begun(ctx, begun)
}

// firstFaults names everything that is wrong with the first form at once.
func firstFaults(member *review.Member, desk review.Desk, password string) error {
	var faults []review.Fault
	email, err := review.NormalEmail(member.Email)
	if err != nil {
		faults = append(faults, faultAt("email", err))
	}
	named := *member
	named.Email = "somebody@example.org"
	if err := named.Validate(); err != nil {
		faults = append(faults, faultAt("name", err))
	}
	if err := desk.Validate(); err != nil {
		faults = append(faults, faultAt("desk", err))
	}
	if err := checkPassword(password, member.Name, member.Email, desk.Name, "countersign"); err != nil {
		faults = append(faults, faultAt("password", err))
	}
	member.Email = email
	return allFaults(faults)
}
