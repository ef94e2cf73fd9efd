package store

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/countersign/countersign/internal/review"
)

// auditCheck compares a log with what vouches for it: the hash of each record, the tree above them, the log's head and signed
// checkpoints. It is told what there is, in three steps (what vouches, hashes, records), and then says what is wrong.
type auditCheck struct {
	key         string
	vouched     map[int64][]voucher // by the size of the tree
	size        int64               // of the largest tree that is vouched for: how many records there must be
	largest     string              // who vouches for that
	checkpoints int

	leaves []tlog.Hash         // by record; zero if not known
	late   map[int64]tlog.Hash // of records beyond a gap in the leaves
	tree   auditTree           // over the leaves
	holes  bool                // a leaf is not known, so the tree from there on says nothing
	agreed int64               // size of the largest tree over which all agreed
	seen   int64               // size of the largest tree with which a witness agreed
	torn   []torn              // subtrees whose stored hash is not that of their records' hashes, smallest first
	broken bool                // a voucher disagreed; the ones after it must too

	home   []bool // by record: stands at its place, unchanged
	strays []stray
	faults []review.AuditFault
}

// voucher says what the root of a tree must be.
type voucher struct {
	root    tlog.Hash
	who     string
	witness bool // kept elsewhere, so that whoever can write to the log could not sign it anew
}

// span is a stretch of records, both ends in it.
type span struct{ from, to int64 }

// torn is a span whose stored hash is wrong; told: a fault names it already.
type torn struct {
	span
	told bool
}

// stray is a row that is not the record that belongs to its place.
type stray struct {
	place, number int64 // number: what the record says that it is; -1: it says nothing
	hash          tlog.Hash
}

func newAuditCheck(trust AuditTrust) *auditCheck {
	c := &auditCheck{key: strings.TrimSpace(trust.Key), vouched: map[int64][]voucher{}, late: map[int64]tlog.Hash{}}
	for i, signed := range trust.Witnesses {
		c.checkpoint(signed, voucher{who: fmt.Sprintf("witness %d", i+1), witness: true})
	}
	return c
}

// checkpoint adds a signed note to what vouches for the log.
func (c *auditCheck) checkpoint(signed string, v voucher) {
	tree, err := openCheckpoint(signed, c.key)
	if err != nil {
		c.fault(review.AuditCheckpoint, span{}, v.who+" does not count: it is not signed by the key "+c.key)
		return
	}
	c.checkpoints++
	v.who = fmt.Sprintf("%s of %d records", v.who, tree.N)
	c.vouch(tree, v)
}

func (c *auditCheck) vouch(tree tlog.Tree, v voucher) {
	v.root = tree.Hash
	c.vouched[tree.N] = append(c.vouched[tree.N], v)
	if tree.N > c.size {
		c.size, c.largest = tree.N, v.who
	}
}

// leaf adds the stored hash of the next record and returns the hashes that must stand above it. What vouches for the tree
// before it is compared only now, when all hashes above that are known.
func (c *auditCheck) leaf(hash tlog.Hash) []tlog.Hash {
	c.compareAll()
	c.leaves = append(c.leaves, hash)
	if hash == (tlog.Hash{}) {
		c.holes = true
	}
	return c.tree.grow(hash)[1:]
}

// lateLeaf adds the hash of a record, in whatever order. The first that is said of a record counts.
func (c *auditCheck) lateLeaf(number int64, hash tlog.Hash) {
	if number < 0 || number >= c.size || c.stored(number) != (tlog.Hash{}) {
		return
	}
	c.late[number] = hash
	for {
		next := int64(len(c.leaves))
		hash, known := c.late[next]
		if !known {
			return
		}
		delete(c.late, next)
		c.leaf(hash)
	}
}

func (c *auditCheck) compareAll() {
	for _, v := range c.vouched[c.tree.size] {
		c.compare(v)
	}
}

func (c *auditCheck) compare(v voucher) {
	switch {
	case c.holes || c.broken:
	case v.root != c.tree.root():
		c.broken = true
		c.rewritten(v)
	default:
		c.agreed = c.tree.size
		if v.witness {
			c.seen = c.tree.size
		}
	}
}

// rewritten names the records that do not fit a voucher as exactly as the hashes above them allow.
func (c *auditCheck) rewritten(v voucher) {
	within := span{c.agreed, c.tree.size - 1}
	if v.witness { // what agreed since the last witness may have been signed anew
		within.from = c.seen
	}
	exact := false
	for i, part := range c.torn {
		if part.from >= within.from && part.to <= within.to {
			exact, c.torn[i].told = true, true
			c.fault(review.AuditChanged, part.span, "one or more of these were rewritten together with their own hashes: they do not fit "+v.who)
		}
	}
	if !exact {
		c.fault(review.AuditChanged, within, "one or more of these were rewritten together with their hashes: they do not fit "+v.who)
	}
}

// tear notes that the stored hash of a subtree is wrong, unless that of a part of it is too.
func (c *auditCheck) tear(number int64) {
	level, n := tlog.SplitStoredHashIndex(number)
	s := span{n << level, (n+1)<<level - 1}
	if !slices.ContainsFunc(c.torn, func(part torn) bool { return part.from >= s.from && part.to <= s.to }) {
		c.torn = append(c.torn, torn{span: s})
	}
}

// record takes the row that stands at a place, places in order, and returns what it says.
func (c *auditCheck) record(place int64, canonical []byte) (review.AuditRecord, bool) {
	hash := tlog.RecordHash(canonical)
	record, err := review.ParseAuditRecord(canonical)
	if err != nil {
		record.Number = -1
	}
	if c.stored(place) == hash && record.Number == place && place < c.size {
		for int64(len(c.home)) <= place {
			c.home = append(c.home, false)
		}
		c.home[place] = true
		return record, true
	}
	c.strays = append(c.strays, stray{place: place, number: record.Number, hash: hash})
	return record, false
}

// stored returns the stored hash of a record, zero if there is none.
func (c *auditCheck) stored(number int64) tlog.Hash {
	if number < 0 || number >= int64(len(c.leaves)) {
		return c.late[number]
	}
	return c.leaves[number]
}

func (c *auditCheck) fault(kind review.AuditFaultKind, s span, detail string) {
	c.faults = append(c.faults, review.AuditFault{Kind: kind, From: s.from, To: s.to, Detail: detail})
}
