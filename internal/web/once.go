package web

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

// Lengths of an idempotency key. A kept answer may hold a secret that was shown once, and is
// encrypted under the key, of which only a hash is stored; so a key must not be easy to guess.
const (
	keyShortest = 16
	keyLongest  = 128
)

const keepTimeout = 5 * time.Second // to keep an answer after its client went away

// once has a POST that creates something do it once for each Idempotency-Key, however often it is
// sent: the key's row is written in the transaction of what is done, and the answer is kept for a day.
func (s *Server) once(row route, member string, next http.Handler) http.Handler {
	if row.method != http.MethodPost || row.status != http.StatusCreated || member == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Idempotency-Key")
		if key == "" {
			next.ServeHTTP(w, r)
			return
		}
		if err := s.doOnce(w, r, next, kept{member: member, key: key}); err != nil {
			s.writeProblem(w, r, s.logged(r.Context(), err))
		}
	})
}

func (s *Server) doOnce(w http.ResponseWriter, r *http.Request, next http.Handler, k kept) error {
	if len(k.key) < keyShortest || len(k.key) > keyLongest {
		return review.Errorf(review.Invalid, "An Idempotency-Key has %d to %d characters; a UUID does well.", keyShortest, keyLongest).
			With([]review.Fault{{Location: "header.Idempotency-Key", Message: "Wrong length."}})
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return review.Errorf(review.TooLarge, "The body is larger than %d KiB.", large.Limit>>10)
		}
		return review.Errorf(review.Invalid, "The body did not arrive whole.").Because(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	request := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", r.Method, r.URL.Path, body))
	if done, err := s.replay(w, r, k, request[:]); done || err != nil {
		return err
	}
	actor, ok := r.Context().Value(actorKey).(workflow.Actor)
	if !ok {
		return errSignedOut
	}
	actor.Once = &workflow.Once{Key: k.stored(), Request: request[:]}
	answer := &held{header: w.Header()}
	next.ServeHTTP(answer, r.WithContext(context.WithValue(r.Context(), actorKey, actor)))
	if answer.status == http.StatusConflict { // perhaps with the same request, sent at the same time
		if done, err := s.replay(w, r, k, request[:]); done || err != nil {
			return err
		}
	}
	if answer.status == http.StatusCreated {
		sealed, err := k.seal(answer.body.Bytes())
		if err == nil {
			// A client that gave up sends the request again: its answer is kept all the same.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), keepTimeout)
			defer cancel()
			err = s.workflow.Answer(ctx, review.KeptAnswer{Member: k.member, Key: k.stored(), Status: answer.status, Body: sealed})
		}
		if err != nil { // it was done: the client gets its answer, if not a second time
			s.log.ErrorContext(r.Context(), "could not keep an answer", "request", requestID(r.Context()), "error", err)
		}
	}
	w.WriteHeader(answer.status)
	_, err = w.Write(answer.body.Bytes())
	return err
}

// replay answers a request that was done before. done is false if there was none.
func (s *Server) replay(w http.ResponseWriter, r *http.Request, k kept, request []byte) (done bool, err error) {
	before, err := s.workflow.Answered(r.Context(), k.member, k.stored())
	if review.CodeOf(err) == review.NotFound {
		return false, nil
	}
	switch {
	case err != nil:
		return false, err
	case !bytes.Equal(before.Request, request):
		return false, review.Errorf(review.Unprocessable, "This Idempotency-Key was used for another request. Take a new key for a new request.")
	case before.Status == 0:
		return false, review.Errorf(review.Conflict, "This was done, or is being done now, and its answer is not kept yet. Send it again in a moment; if it stays so, look at what is there.")
	}
	body, err := k.open(before.Body)
	if err != nil {
		return false, err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(before.Status)
	_, err = w.Write(body)
	return true, err
}

// kept is whose key it is.
type kept struct {
	member, key string
}

// stored is the key as it is stored: a hash, from which the key that encrypts the answer cannot be made.
func (k kept) stored() string {
	sum := sha256.Sum256([]byte("countersign idempotency key\n" + k.key))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (k kept) cipher() (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(k.key), []byte(k.member), "countersign kept answer", 32)
	if err != nil {
		return nil, fmt.Errorf("make the key of a kept answer: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make the cipher of a kept answer: %w", err)
	}
	return cipher.NewGCM(block)
}

func (k kept) seal(body []byte) ([]byte, error) {
	aead, err := k.cipher()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return aead.Seal(nonce, nonce, body, nil), nil
}

func (k kept) open(sealed []byte) ([]byte, error) {
	aead, err := k.cipher()
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("a kept answer is shorter than its nonce")
	}
	return aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], nil)
}

// held takes an answer and keeps it.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *held) Header() http.Header { return h.header }

func (h *held) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
}

func (h *held) Write(p []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	return h.body.Write(p)
}
