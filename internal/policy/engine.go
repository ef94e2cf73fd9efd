package policy

import (
	"fmt"
	"slices"

	"github.com/casbin/casbin/v2"
	casbinmodel "github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"

	"github.com/countersign/countersign/internal/review"
)

// decider holds the rows about one deed. Rows about other deeds can never match its request, so they stand in deciders of
// their own: a decision looks at some ten rows instead of all.
type decider struct {
	allows, denies []rule
	engine         *engine
}

// engine is casbin over the rows of one deed. It is only ever read once made; revisions with equal rows share it.
type engine struct {
	rows     [][]string
	enforcer *casbin.Enforcer
}

func newEngine(model string, rows [][]string) (*engine, error) {
	rules, err := casbinmodel.NewModelFromString(model)
	if err != nil {
		return nil, fmt.Errorf("read casbin model: %w", err)
	}
	for _, row := range rows {
		if err := persist.LoadPolicyArray(append([]string{"p"}, row...), rules); err != nil {
			return nil, fmt.Errorf("load row %v: %w", row, err)
		}
	}
	for _, link := range links() {
		if err := persist.LoadPolicyArray([]string{"g", subject(link[0]), subject(link[1])}, rules); err != nil {
			return nil, fmt.Errorf("load link %v: %w", link, err)
		}
	}
	enforcer, err := casbin.NewEnforcer(rules)
	if err != nil {
		return nil, fmt.Errorf("make enforcer: %w", err)
	}
	if err := enforcer.BuildRoleLinks(); err != nil {
		return nil, fmt.Errorf("link roles: %w", err)
	}
	enforcer.AddFunction("when", when)
	return &engine{rows: rows, enforcer: enforcer}, nil
}

// when is the matcher's last term: does the condition hold in the request's context?
func when(args ...any) (any, error) {
	if len(args) != 2 {
		return false, fmt.Errorf("when takes 2 arguments, not %d", len(args))
	}
	name, ok := args[0].(string)
	if !ok {
		return false, fmt.Errorf("condition is a %T", args[0])
	}
	facts, ok := args[1].(review.Facts)
	if !ok {
		return false, fmt.Errorf("context is a %T", args[1])
	}
	if name == always {
		return true, nil
	}
	fact, ok := review.FactNamed(name)
	if !ok {
		return false, fmt.Errorf("no condition %q", name)
	}
	return facts.Has(fact), nil
}

// allows asks casbin for each role in turn. One yes is enough, as denies stand on the role that all inherit.
func (e *engine) allows(roles []review.Role, desk string, deed review.Deed, facts review.Facts) (bool, error) {
	for _, role := range roles {
		allowed, err := e.enforcer.Enforce(subject(role), domain(desk), string(deed.Type), string(deed.Act), facts)
		if err != nil {
			return false, fmt.Errorf("ask casbin about %s %s: %w", role, deed.Act, err)
		}
		if allowed {
			return true, nil
		}
	}
	return false, nil
}

// links is the role chain, and anybody below it and below the roles apart.
func links() [][2]review.Role {
	chain := review.Chain()
	all := [][2]review.Role{{chain[0], anybody}}
	for i := 1; i < len(chain); i++ {
		all = append(all, [2]review.Role{chain[i], chain[i-1]})
	}
	return append(all, [2]review.Role{review.Admin, anybody}, [2]review.Role{review.Checker, anybody})
}

// index groups rules by deed, and takes over from before the engines whose rows are the same.
func index(model string, rules []rule, before map[review.Deed]*decider) (map[review.Deed]*decider, error) {
	decides := map[review.Deed]*decider{}
	for _, r := range rules {
		d := decides[r.Deed]
		if d == nil {
			d = &decider{}
			decides[r.Deed] = d
		}
		if r.Deny {
			d.denies = append(d.denies, r)
		} else {
			d.allows = append(d.allows, r)
		}
	}
	for deed, d := range decides {
		rows := d.rows()
		if old := before[deed]; old != nil && slices.EqualFunc(old.engine.rows, rows, slices.Equal) {
			d.engine = old.engine
			continue
		}
		made, err := newEngine(model, rows)
		if err != nil {
			return nil, err
		}
		d.engine = made
	}
	return decides, nil
}

// rows are those that deny, then those that allow: casbin stops at the first deny that matches.
func (d *decider) rows() [][]string {
	rows := make([][]string, 0, len(d.denies)+len(d.allows))
	for _, r := range slices.Concat(d.denies, d.allows) {
		rows = append(rows, r.fields())
	}
	return rows
}
