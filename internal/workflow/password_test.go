package workflow

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/countersign/countersign/internal/review"
)

func TestWeakPasswordsAreRefused(t *testing.T) {
	for name, password := range map[string]string{
		"short":                       "kestrel-9",
		"very long":                   strings.Repeat("quiet harbour ", 30),
		"not UTF-8":                   "quiet harbour \xff\xfe walks",
		"common word and digits":      "password123456",
		"common word, leet":           "P@ssw0rd!!!!!",
		"common word twice":           "dragondragon",
		"two common words":            "SunshineMonkey",
		"two, with signs":             "iloveyou_forever!",
		"keyboard run":                "qwertyuiop123",
		"two keyboard runs":           "qwertyasdfgh",
		"digits only":                 "123456789012",
		"a date and a phone number":   "19840312-0401",
		"one character":               "aaaaaaaaaaaaaa",
		"a short piece over and over": "xyqzxyqzxyqz",
		"own name":                    "sanaibarra1984",
		"own address and a word":      "courierwelcome",
		"own desk":                    "verificationdesk",
		"the product's name":          "countersign2026",
	} {
		t.Run(name, func(t *testing.T) {
			err := checkPassword(password, "Sana Ibarra", "sana@courier.example", "Verification desk", "countersign")
			if review.CodeOf(err) != review.Invalid {
				t.Fatalf("%q: got %v", password, err)
			}
		})
	}
}

func TestGoodPasswordsAreTaken(t *testing.T) {
	for _, password := range []string{
		"lantern gravel oboe fjord", "correct horse battery staple", "kP7#vx92mQ!rt", "Grüße aus dem Nebel", "私は毎朝海まで歩いて行きます",
		"love summer orange freedom", // four common words are still four
	} {
		if err := checkPassword(password, "Sana Ibarra", "sana@courier.example"); err != nil {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestAHashMatchesItsPasswordOnly(t *testing.T) {
	h := newHasher()
	hash, err := h.hash(t.Context(), "lantern gravel oboe fjord")
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{"lantern gravel oboe fjord": true, "lantern gravel oboe fjor": false, "": false} {
		if got, err := h.matches(t.Context(), hash, password); err != nil || got != want {
			t.Errorf("%q: got %v, %v", password, got, err)
		}
	}
	if got, err := h.matches(t.Context(), "", ""); err != nil || got {
		t.Errorf("an account without a password was matched: %v, %v", got, err)
	}
	if _, err := h.matches(t.Context(), "$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA", "x"); err == nil {
		t.Error("a hash of another cost was read")
	}
}

func TestAFloodOfLoginsIsToldToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHasher()
		for range cap(h.slots) {
			h.slots <- struct{}{}
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, waitingForHash)
		for range waitingForHash {
			go func() { ended <- h.enter(ctx) }()
		}
		synctest.Wait() // all of them wait for a slot
		if err := h.enter(ctx); review.CodeOf(err) != review.TooMany {
			t.Errorf("one more got %v", err)
		}
		cancel()
		for range waitingForHash {
			if err := <-ended; err == nil {
				t.Error("somebody entered without a slot")
			}
		}
		if len(h.waiting) != 0 {
			t.Errorf("%d still count as waiting", len(h.waiting))
		}
	})
}

func TestSlugsAreMadeOfNames(t *testing.T) {
	for name, want := range map[string]string{
		"Data desk": "data-desk", "  Überprüfung & Fakten! ": "uberprufung-fakten", "新闻": "desk", "": "desk", strings.Repeat("a", 80): strings.Repeat("a", 63),
	} {
		if got := slugOf(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
