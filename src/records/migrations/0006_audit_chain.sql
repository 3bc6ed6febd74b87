-- Every audit entry carries the hash of itself and of the entry before it, so that none can be changed,
-- removed or put in without a trace; anchors are signed hashes of single entries.

ALTER TABLE audit ADD COLUMN source TEXT NOT NULL DEFAULT '';  -- address the request came from
ALTER TABLE audit ADD COLUMN hash BYTES;                       -- NULL: before there was a chain

CREATE INDEX audit_account ON audit (account, id);
CREATE INDEX audit_what ON audit (what, id);

CREATE TABLE audit_anchor (
  id        BIGINT NOT NULL PRIMARY KEY,  -- the entry
  at        BIGINT NOT NULL,              -- microseconds UTC
  hash      BYTES NOT NULL,
  signature BYTES NOT NULL                -- Ed25519 over "audit ‖ store id ‖ entry ‖ hash"
);
