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
};

}  // namespace hb::security
