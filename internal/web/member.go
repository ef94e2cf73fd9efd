package web

import (
	"context"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

func (s *Server) me(ctx context.Context, in *struct{ Acting }) (*versioned[SignedIn], error) {
	places, err := s.workflow.Places(ctx, in.actor.Member.ID)
	if err != nil {
		return nil, err
	}
	return versionOf(SignedIn{Member: in.actor.Member, Session: *in.actor.Session, Desks: places}, in.actor.Member.Version), nil
}

type changeMeInput struct {
	Acting
	Matching
	Body struct {
		Name string `json:"name" maxLength:"120"`
	}
}

func (s *Server) changeMe(ctx context.Context, in *changeMeInput) (*versioned[review.Member], error) {
	version, err := in.version(ctx)
	if err != nil {
		return nil, err
	}
	member, err := s.workflow.Rename(ctx, in.actor, in.Body.Name, version)
	if err != nil {
		return nil, err
	}
	return versionOf(member, member.Version), nil
}

type changePasswordInput struct {
	Acting
	Body struct {
		Current  string `json:"current" maxLength:"1024"`
		Password string `json:"password" maxLength:"1024"`
	}
}

func (s *Server) changePassword(ctx context.Context, in *changePasswordInput) (*signedOut, error) {
	secret, err := s.workflow.ChangePassword(ctx, in.actor, in.Body.Current, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return &signedOut{SetCookie: *s.cookie(secret, 0)}, nil
}

type membersInput struct {
	OnDesk
	Paged
}

func (s *Server) members(ctx context.Context, in *membersInput) (*listOutput[review.DeskMember], error) {
	members, next, err := s.workflow.Members(ctx, in.actor, in.Desk, in.page())
	if err != nil {
		return nil, err
	}
	return listed(members, next), nil
}

// OfMember is the address of something about a member of a desk.
type OfMember struct {
	OnDesk
	Member string `path:"member" maxLength:"36" doc:"The member's id."`
}

func (s *Server) member(ctx context.Context, in *OfMember) (*versioned[review.DeskMember], error) {
	member, err := s.workflow.Member(ctx, in.actor, in.Desk, in.Member)
	if err != nil {
		return nil, err
	}
	return versionOf(member, member.Version), nil
}

type setRolesInput struct {
	OfMember
	Matching
	Body struct {
		Roles []review.Role `json:"roles" minItems:"1" maxItems:"8" nullable:"false"`
	}
}

func (s *Server) setRoles(ctx context.Context, in *setRolesInput) (*versioned[review.DeskMember], error) {
	version, err := in.version(ctx)
	if err != nil {
		return nil, err
	}
	return changedMember(s.workflow.SetRoles(ctx, in.actor, in.place(), in.Body.Roles, version))
}

type suspendInput struct {
	OfMember
	Matching
	Body struct {
		Suspended bool `json:"suspended"`
	}
}

func (s *Server) suspend(ctx context.Context, in *suspendInput) (*versioned[review.DeskMember], error) {
	version, err := in.version(ctx)
	if err != nil {
		return nil, err
	}
	return changedMember(s.workflow.Suspend(ctx, in.actor, in.place(), in.Body.Suspended, version))
}

func (m OfMember) place() workflow.At { return workflow.At{Desk: m.Desk, Member: m.Member} }

func changedMember(member review.DeskMember, err error) (*versioned[review.DeskMember], error) {
	if err != nil {
		return nil, err
	}
	return versionOf(member, member.Version), nil
}

func (s *Server) removeMember(ctx context.Context, in *OfMember) (*nothing, error) {
	return nil, s.workflow.RemoveMember(ctx, in.actor, in.place())
}

func (s *Server) endMemberSessions(ctx context.Context, in *OfMember) (*nothing, error) {
	return nil, s.workflow.EndMemberSessions(ctx, in.actor, in.place())
}

// OneDeed narrows a question about permissions.
type OneDeed struct {
	Act  string `query:"act" maxLength:"40" doc:"Only this act."`
	Type string `query:"type" maxLength:"40" doc:"Only on this type of object."`
}

func (d OneDeed) deed() review.Deed {
	return review.Deed{Act: review.Act(d.Act), Type: review.ObjectType(d.Type)}
}

type ownPermissionsInput struct {
	OnDesk
	OneDeed
}

func (s *Server) ownPermissions(ctx context.Context, in *ownPermissionsInput) (*listOutput[review.Permission], error) {
	permissions, err := s.workflow.OwnPermissions(ctx, in.actor, in.Desk, in.deed())
	if err != nil {
		return nil, err
	}
	return listed(permissions, ""), nil
}

type permissionsInput struct {
	OfMember
	OneDeed
}

func (s *Server) permissions(ctx context.Context, in *permissionsInput) (*listOutput[review.Permission], error) {
	permissions, err := s.workflow.Permissions(ctx, in.actor, in.place(), in.deed())
	if err != nil {
		return nil, err
	}
	return listed(permissions, ""), nil
}
