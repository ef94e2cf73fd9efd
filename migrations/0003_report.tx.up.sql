CREATE TABLE IF NOT EXISTS report (
    id            {{.Key}} PRIMARY KEY,
    desk          {{.Key}} NOT NULL REFERENCES desk (id) DEFERRABLE INITIALLY IMMEDIATE,
    slug          {{.Key}} NOT NULL,
    title         text NOT NULL,
    language      text NOT NULL,
    seq           bigint NOT NULL,
    projected_seq bigint NOT NULL,
    schema        bigint NOT NULL,
    epoch         bigint NOT NULL,
    hold          boolean NOT NULL,
    archived_at   {{.Time}},
    version       bigint NOT NULL,
    created_by    {{.Key}} NOT NULL REFERENCES member (id) DEFERRABLE INITIALLY IMMEDIATE,
    created_at    {{.Time}} NOT NULL,
    changed_at    {{.Time}} NOT NULL
);
--bun:split
CREATE UNIQUE INDEX IF NOT EXISTS report_slug ON report (slug);
--bun:split
CREATE INDEX IF NOT EXISTS report_desk ON report (desk, id);
--bun:split
CREATE TABLE IF NOT EXISTS log_row (
    report {{.Key}} NOT NULL REFERENCES report (id) DEFERRABLE INITIALLY IMMEDIATE,
    seq    bigint NOT NULL,
    at     {{.Time}} NOT NULL,
    parts  {{.Bytes}} NOT NULL,
    PRIMARY KEY (report, seq)
);
--bun:split
CREATE TABLE IF NOT EXISTS report_client (
    report {{.Key}} NOT NULL REFERENCES report (id) DEFERRABLE INITIALLY IMMEDIATE,
    client bigint NOT NULL,
    member {{.Key}} NOT NULL REFERENCES member (id) DEFERRABLE INITIALLY IMMEDIATE,
    PRIMARY KEY (report, client)
);
--bun:split
CREATE TABLE IF NOT EXISTS snapshot (
    report     {{.Key}} NOT NULL REFERENCES report (id) DEFERRABLE INITIALLY IMMEDIATE,
    seq        bigint NOT NULL,
    state      {{.Bytes}} NOT NULL,
    created_at {{.Time}} NOT NULL,
    PRIMARY KEY (report, seq)
);
