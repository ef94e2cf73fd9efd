-- The record's bytes are what counts; the other columns repeat them for filters, and a verification compares.
CREATE TABLE IF NOT EXISTS audit_record (
    number  bigint PRIMARY KEY,
    at      {{.Time}} NOT NULL,
    kind    {{.Key}} NOT NULL,
    member  {{.Key}},
    desk    {{.Key}},
    report  {{.Key}},
    subject {{.Key}},
    record  {{.Bytes}} NOT NULL
);
--bun:split
CREATE INDEX IF NOT EXISTS audit_record_member ON audit_record (member, number);
--bun:split
CREATE INDEX IF NOT EXISTS audit_record_desk ON audit_record (desk, number);
--bun:split
CREATE INDEX IF NOT EXISTS audit_record_report ON audit_record (report, number);
--bun:split
CREATE INDEX IF NOT EXISTS audit_record_subject ON audit_record (subject, number);
--bun:split
-- The hashes of the tree, numbered as golang.org/x/mod/sumdb/tlog numbers them.
CREATE TABLE IF NOT EXISTS audit_hash (
    number bigint PRIMARY KEY,
    hash   {{.Bytes}} NOT NULL
);
--bun:split
-- One row: how many records there are, and the roots of the complete subtrees over them, largest first.
CREATE TABLE IF NOT EXISTS audit_head (
    id    bigint PRIMARY KEY,
    size  bigint NOT NULL,
    peaks {{.Bytes}} NOT NULL
);
--bun:split
CREATE TABLE IF NOT EXISTS audit_checkpoint (
    size bigint PRIMARY KEY,
    at   {{.Time}} NOT NULL,
    note text NOT NULL
);
--bun:split
-- Sign-ins and refusals of the minute that runs, not yet in the log.
CREATE TABLE IF NOT EXISTS audit_pending (
    minute   {{.Time}} NOT NULL,
    kind     {{.Key}} NOT NULL,
    member   {{.Key}} NOT NULL,
    desk     {{.Key}} NOT NULL,
    record   text NOT NULL,
    count    bigint NOT NULL,
    until_at {{.Time}} NOT NULL,
    PRIMARY KEY (minute, kind, member, desk)
);
