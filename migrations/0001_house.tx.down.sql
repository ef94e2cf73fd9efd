DROP TABLE IF EXISTS event;
--bun:split
DROP TABLE IF EXISTS policy_revision;
--bun:split
DROP TABLE IF EXISTS kept_answer;
--bun:split
DROP TABLE IF EXISTS setup_token;
--bun:split
DROP TABLE IF EXISTS setting;
--bun:split
DROP TABLE IF EXISTS counter;
--bun:split
DROP TABLE IF EXISTS rights_change;
--bun:split
DROP TABLE IF EXISTS login_failure;
--bun:split
DROP TABLE IF EXISTS token;
--bun:split
DROP TABLE IF EXISTS session;
--bun:split
DROP TABLE IF EXISTS invitation;
--bun:split
DROP TABLE IF EXISTS membership_role;
--bun:split
DROP TABLE IF EXISTS membership;
--bun:split
DROP TABLE IF EXISTS member;
--bun:split
DROP TABLE IF EXISTS desk;
