package store_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
)

func TestAListIsReadToItsEndInOrderByPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var want []string
		for _, name := range []string{"Zoe", "anna", "Anna", "björn", "Bjorn", "carl", "Ümit", "zoe"} {
			want = append(want, addNamed(t, s, name, len(want)).Name)
		}
		slices.SortFunc(want, func(a, b string) int { return strings.Compare(asciiLower(a), asciiLower(b)) })
		for _, size := range []int{1, 3, 8, 200} {
			got := allPages(t, size, func(page review.Page) ([]review.Member, string, error) {
				return store.Members(t.Context(), s.Reader(), page)
			})
			if len(got) != len(want) {
				t.Fatalf("pages of %d: %d members, want %d", size, len(got), len(want))
			}
			for i, member := range got {
				if asciiLower(member.Name) != asciiLower(want[i]) {
					t.Errorf("pages of %d: member %d is %s, want %s", size, i, member.Name, want[i])
				}
			}
		}
	})
}

func asciiLower(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

func addNamed(t *testing.T, s *store.Store, name string, number int) review.Member {
	t.Helper()
	member := addMember(t, s, fmt.Sprintf("member%d", number))
	member.Name = name
	inTx(t, s, updateMember(&member))
	return member
}

func TestWhatIsAddedBeforeThePlaceMovesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, slug := range []string{"b", "d", "f"} {
			addDesk(t, s, slug)
		}
		first, next, err := store.Desks(t.Context(), s.Reader(), review.Page{Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		addDesk(t, s, "a") // before the place: not shown
		addDesk(t, s, "e") // after it: shown
		second, end, err := store.Desks(t.Context(), s.Reader(), review.Page{Limit: 2, After: next})
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for _, desk := range append(first, second...) {
			got += desk.Slug
		}
		if got != "bdef" || end != "" {
			t.Fatalf("read %s, then the cursor %q", got, end)
		}
	})
}

func TestAForeignCursorIsRefused(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	addDesk(t, s, "a")
	addDesk(t, s, "b")
	_, desks, err := store.Desks(t.Context(), s.Reader(), review.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for name, cursor := range map[string]string{
		"another list's":      desks,
		"not base64":          "%%%",
		"not JSON":            encode("members"),
		"too few parts":       encode(`["members","ann"]`),
		"too many parts":      encode(`["members","ann","id","more"]`),
		"a number for a name": encode(`["members",1,"id"]`),
		"a NUL":               encode("[\"members\",\"\x00\",\"id\"]"),
		"an escaped NUL":      encode(`["members","\u0000","id"]`),
		"far too long":        encode(`["members","` + strings.Repeat("a", 2000) + `","id"]`),
		"null":                encode("null"),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := store.Members(t.Context(), s.Reader(), review.Page{After: cursor})
			wantCode(t, err, review.Invalid)
		})
	}
}
