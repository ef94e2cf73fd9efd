package policy

import (
	"fmt"
	"slices"

	"github.com/countersign/countersign/internal/review"
)

// Upload is a parsed policy that somebody would put in force on a desk.
type Upload struct {
	Desk     string
	Before   *Policy // in force now
	House    *Policy // nil, or what every desk starts from: to go back to it raises nobody
	After    *Policy
	Uploader []review.Role   // of the member who uploads
	Members  [][]review.Role // of every member of the desk who is not suspended, the uploader among them
	// SoleAdmin: there is no second admin on the server to ask. The upload may then raise its uploader; Raised says how,
	// for the audit.
	SoleAdmin bool
}

// administration is what at least one member of a desk has to be able to do.
var administration = []review.Deed{
	{Act: review.ToManageMembers, Type: review.OnDesk},
	{Act: review.ToManageRoles, Type: review.OnDesk},
	{Act: review.ToManagePolicy, Type: review.OnPolicy},
}

// Check returns what forbids the upload, none if nothing does: rows about another desk, nobody left who could administer
// the desk, a right that the uploader does not have today.
func (u Upload) Check() []LineError {
	var errs []LineError
	for _, r := range u.After.rules {
		if r.Desk != "*" && r.Desk != u.Desk {
			errs = append(errs, LineError{Line: r.Line, Column: 1, Message: "This row is about another desk. Write * for the desk, or delete the row."})
		}
	}
	for _, deed := range administration {
		if !slices.ContainsFunc(u.Members, func(roles []review.Role) bool { return u.After.find(roles, u.Desk, deed, 0).allows() }) {
			errs = append(errs, LineError{Message: fmt.Sprintf("No member of the desk could %s any more. Keep the row that allows it to a role somebody holds.", theirWords(deed))})
		}
	}
	if !u.SoleAdmin {
		for _, raise := range u.Raised() {
			errs = append(errs, LineError{Line: raise.Rows[0].Line, Column: 1, Message: raise.Sentence + " Nobody raises their own rights: ask another admin to upload this policy."})
		}
	}
	return inOrder(errs)
}

// Raised returns what the uploader could do under the new policy and can neither today nor under the house's: a right that an
// upload took from everybody who may upload could otherwise never be given back. Looking at each fact alone, with and
// without grounds, finds every raise: rows that allow need one ground at most and rows that deny name one fact.
func (u Upload) Raised() []Change {
	raised := []Change{}
	for _, deed := range review.Deeds() {
		if raise, ok := u.raise(deed); ok {
			raised = append(raised, raise)
		}
	}
	return raised
}

func (u Upload) raise(deed review.Deed) (Change, bool) {
	for _, fact := range append([]review.Facts{0}, review.AllFacts()...) {
		for _, ground := range []review.Facts{0, review.AllGrounds} {
			facts := fact | ground
			now := u.After.find(u.Uploader, u.Desk, deed, facts)
			if !now.allows() || u.Before.find(u.Uploader, u.Desk, deed, facts).allows() ||
				u.House != nil && u.House.find(u.Uploader, u.Desk, deed, facts).allows() {
				continue
			}
			with := ""
			if facts != 0 {
				with = " with " + facts.String()
			}
			return Change{
				Role: now.allow.Sub, Deed: deed, Facts: facts, Allowed: true, Rows: []Row{rowOf(*now.allow)},
				Sentence: fmt.Sprintf("You could not %s%s, and by this row you could.", deed.Words(), with),
			}, true
		}
	}
	return Change{}, false
}
