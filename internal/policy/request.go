package policy

import (
	"slices"

	"github.com/countersign/countersign/internal/review"
)

// facts are those of the request and what follows from its token, so that no caller can forget them.
func (q Request) facts() review.Facts {
	if q.Token == nil {
		return q.Facts
	}
	inScope := q.Token.Desk == q.Desk && slices.Contains(q.Token.Acts, q.Deed.Act)
	return (q.Facts | review.ByToken).When(review.OutOfScope, !inScope)
}

// roles are those that exist and that no other role of the member includes: the chain makes the rest superfluous.
func (q Request) roles() []review.Role {
	top := make([]review.Role, 0, len(q.Roles))
	for i, role := range q.Roles {
		covered := slices.ContainsFunc(q.Roles, func(other review.Role) bool { return other != role && other.Includes(role) })
		if role.Valid() && !covered && !slices.Contains(q.Roles[:i], role) {
			top = append(top, role)
		}
	}
	return top
}
