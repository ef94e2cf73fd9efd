package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

// Acting is the part of an operation's input that says who asks. A resolver fills it from what
// admit found, so a handler that takes it cannot run without it.
type Acting struct {
	actor workflow.Actor
}

// Resolve finds who asks; it is huma's interface.
func (a *Acting) Resolve(ctx huma.Context) []error {
	actor, ok := ctx.Context().Value(actorKey).(workflow.Actor)
	if !ok {
		return []error{problemOf(ctx.Context(), errSignedOut)}
	}
	a.actor = actor
	return nil
}

var errSignedOut = review.Errorf(review.Unauthenticated, "Nobody is signed in. Sign in, or send an API token in the Authorization header.")

// Requested is where a request comes from, for operations that nobody need be signed in for.
type Requested struct {
	from workflow.From
}

// Resolve is huma's interface.
func (q *Requested) Resolve(ctx huma.Context) []error {
	q.from = workflow.From{Address: clientAddress(ctx.Context()), UserAgent: ctx.Header("User-Agent")}
	return nil
}

// OnDesk is the address of something that belongs to a desk.
type OnDesk struct {
	Acting
	Desk string `path:"desk" maxLength:"36" doc:"The desk's id."`
}

// Paged asks for a stretch of a list.
type Paged struct {
	After string `query:"after" maxLength:"512" doc:"The next of the stretch before."`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (p Paged) page() review.Page { return review.Page{After: p.After, Limit: p.Limit} }

// List is a stretch of a list.
type List[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"The after of the stretch that follows; absent at the end."`
}

type listOutput[T any] struct {
	Body List[T]
}

func listed[T any](items []T, next string) *listOutput[T] {
	if items == nil {
		items = []T{}
	}
	return &listOutput[T]{Body: List[T]{Items: items, Next: next}}
}

// Matching is the version that a change was made against. It is no resolver: two resolvers in one
// input hide each other.
type Matching struct {
	IfMatch string `header:"If-Match" doc:"The ETag of what is to be changed, as it was read."`
}

// version reads the ETag.
func (m Matching) version(ctx context.Context) (int64, error) {
	if m.IfMatch == "" {
		p := problemOf(ctx, review.Errorf(review.Invalid, "Send If-Match with the ETag that you read, so that nobody's change is lost."))
		p.Status, p.Title, p.Code = http.StatusPreconditionRequired, http.StatusText(http.StatusPreconditionRequired), "version_required"
		return 0, p
	}
	version, err := strconv.ParseInt(strings.Trim(m.IfMatch, `"`), 10, 64)
	if err != nil || m.IfMatch != etag(version) {
		return 0, review.Errorf(review.Invalid, "If-Match is one ETag as the server gave it, such as \"3\" with its quotation marks.").
			With([]review.Fault{{Location: "header.If-Match", Message: "Not an ETag of this server."}})
	}
	return version, nil
}

func etag(version int64) string { return fmt.Sprintf("%q", strconv.FormatInt(version, 10)) }

// versioned is an answer whose ETag a later change names.
type versioned[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

func versionOf[T any](body T, version int64) *versioned[T] {
	return &versioned[T]{ETag: etag(version), Body: body}
}
