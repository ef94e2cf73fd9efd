package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/countersign/countersign/internal/review"
)

// reader reads the cells of one line and collects what is wrong with them.
type reader struct {
	line  int
	cells []cell
	errs  []LineError
}

func (r *reader) fail(i int, format string, args ...any) {
	r.errs = append(r.errs, LineError{Line: r.line, Column: r.cells[i].column, Message: fmt.Sprintf(format, args...)})
}

// once refuses a row that stands twice.
func (r *reader) once(seen map[string]int) {
	texts := make([]string, len(r.cells))
	for i, c := range r.cells {
		texts[i] = c.text
	}
	key := strings.Join(texts, ",")
	if first := seen[key]; first > 0 {
		r.fail(0, "The same row stands at line %d. Delete one of them.", first)
		return
	}
	seen[key] = r.line
}

func (r *reader) into(out *parsed) {
	kind := r.cells[0].text
	switch {
	case kind == "p" && r.arity(7, "p, role, desk, object type, act, condition, allow or deny"):
		out.rules = append(out.rules, r.rule())
	case kind == "g" && r.arity(3, "g, role, role"):
		link := [2]review.Role{r.role(1, ""), r.role(2, anybody)}
		if len(r.errs) == 0 {
			out.links[link] = r.line
		}
	case kind == "t" && r.arity(6, "t, role or *, object type or *, act or *, facts or none, allowed, denied or never"):
		out.tests = append(out.tests, r.test())
	case !slices.Contains([]string{"p", "g", "t"}, kind):
		r.fail(0, "A row begins with p (a rule), g (a link of roles) or t (a test), not with %q. Comments begin with #.", kind)
	}
}

func (r *reader) arity(want int, form string) bool {
	if len(r.cells) != want {
		r.fail(min(len(r.cells), want+1)-1, "This row has %d fields, and such a row has %d: %s.", len(r.cells), want, form)
		return false
	}
	sound := true
	for i, c := range r.cells {
		if strings.ContainsAny(c.text, `"'`+"`") {
			r.fail(i, "Fields are written without quotes. Delete them.")
			sound = false
		}
	}
	return sound
}

// rule reads "p, role, desk, object type, act, condition, effect".
func (r *reader) rule() rule {
	out := rule{Line: r.line, Sub: r.role(1, anybody), Desk: r.desk(2), Deed: r.deed(3, 4), Cond: r.condition(5)}
	switch r.cells[6].text {
	case "allow":
		r.allowing(out)
	case "deny":
		out.Deny = true
		r.denying(out)
	default:
		r.fail(6, "The effect is allow or deny, not %q.", r.cells[6].text)
	}
	return out
}

// allowing refuses what would allow an act to all roles at once, or because something stands in the way.
func (r *reader) allowing(row rule) {
	if row.Sub == anybody {
		r.fail(1, "role:any takes rows that deny only. Name the least role that may, such as role:reader.")
	}
	if row.Cond.Obstacles() != 0 {
		r.fail(5, "A row that allows has the condition always or %s. To forbid the act under %s write a row that denies.", review.AllGrounds, row.Cond)
	}
}

// denying refuses a deny that a second role, or a bot, would escape.
func (r *reader) denying(row rule) {
	if row.Sub != anybody && row.Sub != "" {
		r.fail(1, "A row that denies stands on role:any, so that no second role escapes it. To take an act from one role delete the row that allows it.")
	}
	if row.Cond == 0 && r.cells[5].text == always {
		r.fail(5, "A row that denies names the condition under which it does. To forbid an act always delete the rows that allow it.")
	}
	if row.Cond.Grounds() != 0 {
		r.fail(5, "%s never stands in the way, so that no row can deny on it.", r.cells[5].text)
	}
}

// test reads "t, role or *, object type or *, act or *, facts or none, allowed, denied or never".
func (r *reader) test() test {
	out := test{Line: r.line, Roles: review.Roles(), Deeds: review.Deeds(), Facts: r.facts(4)}
	if r.cells[1].text != "*" {
		out.Roles = []review.Role{r.role(1, "")}
	}
	if r.cells[2].text != "*" || r.cells[3].text != "*" {
		out.Deeds = []review.Deed{r.deed(2, 3)}
	}
	switch r.cells[5].text {
	case "allowed":
		out.Allow = true
	case "denied":
	case "never":
		out.Never = true
	default:
		r.fail(5, "A test expects allowed, denied or never, not %q.", r.cells[5].text)
	}
	return out
}

// facts reads the facts of a test: "none", or names joined by +.
func (r *reader) facts(i int) review.Facts {
	var all review.Facts
	if r.cells[i].text == "none" {
		return all
	}
	for name := range strings.SplitSeq(r.cells[i].text, "+") {
		fact, ok := review.FactNamed(strings.TrimSpace(name))
		if !ok {
			r.fail(i, "There is no fact %q. Write none, or facts joined by +.", name)
		}
		all |= fact
	}
	return all
}

// role reads "role:senior"; also is accepted beside the roles of members.
func (r *reader) role(i int, also review.Role) review.Role {
	text := r.cells[i].text
	name, isRole := strings.CutPrefix(text, "role:")
	switch role := review.Role(name); {
	case strings.HasPrefix(text, "user:"):
		r.fail(i, "A policy speaks about roles, never about one person. Give the person a role instead.")
	case !isRole:
		r.fail(i, "A role is written role:<name>, not %q.", text)
	case role.Valid() || (also != "" && role == also):
		return role
	default:
		r.fail(i, "There is no %q. Roles are %s.", text, roleNames())
	}
	return ""
}

func roleNames() string {
	names := make([]string, 0, len(review.Roles()))
	for _, role := range review.Roles() {
		names = append(names, subject(role))
	}
	return strings.Join(names, ", ")
}

var deskID = regexp.MustCompile(`^[0-9a-z][0-9a-z-]{0,63}$`)

func (r *reader) desk(i int) string {
	if r.cells[i].text == "*" {
		return "*"
	}
	id, ok := strings.CutPrefix(r.cells[i].text, "desk:")
	if !ok || !deskID.MatchString(id) {
		r.fail(i, "The desk is * (this desk) or desk:<id>, not %q.", r.cells[i].text)
	}
	return id
}

func (r *reader) deed(typ, act int) review.Deed {
	deed := review.Deed{Act: review.Act(r.cells[act].text), Type: review.ObjectType(r.cells[typ].text)}
	types := review.TypesOf(deed.Act)
	switch {
	case !slices.Contains(review.ObjectTypes(), deed.Type):
		r.fail(typ, "There is no object type %q. Types are %s.", deed.Type, join(review.ObjectTypes()))
	case len(types) == 0:
		r.fail(act, "There is no act %q. Acts are %s.", deed.Act, join(review.Acts()))
	case !deed.Valid():
		r.fail(typ, "%s is no act on a %s. It is one on: %s.", deed.Act, deed.Type, join(types))
	}
	return deed
}

func (r *reader) condition(i int) review.Facts {
	text := r.cells[i].text
	fact, ok := review.FactNamed(text)
	if !ok && text != always {
		r.fail(i, "There is no condition %q. Conditions are always, %s.", text, strings.Join(review.EveryFact.Names(), ", "))
	}
	return fact
}

func join[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}
