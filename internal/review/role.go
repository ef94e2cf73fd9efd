package review

import "slices"

// Role is what a member may be on a desk. A member can hold several.
type Role string

// The chain: each role has the rights of those before it.
const (
	Reader    Role = "reader"
	Commenter Role = "commenter"
	Writer    Role = "writer"
	Editor    Role = "editor"
	Senior    Role = "senior"
	Chief     Role = "chief"
)

// Apart from the chain: these inherit nothing and nobody inherits them.
const (
	Admin   Role = "admin"   // members, roles, policy, tokens, settings
	Checker Role = "checker" // the nightly job and the timers; no person holds it
)

var chain = []Role{Reader, Commenter, Writer, Editor, Senior, Chief}

// Chain returns the roles of the chain, least first.
func Chain() []Role { return slices.Clone(chain) }

// Roles returns every role: the chain, least first, then admin and checker.
func Roles() []Role { return append(Chain(), Admin, Checker) }

// ParseRole reads a role's name.
func ParseRole(name string) (Role, error) {
	if role := Role(name); role.Valid() {
		return role, nil
	}
	return "", Errorf(Invalid, "There is no role %q. The roles are %s.", name, list(Roles(), "and"))
}

// Valid says whether r is one of Roles.
func (r Role) Valid() bool { return slices.Contains(chain, r) || r == Admin || r == Checker }

// Held says whether a person may be given r: every role but checker, which is the server's own.
func (r Role) Held() bool { return r.Valid() && r != Checker }

// Includes says whether r has the rights of other by the chain.
func (r Role) Includes(other Role) bool {
	if r == other {
		return r.Valid()
	}
	i, j := slices.Index(chain, r), slices.Index(chain, other)
	return i >= 0 && j >= 0 && i > j
}

// Raises says whether a member who held before and would hold after gains a right by the change of role alone.
func Raises(before, after []Role) bool {
	return slices.ContainsFunc(after, func(role Role) bool {
		return !slices.ContainsFunc(before, func(had Role) bool { return had.Includes(role) })
	})
}

// list joins names as a sentence does: "a, b or c".
func list[T ~string](names []T, last string) string {
	text := ""
	for i, name := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			text += " " + last + " "
		default:
			text += ", "
		}
		text += string(name)
	}
	return text
}
