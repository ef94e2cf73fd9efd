package web

import (
	"bytes"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

//go:embed templates/*.html
var templates embed.FS

// entry is a page of one form, or of none, without script.
type entry struct {
	Title   string
	Lead    string
	Refusal *refusal
	Action  string
	Hidden  []pair
	Fields  []field
	Button  string
	Link    *link
	Foot    string
	Plain   bool // no form
}

type (
	refusal struct{ Title, Text string }
	pair    struct{ Name, Value string }
	link    struct{ Href, Text string }
)

type field struct {
	Name, Label, Type, Value, Autocomplete, Hint, Error string
	Max                                                 int
	Focus                                               bool
}

func (s *Server) show(w http.ResponseWriter, status int, page entry) error {
	var body bytes.Buffer
	if err := s.pages.ExecuteTemplate(&body, "page", page); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(body.Bytes())
	return err
}

// refuse shows the form again with what is wrong: at its fields where that is known, above them else.
// A fault of ours, and one of the form as a whole, goes to the caller.
func (s *Server) refuse(w http.ResponseWriter, page entry, title string, err error) error {
	var ours *review.Error
	if !errors.As(err, &ours) {
		return err
	}
	faults, _ := ours.Detail.([]review.Fault)
	first := -1
	for i := range page.Fields {
		for _, fault := range faults {
			if fault.Location == "body."+page.Fields[i].Name {
				page.Fields[i].Error = fault.Message
				if first < 0 {
					first = i
				}
			}
		}
	}
	for i := range page.Fields {
		page.Fields[i].Focus = i == first || first < 0 && page.Fields[i].Focus
	}
	if first < 0 {
		page.Refusal = &refusal{Title: title, Text: ours.Message}
	}
	return s.show(w, statusOf[ours.Code], page)
}

// home is the application for whoever is signed in, and the way to sign in for others.
func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	actor, err := s.actorOf(w, r)
	if err != nil {
		if code := review.CodeOf(err); code != review.Unauthenticated {
			return err
		}
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return nil
	}
	if _, err := fs.Stat(s.dist, "index.html"); err == nil {
		http.ServeFileFS(w, r, s.dist, "index.html")
		return nil
	}
	return s.show(w, http.StatusOK, entry{
		Plain: true, Title: "You are signed in", Action: "/sign-out", Button: "Sign out",
		Lead: "As " + actor.Member.Name + ". This binary was built without the browser application; everything it can do is open through the API.",
		Link: &link{Href: apiBase + "/openapi.json", Text: "The API’s description"},
	})
}

func signInEntry(email string) entry {
	return entry{
		Title: "Sign in", Action: "/sign-in", Button: "Sign in", Foot: "Every sign-in is recorded.",
		Fields: []field{
			{Name: "email", Label: "E-mail", Type: "email", Value: email, Autocomplete: "username", Max: 254, Focus: email == ""},
			{Name: "password", Label: "Password", Type: "password", Autocomplete: "current-password", Max: 1024, Focus: email != ""},
		},
	}
}

func (s *Server) signInPage(w http.ResponseWriter, _ *http.Request) error {
	return s.show(w, http.StatusOK, signInEntry(""))
}

func (s *Server) signInForm(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	email := r.PostForm.Get("email")
	session, err := s.workflow.SignIn(r.Context(), email, r.PostForm.Get("password"), s.from(r))
	if err != nil {
		title := "E-mail and password don’t match"
		if review.CodeOf(err) != review.Unauthenticated {
			title = "Not signed in"
		}
		return s.refuse(w, signInEntry(email), title, err)
	}
	s.enter(w, r, session)
	return nil
}

