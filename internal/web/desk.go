package web

import (
	"context"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

type desksOutput struct {
	Body List[workflow.Place]
}

func (s *Server) desks(ctx context.Context, in *struct{ Acting }) (*desksOutput, error) {
	places, err := s.workflow.Places(ctx, in.actor.Member.ID)
	if err != nil {
		return nil, err
	}
	return &desksOutput{Body: List[workflow.Place]{Items: places}}, nil
}

type createDeskInput struct {
	Acting
	Body struct {
		Slug string `json:"slug,omitempty" maxLength:"63" doc:"In addresses; made from the name if it is left out."`
		Name string `json:"name" maxLength:"120"`
	}
}

func (s *Server) createDesk(ctx context.Context, in *createDeskInput) (*versioned[review.Desk], error) {
	desk, err := s.workflow.CreateDesk(ctx, in.actor, review.Desk{Slug: in.Body.Slug, Name: in.Body.Name})
	if err != nil {
		return nil, err
	}
	return versionOf(desk, desk.Version), nil
}

func (s *Server) desk(ctx context.Context, in *OnDesk) (*versioned[review.Desk], error) {
	desk, err := s.workflow.Desk(ctx, in.actor, in.Desk)
	if err != nil {
		return nil, err
	}
	return versionOf(desk, desk.Version), nil
}

type changeDeskInput struct {
	OnDesk
	Matching
	Body struct {
		Slug     *string              `json:"slug,omitempty" maxLength:"63"`
		Name     *string              `json:"name,omitempty" maxLength:"120"`
		Settings *review.DeskSettings `json:"settings,omitempty"`
	}
}

func (s *Server) changeDesk(ctx context.Context, in *changeDeskInput) (*versioned[review.Desk], error) {
	version, err := in.version(ctx)
	if err != nil {
		return nil, err
	}
	desk, err := s.workflow.ChangeDesk(ctx, in.actor, in.Desk, workflow.DeskChange{
		Version: version, Slug: in.Body.Slug, Name: in.Body.Name, Settings: in.Body.Settings,
	})
	if err != nil {
		return nil, err
	}
	return versionOf(desk, desk.Version), nil
}
