CREATE TABLE IF NOT EXISTS desk (
    id         {{.Key}} PRIMARY KEY,
    slug       {{.Key}} NOT NULL,
    name       {{.Key}} NOT NULL,
    settings   text NOT NULL,
    version    bigint NOT NULL,
    created_at {{.Time}} NOT NULL
);
--bun:split
CREATE UNIQUE INDEX IF NOT EXISTS desk_slug ON desk (slug);
--bun:split
CREATE TABLE IF NOT EXISTS member (
    id            {{.Key}} PRIMARY KEY,
    email         {{.Key}} NOT NULL,
    name          {{.Key}} NOT NULL,
    password_hash text NOT NULL,
    disabled_at   {{.Time}},
    version       bigint NOT NULL,
    created_at    {{.Time}} NOT NULL
);
--bun:split
CREATE UNIQUE INDEX IF NOT EXISTS member_email ON member (email);
--bun:split
CREATE INDEX IF NOT EXISTS member_name ON member (lower(name), id);
--bun:split
CREATE TABLE IF NOT EXISTS membership (
    desk         {{.Key}} NOT NULL REFERENCES desk (id) DEFERRABLE INITIALLY IMMEDIATE,
    member       {{.Key}} NOT NULL REFERENCES member (id) DEFERRABLE INITIALLY IMMEDIATE,
    suspended_at {{.Time}},
    version      bigint NOT NULL,
    created_at   {{.Time}} NOT NULL,
    PRIMARY KEY (desk, member)
);
--bun:split
CREATE INDEX IF NOT EXISTS membership_member ON membership (member);
--bun:split
CREATE TABLE IF NOT EXISTS membership_role (
    desk   {{.Key}} NOT NULL,
    member {{.Key}} NOT NULL,
    role   {{.Key}} NOT NULL,
    PRIMARY KEY (desk, member, role),
    FOREIGN KEY (desk, member) REFERENCES membership (desk, member) DEFERRABLE INITIALLY IMMEDIATE
);
--bun:split
CREATE INDEX IF NOT EXISTS membership_role_role ON membership_role (role, desk);
--bun:split
CREATE TABLE IF NOT EXISTS invitation (
    id         {{.Key}} PRIMARY KEY,
    desk       {{.Key}} NOT NULL REFERENCES desk (id) DEFERRABLE INITIALLY IMMEDIATE,
    email      {{.Key}} NOT NULL,
    roles      text NOT NULL,
    hash       {{.Bytes}} NOT NULL,
    created_by {{.Key}} NOT NULL REFERENCES member (id) DEFERRABLE INITIALLY IMMEDIATE,
    created_at {{.Time}} NOT NULL,
    expires_at {{.Time}} NOT NULL,
    used_at    {{.Time}},
    used_by    {{.Key}} REFERENCES member (id) DEFERRABLE INITIALLY IMMEDIATE,
    revoked_at {{.Time}}
);
--bun:split
CREATE UNIQUE INDEX IF NOT EXISTS invitation_hash ON invitation (hash);
--bun:split
CREATE INDEX IF NOT EXISTS invitation_desk ON invitation (desk, id);
--bun:split
CREATE TABLE IF NOT EXISTS session (
    id            {{.Key}} PRIMARY KEY,
    member        {{.Key}} NOT NULL REFERENCES member (id) DEFERRABLE INITIALLY IMMEDIATE,
    hash          {{.Bytes}} NOT NULL,
    previous_hash {{.Bytes}},
    rotated_at    {{.Time}},
    rotate_due    boolean NOT NULL,
    method        text NOT NULL,
    user_agent    text NOT NULL,
    address       text NOT NULL,
    created_at    {{.Time}} NOT NULL,
    seen_at       {{.Time}} NOT NULL,
    proof_at      {{.Time}} NOT NULL,
    idle_at       {{.Time}} NOT NULL,
    ends_at       {{.Time}} NOT NULL
);
--bun:split
CREATE UNIQUE INDEX IF NOT EXISTS session_hash ON session (hash);
--bun:split
CREATE INDEX IF NOT EXISTS session_previous_hash ON session (previous_hash);
--bun:split
CREATE INDEX IF NOT EXISTS session_member ON session (member, id);
--bun:split
CREATE TABLE IF NOT EXISTS token (
    id           {{.Key}} PRIMARY KEY,
    desk         {{.Key}} NOT NULL REFERENCES desk (id) DEFERRABLE INITIALLY IMMEDIATE,
    member       {{.Key}} NOT NULL REFERENCES member (id) DEFERRABLE INITIALLY IMMEDIATE,
    name         text NOT NULL,
    prefix       text NOT NULL,
    hash         {{.Bytes}} NOT NULL,
    acts         text NOT NULL,
    created_at   {{.Time}} NOT NULL,
    expires_at   {{.Time}} NOT NULL,
    last_used_at {{.Time}},
    revoked_at   {{.Time}}
);
--bun:split
CREATE UNIQUE INDEX IF NOT EXISTS token_hash ON token (hash);
--bun:split
CREATE INDEX IF NOT EXISTS token_desk ON token (desk, id);
--bun:split
CREATE TABLE IF NOT EXISTS login_failure (
    kind     {{.Key}} NOT NULL, -- account or address
    key      {{.Bytes}} NOT NULL, -- SHA-256 of which
    count    bigint NOT NULL,
    first_at {{.Time}} NOT NULL,
    last_at  {{.Time}} NOT NULL,
    PRIMARY KEY (kind, key)
);
--bun:split
CREATE INDEX IF NOT EXISTS login_failure_last ON login_failure (last_at);
--bun:split
CREATE TABLE IF NOT EXISTS rights_change (
    number  bigint PRIMARY KEY,
    at      {{.Time}} NOT NULL,
    member  {{.Key}},
    session {{.Key}},
    desk    {{.Key}},
    report  {{.Key}}
);
--bun:split
CREATE TABLE IF NOT EXISTS counter (
    name  {{.Key}} PRIMARY KEY,
    value bigint NOT NULL
);
--bun:split
CREATE TABLE IF NOT EXISTS setting (
    name  {{.Key}} PRIMARY KEY,
    value text NOT NULL
);
--bun:split
CREATE TABLE IF NOT EXISTS setup_token (
    hash       {{.Bytes}} PRIMARY KEY,
    expires_at {{.Time}} NOT NULL
);
--bun:split
CREATE TABLE IF NOT EXISTS kept_answer (
    member     {{.Key}} NOT NULL,
    key        {{.Key}} NOT NULL,
    request    {{.Bytes}} NOT NULL,
    status     bigint NOT NULL,
    body       {{.Bytes}} NOT NULL,
    created_at {{.Time}} NOT NULL,
    PRIMARY KEY (member, key)
);
--bun:split
CREATE INDEX IF NOT EXISTS kept_answer_created ON kept_answer (created_at);
--bun:split
CREATE TABLE IF NOT EXISTS policy_revision (
    desk       {{.Key}} NOT NULL REFERENCES desk (id) DEFERRABLE INITIALLY IMMEDIATE,
    number     bigint NOT NULL,
    policy     text NOT NULL,
    author     {{.Key}} NOT NULL REFERENCES member (id) DEFERRABLE INITIALLY IMMEDIATE,
    note       text NOT NULL,
    created_at {{.Time}} NOT NULL,
    PRIMARY KEY (desk, number)
);
--bun:split
CREATE TABLE IF NOT EXISTS event (
    id      {{.Key}} PRIMARY KEY,
    at      {{.Time}} NOT NULL,
    kind    {{.Key}} NOT NULL,
    desk    {{.Key}} NOT NULL REFERENCES desk (id) DEFERRABLE INITIALLY IMMEDIATE,
    report  {{.Key}},
    subject {{.Key}}
);
--bun:split
CREATE INDEX IF NOT EXISTS event_desk ON event (desk, id);
--bun:split
CREATE INDEX IF NOT EXISTS event_at ON event (at);
