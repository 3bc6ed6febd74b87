-- The resident index: one row per person, and the keyed words by which a person is found.

CREATE TABLE resident (
  id          BIGINT NOT NULL PRIMARY KEY,
  patient_key BIGINT NOT NULL,        -- crypto::resource_key of "Patient/id"
  patient_id  BYTES NOT NULL,         -- packed as in version
  provisional BIGINT NOT NULL CHECK (provisional IN (0, 1)),
  sex         TEXT NOT NULL,          -- FHIR code, empty = unknown
  birth_day   BIGINT,                 -- days since 1970-01-01
  area        TEXT NOT NULL,          -- code of the present address, empty = unknown
  death_day   BIGINT,
  seq         BIGINT NOT NULL         -- Patient version that says so; 0 = provisional
);
CREATE INDEX resident_by_patient ON resident (patient_key);

-- The words of a person as keyed tokens (8 bytes each, big-endian, rising): what token_index is made from.
CREATE TABLE resident_words (
  resident BIGINT NOT NULL PRIMARY KEY,
  batch    BIGINT NOT NULL,           -- that wrote them
  tokens   BYTES NOT NULL
);

CREATE TABLE token_index (
  token    BIGINT NOT NULL,
  resident BIGINT NOT NULL,
  PRIMARY KEY (token, resident)
) CLUSTERED;
