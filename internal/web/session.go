package web

import (
	"context"
	"net/http"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

type nothing struct{}

// signedIn is the answer to whatever begins a session.
type signedIn struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      SignedIn
}

// SignedIn is who is signed in now, and where they belong.
type SignedIn struct {
	Member  review.Member    `json:"member"`
	Session review.Session   `json:"session"`
	Desks   []workflow.Place `json:"desks" nullable:"false"`
}

func (s *Server) begun(session workflow.SignedIn) *signedIn {
	return &signedIn{
		SetCookie: *s.cookie(session.Secret, 0),
		Body:      SignedIn{Member: session.Member, Session: session.Session, Desks: session.Desks},
	}
}

type signInInput struct {
	Requested
	Body struct {
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"1024"`
	}
}

func (s *Server) signIn(ctx context.Context, in *signInInput) (*signedIn, error) {
	session, err := s.workflow.SignIn(ctx, in.Body.Email, in.Body.Password, in.from)
	if err != nil {
		return nil, err
	}
	return s.begun(session), nil
}

// signedOut takes the cookie away.
type signedOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *Server) signOut(ctx context.Context, in *struct{ Acting }) (*signedOut, error) {
	if err := s.workflow.SignOut(ctx, in.actor); err != nil {
		return nil, err
	}
	return &signedOut{SetCookie: *s.cookie("", -1)}, nil
}

type proveInput struct {
	Acting
	Body struct {
		Password string `json:"password" maxLength:"1024"`
	}
}

func (s *Server) prove(ctx context.Context, in *proveInput) (*nothing, error) {
	return nil, s.workflow.Prove(ctx, in.actor, in.Body.Password)
}

type sessionsOutput struct {
	Body struct {
		Items []ListedSession `json:"items" nullable:"false"`
	}
}

// ListedSession is a session with whether it is the one that asks.
type ListedSession struct {
	review.Session
	Current bool `json:"current"`
}

func (s *Server) sessions(ctx context.Context, in *struct{ Acting }) (*sessionsOutput, error) {
	sessions, err := s.workflow.Sessions(ctx, in.actor)
	if err != nil {
		return nil, err
	}
	out := &sessionsOutput{}
	out.Body.Items = make([]ListedSession, len(sessions))
	for i, session := range sessions {
		out.Body.Items[i] = ListedSession{Session: session, Current: session.ID == in.actor.Session.ID}
	}
	return out, nil
}

type sessionInput struct {
	Acting
	Session string `path:"session" maxLength:"36"`
}

func (s *Server) endSession(ctx context.Context, in *sessionInput) (*nothing, error) {
	return nil, s.workflow.EndSession(ctx, in.actor, in.Session)
}

func (s *Server) endOtherSessions(ctx context.Context, in *struct{ Acting }) (*nothing, error) {
	return nil, s.workflow.EndOtherSessions(ctx, in.actor)
}

// setUpLook has the secret in its body, because addresses end up in logs.
type setUpLook struct {
	Body struct {
		Secret string `json:"secret" maxLength:"100" doc:"The last part of the link that the server printed."`
	}
}

type setUpState struct {
	Body struct {
		Until time.Time `json:"until"`
	}
}

func (s *Server) lookAtSetup(ctx context.Context, in *setUpLook) (*setUpState, error) {
	until, err := s.workflow.SetupUntil(ctx, in.Body.Secret)
	if err != nil {
		return nil, err
	}
	out := &setUpState{}
	out.Body.Until = until
	return out, nil
}

type setUpInput struct {
	Requested
	Body struct {
		Secret   string `json:"secret" maxLength:"100" doc:"The last part of the link that the server printed."`
		Name     string `json:"name" maxLength:"120"`
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"1024"`
		Desk     string `json:"desk" maxLength:"120" doc:"The name of the first desk."`
	}
}

func (s *Server) setUp(ctx context.Context, in *setUpInput) (*signedIn, error) {
	session, err := s.workflow.SetUp(ctx, in.Body.Secret, workflow.NewAdmin{
		Name: in.Body.Name, Email: in.Body.Email, Password: in.Body.Password, Desk: in.Body.Desk,
	}, in.from)
	if err != nil {
		return nil, err
	}
	return s.begun(session), nil
}
