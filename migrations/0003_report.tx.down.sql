DROP TABLE IF EXISTS snapshot;
--bun:split
DROP TABLE IF EXISTS report_client;
--bun:split
DROP TABLE IF EXISTS log_row;
--bun:split
DROP TABLE IF EXISTS report;
