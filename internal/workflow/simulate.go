package workflow

import (
	"context"
	"slices"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
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
	permissions := make([]review.Permission, len(deeds))
	for i, answer := range now.Simulate(questionAbout(member, actor), deeds...) {
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
	answer.Answers = asked.Simulate(question, deeds...)
	return answer, nil
}

// supposed is the simulation's question in policy's terms.
func (w *Workflow) supposed(ctx context.Context, actor Actor, desk string, ask Simulation) (policy.Request, error) {
	question := policy.Request{Roles: ask.Roles, Desk: desk, Name: "Somebody with these roles"}
	if (ask.Member == "") == (len(ask.Roles) == 0) {
		return question, review.Errorf(review.Invalid, "Name either a member or roles to ask about.").
			With([]review.Fault{{Location: "body.member", Message: "Either this or roles."}})
	}
	if ask.Member != "" {
		member, err := deskMember(ctx, w.store.Reader(), At{Desk: desk, Member: ask.Member})
		if err != nil {
			return question, err
		}
		question = questionAbout(member, actor)
	} else if err := validRoles(ask.Roles); err != nil {
		return question, err
	}
	for _, name := range ask.Facts {
		fact, ok := review.FactNamed(name)
		if !ok {
			return question, review.Errorf(review.Invalid, "There is no fact %q.", name).
				With([]review.Fault{{Location: "body.facts", Message: "There is no fact " + name + "."}})
		}
		question.Facts |= fact
	}
	return question, nil
}
