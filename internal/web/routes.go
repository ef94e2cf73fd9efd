package web

import (
	"net/http"

	"github.com/countersign/countersign/internal/review"
)

const apiBase = "/api/v1"

// table is every address that the server answers, and what each needs. Nothing is registered in any
// other way: the lint rules refuse it, mount refuses a row without a need, and a test walks every
// row with every role, a foreign desk's objects and every scope of a token.
func table() []route {
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	const created, none = http.StatusCreated, http.StatusNoContent
	api := apiBase
	return []route{
		{get, api + "/openapi.json", public(), page((*Server).openAPI), "", 0},

		{post, api + "/setup/look", public(), operation((*Server).lookAtSetup), "Says until when a set-up link works.", 0},
		{post, api + "/setup", public(), operation((*Server).setUp), "Makes the first admin and the first desk, with the link that the server printed.", created},

		{post, api + "/session", public(), operation((*Server).signIn), "Signs in with e-mail and password.", created},
		{del, api + "/session", self(), operation((*Server).signOut), "Signs out.", none},
		{post, api + "/session/proof", self(), operation((*Server).prove), "Proves again who is there, with the password.", none},

		{get, api + "/me", self(), operation((*Server).me), "Tells who is signed in, with all their desks and roles.", 0},
		{patch, api + "/me", self(), operation((*Server).changeMe), "Changes one's name.", 0},
		{put, api + "/me/password", self(), operation((*Server).changePassword), "Changes one's password and ends all other sessions.", none},
		{get, api + "/me/sessions", self(), operation((*Server).sessions), "Lists one's sessions.", 0},
		{del, api + "/me/sessions", self(), operation((*Server).endOtherSessions), "Ends all of one's sessions but this one.", none},
		{del, api + "/me/sessions/{session}", self(), operation((*Server).endSession), "Ends one of one's sessions.", none},

		{post, api + "/invitations/look", public(), operation((*Server).lookAtInvitation), "Says what an invitation's link leads to.", 0},
		{post, api + "/invitations/accept", public(), operation((*Server).acceptInvitation), "Accepts an invitation and signs in.", created},

		{get, api + "/desks", self(), operation((*Server).desks), "Lists one's desks.", 0},
		{post, api + "/desks", may(review.ToCreateDesk, review.OnServer), operation((*Server).createDesk), "Makes a desk, with oneself as its admin.", created},
		{get, api + "/desks/{desk}", may(review.ToRead, review.OnDesk), operation((*Server).desk), "Shows a desk.", 0},
		{patch, api + "/desks/{desk}", may(review.ToManageSettings, review.OnDesk), operation((*Server).changeDesk), "Changes a desk's name, slug or settings.", 0},

		{get, api + "/desks/{desk}/members", may(review.ToRead, review.OnDesk), operation((*Server).members), "Lists a desk's members.", 0},
		{get, api + "/desks/{desk}/members/{member}", may(review.ToRead, review.OnDesk), operation((*Server).member), "Shows a member of a desk.", 0},
		{put, api + "/desks/{desk}/members/{member}/roles", may(review.ToManageRoles, review.OnDesk), operation((*Server).setRoles), "Sets a member's roles on a desk.", 0},
		{put, api + "/desks/{desk}/members/{member}/suspension", may(review.ToManageMembers, review.OnDesk), operation((*Server).suspend), "Suspends a member's place on a desk, or ends the suspension.", 0},
		{del, api + "/desks/{desk}/members/{member}", may(review.ToManageMembers, review.OnDesk), operation((*Server).removeMember), "Removes a member from a desk.", none},
		{del, api + "/desks/{desk}/members/{member}/sessions", may(review.ToManageMembers, review.OnDesk), operation((*Server).endMemberSessions), "Ends all sessions of a member.", none},
		{get, api + "/desks/{desk}/permissions", may(review.ToReadPolicy, review.OnPolicy), operation((*Server).ownPermissions), "Tells, for each act on the desk, whether one may oneself, every reason why not, and who else may.", 0},
		{get, api + "/desks/{desk}/members/{member}/permissions", may(review.ToSimulate, review.OnPolicy), operation((*Server).permissions), "Tells, for each act on the desk, whether a member may, every reason why not, and who else may.", 0},

		{get, api + "/desks/{desk}/invitations", may(review.ToManageMembers, review.OnDesk), operation((*Server).invitations), "Lists a desk's invitations.", 0},
		{post, api + "/desks/{desk}/invitations", may(review.ToManageMembers, review.OnDesk), operation((*Server).invite), "Invites somebody. The link is shown once.", created},
		{del, api + "/desks/{desk}/invitations/{invitation}", may(review.ToManageMembers, review.OnDesk), operation((*Server).revokeInvitation), "Withdraws an invitation.", none},

		{get, api + "/desks/{desk}/tokens", may(review.ToManageTokens, review.OnDesk), operation((*Server).tokens), "Lists a desk's API tokens.", 0},
		{post, api + "/desks/{desk}/tokens", may(review.ToManageTokens, review.OnDesk), operation((*Server).createToken), "Makes an API token. Its secret is shown once.", created},
		{del, api + "/desks/{desk}/tokens/{token}", may(review.ToManageTokens, review.OnDesk), operation((*Server).revokeToken), "Revokes an API token.", none},

		{get, api + "/desks/{desk}/policy", may(review.ToReadPolicy, review.OnPolicy), operation((*Server).policy), "Shows the policy in force on a desk, or an earlier revision.", 0},
		{put, api + "/desks/{desk}/policy", may(review.ToManagePolicy, review.OnPolicy), operation((*Server).putPolicy), "Puts a new revision of a desk's policy in force.", 0},
		{get, api + "/desks/{desk}/policy/revisions", may(review.ToReadPolicy, review.OnPolicy), operation((*Server).policyRevisions), "Lists the revisions of a desk's policy.", 0},
		{post, api + "/desks/{desk}/policy/simulate", may(review.ToSimulate, review.OnPolicy), operation((*Server).simulate), "Asks what a member may, under the policy in force or an unsaved one.", 0},

		{get, api + "/audit", may(review.ToReadAudit, review.OnAudit), operation((*Server).audit), "Lists records of the audit log, newest first.", 0},
		{get, api + "/audit/verification", may(review.ToReadAudit, review.OnAudit), operation((*Server).verifyAudit), "Verifies the audit log and names what was tampered with.", 0},
		{get, api + "/audit/export", may(review.ToExportAudit, review.OnAudit), page((*Server).exportAudit), "", 0},

		{get, "/{$}", public(), page((*Server).home), "", 0},
		{get, "/sign-in", public(), page((*Server).signInPage), "", 0},
		{post, "/sign-in", public(), page((*Server).signInForm), "", 0},
		{post, "/sign-out", self(), page((*Server).signOutForm), "", 0},
		{get, "/setup/{secret}", public(), page((*Server).setUpPage), "", 0},
		{post, "/setup", public(), page((*Server).setUpForm), "", 0},
		{get, "/invitation/{secret}", public(), page((*Server).invitationPage), "", 0},
		{post, "/invitation", public(), page((*Server).invitationForm), "", 0},
		{get, "/styles/", public(), page((*Server).styles), "", 0},
		{get, "/assets/", public(), page((*Server).assets), "", 0},

		{get, "/healthz", operator(), page((*Server).healthz), "", 0},
		{get, "/readyz", operator(), page((*Server).readyz), "", 0},
		{get, "/metrics", operator(), page((*Server).metricsPage), "", 0},
	}
}
