// Package migrations holds the schema, step by step, as one set of SQL files for SQLite and PostgreSQL.
//
// NNNN_name.tx.up.sql and .down.sql run in a transaction each. A file that was released is never edited. Every step can run
// twice, because a crash between its commit and its entry in the list of applied steps makes it run again. Where the two
// databases differ in a type, the file says {{.Key}} (text that sorts by bytes), {{.Bytes}} or {{.Time}}. Foreign keys are
// deferrable, so that a backup loads in any order.
package migrations

import "embed"

// Files holds the .sql files.
//
//go:embed *.sql
var Files embed.FS
