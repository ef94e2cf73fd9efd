package policy

import (
	"fmt"
	"strings"

	"github.com/countersign/countersign/internal/review"
)

// teller puts reasons in words: to the member, or about them when somebody else asks.
type teller struct {
	deed  review.Deed
	words *strings.Replacer
}

func newTeller(deed review.Deed, name string) teller {
	do := deed.Words()
	if name == "" {
		return teller{deed, strings.NewReplacer("{You}", "You", "{you}", "you", "{your}", "your", "{yourself}", "yourself", "{do}", do)}
	}
	do = theirWords(deed)
	return teller{deed, strings.NewReplacer("{You}", name, "{you}", "they", "{your}", "their", "{yourself}", "themself", "{do}", do)}
}

// theirWords are the deed's words about somebody else.
func theirWords(deed review.Deed) string {
	return strings.NewReplacer("yourself", "themself", "your own", "their own").Replace(deed.Words())
}

// because finishes "You may not sign this claim", and says what to do next, for each fact that a row may deny on.
var because = map[review.Facts]string{
	review.SelfContribution: "because {you} contributed to it. Ask somebody who did not.",
	review.Recused:          "because {you} are recused from this report. Leave it to another member, or ask a chief to end the recusal.",
	review.Suspended:        "because {your} membership of this desk is suspended. Ask an admin of the desk.",
	review.StepUpStale:      "until {you} have shown again who {you} are. Enter the password or sign in once more; nothing typed is lost.",
	review.StaleBinding:     "because it changed after {you} opened it. Read what changed and try again; the comment is kept.",
	review.SelfGrant:        "because that would raise {your} own rights. Ask another admin.",
	review.ByToken:          "through an API token. Sign in and do it in person.",
	review.OutOfScope:       "with this API token, which was not made for that. Use a token of this desk whose scope names it, or sign in.",
	review.OwnRequest:       "because {you} asked for it {yourself}. Another member has to confirm it.",
	review.NotOwner:         "because it is another member's. Ask its owner.",
	review.NotNamed:         "because {you} neither keep this source nor were named as somebody who may know it. A chief can add to those who may.",
	review.Frozen:           "while the report is archived or on legal hold. Ask an editor to bring it back, or a chief to end the hold.",
	review.Embargoed:        "before its embargo has passed. Schedule it for after the embargo, or ask a chief to move that.",
	review.GateClosed:       "while the gate is closed. The gate lists what is missing and who can clear it.",
	review.NoSecondPerson:   "because nobody else on this desk could confirm it. Ask an admin to invite a second person.",
	review.LastAdmin:        "because that would leave the desk without an admin. Make another member an admin first.",
}

func (t teller) denied(fact review.Facts) review.Reason {
	return t.reason(condition(fact), "{You} may not {do} "+because[fact])
}

func (t teller) noRole(held []review.Role, may []review.WhoMay) review.Reason {
	next := "On this desk nobody may at present."
	if len(may) > 0 {
		roles := make([]review.Role, len(may))
		for i, who := range may {
			roles[i] = who.Role
		}
		next = "Ask " + roleList(roles, "or") + ", or ask an admin for the role."
	}
	return t.reason(review.ReasonNoRole, "{You} may not {do} as "+roleList(held, "and")+". "+next)
}

func (t teller) noMember() review.Reason {
	return t.reason(review.ReasonNoMember, "{You} may not {do} because {you} have no role on this desk. Ask one of its admins for an invitation.")
}

func (t teller) unknownAct() review.Reason {
	return review.Reason{
		Code:     review.ReasonUnknownAct,
		Sentence: fmt.Sprintf("There is no act %q on a %q. The desk's policy lists the acts there are.", t.deed.Act, t.deed.Type),
	}
}

func (t teller) broken() review.Reason {
	return t.reason(review.ReasonPolicy, "{You} may not {do} because the desk's policy could not answer, and then nobody may. Tell an admin.")
}

func (t teller) reason(code, template string) review.Reason {
	return review.Reason{Code: code, Sentence: t.words.Replace(template)}
}

// roleList is "an editor, a senior or a chief".
func roleList(roles []review.Role, last string) string {
	text := ""
	for i, role := range roles {
		switch {
		case i == 0:
		case i == len(roles)-1:
			text += " " + last + " "
		default:
			text += ", "
		}
		text += article(role)
	}
	return text
}

func article(role review.Role) string {
	switch role {
	case review.Editor, review.Admin:
		return "an " + string(role)
	case review.Checker:
		return "the checker"
	default:
		return "a " + string(role)
	}
}
