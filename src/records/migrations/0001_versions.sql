-- The truth: every version of every resource, the change feed that says which commit wrote it, and
-- the indexes by key and by resident. Types: see type_map in migrations.cpp.

CREATE TABLE info (
  name  TEXT NOT NULL PRIMARY KEY,
  value BYTES NOT NULL
) CLUSTERED;

CREATE TABLE resource_type (
  type      BIGINT NOT NULL PRIMARY KEY,
  name      TEXT NOT NULL UNIQUE,
  resources BIGINT NOT NULL,          -- with a current version
  versions  BIGINT NOT NULL
);

CREATE TABLE dictionary (             -- zstd dictionaries, see packer.hpp
  id      BIGINT NOT NULL PRIMARY KEY,
  type    BIGINT NOT NULL,
  content BYTES NOT NULL
);

-- Batch and delivery of a version follow from its seq: batch.first_seq … last_seq.
CREATE TABLE version (
  seq         BIGINT NOT NULL PRIMARY KEY,
  type        BIGINT NOT NULL,
  id          BYTES NOT NULL,         -- a UUID as 16 bytes, other ids as text, see packed_id.hpp
  version     BIGINT NOT NULL,        -- 1, 2, … of this resource
  resident    BIGINT NOT NULL,        -- 0 = belongs to no person
  fingerprint BYTES NOT NULL,         -- 16 bytes
  body        BYTES NOT NULL          -- see packer.hpp
);

CREATE TABLE superseded (             -- versions that are no longer current
  seq BIGINT NOT NULL PRIMARY KEY
);

CREATE TABLE key_index (              -- crypto::resource_key of "Type/id"
  key BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (key, seq)
) CLUSTERED;

CREATE TABLE resident_index (
  resident BIGINT NOT NULL,
  seq      BIGINT NOT NULL,
  PRIMARY KEY (resident, seq)
) CLUSTERED;

CREATE TABLE batch (
  batch        BIGINT NOT NULL PRIMARY KEY,
  committed_at BIGINT NOT NULL,       -- microseconds UTC
  first_seq    BIGINT NOT NULL,
  last_seq     BIGINT NOT NULL,       -- first_seq - 1: no version
  delivery     BIGINT NOT NULL        -- 0 = none
);
CREATE INDEX batch_by_last_seq ON batch (last_seq);

CREATE TABLE touched (
  batch      BIGINT NOT NULL,
  position   BIGINT NOT NULL,
  table_name TEXT NOT NULL,
  area       TEXT NOT NULL,
  period     TEXT NOT NULL,
  row_count  BIGINT NOT NULL,
  PRIMARY KEY (batch, position)
) CLUSTERED;

-- While a bulk load runs, the indexes owe what came after this point; one row or none.
CREATE TABLE index_owed (
  one         BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  after_seq   BIGINT NOT NULL,
  after_batch BIGINT NOT NULL
);
