package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// auditTree is a Merkle tree over a log as RFC 6962 and tlog define it, held as no more than the next append needs: the roots
// of its complete subtrees, largest first.
type auditTree struct {
	size  int64
	peaks []tlog.Hash
}

// grow puts a leaf at the end. It returns the hashes that become final with it, from the leaf upwards, which have consecutive
// numbers from tlog.StoredHashIndex(0, n) on.
func (t *auditTree) grow(leaf tlog.Hash) []tlog.Hash {
	made := []tlog.Hash{leaf}
	for range bits.TrailingZeros64(^uint64(t.size)) { //nolint:gosec // a size is not negative
		last := len(t.peaks) - 1
		leaf = tlog.NodeHash(t.peaks[last], leaf)
		t.peaks = t.peaks[:last]
		made = append(made, leaf)
	}
	t.peaks = append(t.peaks, leaf)
	t.size++
	return made
}

// root returns the hash of the whole tree.
func (t *auditTree) root() tlog.Hash {
	if t.size == 0 {
		return sha256.Sum256(nil) // RFC 6962, 2.1
	}
	last := len(t.peaks) - 1
	root := t.peaks[last]
	for _, peak := range slices.Backward(t.peaks[:last]) {
		root = tlog.NodeHash(peak, root)
	}
	return root
}

func (t *auditTree) tree() tlog.Tree { return tlog.Tree{N: t.size, Hash: t.root()} }

// encode joins the peaks for storing.
func (t *auditTree) encode() []byte {
	text := make([]byte, 0, len(t.peaks)*tlog.HashSize)
	for _, peak := range t.peaks {
		text = append(text, peak[:]...)
	}
	return text
}

var errTornHead = errors.New("the head of the audit log is damaged")

// decodeTree reads what encode made of a tree of that size.
func decodeTree(size int64, text []byte) (*auditTree, error) {
	if size < 0 || len(text) != bits.OnesCount64(uint64(size))*tlog.HashSize {
		return nil, fmt.Errorf("%w: %d bytes of hashes for a size of %d", errTornHead, len(text), size)
	}
	tree := &auditTree{size: size}
	for ; len(text) > 0; text = text[tlog.HashSize:] {
		tree.peaks = append(tree.peaks, tlog.Hash(text[:tlog.HashSize]))
	}
	return tree, nil
}
