package workflow

import (
	"context"
	"strings"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

const (
	tokenLasts   = 90 * 24 * time.Hour  // if nothing is said
	tokenLongest = 366 * 24 * time.Hour // a year, leap or not
)

// NewToken says what an API token is to be.
type NewToken struct {
	Desk      string
	Member    string // whose rights it borrows; empty: the actor's. Only the operator names another
	Name      string
	Acts      []review.Act
	ExpiresAt time.Time // zero: tokenLasts from now
}

// Tokens lists a desk's tokens.
func (w *Workflow) Tokens(ctx context.Context, actor Actor, desk string, page review.Page) ([]review.Token, string, error) {
	if err := w.judge(ctx, actor, on(desk, review.ToManageTokens, review.OnDesk, 0)); err != nil {
		return nil, "", err
	}
	return store.Tokens(ctx, w.store.Reader(), desk, page)
}

// CreateToken makes an API token and its secret. Members make tokens for themselves only: one that acts
// for another would outlive its maker's rights.
func (w *Workflow) CreateToken(ctx context.Context, actor Actor, ask NewToken) (review.Token, string, error) {
	if err := w.judge(ctx, actor, on(ask.Desk, review.ToManageTokens, review.OnDesk, 0)); err != nil {
		return review.Token{}, "", err
	}
	now := w.now()
	if ask.Member == "" {
		ask.Member = actor.Member.ID
	}
	if ask.ExpiresAt.IsZero() {
		ask.ExpiresAt = now.Add(tokenLasts)
	}
	if err := ask.validate(now); err != nil {
		return review.Token{}, "", err
	}
	if !actor.operator && ask.Member != actor.Member.ID {
		return review.Token{}, "", review.Errorf(review.Forbidden, "A token acts for whoever makes it. Whoever runs the server can make one for another member: countersign token create.")
	}
	if _, err := deskMember(ctx, w.store.Reader(), At{Desk: ask.Desk, Member: ask.Member}); err != nil {
		return review.Token{}, "", err
	}
	secret, prefix := newTokenSecret()
	token := review.Token{
		Desk: ask.Desk, Member: ask.Member, Name: strings.TrimSpace(ask.Name), Prefix: prefix, Hash: hashOf(secret), Acts: ask.Acts,
		CreatedAt: now, ExpiresAt: ask.ExpiresAt.UTC().Truncate(time.Microsecond),
	}
	err := w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		if err := store.AddToken(ctx, tx, &token); err != nil {
			return err
		}
		note(actor.record("token.create", token.Desk, token.ID, map[string]string{
			"name": token.Name, "member": token.Member, "acts": joinWords(token.Acts), "expires": token.ExpiresAt.Format(time.RFC3339),
		}))
		return nil
	})
	return token, secret, err
}

func (n NewToken) validate(now time.Time) error {
	var faults []review.Fault
	if strings.TrimSpace(n.Name) == "" {
		faults = append(faults, review.Fault{Location: "body.name", Message: "Say what the token is for."})
	}
	if len(n.Acts) == 0 {
		faults = append(faults, review.Fault{Location: "body.acts", Message: "Name at least one act."})
	}
	for _, act := range n.Acts {
		if _, err := review.ParseAct(string(act)); err != nil {
			faults = append(faults, faultAt("acts", err))
		}
	}
	if !n.ExpiresAt.After(now) || n.ExpiresAt.After(now.Add(tokenLongest)) {
		faults = append(faults, review.Fault{Location: "body.expires_at", Message: "A token expires in the future, and in a year at most."})
	}
	return allFaults(faults)
}

// RevokeToken ends a token at once.
func (w *Workflow) RevokeToken(ctx context.Context, actor Actor, desk, id string) error {
	if err := w.judge(ctx, actor, on(desk, review.ToManageTokens, review.OnDesk, 0)); err != nil {
		return err
	}
	return w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		token, err := store.RevokeToken(ctx, tx, review.Token{ID: id, Desk: desk}, w.now())
		if err != nil {
			return err
		}
		note(actor.record("token.revoke", desk, id, map[string]string{"name": token.Name}))
		return nil
	})
}
