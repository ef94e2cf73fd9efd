package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

const (
	migrationLockKey  = 0x636f756e746572 // "counter": any number that no other program uses in this database
	migrationLockPoll = 50 * time.Millisecond
)

// lockSchema waits for the lock under which the schema is read and changed. The kernel or the server lets go of it when the
// process that holds it dies, however that happens.
func (s *Store) lockSchema(ctx context.Context) (unlock func(), err error) {
	if s.path != "" {
		return lockFile(ctx, s.path+".migrate")
	}
	return s.lockPostgres(ctx)
}

func lockFile(ctx context.Context, path string) (func(), error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // beside the file that the operator names
	if err != nil {
		return nil, fmt.Errorf("open migration lock: %w", err)
	}
	unlock := func() { _ = file.Close() } // which lets go of the lock
	err = poll(ctx, func() (bool, error) {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		unlock()
		return nil, fmt.Errorf("wait for migration lock %s: %w", path, err)
	}
	return unlock, nil
}

func (s *Store) lockPostgres(ctx context.Context) (func(), error) {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return nil, translate("PostgreSQL", "connect to", err)
	}
	unlock := func() {
		// The lock is the connection's: it ends with it.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		_ = conn.Close()
	}
	err = poll(ctx, func() (bool, error) {
		var locked bool
		err := conn.NewRaw("SELECT pg_try_advisory_lock(?)", migrationLockKey).Scan(ctx, &locked)
		return locked, err
	})
	if err != nil {
		unlock()
		return nil, translate("migration lock", "wait for", err)
	}
	return unlock, nil
}

// poll calls try until it says yes, fails, or ctx is done.
func poll(ctx context.Context, try func() (bool, error)) error {
	timer := time.NewTicker(migrationLockPoll)
	defer timer.Stop()
	for {
		if done, err := try(); done || err != nil {
			return err
		}
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
