-- Versions that say that their resource was deleted. They have no content: body is empty.

CREATE TABLE deletion (
  seq BIGINT NOT NULL PRIMARY KEY
);
