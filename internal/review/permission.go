package review

// Permission answers whether somebody may do something, and why not. The API, the pages, the gate, refusals (403) and the
// simulator all speak this one JSON type.
type Permission struct {
	Deed
	Allowed bool     `json:"allowed"`
	Reasons []Reason `json:"reasons"` // every reason against it; empty, never null, when allowed
	WhoMay  []WhoMay `json:"who_may"` // who else may; empty, never null, when allowed or when nobody may
}

// Reason is one thing that stands against an act.
type Reason struct {
	Code     string `json:"code"`     // a fact's name, or one of the Reason… codes
	Sentence string `json:"sentence"` // why, and what to do next
}

// Codes of reasons that are not facts.
const (
	ReasonNoMember   = "not_a_member" // no role on the desk at all
	ReasonNoRole     = "no_role"      // roles, but none that allows it
	ReasonUnknownAct = "unknown_act"  // no such act on such an object
	ReasonPolicy     = "policy_error" // the policy could not answer, and so refuses
)

// WhoMay is somebody who may do what was refused: a role, as policy knows it, or a member who holds it, as the desk does.
type WhoMay struct {
	Role   Role   `json:"role"`
	Member string `json:"member,omitempty"` // id
	Name   string `json:"name,omitempty"`
}

// Has says whether a reason with that code stands against it.
func (p Permission) Has(code string) bool {
	for _, reason := range p.Reasons {
		if reason.Code == code {
			return true
		}
	}
	return false
}

// Only says whether code is the one reason against it, so that the caller can offer the cure (a fresh proof, the current
// content) in place of a refusal.
func (p Permission) Only(code string) bool { return len(p.Reasons) == 1 && p.Reasons[0].Code == code }
