-- Who read or changed what of a person. Never a name, only ids.

CREATE TABLE audit (
  id      BIGINT NOT NULL PRIMARY KEY,
  at      BIGINT NOT NULL,            -- microseconds UTC
  account TEXT NOT NULL,
  purpose TEXT NOT NULL,
  action  TEXT NOT NULL,
  what    TEXT NOT NULL
);
