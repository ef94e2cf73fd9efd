package bus_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/countersign/countersign/internal/bus"
)

const patience = 10 * time.Second // how long a test waits for what must happen

// startNATS runs a real server in this process, on port if it is not 0.
func startNATS(t *testing.T, port int) *server.Server {
	t.Helper()
	if port == 0 {
		port = server.RANDOM_PORT
	}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(patience) {
		t.Fatal("NATS does not start")
	}
	return s
}

func dial(t *testing.T, url string) *bus.NATS {
	t.Helper()
	b, err := bus.DialNATS(url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// heard publishes until a listener hears it, which it must while the server is there.
func heard(t *testing.T, from *bus.NATS, to bus.Subscription, message string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		if err := from.Publish(t.Context(), "report.7", []byte(message)); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-to.Messages():
			if string(got) == message {
				return
			}
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			t.Fatalf("%q was not heard", message)
		}
	}
}

func TestNodesHearEachOtherOverNATS(t *testing.T) {
	url := startNATS(t, 0).ClientURL()
	one, two := dial(t, url), dial(t, url)
	here, there, other := one.Subscribe("report.7"), two.Subscribe("report.7"), two.Subscribe("report.8")
	heard(t, one, here, "a")
	heard(t, one, there, "b")
	there.Close()
	there.Close()
	select {
	case got := <-other.Messages():
		t.Errorf("a listener to another subject heard %q", got)
	default:
	}
}

func TestABusWithoutItsServerDropsAndComesBack(t *testing.T) {
	first := startNATS(t, 0)
	url := first.ClientURL()
	var port int
	if _, err := fmt.Sscanf(first.Addr().String(), "127.0.0.1:%d", &port); err != nil {
		t.Fatal(err)
	}
	one, two := dial(t, url), dial(t, url)
	there := two.Subscribe("report.7")
	heard(t, one, there, "before")
	first.Shutdown()
	first.WaitForShutdown()
	deadline := time.Now().Add(patience)
	for one.Dropped() == 0 { // as soon as it knows
		if err := one.Publish(t.Context(), "report.7", []byte("lost")); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing was dropped")
		}
		time.Sleep(time.Millisecond)
	}
	startNATS(t, port)
	heard(t, one, there, "after")
}

func TestABusStartsBeforeItsServer(t *testing.T) {
	probe := startNATS(t, 0)
	url := probe.ClientURL()
	var port int
	if _, err := fmt.Sscanf(probe.Addr().String(), "127.0.0.1:%d", &port); err != nil {
		t.Fatal(err)
	}
	probe.Shutdown()
	probe.WaitForShutdown()
	one := dial(t, url)
	there := one.Subscribe("report.7")
	if one.Connected() {
		t.Error("connected to nothing")
	}
	startNATS(t, port)
	heard(t, one, there, "at last")
}

func TestASlowListenerOverNATSMissesMessages(t *testing.T) {
	b := dial(t, startNATS(t, 0).ClientURL())
	slow, quick := b.Subscribe("report.7"), b.Subscribe("report.7")
	for range 400 {
		if err := b.Publish(t.Context(), "report.7", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	got := 0
	for deadline := time.Now().Add(patience); slow.Missed() == 0 && time.Now().Before(deadline); {
		select {
		case <-quick.Messages():
			got++
		case <-time.After(10 * time.Millisecond):
		}
	}
	if slow.Missed() == 0 {
		t.Errorf("the slow listener missed nothing; the quick one heard %d", got)
	}
}
