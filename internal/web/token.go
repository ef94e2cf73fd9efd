package web

import (
	"context"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

type tokensInput struct {
	OnDesk
	Paged
}

func (s *Server) tokens(ctx context.Context, in *tokensInput) (*listOutput[review.Token], error) {
	tokens, next, err := s.workflow.Tokens(ctx, in.actor, in.Desk, in.page())
	if err != nil {
		return nil, err
	}
	return listed(tokens, next), nil
}

type createTokenInput struct {
	OnDesk
	Body struct {
		Name      string       `json:"name" maxLength:"120" doc:"What it is for."`
		Acts      []review.Act `json:"acts" minItems:"1" maxItems:"64" nullable:"false" doc:"What it may do; never more than one may oneself."`
		ExpiresAt *time.Time   `json:"expires_at,omitempty" doc:"In 90 days if it is left out; in a year at most."`
	}
}

// MadeToken is a token with its secret, which is shown this once.
type MadeToken struct {
	review.Token
	Secret string `json:"secret" doc:"For the Authorization header: Bearer and this. It is shown this once."`
}

type createTokenOutput struct {
	Body MadeToken
}

func (s *Server) createToken(ctx context.Context, in *createTokenInput) (*createTokenOutput, error) {
	ask := workflow.NewToken{Desk: in.Desk, Name: in.Body.Name, Acts: in.Body.Acts}
	if in.Body.ExpiresAt != nil {
		ask.ExpiresAt = *in.Body.ExpiresAt
	}
	token, secret, err := s.workflow.CreateToken(ctx, in.actor, ask)
	if err != nil {
		return nil, err
	}
	return &createTokenOutput{Body: MadeToken{Token: token, Secret: secret}}, nil
}

type revokeTokenInput struct {
	OnDesk
	Token string `path:"token" maxLength:"36"`
}

func (s *Server) revokeToken(ctx context.Context, in *revokeTokenInput) (*nothing, error) {
	return nil, s.workflow.RevokeToken(ctx, in.actor, in.Desk, in.Token)
}
