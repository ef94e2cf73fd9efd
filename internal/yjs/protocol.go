package yjs

import (
	"encoding/json"
	"fmt"
)

// SyncKind is what a message of the sync protocol is; the numbers are the wire's.
type SyncKind uint8

// The kinds of sync message.
const (
	SyncStep1  SyncKind = 0 // a state vector: what I have
	SyncStep2  SyncKind = 1 // an update: what you lack
	SyncUpdate SyncKind = 2 // an update: what just came
)

// SyncMessage is a message of y-protocols/sync.
type SyncMessage struct {
	Kind    SyncKind
	Payload []byte // a state vector or an update; shares the message's bytes
}

// DecodeSync reads a sync message, without the message type that y-websocket puts before it. Trailing
// bytes are an error. The payload is not looked into.
func DecodeSync(b []byte) (SyncMessage, error) {
	r := reader{buf: b}
	k := r.uint()
	if r.err == nil && k > uint64(SyncUpdate) {
		r.fail(fmt.Sprintf("sync message of kind %d, known are 0 to 2", k))
	}
	m := SyncMessage{SyncKind(k), r.block()}
	if err := r.end(); err != nil {
		return SyncMessage{}, fmt.Errorf("decode a sync message: %w", err)
	}
	return m, nil
}

// EncodeSync writes a sync message, without the message type that y-websocket puts before it.
func EncodeSync(kind SyncKind, payload []byte) []byte {
	b := make([]byte, 0, len(payload)+6)
	return appendBlock(append(b, byte(kind)), payload)
}

// AwarenessEntry is what one client says of itself: who it is, where its caret is.
type AwarenessEntry struct {
	Client uint64
	Clock  uint64          // grows with each change
	State  json.RawMessage // JSON; "null": the client is gone
}

// DecodeAwareness reads an update of y-protocols/awareness. The states share its bytes, and are JSON
// of at most 64 levels. Trailing bytes are an error.
func DecodeAwareness(b []byte) ([]AwarenessEntry, error) {
	r := reader{buf: b}
	n := r.uint()
	if n > uint64(r.left()/3) { // a client, a clock and a length
		r.fail(fmt.Sprintf("%d clients in %d bytes", n, r.left()))
	}
	var out []AwarenessEntry
	limits := Limits{Depth: defaultDepth}
	for ; n > 0 && r.err == nil; n-- {
		e := AwarenessEntry{Client: r.uint(), Clock: r.uint(), State: r.text()}
		if r.err == nil {
			r.checkJSON(e.State, &limits)
		}
		out = append(out, e)
	}
	if err := r.end(); err != nil {
		return nil, fmt.Errorf("decode awareness: %w", err)
	}
	return out, nil
}

// EncodeAwareness writes an update of y-protocols/awareness.
func EncodeAwareness(entries []AwarenessEntry) []byte {
	b := appendUint(nil, uint64(len(entries)))
	for _, e := range entries {
		b = appendUint(appendUint(b, e.Client), e.Clock)
		b = appendBlock(b, e.State)
	}
	return b
}
