package workflow

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// How a session began.
const (
	byPassword   = "password"
	bySetup      = "setup"
	byInvitation = "invitation"
)

// SignedIn is a session that has just begun.
type SignedIn struct {
	Session review.Session
	Secret  string // for the cookie, and nowhere else
	Member  review.Member
	Desks   []Place
}

// errNoMatch is the one answer to a wrong password, an account without one, a disabled account and an
// address that nobody has; all of them take as long.
func errNoMatch() error {
	return review.Errorf(review.Unauthenticated, "No account has this e-mail and password. If you forgot the password, whoever runs the server can give you a new one.")
}

// SignIn begins a session with e-mail and password.
func (w *Workflow) SignIn(ctx context.Context, email, password string, from From) (SignedIn, error) {
	member, err := w.authenticate(ctx, email, password, from)
	if err != nil {
		return SignedIn{}, err
	}
	var begun SignedIn
	err = w.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		begun, err = w.beginSession(ctx, tx, member, byPassword, from)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return w.begun(ctx, begun)
}

// authenticate finds out whether somebody is who they say they are, as often as the throttle lets.
func (w *Workflow) authenticate(ctx context.Context, email, password string, from From) (review.Member, error) {
	normal, err := review.NormalEmail(email)
	if err != nil {
		normal = strings.ToLower(strings.TrimSpace(email)) // nobody's; answered like any other
	}
	tries := w.triesOf(normal, from.Address)
	if err := tries.count(ctx); err != nil {
		return review.Member{}, err
	}
	member, err := store.MemberByEmail(ctx, w.store.Reader(), normal)
	if err != nil && review.CodeOf(err) != review.NotFound {
		return review.Member{}, err
	}
	hash := member.PasswordHash
	if member.Disabled() {
		hash = ""
	}
	matches, err := w.hasher.matches(ctx, hash, password)
	if err != nil {
		return review.Member{}, err
	}
	if !matches {
		record := review.AuditRecord{At: w.now(), Kind: "session.refused", Member: member.ID, Detail: map[string]string{"address": from.Address}}
		if err := w.store.AuditSoon(ctx, record); err != nil {
			return review.Member{}, err
		}
		return review.Member{}, errNoMatch()
	}
	return member, tries.forgive(ctx)
}

// Limits of failed sign-ins. A pause ends by itself, and while it lasts nothing is counted, so that
// nobody can keep somebody else out for good from another address.
const (
	tryWindow   = 15 * time.Minute // failures older than this are forgotten
	tryPause    = 5 * time.Minute  // after the last failure
	triesHere   = 5                // for one account from one address
	triesAnyone = 100              // for one account from everywhere
	triesFrom   = 200              // from one address for all accounts: a newsroom shares one
	networkBits = 64               // of an IPv6 address: the network of one customer (RFC 6177)
)

// tries counts failed sign-ins of an account, of an address, and of both together.
type tries struct {
	flow   *Workflow
	counts []limited
}

type limited struct {
	store.LoginFailures
	limit int64
}

// neighbours is what an address is counted as: of IPv6 the network, since whoever has one address there
// has 2^64 of them.
func neighbours(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || !ip.Is6() || ip.Is4In6() {
		return address
	}
	return netip.PrefixFrom(ip.WithZone(""), networkBits).Masked().String()
}

func (w *Workflow) triesOf(account, address string) *tries {
	address = neighbours(address)
	return &tries{flow: w, counts: []limited{
		{store.LoginFailures{Kind: "both", Key: account + "\n" + address}, triesHere},
		{store.LoginFailures{Kind: "account", Key: account}, triesAnyone},
		{store.LoginFailures{Kind: "address", Key: address}, triesFrom},
	}}
}

// count counts a try before it is made, so that many at once are all counted, and refuses it if there
// were too many. The row is counted first and looked at then, under its lock, so that none of many at
// once reads a count of before the others.
func (t *tries) count(ctx context.Context) error {
	now := t.flow.now()
	return t.flow.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		for i := range t.counts {
			c := &t.counts[i]
			limit := store.LoginLimit{Count: c.limit, Window: tryWindow, Pause: tryPause}
			if err := store.AddLoginFailure(ctx, tx, &c.LoginFailures, now, limit); err != nil {
				return err
			}
			if c.Count > c.limit {
				wait := c.LastAt.Add(tryPause).Sub(now)
				return review.Errorf(review.TooMany, "There were too many tries that failed. Wait %d minutes. If you forgot the password, whoever runs the server can give you a new one.",
					int(wait/time.Minute)+1).With(map[string]int{"retry_after_seconds": int(wait/time.Second) + 1})
			}
		}
		return nil
	})
}

// forgive takes the count back after a try that succeeded. The address keeps the failures of others.
func (t *tries) forgive(ctx context.Context) error {
	return t.flow.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		for i := range t.counts[:2] {
			if err := store.ClearLoginFailures(ctx, tx, &t.counts[i].LoginFailures); err != nil {
				return err
			}
		}
		return store.ForgiveLoginFailure(ctx, tx, &t.counts[2].LoginFailures)
	})
}
