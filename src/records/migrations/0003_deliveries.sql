-- What arrived, and what of it could not be taken.

CREATE TABLE delivery (
  id          BIGINT NOT NULL PRIMARY KEY,
  name        TEXT NOT NULL,
  source      TEXT NOT NULL,
  digest      TEXT NOT NULL,          -- SHA-256, empty while it is being read
  bytes       BIGINT NOT NULL,
  state       BIGINT NOT NULL CHECK (state BETWEEN 0 AND 3),
  accepted    BIGINT NOT NULL,
  duplicates  BIGINT NOT NULL,
  quarantined BIGINT NOT NULL,
  orphans     BIGINT NOT NULL,
  report      TEXT NOT NULL,          -- JSON
  started_at  BIGINT NOT NULL,        -- microseconds UTC
  ended_at    BIGINT NOT NULL,        -- 0 = not yet
  error       TEXT NOT NULL
);
CREATE INDEX delivery_by_digest ON delivery (digest);

CREATE TABLE problem (
  id          BIGINT NOT NULL PRIMARY KEY,
  delivery    BIGINT NOT NULL,
  line        BIGINT NOT NULL,
  byte_offset BIGINT NOT NULL,
  type        TEXT NOT NULL,
  rule        TEXT NOT NULL,
  path        TEXT NOT NULL,
  expected    TEXT NOT NULL,
  found       TEXT NOT NULL,
  original    BYTES NOT NULL,         -- sealed
  digest      TEXT NOT NULL,
  length      BIGINT NOT NULL,
  state       BIGINT NOT NULL CHECK (state BETWEEN 0 AND 2),
  note        TEXT NOT NULL,
  resolved_by BIGINT NOT NULL         -- seq of the corrected version, 0 = none
);
CREATE INDEX problem_by_delivery ON problem (delivery, state);
CREATE INDEX problem_by_state ON problem (state);

CREATE TABLE orphan (
  id        BIGINT NOT NULL PRIMARY KEY,
  delivery  BIGINT NOT NULL,
  line      BIGINT NOT NULL,
  type      TEXT NOT NULL,
  reference TEXT NOT NULL
);
CREATE INDEX orphan_by_delivery ON orphan (delivery);

CREATE TABLE reported_value (
  id         BIGINT NOT NULL PRIMARY KEY,
  plan       TEXT NOT NULL,
  indicator  TEXT NOT NULL,
  scope      TEXT NOT NULL,
  area       TEXT NOT NULL,
  period     TEXT NOT NULL,
  value_text TEXT NOT NULL,
  unit       TEXT NOT NULL,
  note       TEXT NOT NULL,
  delivery   BIGINT NOT NULL,
  line       BIGINT NOT NULL
);
CREATE INDEX reported_value_by_plan ON reported_value (plan);
