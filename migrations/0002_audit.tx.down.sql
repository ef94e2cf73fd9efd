DROP TABLE IF EXISTS audit_pending;
--bun:split
DROP TABLE IF EXISTS audit_checkpoint;
--bun:split
DROP TABLE IF EXISTS audit_head;
--bun:split
DROP TABLE IF EXISTS audit_hash;
--bun:split
DROP TABLE IF EXISTS audit_record;
