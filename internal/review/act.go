// Package review holds the nouns of a review desk and the rules that need no database: who is who, what may be done to what,
// what a permission, a refusal and an error say. It imports the standard library only, and everything else may import it.
package review

// Act is something a member may or may not do. Acts are what policies, token scopes and routes speak of.
type Act string

// Acts on what a desk reads and writes.
const (
	ToRead           Act = "read"            // a draft and what belongs to it
	ToReadSealed     Act = "read_sealed"     // who a withheld source is
	ToComment        Act = "comment"         // open and answer threads
	ToSuggest        Act = "suggest"         // "replace with"
	ToResolveOwn     Act = "resolve_own"     // close a thread, or withdraw a suggestion, of one's own
	ToResolve        Act = "resolve"         // close another's thread
	ToCreateReport   Act = "create_report"   // start an empty report
	ToImport         Act = "import"          // make a report of a text
	ToEditText       Act = "edit_text"       // type, restore a revision, name a moment
	ToEditReport     Act = "edit_report"     // slug, language, bylines
	ToEditClaim      Act = "edit_claim"      // mark, change, split, merge, nature
	ToEditEvidence   Act = "edit_evidence"   // evidence and rests-on
	ToProposeRating  Act = "propose_rating"  //
	ToEditSource     Act = "edit_source"     // describe, resolve a placeholder
	ToReplaceSource  Act = "replace_source"  // everywhere it is cited
	ToRequestReview  Act = "request_review"  // ask for a review
	ToAssign         Act = "assign"          // with a due date
	ToSettleProposal Act = "settle_proposal" // accept or reject a suggestion
	ToRaiseTier      Act = "raise_tier"      // normal → high
	ToLowerTier      Act = "lower_tier"      // high → normal, with a reason
	ToMarkPlain      Act = "mark_plain"      // "nothing to check"
	ToWaive          Act = "waive"           // a claim that needs no sign-off, with a reason
	ToReleaseOwn     Act = "release_own"     // a removed claim that one's own objection or tier keeps in the gate
	ToRelease        Act = "release"         // a removed claim that another's keeps in the gate
	ToArchive        Act = "archive"         // and bring back
	ToConfirmMove    Act = "confirm_move"    // a source's new address
	ToCheck          Act = "check"           // probe a source now
	ToAttest         Act = "attest"          // "I opened it, the quote is there"
	ToAttestWithheld Act = "attest_withheld" // vouch for a source that is not named
	ToNameReaders    Act = "name_readers"    // who may know a withheld source
)

// Acts of authority over what is signed and published.
const (
	ToSign           Act = "sign"            // a claim's binding
	ToRevokeOwn      Act = "revoke_own"      // one's own sign-off
	ToRevokeOther    Act = "revoke_other"    // another's sign-off
	ToObject         Act = "object"          // block until cleared
	ToClearObjection Act = "clear_objection" // one's own
	ToOverrule       Act = "overrule"        // another's objection
	ToRecuseSelf     Act = "recuse_self"     // step aside
	ToRecuseOther    Act = "recuse_other"    // have a member step aside
	ToPublish        Act = "publish"         // now
	ToSchedule       Act = "schedule"        // for a minute to come
	ToUnschedule     Act = "unschedule"      // call a schedule off
	ToCorrect        Act = "correct"         // publish again, with the kind of change
	ToOverride       Act = "override"        // ask that named gate items be passed over
	ToSecond         Act = "second"          // confirm an override that another asked for
	ToReviewOverride Act = "review_override" // the look afterwards
	ToUnpublish      Act = "unpublish"       // take an edition down
	ToRetract        Act = "retract"         // leave it up, with a notice
	ToHold           Act = "hold"            // legal hold, and its end
	ToEmbargo        Act = "embargo"         // set, move or lift
)

// Acts on the desk itself.
const (
	ToReadPolicy     Act = "read_policy"     // the rules, and why one may not
	ToSimulate       Act = "simulate"        // ask for another member, or under an unsaved policy
	ToReadAudit      Act = "read_audit"      //
	ToExportAudit    Act = "export_audit"    //
	ToManageMembers  Act = "manage_members"  // invite, suspend, remove, end sessions
	ToManageRoles    Act = "manage_roles"    // give and take
	ToManagePolicy   Act = "manage_policy"   // put a revision in force
	ToManageTokens   Act = "manage_tokens"   //
	ToManageWebhooks Act = "manage_webhooks" //
	ToManageSettings Act = "manage_settings" // name, zone, freshness, quorum, step-up
	ToManageScales   Act = "manage_scales"   // rating scales
	ToCreateDesk     Act = "create_desk"     // another one, on this server
)

// ObjectType is what an act is done to.
type ObjectType string

// Object types. Whatever is not named belongs to one that is: a finding to its report, evidence to its claim.
const (
	OnServer     ObjectType = "server"
	OnDesk       ObjectType = "desk"
	OnReport     ObjectType = "report"
	OnClaim      ObjectType = "claim"
	OnSource     ObjectType = "source"
	OnThread     ObjectType = "thread"
	OnSuggestion ObjectType = "suggestion"
	OnSignOff    ObjectType = "signoff"
	OnObjection  ObjectType = "objection"
	OnOverride   ObjectType = "override"
	OnEdition    ObjectType = "edition"
	OnPolicy     ObjectType = "policy"
	OnAudit      ObjectType = "audit"
)

// Deed is an act on a type of object. Deeds lists every pair that means something; nothing else is ever allowed.
type Deed struct {
	Act  Act        `json:"act"`
	Type ObjectType `json:"type"`
}
