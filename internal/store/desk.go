package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/countersign/countersign/internal/review"
)

// AddDesk adds a desk and gives it an id, if it has none, and its first version.
func AddDesk(ctx context.Context, tx IDB, d *review.Desk) error {
	if err := d.Validate(); err != nil {
		return err
	}
	if d.ID == "" {
		d.ID = NewID()
	}
	d.Version = 1
	_, err := tx.NewInsert().Model(d).Exec(ctx)
	return translate("desk", "add", err)
}

// Desk returns one desk.
func Desk(ctx context.Context, db IDB, id string) (review.Desk, error) {
	var d review.Desk
	err := db.NewSelect().Model(&d).Where("id = ?", id).Scan(ctx)
	return d, translate("desk", "find", err)
}

// DeskBySlug returns the desk with that slug.
func DeskBySlug(ctx context.Context, db IDB, slug string) (review.Desk, error) {
	var d review.Desk
	err := db.NewSelect().Model(&d).Where("slug = ?", slug).Scan(ctx)
	return d, translate("desk", "find", err)
}

// UpdateDesk stores slug, name and settings if d has the version that is stored, and raises it.
func UpdateDesk(ctx context.Context, tx IDB, d *review.Desk) error {
	if err := d.Validate(); err != nil {
		return err
	}
	result, err := tx.NewUpdate().Model(d).Column("slug", "name", "settings").Set("version = version + 1").
		Where("id = ? AND version = ?", d.ID, d.Version).Exec(ctx)
	if err != nil {
		return translate("desk", "update", err)
	}
	if err := changed(result, review.Errorf(review.Stale, "The desk was changed after you opened it.")); err != nil {
		return err
	}
	d.Version++
	return nil
}

// Desks lists all desks by slug.
func Desks(ctx context.Context, db IDB, page review.Page) ([]review.Desk, string, error) {
	return desks(ctx, db, page, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
}

// DesksOf lists the desks on which somebody has a membership, by slug.
func DesksOf(ctx context.Context, db IDB, member string, page review.Page) ([]review.Desk, string, error) {
	return desks(ctx, db, page, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("id IN (SELECT desk FROM membership WHERE member = ?)", member)
	})
}

func desks(ctx context.Context, db IDB, page review.Page, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]review.Desk, string, error) {
	var slug string
	more, err := readCursor("desks", page, &slug)
	if err != nil {
		return nil, "", err
	}
	var rows []review.Desk
	query := narrow(db.NewSelect().Model(&rows)).Order("slug").Limit(oneMore(page))
	if more {
		query.Where("slug > ?", slug)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, "", translate("desks", "list", err)
	}
	rows, next := cut(rows, page, func(d review.Desk) string { return cursor("desks", d.Slug) })
	return rows, next, nil
}
