package workflow

import (
	"context"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// Place is somebody's place on a desk.
type Place struct {
	Desk      review.Desk   `json:"desk"`
	Roles     []review.Role `json:"roles" nullable:"false"`
	Suspended bool          `json:"suspended"`
}

// Places lists the desks that somebody belongs to, by slug.
func (w *Workflow) Places(ctx context.Context, member string) ([]Place, error) {
	places := []Place{}
	err := w.store.Snapshot(ctx, func(ctx context.Context, db store.IDB) error {
		memberships, err := store.MembershipsOf(ctx, db, member)
		if err != nil {
			return err
		}
		mine := make(map[string]review.Membership, len(memberships))
		for _, membership := range memberships {
			mine[membership.Desk] = membership
		}
		for page := (review.Page{Limit: review.MaxPage}); ; {
			desks, next, err := store.DesksOf(ctx, db, member, page)
			if err != nil {
				return err
			}
			for _, desk := range desks {
				places = append(places, Place{Desk: desk, Roles: mine[desk.ID].Roles, Suspended: mine[desk.ID].Suspended()})
			}
			if page.After = next; next == "" {
				return nil
			}
		}
	})
	return places, err
}

// CreateDesk makes a desk with the actor as its admin.
func (w *Workflow) CreateDesk(ctx context.Context, actor Actor, desk review.Desk) (review.Desk, error) {
	if err := w.judge(ctx, actor, on("", review.ToCreateDesk, review.OnServer, 0)); err != nil {
		return review.Desk{}, err
	}
	desk.Name = strings.TrimSpace(desk.Name)
	if desk.Slug == "" {
		desk.Slug = slugOf(desk.Name)
	}
	desk.CreatedAt = w.now()
	err := w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		if err := addDesk(ctx, tx, &desk, actor.Member.ID); err != nil {
			return err
		}
		note(actor.record("desk.create", desk.ID, desk.ID, map[string]string{"name": desk.Name, "slug": desk.Slug}))
		return nil
	})
	return desk, err
}

// addDesk adds a desk and its first admin.
func addDesk(ctx context.Context, tx store.IDB, desk *review.Desk, admin string) error {
	if err := desk.Validate(); err != nil {
		return err
	}
	if err := store.AddDesk(ctx, tx, desk); err != nil {
		return err
	}
	return store.AddMembership(ctx, tx, &review.Membership{Desk: desk.ID, Member: admin, Roles: []review.Role{review.Admin}, CreatedAt: desk.CreatedAt})
}

// Desk shows a desk.
func (w *Workflow) Desk(ctx context.Context, actor Actor, id string) (review.Desk, error) {
	if err := w.judge(ctx, actor, on(id, review.ToRead, review.OnDesk, 0)); err != nil {
		return review.Desk{}, err
	}
	return store.Desk(ctx, w.store.Reader(), id)
}

// DeskChange is what is to be changed of a desk; what is nil stays.
type DeskChange struct {
	Version  int64
	Slug     *string
	Name     *string
	Settings *review.DeskSettings
}

// ChangeDesk changes a desk's slug, name or settings.
func (w *Workflow) ChangeDesk(ctx context.Context, actor Actor, id string, ask DeskChange) (review.Desk, error) {
	if err := w.judge(ctx, actor, on(id, review.ToManageSettings, review.OnDesk, 0)); err != nil {
		return review.Desk{}, err
	}
	var desk review.Desk
	err := w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		var err error
		if desk, err = store.Desk(ctx, tx, id); err != nil {
			return err
		}
		if desk.Version != ask.Version {
			return review.Errorf(review.Stale, "The desk was changed after you opened it. Read it again and decide on what it says now.").With(desk)
		}
		detail := map[string]string{}
		if ask.Slug != nil && *ask.Slug != desk.Slug {
			desk.Slug, detail["slug"] = *ask.Slug, *ask.Slug
		}
		if ask.Name != nil && strings.TrimSpace(*ask.Name) != desk.Name {
			desk.Name = strings.TrimSpace(*ask.Name)
			detail["name"] = desk.Name
		}
		if ask.Settings != nil && *ask.Settings != desk.Settings {
			desk.Settings, detail["step_up_minutes"] = *ask.Settings, number(ask.Settings.StepUpMinutes)
		}
		if err := desk.Validate(); err != nil {
			return err
		}
		if len(detail) == 0 {
			return nil
		}
		note(actor.record("desk.change", id, id, detail))
		return store.UpdateDesk(ctx, tx, &desk)
	})
	return desk, err
}

// slugOf makes a slug of a name: letters and digits of ASCII, marks stripped, the rest as hyphens.
func slugOf(name string) string {
	var slug strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			slug.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		case slug.Len() > 0 && !strings.HasSuffix(slug.String(), "-"):
			slug.WriteByte('-')
		}
	}
	text := strings.Trim(slug.String(), "-")
	text = strings.TrimRight(text[:min(len(text), 63)], "-")
	if text == "" {
		return "desk"
	}
	return text
}
