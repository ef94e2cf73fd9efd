package review

import (
	"encoding/json"
	"fmt"
	"math/bits"
)

// Facts is a set of named conditions that hold for one member, one act and one object. Sets are joined with | and compared
// with ==; the zero value is "nothing stands against it". JSON and the policy text know each fact by its name.
type Facts uint32

// Facts about the member and what they are to the object: somebody else may be free of them.
const (
	SelfContribution Facts = 1 << iota // they contributed to what the act is about
	Recused                            // they are recused from the report
	Suspended                          // their membership is suspended
	StepUpStale                        // the desk asks for a fresh proof of who they are
	StaleBinding                       // the binding they sent is not the current one
	SelfGrant                          // they would raise their own rights, and another admin could do it
	ByToken                            // they act through an API token
	OutOfScope                         // the token was not made for this act, or not for this desk
	OwnRequest                         // they asked for what they would now confirm
	NotOwner                           // what they would withdraw is somebody else's
	NotNamed                           // they neither keep this withheld source nor were named by a chief

	// Facts about the object: they hold for everybody.

	Frozen         // the report is archived or on legal hold
	Embargoed      // the embargo has not passed
	GateClosed     // the gate is not open
	NoSecondPerson // nobody else on the desk could second or confirm
	LastAdmin      // the desk would be left without an admin

	// Grounds do not stand in the way: an allow row may need one.

	ByTimer // the server's timer carries out what a member scheduled who is still allowed
)

// Every fact, and those that are grounds.
const (
	EveryFact  = ByTimer<<1 - 1
	AllGrounds = ByTimer
	personal   = Frozen - 1
)

var factNames = [...]string{
	"self_contribution", "recused", "suspended", "step_up_stale", "stale_binding", "self_grant", "by_token", "out_of_scope",
	"own_request", "not_owner", "not_named", "frozen", "embargoed", "gate_closed", "no_second_person", "last_admin", "by_timer",
}

// AllFacts returns every fact as a set of one, in the order in which reasons are told.
func AllFacts() []Facts { return EveryFact.Each() }

// FactNamed returns the fact of that name.
func FactNamed(name string) (Facts, bool) {
	for i, known := range factNames {
		if known == name {
			return 1 << i, true
		}
	}
	return 0, false
}

// When returns f with fact if it holds: facts = facts.When(Recused, isRecused).
func (f Facts) When(fact Facts, holds bool) Facts {
	if holds {
		return f | fact
	}
	return f
}

// Has says whether every fact of g is in f.
func (f Facts) Has(g Facts) bool { return f&g == g }

// Personal returns the facts that hold for this member and perhaps not for another.
func (f Facts) Personal() Facts { return f & personal }

// OfObject returns the facts that hold whoever acts.
func (f Facts) OfObject() Facts { return f &^ personal &^ AllGrounds }

// Grounds returns the facts that an allow row may need.
func (f Facts) Grounds() Facts { return f & AllGrounds }

// Obstacles returns the facts that a deny row may name.
func (f Facts) Obstacles() Facts { return f &^ AllGrounds }

// Each returns the facts of f as sets of one.
func (f Facts) Each() []Facts {
	each := make([]Facts, 0, bits.OnesCount32(uint32(f)))
	for rest := f & EveryFact; rest != 0; rest &= rest - 1 {
		each = append(each, rest&-rest)
	}
	return each
}

// Names returns the names of the facts in f.
func (f Facts) Names() []string {
	names := make([]string, 0, bits.OnesCount32(uint32(f)))
	for _, fact := range f.Each() {
		names = append(names, factNames[bits.TrailingZeros32(uint32(fact))])
	}
	return names
}

func (f Facts) String() string { return list(f.Names(), "and") }

// MarshalJSON writes the names as a list.
func (f Facts) MarshalJSON() ([]byte, error) { return json.Marshal(f.Names()) }

// UnmarshalJSON reads a list of names and refuses one that is unknown.
func (f *Facts) UnmarshalJSON(data []byte) error {
	var names []string
	if err := json.Unmarshal(data, &names); err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	*f = 0
	for _, name := range names {
		fact, ok := FactNamed(name)
		if !ok {
			return Errorf(Invalid, "There is no fact %q. The facts are %s.", name, EveryFact)
		}
		*f |= fact
	}
	return nil
}
