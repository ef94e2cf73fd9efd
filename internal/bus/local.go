package bus

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
)

const queue = 256 // messages that a listener may lag behind before it misses some

// Local is a bus within this process.
type Local struct {
	mu        sync.RWMutex // protects listeners
	listeners map[string]map[*localSubscription]struct{}
}

// NewLocal makes a bus within this process.
func NewLocal() *Local {
	return &Local{listeners: make(map[string]map[*localSubscription]struct{})}
}

// Publish is Bus's. Each listener gets its own copy.
func (l *Local) Publish(ctx context.Context, subject string, message []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for listener := range l.listeners[subject] {
		select {
		case listener.messages <- bytes.Clone(message):
		default:
			listener.missed.Add(1)
		}
	}
	return nil
}

// Subscribe is Bus's.
func (l *Local) Subscribe(subject string) Subscription {
	s := &localSubscription{bus: l, subject: subject, messages: make(chan []byte, queue)}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listeners[subject] == nil {
		l.listeners[subject] = make(map[*localSubscription]struct{})
	}
	l.listeners[subject][s] = struct{}{}
	return s
}

type localSubscription struct {
	bus      *Local
	subject  string
	messages chan []byte
	missed   atomic.Int64
}

func (s *localSubscription) Messages() <-chan []byte { return s.messages }

func (s *localSubscription) Missed() int64 { return s.missed.Load() }

func (s *localSubscription) Close() {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	delete(s.bus.listeners[s.subject], s)
	if len(s.bus.listeners[s.subject]) == 0 {
		delete(s.bus.listeners, s.subject)
	}
}