// enter hands the session's cookie over and leads to the application.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, session workflow.SignedIn) {
	http.SetCookie(w, s.cookie(session.Secret, 0))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *Server) signOutForm(w http.ResponseWriter, r *http.Request) error {
	actor, ok := r.Context().Value(actorKey).(workflow.Actor)
	if !ok {
		return errSignedOut
	}
	if err := s.workflow.SignOut(r.Context(), actor); err != nil {
		return err
	}
	http.SetCookie(w, s.cookie("", -1))
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

func setUpEntry(secret, until string, typed func(string) string) entry {
	return entry{
		Title: "You are the first one here", Action: "/setup", Button: "Make the desk",
		Lead:   "This makes you the admin. The link in the terminal works once, until " + until + ".",
		Hidden: []pair{{"secret", secret}, {"until", until}},
		Fields: []field{
			{Name: "name", Label: "Your name", Type: "text", Value: typed("name"), Autocomplete: "name", Max: 120, Focus: true, Hint: "As it stands beside what you do. Admins run the desk and sign no claims."},
			{Name: "email", Label: "E-mail", Type: "email", Value: typed("email"), Autocomplete: "username", Max: 254},
			{Name: "password", Label: "Password", Type: "password", Autocomplete: "new-password", Max: 1024, Hint: "12 characters or more. Four words you will remember do well."},
			{Name: "desk", Label: "Name of the first desk", Type: "text", Value: typed("desk"), Max: 120},
		},
	}
}

func (s *Server) setUpPage(w http.ResponseWriter, r *http.Request) error {
	secret := r.PathValue("secret")
	until, err := s.workflow.SetupUntil(r.Context(), secret)
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, setUpEntry(secret, until.UTC().Format("Monday 15:04 MST"), func(string) string { return "" }))
}

func (s *Server) setUpForm(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	typed := r.PostForm.Get
	session, err := s.workflow.SetUp(r.Context(), typed("secret"), workflow.NewAdmin{
		Name: typed("name"), Email: typed("email"), Password: typed("password"), Desk: typed("desk"),
	}, s.from(r))
	if err != nil {
		return s.refuse(w, setUpEntry(typed("secret"), typed("until"), typed), "The desk was not made", err)
	}
	s.enter(w, r, session)
	return nil
}

func invitationEntry(secret string, offer workflow.Offer, name string) entry {
	return entry{
		Title: "You are invited", Action: "/invitation", Button: "Join " + offer.Desk,
		Lead:   offer.Desk + " would like you as " + offer.RolesInWords() + ". The invitation is for " + offer.Email + ".",
		Hidden: []pair{{"secret", secret}},
		Fields: []field{
			{Name: "name", Label: "Your name", Type: "text", Value: name, Autocomplete: "name", Max: 120, Focus: true, Hint: "As it stands beside what you do. Whoever has an account here already keeps that name."},
			{Name: "password", Label: "Password", Type: "password", Autocomplete: "new-password", Max: 1024, Hint: "A new one, 12 characters or more; or that of your account here, if you have one."},
		},
		Foot: "Not for you? Close this page; nothing is kept.",
	}
}

func (s *Server) invitationPage(w http.ResponseWriter, r *http.Request) error {
	secret := r.PathValue("secret")
	offer, err := s.workflow.Offer(r.Context(), secret)
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, invitationEntry(secret, offer, ""))
}

func (s *Server) invitationForm(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	typed := r.PostForm.Get
	session, err := s.workflow.AcceptInvitation(r.Context(), typed("secret"), workflow.NewMember{Name: typed("name"), Password: typed("password")}, s.from(r))
	if err != nil {
		offer, lookErr := s.workflow.Offer(r.Context(), typed("secret"))
		if lookErr != nil {
			return lookErr
		}
		return s.refuse(w, invitationEntry(typed("secret"), offer, typed("name")), "Not joined yet", err)
	}
	s.enter(w, r, session)
	return nil
}

func parseForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return review.Errorf(review.TooLarge, "The form is larger than %d KiB.", large.Limit>>10)
		}
		return review.Errorf(review.Invalid, "The form cannot be read.").Because(err)
	}
	return cleanValues("body.", r.PostForm)
}

// wantsPage says whether a refusal is better shown as a page: to somebody who opens an address in a browser.
func wantsPage(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

func (s *Server) showProblem(w http.ResponseWriter, problem *Problem) error {
	page := entry{Plain: true, Title: problem.Title, Lead: problem.Detail, Link: &link{Href: "/", Text: "To the start"}}
	if problem.Status == http.StatusInternalServerError {
		page.Foot = "Request " + strings.TrimPrefix(problem.Instance, "urn:uuid:")
	}
	return s.show(w, problem.Status, page)
}
