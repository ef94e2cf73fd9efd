package web

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/internal/review"
)

// clean says whether text can be kept and compared by both databases: PostgreSQL takes neither U+0000
// nor what is not UTF-8.
func clean(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

// legible refuses an address that no database could look for. Bodies are read later, by unmarshalStrictly
// and parseForm.
func (s *Server) legible(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		if clean(r.URL.Path) {
			err = cleanValues("query.", r.URL.Query())
		} else {
			err = review.Errorf(review.NotFound, "There is nothing at this address.")
		}
		if err != nil {
			s.writeProblem(w, r, problemOf(r.Context(), err))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// cleanValues refuses a parameter or field of a form that is not clean, and does not repeat it.
func cleanValues(where string, values url.Values) error {
	for name, all := range values {
		for _, value := range all {
			if !clean(name) || !clean(value) {
				return review.Errorf(review.Invalid, "The request holds U+0000, or what is not UTF-8.").
					With([]review.Fault{{Location: where + strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), ""), Message: "Not text."}})
			}
		}
	}
	return nil
}

// idsAreValid refuses an address whose ids are none: there cannot be such a thing.
func idsAreValid(r *http.Request) error {
	for _, noun := range []string{"desk", "member", "session", "invitation", "token"} {
		if id := r.PathValue(noun); id != "" && !review.ValidID(id) {
			return review.Errorf(review.NotFound, "There is no such %s.", noun)
		}
	}
	return nil
}
