package store

import (
	"context"
	"time"

	"github.com/countersign/countersign/internal/review"
)

// AddMember adds a person and gives them an id, if they have none, and their first version.
func AddMember(ctx context.Context, tx IDB, m *review.Member) error {
	if err := m.Validate(); err != nil {
		return err
	}
	if m.ID == "" {
		m.ID = NewID()
	}
	m.Version = 1
	_, err := tx.NewInsert().Model(m).Exec(ctx)
	return translate("member", "add", err)
}

// Member returns one person.
func Member(ctx context.Context, db IDB, id string) (review.Member, error) {
	var m review.Member
	err := db.NewSelect().Model(&m).Where("id = ?", id).Scan(ctx)
	return m, translate("member", "find", err)
}

// MemberByEmail returns the person with that address, which must be normal (review.NormalEmail).
func MemberByEmail(ctx context.Context, db IDB, email string) (review.Member, error) {
	var m review.Member
	err := db.NewSelect().Model(&m).Where("email = ?", email).Scan(ctx)
	return m, translate("member", "find", err)
}

// AnyMember says whether anybody is a member yet; a server without members asks to be set up.
func AnyMember(ctx context.Context, db IDB) (bool, error) {
	any, err := db.NewSelect().Model((*review.Member)(nil)).Exists(ctx)
	return any, translate("member", "look for a", err)
}

// UpdateMember stores email, name and password hash if m has the version that is stored, and raises it.
func UpdateMember(ctx context.Context, tx IDB, m *review.Member) error {
	if err := m.Validate(); err != nil {
		return err
	}
	return updateMember(ctx, tx, m, "email", "name", "password_hash")
}

// DisableMember keeps somebody from signing in, or lets them again (m.DisabledAt), if m has the version that is stored. To
// disable ends their sessions.
func DisableMember(ctx context.Context, tx IDB, m *review.Member, at time.Time) error {
	if err := updateMember(ctx, tx, m, "disabled_at"); err != nil {
		return err
	}
	if m.Disabled() {
		_, err := EndSessions(ctx, tx, m.ID, "", at)
		return err
	}
	return ChangeRights(ctx, tx, review.RightsChange{At: at, Member: m.ID})
}

func updateMember(ctx context.Context, tx IDB, m *review.Member, columns ...string) error {
	result, err := tx.NewUpdate().Model(m).Column(columns...).Set("version = version + 1").
		Where("id = ? AND version = ?", m.ID, m.Version).Exec(ctx)
	if err != nil {
		return translate("member", "update", err)
	}
	if err := changed(result, review.Errorf(review.Stale, "The member was changed after you opened them.")); err != nil {
		return err
	}
	m.Version++
	return nil
}

// Members lists everybody on the server by name, A and a alike.
func Members(ctx context.Context, db IDB, page review.Page) ([]review.Member, string, error) {
	var name, id string
	more, err := readCursor("members", page, &name, &id)
	if err != nil {
		return nil, "", err
	}
	var rows []review.Member
	query := db.NewSelect().Model(&rows).OrderExpr("lower(name), id").Limit(oneMore(page))
	if more {
		// SQLite seeks by the first condition only, and would read the index from its start for the second.
		query.Where("lower(name) >= ?", name).Where("(lower(name), id) > (?, ?)", name, id)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, "", translate("members", "list", err)
	}
	rows, next := cut(rows, page, func(m review.Member) string { return cursor("members", lower(m.Name), m.ID) })
	return rows, next, nil
}

// lower is what lower() is in SQL, on both databases: A to Z only.
func lower(name string) string {
	text := []byte(name)
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			text[i] = c + 'a' - 'A'
		}
	}
	return string(text)
}
