package web

import (
	"context"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

type invitationsInput struct {
	OnDesk
	Paged
}

func (s *Server) invitations(ctx context.Context, in *invitationsInput) (*listOutput[review.Invitation], error) {
	invitations, next, err := s.workflow.Invitations(ctx, in.actor, in.Desk, in.page())
	if err != nil {
		return nil, err
	}
	return listed(invitations, next), nil
}

type inviteInput struct {
	OnDesk
	Body struct {
		Email string        `json:"email" maxLength:"254"`
		Roles []review.Role `json:"roles" minItems:"1" maxItems:"8" nullable:"false"`
	}
}

// MadeInvitation is an invitation with its link, which is shown this once.
type MadeInvitation struct {
	review.Invitation
	Secret string `json:"secret" doc:"The last part of the link."`
	Link   string `json:"link" format:"uri" doc:"What to send to whom the invitation is for. It is shown this once."`
}

type inviteOutput struct {
	Body MadeInvitation
}

func (s *Server) invite(ctx context.Context, in *inviteInput) (*inviteOutput, error) {
	invitation, secret, err := s.workflow.Invite(ctx, in.actor, review.Invitation{Desk: in.Desk, Email: in.Body.Email, Roles: in.Body.Roles})
	if err != nil {
		return nil, err
	}
	return &inviteOutput{Body: MadeInvitation{
		Invitation: invitation, Secret: secret, Link: s.config.URL.JoinPath("invitation", secret).String(),
	}}, nil
}

type revokeInvitationInput struct {
	OnDesk
	Invitation string `path:"invitation" maxLength:"36"`
}

func (s *Server) revokeInvitation(ctx context.Context, in *revokeInvitationInput) (*nothing, error) {
	return nil, s.workflow.RevokeInvitation(ctx, in.actor, in.Desk, in.Invitation)
}

type lookInput struct {
	Body struct {
		Secret string `json:"secret" maxLength:"100" doc:"The last part of the link."`
	}
}

type lookOutput struct {
	Body workflow.Offer
}

func (s *Server) lookAtInvitation(ctx context.Context, in *lookInput) (*lookOutput, error) {
	offer, err := s.workflow.Offer(ctx, in.Body.Secret)
	if err != nil {
		return nil, err
	}
	return &lookOutput{Body: offer}, nil
}

type acceptInput struct {
	Requested
	Body struct {
		Secret   string `json:"secret" maxLength:"100" doc:"The last part of the link."`
		Name     string `json:"name,omitempty" maxLength:"120" doc:"Of a new member; whoever is one already keeps theirs."`
		Password string `json:"password" maxLength:"1024" doc:"A new one, or, for whoever is a member already, their own."`
	}
}

func (s *Server) acceptInvitation(ctx context.Context, in *acceptInput) (*signedIn, error) {
	session, err := s.workflow.AcceptInvitation(ctx, in.Body.Secret, workflow.NewMember{Name: in.Body.Name, Password: in.Body.Password}, in.from)
	if err != nil {
		return nil, err
	}
	return s.begun(session), nil
}
