package workflow

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/countersign/countersign/internal/review"
)

// The cost of one hash: OWASP's password storage advice for argon2id, and what is refused before it.
const (
	argonMemory     = 19 * 1024 // KiB
	argonTime       = 2
	argonThreads    = 1
	argonSalt       = 16
	argonKey        = 32
	passwordMin     = 12  // characters; NIST SP 800-63B asks for 8 at least, four words have more
	passwordMax     = 256 // characters; a longer one is a mistake or an attack
	waitingForHash  = 64  // callers that may wait for a place before others are told to come back
	distinctLetters = 5   // characters that differ, at least
)

//go:embed common_passwords.txt
var commonPasswords string

// commonWords is read once, on first use: most processes of the command line never need it.
var commonWords = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	for line := range strings.Lines(commonPasswords) {
		if word := strings.TrimSpace(line); word != "" && !strings.HasPrefix(word, "#") {
			words[word] = true
		}
	}
	return words
})

// hasher hashes and compares passwords, a few at a time: each takes 19 MiB and some 30 ms of a
// core, so a flood of logins must not take the memory and the cores of everybody else.
type hasher struct {
	slots   chan struct{} // held while hashing
	waiting chan struct{} // held while hashing or waiting for a slot
	dummy   string        // compared with when there is no such member, so that it takes as long
}

func newHasher() *hasher {
	h := &hasher{
		slots:   make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		waiting: make(chan struct{}, waitingForHash),
	}
	h.dummy = encodeHash(make([]byte, argonSalt), make([]byte, argonKey))
	return h
}

// hash gives the password in PHC form: $argon2id$v=19$m=…,t=…,p=…$salt$key.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the process instead
	key := argon2.IDKey([]byte(norm.NFKC.String(password)), salt, argonTime, argonMemory, argonThreads, argonKey)
	return encodeHash(salt, key), nil
}

// matches compares a password with a stored hash. An empty hash (no such member, or one without a
// password) is never matched, and takes as long as any other.
func (h *hasher) matches(ctx context.Context, stored, password string) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	known := stored != ""
	if !known {
		stored = h.dummy
	}
	salt, want, err := decodeHash(stored)
	if err != nil {
		return false, err
	}
	key := argon2.IDKey([]byte(norm.NFKC.String(password)), salt, argonTime, argonMemory, argonThreads, argonKey)
	return subtle.ConstantTimeCompare(key, want) == 1 && known, nil
}

func (h *hasher) enter(ctx context.Context) error {
	select {
	case h.waiting <- struct{}{}:
	default:
		return review.Errorf(review.TooMany, "Too many people are signing in at this moment. Try again in a few seconds.")
	}
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		<-h.waiting
		return ctx.Err()
	}
}

func (h *hasher) leave() {
	<-h.slots
	<-h.waiting
}

func encodeHash(salt, key []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, argonMemory, argonTime, argonThreads, b64(salt), b64(key))
}

// decodeHash reads what encodeHash wrote. Other costs than today's are refused: raising them comes
// with a rehash at login.
func decodeHash(stored string) (salt, key []byte, err error) {
	parts := strings.Split(stored, "$")
	costs := fmt.Sprintf("m=%d,t=%d,p=%d", argonMemory, argonTime, argonThreads)
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) || parts[3] != costs {
		return nil, nil, errors.New("a stored password hash is not argon2id with the costs of this version")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return nil, nil, fmt.Errorf("read the salt of a stored password: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return nil, nil, fmt.Errorf("read a stored password: %w", err)
	}
	return salt, key, nil
}

// checkPassword refuses a password that is short, or common: one or two well-known words, names or
// keyboard runs (those in common_passwords.txt, and personal: the member's own name, address and
// desk) with digits or signs about them, digits alone, or a short piece over and over. NIST SP
// 800-63B asks for a list instead of rules about kinds of characters; with 12 characters asked for,
// most of a list of leaked passwords is of these forms.
func checkPassword(password string, personal ...string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return invalidPassword("The password is not valid UTF-8.")
	case n < passwordMin:
		return invalidPassword("%d characters; %d or more are needed. Four words you will remember do well.", n, passwordMin)
	case n > passwordMax:
		return invalidPassword("%d characters; at most %d are taken.", n, passwordMax)
	}
	text := strings.ToLower(norm.NFKC.String(password))
	if repeats(text) {
		return invalidPassword("It repeats a few characters. Four words you will remember do well.")
	}
	own := personalWords(personal)
	inner := strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, core := range []string{lettersOf(text), lettersOf(unleet.Replace(text)), lettersOf(unleet.Replace(inner))} {
		if core == "" {
			return invalidPassword("It has no letters, so it is quickly tried. Four words you will remember do well.")
		}
		if madeOf(core, own, 2) {
			return invalidPassword("It is made of words that are tried first (common ones, or your own name, address or desk). Four words you will remember do well.")
		}
	}
	return nil
}

func invalidPassword(format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	return review.Errorf(review.Invalid, "The password cannot be used. %s", message).With([]review.Fault{{Location: "body.password", Message: message}})
}

var unleet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

func lettersOf(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, text)
}

// repeats says whether text has too few different characters, or is a piece of at most four over and over.
func repeats(text string) bool {
	runes := []rune(text)
	different := slices.Clone(runes)
	slices.Sort(different)
	if len(slices.Compact(different)) < distinctLetters {
		return true
	}
	for unit := 1; unit <= 4; unit++ {
		same := true
		for i := unit; i < len(runes) && same; i++ {
			same = runes[i] == runes[i-unit]
		}
		if same {
			return true
		}
	}
	return false
}

func personalWords(personal []string) map[string]bool {
	words := make(map[string]bool)
	for _, text := range personal {
		for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if utf8.RuneCountInString(word) >= 3 {
				words[word] = true
			}
		}
	}
	return words
}

// madeOf says whether text is one common word over and over, or at most words common words.
func madeOf(text string, own map[string]bool, words int) bool {
	if text == "" {
		return true
	}
	if words == 0 {
		return false
	}
	for end := 1; end <= len(text); end++ {
		word := text[:end]
		if !own[word] && !commonWords()[word] {
			continue
		}
		rest := text[end:]
		for strings.HasPrefix(rest, word) {
			rest = rest[len(word):]
		}
		if madeOf(rest, own, words-1) || madeOf(text[end:], own, words-1) {
			return true
		}
	}
	return false
}
