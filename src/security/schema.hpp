#pragma once
#include <array>

#include "records/migrations.hpp"

namespace hb::security {

inline constexpr std::array account_migrations = {
    records::Migration{"0001_accounts", R"sql(
CREATE TABLE account (
  name TEXT NOT NULL PRIMARY KEY,
  display TEXT NOT NULL,
  roles TEXT NOT NULL,            -- separated by spaces, as areas and organizations are
  areas TEXT NOT NULL,
  organizations TEXT NOT NULL,
  password TEXT NOT NULL,         -- Argon2id
  former TEXT NOT NULL,           -- the passwords before, one per line
  locked BIGINT NOT NULL,
  must_change BIGINT NOT NULL,
  secret BYTES NOT NULL,          -- of one-time codes; empty: no second factor
  pending_secret BYTES NOT NULL,  -- not confirmed yet
  last_step BIGINT NOT NULL,      -- the last code used
  created BIGINT NOT NULL,
  last_login BIGINT
);
CREATE TABLE session (
  id BYTES NOT NULL PRIMARY KEY,  -- SHA-256 of what the browser holds
  account TEXT NOT NULL,
  began BIGINT NOT NULL,
  used BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE TABLE token (
  id TEXT NOT NULL PRIMARY KEY,
  hash BYTES NOT NULL,            -- SHA-256 of the secret part
  client TEXT NOT NULL,
  scope TEXT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  revoked BIGINT,
  used BIGINT
);
)sql"},
    records::Migration{"0002_acts", R"sql(
-- What happened and does not stand in the store's audit yet (Accounts::settle).
CREATE TABLE act (
  id BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  account TEXT NOT NULL,          -- who did it
  source TEXT NOT NULL,           -- address; empty: this machine
  action TEXT NOT NULL,
  what TEXT NOT NULL
);
)sql"},
    records::Migration{"0003_clients", R"sql(
-- Machines that prove themselves with their own key (SMART backend services).
CREATE TABLE client (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,            -- the most it may ask for
  keys TEXT NOT NULL,             -- its public keys, a JSON Web Key Set
  created BIGINT NOT NULL,
  used BIGINT
);
-- Assertions that were taken: each is good once.
CREATE TABLE assertion (
  client TEXT NOT NULL,
  jti TEXT NOT NULL,
  expires BIGINT NOT NULL,        -- microseconds; then the assertion is refused as expired
  PRIMARY KEY (client, jti)
);
ALTER TABLE token ADD COLUMN granted BIGINT NOT NULL DEFAULT 0;  -- 1: for an assertion
)sql"},
    records::Migration{"0004_identities", R"sql(
-- Who somebody is at an identity provider (OpenID Connect).
CREATE TABLE identity (
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,          -- "sub": never given to another person there
  account TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (provider, subject)
);
)sql"},
};

}  // namespace hb::security
