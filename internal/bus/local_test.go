package bus_test

import (
	"testing"

	"github.com/countersign/countersign/internal/bus"
)

func receive(s bus.Subscription) (string, bool) {
	select {
	case message := <-s.Messages():
		return string(message), true
	default:
		return "", false
	}
}

func TestEveryListenerOfTheSubjectHearsAMessageOnce(t *testing.T) {
	b := bus.NewLocal()
	first, second, other := b.Subscribe("rights"), b.Subscribe("rights"), b.Subscribe("text")
	defer first.Close()
	defer second.Close()
	defer other.Close()
	if err := b.Publish(t.Context(), "rights", []byte("7")); err != nil {
		t.Fatal(err)
	}
	for name, listener := range map[string]bus.Subscription{"first": first, "second": second} {
		if got, ok := receive(listener); !ok || got != "7" {
			t.Errorf("%s heard %q, %v", name, got, ok)
		}
		if got, ok := receive(listener); ok {
			t.Errorf("%s heard %q as well", name, got)
		}
	}
	if got, ok := receive(other); ok {
		t.Errorf("a listener to another subject heard %q", got)
	}
}

func TestASlowListenerMissesMessagesAndHoldsNobodyUp(t *testing.T) {
	b := bus.NewLocal()
	slow := b.Subscribe("rights")
	defer slow.Close()
	for range 300 {
		if err := b.Publish(t.Context(), "rights", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	heard := 0
	for {
		if _, ok := receive(slow); !ok {
			break
		}
		heard++
	}
	if slow.Missed() == 0 || heard+int(slow.Missed()) != 300 {
		t.Errorf("heard %d and missed %d of 300", heard, slow.Missed())
	}
}

func TestAClosedSubscriptionHearsNothing(t *testing.T) {
	b := bus.NewLocal()
	s := b.Subscribe("rights")
	s.Close()
	s.Close()
	if err := b.Publish(t.Context(), "rights", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if got, ok := receive(s); ok {
		t.Errorf("heard %q after Close", got)
	}
}

func TestWhatIsPublishedBelongsToTheListener(t *testing.T) {
	b := bus.NewLocal()
	s := b.Subscribe("rights")
	defer s.Close()
	message := []byte("ab")
	if err := b.Publish(t.Context(), "rights", message); err != nil {
		t.Fatal(err)
	}
	message[0] = 'X'
	if got, _ := receive(s); got != "ab" {
		t.Errorf("the sender's later change reached the listener: %q", got)
	}
}
