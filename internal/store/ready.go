package store

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/countersign/countersign/internal/review"
)

const (
	probeEvery   = time.Second     // at most: a write that succeeded within it says as much as a probe
	failedFor    = 5 * time.Second // after a write failed, before a probe may say that it is over
	roomNeeded   = 16 << 20        // bytes free beside an SQLite file, so that a write with its log has room
	probeSetting = "ready_probe"
)

// health is what the last write told. The process's clock decides, not the store's.
type health struct {
	mu       sync.Mutex // protects following fields
	wroteAt  time.Time
	failedAt time.Time
	failure  error // of the last write; nil if it succeeded
}

func (h *health) wrote(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case err == nil:
		h.wroteAt, h.failure = time.Now(), nil
	case cannotWrite(err):
		h.failedAt, h.failure = time.Now(), err
	}
}

// known returns what the last write told, and whether that is recent enough to go by.
func (h *health) known() (recent bool, failure error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failure != nil {
		return time.Since(h.failedAt) < failedFor, h.failure
	}
	return time.Since(h.wroteAt) < probeEvery, nil
}

// Ready returns nil if the database is the one that was opened, has this binary's schema and takes writes; otherwise
// Unavailable with the reason. It may write a row, once a second at most.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.readyFile(); err != nil {
		return err
	}
	if err := s.Ping(ctx); err != nil {
		return review.Errorf(review.Unavailable, "The database does not answer.").Because(err)
	}
	if err := s.checkSchema(ctx); err != nil {
		return review.Errorf(review.Unavailable, "The database's schema is not the one of this version.").Because(err)
	}
	recent, failure := s.health.known()
	if !recent {
		failure = s.InTx(ctx, func(ctx context.Context, tx IDB) error {
			return PutSetting(ctx, tx, probeSetting, s.now().UTC().Format(time.RFC3339))
		})
	}
	if failure != nil {
		return review.Errorf(review.Unavailable, "The database takes no writes.").Because(failure)
	}
	return nil
}

// readyFile sees what SQLite does not: it goes on in a file that nobody can reach any more.
func (s *Store) readyFile() error {
	if s.path == "" {
		return nil
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return review.Errorf(review.Unavailable, "The database's file is gone.").Because(err)
	}
	if !os.SameFile(info, s.file) {
		return review.Errorf(review.Unavailable, "The database's file was replaced by another. Start the server again.")
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(s.path), &disk); err != nil {
		return review.Errorf(review.Unavailable, "The database's disk cannot be asked for its room.").Because(err)
	}
	if disk.Bavail*uint64(disk.Bsize) < roomNeeded { //nolint:gosec // a block has a positive size
		return review.Errorf(review.Unavailable, "The database's disk is full.")
	}
	return nil
}
