package store

import (
	"database/sql"
	"time"
)

// Translate is tested with errors that no database makes at will.
var Translate = translate

// ChangedRows is tested without a row.
func ChangedRows(result sql.Result, otherwise error) error { return changed(result, otherwise) }

// Writer is for tests that tamper with the database.
func (s *Store) Writer() IDB { return s.writer }

// Path is the SQLite file.
func (s *Store) Path() string { return s.path }

// LockSchema is held by tests that kill who holds it.
var LockSchema = (*Store).lockSchema

// TablesOf lists what a backup takes.
var TablesOf = tablesOf

// BackupTable is a table as a backup holds it.
type BackupTable = backupTable

// VerifyAuditIn verifies the log as it is in a transaction.
var VerifyAuditIn = verifyAudit

// ForgetWrites has Ready try for itself.
func (s *Store) ForgetWrites() { s.health.wroteAt = time.Time{} }

// DropConnections has settings of the database take effect.
func (s *Store) DropConnections() {
	s.writer.SetMaxIdleConns(0)
	s.writer.SetMaxIdleConns(1)
}
