package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/countersign/countersign/internal/review"
)

const (
	postgresConnections = 20
	postgresIdle        = 5 * time.Minute
)

// postgresDefaults are settings of a session, unless the URL gives others. A node that stands still in a transaction must
// not hold its locks for ever, and nobody waits for a lock longer than a person would.
var postgresDefaults = map[string]string{
	"application_name":                    "countersign",
	"idle_in_transaction_session_timeout": "30s",
	"lock_timeout":                        "10s",
	"timezone":                            "UTC",
}

func (s *Store) openPostgres(ctx context.Context, config Config) error {
	parsed, err := pgx.ParseConfig(config.DSN)
	if err != nil {
		return review.Errorf(review.Invalid, "The database URL cannot be read.").Because(err)
	}
	for name, value := range postgresDefaults {
		if _, given := parsed.RuntimeParams[name]; !given {
			parsed.RuntimeParams[name] = value
		}
	}
	// bun writes arguments into the statement, so a prepared one would never be used twice. This mode still takes a single
	// statement at a time, unlike the simple protocol.
	parsed.DefaultQueryExecMode = pgx.QueryExecModeExec
	pool := stdlib.OpenDB(*parsed, stdlib.OptionAfterConnect(readUTC))
	connections := config.Connections
	if connections <= 0 {
		connections = postgresConnections
	}
	pool.SetMaxOpenConns(max(connections, 2)) // a migration needs one beside the one that holds its lock
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxIdleTime(postgresIdle)
	s.writer = bun.NewDB(pool, pgdialect.New())
	s.reader = s.writer
	return s.checkPostgres(ctx, parsed)
}

// readUTC makes times come back in UTC, as from SQLite, and not in the zone of the machine.
func readUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// checkPostgres refuses a server that acknowledges what a crash can take back, and one whose text could not hold ours.
func (s *Store) checkPostgres(ctx context.Context, config *pgx.ConnConfig) error {
	for _, check := range []struct{ setting, bad, why string }{
		{"synchronous_commit", "off", "it would lose acknowledged work in a crash"},
		{"fsync", "off", "it would lose acknowledged work in a power cut"},
		{"server_encoding", "SQL_ASCII", "it does not know characters; make the database with ENCODING 'UTF8'"},
	} {
		var value string
		if err := s.writer.NewRaw("SELECT current_setting(?)", check.setting).Scan(ctx, &value); err != nil {
			return refusal(config, err)
		}
		if value == check.bad {
			return review.Errorf(review.Unsupported, "This PostgreSQL has %s = %s: %s. Set %s for the database, its role or the server, and start again.",
				check.setting, value, check.why, fmt.Sprintf("%s to another value", check.setting))
		}
	}
	return nil
}

// refusal says why a server cannot be used, as a person who wrote the URL can act on it.
func refusal(config *pgx.ConnConfig, err error) error {
	at := net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))
	_, unreachable := errors.AsType[*pgconn.ConnectError](err)
	switch code := sqlState(err); {
	case strings.HasPrefix(code, "28"): // invalid authorization
		return review.Errorf(review.Unavailable, "PostgreSQL at %s does not let %s in. Look at the user and the password of the database URL.", at, config.User).Because(err)
	case code == "3D000": // invalid catalog name
		return review.Errorf(review.NotFound, "PostgreSQL at %s has no database %s. Make it, or look at the database URL.", at, config.Database).Because(err)
	case unreachable && code == "":
		return review.Errorf(review.Unavailable, "PostgreSQL at %s does not answer.", at).Because(err)
	}
	return translate("PostgreSQL", "connect to", err)
}
