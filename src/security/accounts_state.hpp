#pragma once
// Internal to accounts.cpp, log_in.cpp and api_tokens.cpp.
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "records/sqlite.hpp"
#include "security/accounts.hpp"
#include "security/acts.hpp"
#include "security/throttle.hpp"

namespace hb::security {

inline constexpr std::int64_t micros_per_second = 1'000'000;
inline constexpr std::size_t secret_bytes = 20;  ///< of one-time codes, RFC 4226 §4

/// What a log-in is compared with.
struct Credentials {
  std::string password;
  std::string secret;
  std::int64_t last_step = 0;
  bool locked = false;
};

struct Accounts::State {
  mutable std::mutex mutex;  // one connection; statements take microseconds, Argon2 runs outside
  mutable records::sqlite::Connection connection;
  AccountOptions options;
  Throttle throttle;
  std::string no_password;  ///< compared with when there is no such account: same time

  State(records::sqlite::Connection opened, const AccountOptions& given);

  /// A secret as it lies in the file, and back.
  std::string sealed(std::string_view secret) const;
  Result<std::string> unsealed(std::string_view kept) const;
  /// Seals secrets that were kept before there was something to seal with.
  Result<void> seal_former();

  Result<std::optional<Credentials>> credentials(std::string_view name) const;
  Result<std::vector<User>> find(std::string_view name) const;

  /// Runs work in one transaction, alone on the connection; an error undoes all of it.
  template <class Work>
  Result<void> transact(const Work& work) {
    const std::lock_guard lock(mutex);
    Result<void> done = connection.run("BEGIN IMMEDIATE");
    if (!done) return done;
    done = work();
    if (done) done = connection.run("COMMIT");
    if (!done && connection.in_transaction()) (void)connection.run("ROLLBACK");
    return done;
  }

  /// Notes an act; inside a transaction.
  Result<void> note(std::string_view by, std::string_view from, std::string_view action,
                    std::string_view what);
  Result<void> note(const Principal& by, std::string_view action, std::string_view what) {
    return note(by.user, by.from, action, what);
  }

  /// One statement that changes rows; inside a transaction. errors  not_found: it changed none
  template <class... Values>
  Result<void> change(const char* sql, const Values&... values) {
    if (Result<void> done = records::sqlite::execute(connection, sql, values...); !done)
      return done;
    if (connection.changes() > 0) return {};
    return fail(ErrorCode::not_found, "there is no such account");
  }

  /// A new token; inside a transaction. id  set to its public part
  Result<std::string> put_token(std::string_view client, std::string_view scope,
                                std::int64_t valid_seconds, bool granted, std::string& id);
  /// Inside a transaction. except  SHA-256 of the session that stays
  Result<void> end_sessions(std::string_view name, std::string_view except);
  /// Sets a password and keeps the former ones' hashes; inside a transaction.
  Result<void> put_password(std::string_view name, std::string_view hash, bool must_change);
};

std::string sha256(std::string_view text);
std::string account_of(std::string_view name);  ///< "account li.na", as an act names it
std::string joined(const std::vector<std::string>& words);
Error refused();
Result<void> check_name(std::string_view name);
std::string rights_of(const User& user);  ///< "account li.na roles nurse areas 770101 …"

}  // namespace hb::security
