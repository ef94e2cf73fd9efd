package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/countersign/countersign/internal/review"
)

// A cursor is the sort key of the last row shown, so that rows put in before it move nothing, with the name of its list, so
// that another list's cursor is refused.
const maxCursor = 1024 // bytes; the longest sort key is a name

func cursor(list string, key ...any) string {
	text, err := json.Marshal(append([]any{list}, key...))
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// readCursor reads a cursor of the list into pointers to the parts of its key. It returns false for the first page.
func readCursor(list string, page review.Page, key ...any) (bool, error) {
	if page.After == "" {
		return false, nil
	}
	wrong := review.Errorf(review.Invalid, "That is no cursor of this list.")
	text, err := base64.RawURLEncoding.DecodeString(page.After)
	if err != nil || len(text) > maxCursor {
		return false, wrong
	}
	var name string
	if err := decodeTuple(text, append([]any{&name}, key...)...); err != nil || name != list {
		return false, wrong
	}
	for _, part := range key {
		if text, ok := part.(*string); ok && strings.ContainsRune(*text, 0) { // which no database compares with
			return false, wrong
		}
	}
	return true, nil
}

// cut drops the row that was asked for beyond the page's size and returns the cursor after the last row kept, "" at the end.
func cut[T any](rows []T, page review.Page, after func(T) string) ([]T, string) {
	if size := page.Size(); len(rows) > size {
		return rows[:size], after(rows[size-1])
	}
	return rows, ""
}

// newestFirst runs a query for a page of rows by id, the last made first.
func newestFirst(ctx context.Context, query *bun.SelectQuery, list string, page review.Page) error {
	var id string
	more, err := readCursor(list, page, &id)
	if err != nil {
		return err
	}
	if more {
		query.Where("id < ?", id)
	}
	return translate(list, "list", query.Order("id DESC").Limit(oneMore(page)).Scan(ctx))
}

// oneMore is the limit of a page's query: the row too many says that there is a next page.
func oneMore(page review.Page) int64 { return int64(page.Size()) + 1 }

// decodeTuple reads a JSON array into as many pointers as it has elements.
func decodeTuple(text []byte, into ...any) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return fmt.Errorf("decode array: %w", err)
	}
	if len(parts) != len(into) {
		return fmt.Errorf("decode array: %d elements, not %d", len(parts), len(into))
	}
	for i, part := range parts {
		if err := json.Unmarshal(part, into[i]); err != nil {
			return fmt.Errorf("decode element %d: %w", i, err)
		}
	}
	return nil
}
