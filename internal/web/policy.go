package web

import (
	"context"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

type policyInput struct {
	OnDesk
	Revision int64 `query:"revision" minimum:"-1" default:"-1" doc:"A revision; 0 is the policy that every desk starts from, -1 the one in force."`
}

func (s *Server) policy(ctx context.Context, in *policyInput) (*versioned[review.PolicyRevision], error) {
	revision, err := s.workflow.Policy(ctx, in.actor, in.Desk, in.Revision)
	if err != nil {
		return nil, err
	}
	return versionOf(revision, revision.Number), nil
}

type policyRevisionsInput struct {
	OnDesk
	Paged
}

func (s *Server) policyRevisions(ctx context.Context, in *policyRevisionsInput) (*listOutput[review.PolicyRevision], error) {
	revisions, next, err := s.workflow.PolicyRevisions(ctx, in.actor, in.Desk, in.page())
	if err != nil {
		return nil, err
	}
	return listed(revisions, next), nil
}

type putPolicyInput struct {
	OnDesk
	Matching
	Body struct {
		Policy string `json:"policy" maxLength:"300000" doc:"The rows, as CSV."`
		Note   string `json:"note,omitempty" maxLength:"1000" doc:"Why."`
	}
}

func (s *Server) putPolicy(ctx context.Context, in *putPolicyInput) (*versioned[review.PolicyRevision], error) {
	version, err := in.version(ctx)
	if err != nil {
		return nil, err
	}
	revision, err := s.workflow.PutPolicy(ctx, in.actor, workflow.PolicyChange{
		Desk: in.Desk, After: version, Text: in.Body.Policy, Note: in.Body.Note,
	})
	if err != nil {
		return nil, err
	}
	return versionOf(revision, revision.Number), nil
}

type simulateInput struct {
	OnDesk
	Body workflow.Simulation
}

type simulateOutput struct {
	Body workflow.Simulated
}

func (s *Server) simulate(ctx context.Context, in *simulateInput) (*simulateOutput, error) {
	answer, err := s.workflow.Simulate(ctx, in.actor, in.Desk, in.Body)
	if err != nil {
		return nil, err
	}
	return &simulateOutput{Body: answer}, nil
}
