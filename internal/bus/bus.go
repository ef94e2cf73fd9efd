// Package bus carries hints from where something happened to whoever may care: "report R is at 12",
// "rights changed". A hint may be lost, doubled or late, and one that is forged changes nothing: the
// database is the truth, and whoever listens reads there.
package bus

import "context"

// Bus carries small messages by subject, such as "rights".
type Bus interface {
	// Publish hands a message to everybody who listens to the subject now. It never waits for them.
	Publish(ctx context.Context, subject string, message []byte) error
	// Subscribe listens to a subject until Close is called.
	Subscribe(subject string) Subscription
}

// Subscription is one listener. Whoever made it closes it.
type Subscription interface {
	// Messages is never closed; select on a done channel of your own beside it.
	Messages() <-chan []byte
	// Missed is the number of messages dropped because the listener was behind. Whoever sees it
	// rise reads everything from the database.
	Missed() int64
	// Close ends it. It may be called twice.
	Close()
}
