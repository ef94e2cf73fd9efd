package bus

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	natsPrefix  = "countersign." // of every subject, so that a NATS server may be shared
	natsTimeout = 2 * time.Second
	natsWait    = 500 * time.Millisecond // between tries to connect again
	natsPing    = 20 * time.Second       // how soon a dead connection is noticed: after two
)

// NATS is a bus between processes, over core publish and subscribe. While the server is away messages are dropped, not kept:
// what they hint at is in the database, where everybody looks each second.
type NATS struct {
	conn    *nats.Conn
	dropped atomic.Int64
}

// DialNATS opens a bus on the NATS server at url. A server that is not there yet is no error: the bus connects as soon as it
// is, and again whenever it was lost. Close ends it.
func DialNATS(url string, log *slog.Logger) (*NATS, error) {
	conn, err := nats.Connect(url,
		nats.Name("countersign"), nats.Timeout(natsTimeout), nats.PingInterval(natsPing),
		nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(natsWait), nats.ReconnectBufSize(-1),
		nats.ConnectHandler(func(c *nats.Conn) { log.Info("the bus is connected", "server", c.ConnectedUrlRedacted()) }),
		nats.ReconnectHandler(func(c *nats.Conn) { log.Info("the bus is connected again", "server", c.ConnectedUrlRedacted()) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			log.Warn("the bus is away; the database is asked each second", "error", err)
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("the bus complains", "error", err) }),
	)
	if err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	return &NATS{conn: conn}, nil
}

// Close ends the bus and every subscription to it. It may be called twice.
func (n *NATS) Close() { n.conn.Close() }

// Connected says whether the server is there now.
func (n *NATS) Connected() bool { return n.conn.IsConnected() }

// Dropped is how many messages were not sent because the server was away.
func (n *NATS) Dropped() int64 { return n.dropped.Load() }

// Publish is Bus's. Listeners of this process hear the message too, by way of the server.
func (n *NATS) Publish(ctx context.Context, subject string, message []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !n.conn.IsConnected() {
		n.dropped.Add(1)
		return nil
	}
	if err := n.conn.Publish(natsPrefix+subject, message); err != nil {
		n.dropped.Add(1) // lost just now
	}
	return nil
}

// Subscribe is Bus's.
func (n *NATS) Subscribe(subject string) Subscription {
	s := &natsSubscription{messages: make(chan []byte, queue)}
	held, err := n.conn.Subscribe(natsPrefix+subject, func(m *nats.Msg) {
		select {
		case s.messages <- m.Data:
		default:
			s.missed.Add(1)
		}
	})
	if err != nil { // the bus is closed: nothing will be heard, and the database is asked instead
		s.missed.Add(1)
		return s
	}
	s.held = held
	return s
}

type natsSubscription struct {
	held     *nats.Subscription // nil: of a bus that was closed
	messages chan []byte
	missed   atomic.Int64
}

func (s *natsSubscription) Messages() <-chan []byte { return s.messages }

func (s *natsSubscription) Missed() int64 { return s.missed.Load() }

func (s *natsSubscription) Close() {
	if s.held != nil {
		_ = s.held.Unsubscribe() // closed already, or with its bus
	}
}
