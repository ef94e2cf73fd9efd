package review

import "slices"

// deeds is every pair of act and object type, with the words that finish "you may".
var deeds = []struct {
	Deed
	words string
}{
	{Deed{ToRead, OnDesk}, "see this desk and its members"},
	{Deed{ToRead, OnReport}, "read this draft"},
	{Deed{ToRead, OnClaim}, "read this claim"},
	{Deed{ToRead, OnSource}, "read about this source"},
	{Deed{ToReadSealed, OnSource}, "see who this withheld source is"},
	{Deed{ToComment, OnReport}, "comment on this report"},
	{Deed{ToSuggest, OnReport}, "suggest a change to this report"},
	{Deed{ToResolveOwn, OnThread}, "resolve this thread as your own"},
	{Deed{ToResolveOwn, OnSuggestion}, "withdraw this suggestion as your own"},
	{Deed{ToResolve, OnThread}, "resolve this thread"},
	{Deed{ToCreateReport, OnDesk}, "start a report on this desk"},
	{Deed{ToImport, OnDesk}, "import a report to this desk"},
	{Deed{ToEditText, OnReport}, "edit the text of this report"},
	{Deed{ToEditReport, OnReport}, "change this report's address, language or bylines"},
	{Deed{ToEditClaim, OnReport}, "mark a claim in this report"},
	{Deed{ToEditClaim, OnClaim}, "change this claim"},
	{Deed{ToEditEvidence, OnClaim}, "change the evidence of this claim"},
	{Deed{ToProposeRating, OnClaim}, "propose a rating for this claim"},
	{Deed{ToEditSource, OnReport}, "add a source to this report"},
	{Deed{ToEditSource, OnSource}, "change this source"},
	{Deed{ToReplaceSource, OnSource}, "replace this source"},
	{Deed{ToRequestReview, OnReport}, "ask for a review of this report"},
	{Deed{ToRequestReview, OnClaim}, "ask for a review of this claim"},
	{Deed{ToAssign, OnReport}, "assign this report"},
	{Deed{ToAssign, OnClaim}, "assign this claim"},
	{Deed{ToSettleProposal, OnSuggestion}, "accept or reject this suggestion"},
	{Deed{ToRaiseTier, OnClaim}, "raise the tier of this claim"},
	{Deed{ToLowerTier, OnClaim}, "lower the tier of this claim"},
	{Deed{ToMarkPlain, OnReport}, "mark this stretch as plain"},
	{Deed{ToWaive, OnClaim}, "mark this claim as needing no sign-off"},
	{Deed{ToReleaseOwn, OnClaim}, "release this removed claim as its owner"},
	{Deed{ToRelease, OnClaim}, "release this removed claim"},
	{Deed{ToArchive, OnReport}, "archive this report or bring it back"},
	{Deed{ToConfirmMove, OnSource}, "confirm the new address of this source"},
	{Deed{ToCheck, OnReport}, "check the sources of this report"},
	{Deed{ToCheck, OnSource}, "check this source"},
	{Deed{ToAttest, OnSource}, "attest this source"},
	{Deed{ToAttestWithheld, OnSource}, "attest this withheld source"},
	{Deed{ToNameReaders, OnSource}, "name who may know this withheld source"},
	{Deed{ToSign, OnClaim}, "sign this claim"},
	{Deed{ToRevokeOwn, OnSignOff}, "revoke this sign-off as your own"},
	{Deed{ToRevokeOther, OnSignOff}, "revoke another member's sign-off"},
	{Deed{ToObject, OnClaim}, "object to this claim"},
	{Deed{ToClearObjection, OnObjection}, "clear this objection"},
	{Deed{ToOverrule, OnObjection}, "overrule this objection"},
	{Deed{ToRecuseSelf, OnReport}, "recuse yourself from this report"},
	{Deed{ToRecuseOther, OnReport}, "recuse another member from this report"},
	{Deed{ToPublish, OnReport}, "publish this report"},
	{Deed{ToSchedule, OnReport}, "schedule this report"},
	{Deed{ToUnschedule, OnReport}, "call off this schedule"},
	{Deed{ToCorrect, OnReport}, "publish a correction of this report"},
	{Deed{ToOverride, OnReport}, "ask to override the gate of this report"},
	{Deed{ToSecond, OnOverride}, "second this override"},
	{Deed{ToReviewOverride, OnOverride}, "take the look after this override"},
	{Deed{ToUnpublish, OnEdition}, "unpublish this edition"},
	{Deed{ToRetract, OnEdition}, "retract this edition"},
	{Deed{ToHold, OnReport}, "put this report on legal hold or end the hold"},
	{Deed{ToEmbargo, OnReport}, "set or lift the embargo of this report"},
	{Deed{ToReadPolicy, OnPolicy}, "read this desk's policy"},
	{Deed{ToSimulate, OnPolicy}, "simulate this desk's policy"},
	{Deed{ToReadAudit, OnAudit}, "read the audit log"},
	{Deed{ToExportAudit, OnAudit}, "export the audit log"},
	{Deed{ToManageMembers, OnDesk}, "manage the members of this desk"},
	{Deed{ToManageRoles, OnDesk}, "give or take roles on this desk"},
	{Deed{ToManagePolicy, OnPolicy}, "change this desk's policy"},
	{Deed{ToManageTokens, OnDesk}, "manage the API tokens of this desk"},
	{Deed{ToManageWebhooks, OnDesk}, "manage the webhooks of this desk"},
	{Deed{ToManageSettings, OnDesk}, "change the settings of this desk"},
	{Deed{ToManageScales, OnDesk}, "change the rating scales of this desk"},
	{Deed{ToCreateDesk, OnServer}, "create a desk on this server"},
}

// Deeds returns every pair of act and object type, in the order of the policy's matrix.
func Deeds() []Deed {
	all := make([]Deed, len(deeds))
	for i, deed := range deeds {
		all[i] = deed.Deed
	}
	return all
}

// Acts returns every act once, in the order of Deeds.
func Acts() []Act {
	var acts []Act
	for _, deed := range deeds {
		if !slices.Contains(acts, deed.Act) {
			acts = append(acts, deed.Act)
		}
	}
	return acts
}

// ObjectTypes returns every object type once, in the order of Deeds.
func ObjectTypes() []ObjectType {
	var types []ObjectType
	for _, deed := range deeds {
		if !slices.Contains(types, deed.Type) {
			types = append(types, deed.Type)
		}
	}
	return types
}

// TypesOf returns the object types that act can be done to, none for an act that does not exist.
func TypesOf(act Act) []ObjectType {
	var types []ObjectType
	for _, deed := range deeds {
		if deed.Act == act {
			types = append(types, deed.Type)
		}
	}
	return types
}

// ParseAct reads an act's name, as a token's scope does.
func ParseAct(name string) (Act, error) {
	if len(TypesOf(Act(name))) == 0 {
		return "", Errorf(Invalid, "There is no act %q. The acts are %s.", name, list(Acts(), "and"))
	}
	return Act(name), nil
}

// Valid says whether d is one of Deeds.
func (d Deed) Valid() bool { return d.Words() != "" }

// Words finish the sentence "you may …"; there are none for a pair that is not one of Deeds.
func (d Deed) Words() string {
	for _, known := range deeds {
		if known.Deed == d {
			return known.words
		}
	}
	return ""
}
