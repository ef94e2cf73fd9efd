package workflow

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

const secretBytes = 32 // 256 bits

// newSecret makes what a cookie, a link or a token carries. Only its hash is stored.
func newSecret() string {
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(secret)
}

// hashOf is how a secret is stored and found. A secret has 256 random bits, so a plain hash does.
func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

const (
	tokenMark   = "cs_" // so that a leaked token is known for what it is
	tokenPrefix = 11    // characters that are stored and shown: the mark and eight more, 48 bits of 256
)

func newTokenSecret() (secret, prefix string) {
	secret = tokenMark + newSecret()
	return secret, secret[:tokenPrefix]
}

func isTokenSecret(secret string) bool { return strings.HasPrefix(secret, tokenMark) }
