package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/countersign/countersign/internal/review"
)

// translate turns a driver's error into one that a person can act on, and is the only place that knows drivers' codes. An
// error that it does not know comes back wrapped as what we were doing: "add member: …".
func translate(noun, doing string, err error) error {
	switch codeOf(err) {
	case review.NotFound:
		return review.Errorf(review.NotFound, "There is no such %s.", noun).Because(err)
	case review.Conflict:
		return review.Errorf(review.Conflict, "There is such a %s already.", noun).Because(err)
	case review.Unprocessable:
		return review.Errorf(review.Unprocessable, "The %s and something else refer to each other, and one of them is missing.", noun).Because(err)
	case review.Invalid:
		return review.Errorf(review.Invalid, "The %s holds text that cannot be stored.", noun).Because(err)
	case review.Unavailable:
		return review.Errorf(review.Unavailable, "The database cannot do this now. Try again in a moment.").
			Because(fmt.Errorf("%s %s: %w", doing, noun, err))
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", doing, noun, err)
}

// codeOf returns "" for nil, for what is ours already, and for what it does not know.
func codeOf(err error) review.Code {
	switch {
	case err == nil || review.CodeOf(err) != "" || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return ""
	case errors.Is(err, sql.ErrNoRows):
		return review.NotFound
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresCode(pg.Code)
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return sqliteCode(lite.Code())
	}
	if cannotReach(err) {
		return review.Unavailable
	}
	return ""
}

func cannotReach(err error) bool {
	_, cannotConnect := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	return cannotConnect || network || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// postgresCode knows SQLSTATE, appendix A of PostgreSQL's manual.
func postgresCode(code string) review.Code {
	switch code {
	case "23505": // unique_violation
		return review.Conflict
	case "23503": // foreign_key_violation
		return review.Unprocessable
	case "22021", "22P05": // character_not_in_repertoire, untranslatable_character
		return review.Invalid
	case "40001", "40P01", "55P03", "25P03", "25006": // serialization, deadlock, lock timeout, idle too long, read-only
		return review.Unavailable
	}
	for _, class := range []string{"08", "28", "53", "57P", "58"} { // connection, sign-in, resources, shutdown, system
		if strings.HasPrefix(code, class) {
			return review.Unavailable
		}
	}
	return ""
}

// sqlState returns PostgreSQL's code of an error, "" if it is not from there.
func sqlState(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}

// cannotWrite says whether an error of a write means that the next one will fail too: the disk is full or broken, the
// database is read-only or gone. Two writers that met are no such case, nor is what somebody asked for and may not have.
func cannotWrite(err error) bool {
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		const primary = 0xff
		switch lite.Code() & primary {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return true
		}
		return false
	}
	if code := sqlState(err); code != "" {
		return code == "25006" || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "57P") || strings.HasPrefix(code, "58")
	}
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) && cannotReach(err)
}

// sqliteCode knows the extended result codes, sqlite.org/rescode.html.
func sqliteCode(code int) review.Code {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return review.Conflict
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return review.Unprocessable
	}
	const primary = 0xff // the low byte of an extended code
	switch code & primary {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM:
		return review.Unavailable
	}
	return ""
}
