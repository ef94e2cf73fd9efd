package workflow

import (
	"context"
	"slices"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// OwnPermissions tells the actor for each deed on a desk whether they may, every reason why not, and
// who else may. Facts about an object (who contributed, what is frozen) are not in it: ask the object.
// A deed with an empty act or type means all that fit.
func (w *Workflow) OwnPermissions(ctx context.Context, actor Actor, desk string, only review.Deed) ([]review.Permission, error) {
	if err := w.judge(ctx, actor, on(desk, review.ToReadPolicy, review.OnPolicy, 0)); err != nil {
		return nil, err
	}
	return w.permissions(ctx, actor, At{Desk: desk, Member: actor.Member.ID}, only)
}

// Permissions answers the same about another member.
func (w *Workflow) Permissions(ctx context.Context, actor Actor, at At, only review.Deed) ([]review.Permission, error) {
	if err := w.judge(ctx, actor, on(at.Desk, review.ToSimulate, review.OnPolicy, 0)); err != nil {
		return nil, err
	}
	return w.permissions(ctx, actor, at, only)
}

func (w *Workflow) permissions(ctx context.Context, actor Actor, at At, only review.Deed) ([]review.Permission, error) {
	member, err := deskMember(ctx, w.store.Reader(), at)
	if err != nil {
		return nil, err
	}
	deeds, err := deedsLike(only)
	if err != nil {
		return nil, err
	}
	now, _ := w.policies.For(at.Desk)
	answers, err := w.answers(ctx, now, supposition{Request: questionAbout(member, actor), member: at.Member}, deeds)
	if err != nil {
		return nil, err
	}
	permissions := make([]review.Permission, len(answers))
	for i, answer := range answers {
		permissions[i] = answer.Permission
		if err := w.nameWhoMay(ctx, at.Desk, at.Member, &permissions[i]); err != nil {
			return nil, err
		}
	}
	return permissions, nil
}

func deedsLike(only review.Deed) ([]review.Deed, error) {
	deeds := slices.DeleteFunc(review.Deeds(), func(d review.Deed) bool {
		return only.Act != "" && d.Act != only.Act || only.Type != "" && d.Type != only.Type
	})
	if len(deeds) == 0 {
		return nil, review.Errorf(review.Invalid, "There is no act %q on a %q. The desk's policy lists the acts there are.", only.Act, only.Type)
	}
	return deeds, nil
}

// questionAbout asks about a member in the third person, unless it is the asker.
func questionAbout(member review.DeskMember, asker Actor) policy.Request {
	ask := policy.Request{Roles: member.Roles, Desk: member.Desk}
	ask.Facts = ask.Facts.When(review.Suspended, member.Suspended())
	if member.Member != asker.Member.ID {
		ask.Name = member.Name
	}
	return ask
}

// Simulation is a question to the simulator: what a member, or somebody with certain roles, may do.
type Simulation struct {
	Member string            `json:"member,omitempty" maxLength:"36" doc:"The member asked about; or leave it out and name roles."`
	Roles  []review.Role     `json:"roles,omitempty" maxItems:"8"`
	Act    review.Act        `json:"act,omitempty" maxLength:"40" doc:"Only this act."`
	Type   review.ObjectType `json:"type,omitempty" maxLength:"40" doc:"Only on this type of object."`
	Facts  []string          `json:"facts,omitempty" maxItems:"32" doc:"Facts to suppose, such as self_contribution."`
	Policy *string           `json:"policy,omitempty" maxLength:"300000" doc:"An unsaved policy to ask; the one in force if it is left out."`
}

// Simulated is the simulator's answer.
type Simulated struct {
	Revision int64                `json:"revision" doc:"The revision in force that was asked, or compared with."`
	Answers  []policy.Explanation `json:"answers" nullable:"false" doc:"Each act with the rows that decide it."`
	Changes  []policy.Change      `json:"changes" nullable:"false" doc:"Under an unsaved policy: what would change, for every role."`
}

// Simulate answers what a member may under the policy in force or under an unsaved one.
func (w *Workflow) Simulate(ctx context.Context, actor Actor, desk string, ask Simulation) (Simulated, error) {
	if err := w.judge(ctx, actor, on(desk, review.ToSimulate, review.OnPolicy, 0)); err != nil {
		return Simulated{}, err
	}
	question, err := w.supposed(ctx, actor, desk, ask)
	if err != nil {
		return Simulated{}, err
	}
	deeds, err := deedsLike(review.Deed{Act: ask.Act, Type: ask.Type})
	if err != nil {
		return Simulated{}, err
	}
	asked, revision := w.policies.For(desk)
	answer := Simulated{Revision: revision, Changes: []policy.Change{}}
	if ask.Policy != nil {
		unsaved, faults := w.policies.House().Parse([]byte(*ask.Policy))
		if len(faults) > 0 {
			return Simulated{}, policyFaults(faults)
		}
		answer.Changes = policy.Diff(asked, unsaved, desk)
		asked = unsaved
	}
	answer.Answers, err = w.answers(ctx, asked, question, deeds)
	return answer, err
}

// supposition is a question to the simulator, about a member or, if that is empty, about roles.
type supposition struct {
	policy.Request
	member string
	facts  review.Facts // that the asker supposes, without those of the member's place on the desk
}

// answers decides each deed as judge and ExportAudit would: what is done to the server is decided by the
// house's policy from the roles held on every desk, and the log is exported by who may on all of them.
func (w *Workflow) answers(ctx context.Context, asked *policy.Policy, question supposition, deeds []review.Deed) ([]policy.Explanation, error) {
	answers := asked.Simulate(question.Request, deeds...)
	for i, deed := range deeds {
		switch {
		case deed.Type == review.OnServer:
			ask := question.Request
			ask.Desk, ask.Facts = "", question.facts
			if question.member != "" {
				ask.Roles = nil
				if err := w.serverRoles(ctx, Actor{Member: review.Member{ID: question.member}}, &ask); err != nil {
					return nil, err
				}
			}
			answers[i] = w.policies.House().Simulate(ask, deed)[0]
		case deed.Act == review.ToExportAudit && answers[i].Allowed:
			everywhere, err := w.mayExportElsewhere(ctx, question)
			if err != nil {
				return nil, err
			}
			if !everywhere {
				answers[i].Allowed = false
				answers[i].Reasons = append(answers[i].Reasons, review.Reason{Code: review.ReasonNoRole, Sentence: exportsEverywhere})
			}
		}
	}
	return answers, nil
}

// mayExportElsewhere says whether the log may be exported as far as the other desks of the server go.
func (w *Workflow) mayExportElsewhere(ctx context.Context, question supposition) (bool, error) {
	memberships, err := store.MembershipsOf(ctx, w.store.Reader(), question.member)
	if err != nil {
		return false, err
	}
	places := make(map[string]review.Membership, len(memberships))
	for _, place := range memberships {
		places[place.Desk] = place
	}
	for page := (review.Page{Limit: review.MaxPage}); ; {
		desks, next, err := store.Desks(ctx, w.store.Reader(), page)
		if err != nil {
			return false, err
		}
		for _, desk := range desks {
			place, there := places[desk.ID]
			ask := policy.Request{
				Roles: place.Roles, Desk: desk.ID, Deed: review.Deed{Act: review.ToExportAudit, Type: review.OnAudit},
				Facts: question.facts.When(review.Suspended, place.Suspended()),
			}
			if desk.ID != question.Desk && (!there || !w.policies.May(ask).Allowed) {
				return false, nil
			}
		}
		if page.After = next; next == "" {
			return true, nil
		}
	}
}

// supposed is the simulation's question in policy's terms.
func (w *Workflow) supposed(ctx context.Context, actor Actor, desk string, ask Simulation) (supposition, error) {
	question := supposition{Request: policy.Request{Roles: ask.Roles, Desk: desk, Name: "Somebody with these roles"}, member: ask.Member}
	if (ask.Member == "") == (len(ask.Roles) == 0) {
		return question, review.Errorf(review.Invalid, "Name either a member or roles to ask about.").
			With([]review.Fault{{Location: "body.member", Message: "Either this or roles."}})
	}
	if ask.Member != "" {
		member, err := deskMember(ctx, w.store.Reader(), At{Desk: desk, Member: ask.Member})
		if err != nil {
			return question, err
		}
		question.Request = questionAbout(member, actor)
	} else if err := validRoles(ask.Roles); err != nil {
		return question, err
	}
	for _, name := range ask.Facts {
		fact, ok := review.FactNamed(name)
		if !ok {
			return question, review.Errorf(review.Invalid, "There is no fact %q.", name).
				With([]review.Fault{{Location: "body.facts", Message: "There is no fact " + name + "."}})
		}
		question.facts |= fact
	}
	question.Facts |= question.facts
	return question, nil
}
