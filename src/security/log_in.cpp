#include <optional>
#include <sstream>

#include "crypto/bytes.hpp"
#include "crypto/mac.hpp"
#include "crypto/one_time_code.hpp"
#include "security/accounts_state.hpp"
#include "security/password_rules.hpp"

namespace hb::security {

using records::sqlite::Blob;
using records::sqlite::execute;
using records::sqlite::Query;

namespace {

constexpr int kept_passwords = 5;

Error no_session() { return {ErrorCode::forbidden, "there is no such session", ""}; }

/// The step of a second factor's code that fits; nullopt: the log-in does not.
struct Fit {
  bool right = false;
  std::optional<std::int64_t> step;
};

Fit fit(const Credentials& known, std::string_view password, std::string_view code, Instant now) {
  const bool right = crypto::verify_password(password, known.password);
  if (known.locked || !right) return {};
  if (known.secret.empty()) return {true, std::nullopt};
  const auto step = crypto::matching_step(known.secret, code, now, known.last_step);
  return {step.has_value(), step};
}

}  // namespace

Result<std::optional<Credentials>> Accounts::State::credentials(std::string_view name) const {
  const std::lock_guard lock(mutex);
  Query query(connection, "SELECT password, secret, last_step, locked FROM account WHERE name = ?1",
              name);
  std::optional<Credentials> found;
  if (query.next())
    found = Credentials{query.text(0), query.text(1), query.integer(2), query.integer(3) != 0};
  if (!query.ok()) return unexpected(query.error());
  if (!found) return found;
  Result<std::string> secret = unsealed(found->secret);
  if (!secret) return unexpected(secret.error());
  found->secret = std::move(*secret);
  return found;
}

std::string Accounts::State::sealed(std::string_view secret) const {
  return options.seal ? options.seal(secret) : std::string(secret);
}

Result<std::string> Accounts::State::unsealed(std::string_view kept) const {
  // What is sealed is longer: it carries at least how it was sealed.
  if (kept.empty() || kept.size() == secret_bytes) return std::string(kept);
  if (!options.open_sealed)
    return fail(ErrorCode::forbidden, "the accounts are sealed and were opened without their key");
  return options.open_sealed(kept);
}

Result<void> Accounts::State::seal_former() {
  if (!options.seal) return {};
  std::vector<std::pair<std::string, std::string>> open;
  {
    Query query(connection, "SELECT name, secret FROM account WHERE length(secret) = ?1",
                static_cast<std::int64_t>(secret_bytes));
    while (query.next()) open.emplace_back(query.text(0), query.text(1));
    if (!query.ok()) return unexpected(query.error());
  }
  return transact([&]() -> Result<void> {
    for (const auto& [name, secret] : open)
      if (Result<void> done = change("UPDATE account SET secret = ?2 WHERE name = ?1",
                                     std::string_view(name), Blob{sealed(secret)});
          !done)
        return done;
    return {};
  });
}

/// A refusal names the account only when there is one: what was typed may be a password.
Result<void> Accounts::note_refusal(std::string_view action, std::string_view name, bool known,
                                    std::string_view from) {
  return state_->transact([&] {
    return state_->note("anybody", from, action, known ? account_of(name) : "account unknown");
  });
}

Result<std::string> Accounts::begin_session(std::string_view name, std::string_view from,
                                            std::optional<std::int64_t> step,
                                            std::string_view how) {
  const std::string id = crypto::random_token();
  const std::string hash = sha256(id);
  const std::int64_t now = state_->options.clock().micros;
  records::sqlite::Connection& connection = state_->connection;
  const Result<void> begun = state_->transact([&]() -> Result<void> {
    if (step) {  // once only, also when two log-ins race
      Result<void> used = execute(
          connection, "UPDATE account SET last_step = ?2 WHERE name = ?1 AND last_step < ?2", name,
          *step);
      if (!used) return used;
      if (connection.changes() == 0) return unexpected(refused());
    }
    Result<void> done = execute(connection, "DELETE FROM session WHERE began < ?1",
                                now - state_->options.absolute_hours * 3600 * micros_per_second);
    if (done)
      done = execute(connection,
                     "INSERT INTO session (id, account, began, used) VALUES (?1, ?2, ?3, ?3)",
                     Blob{hash}, name, now);
    if (done)
      done = execute(connection, "UPDATE account SET last_login = ?2 WHERE name = ?1", name, now);
    return done ? state_->note(name, from, act::log_in, account_of(name) + std::string(how)) : done;
  });
  if (!begun) return unexpected(begun.error());
  return id;
}

Result<std::string> Accounts::log_in(std::string_view name, std::string_view password,
                                     std::string_view code, std::string_view address) {
  const Instant now = state_->options.clock();
  const bool allowed = state_->throttle.allows(name, address, now);
  const Result<std::optional<Credentials>> known = state_->credentials(name);
  if (!known) return unexpected(known.error());
  const Fit fits =
      fit(known->value_or(Credentials{state_->no_password, "", 0, true}), password, code, now);
  if (!allowed || !fits.right) {
    state_->throttle.failed(name, address, now);
    if (const Result<void> noted =
            note_refusal(act::log_in_refused, name, known->has_value(), address);
        !noted)
      return unexpected(noted.error());
    return unexpected(refused());
  }
  state_->throttle.succeeded(name, address);
  if (crypto::is_outdated((*known)->password, state_->options.cost)) {
    const std::string hash = crypto::hash_password(password, state_->options.cost);
    // No matter if this fails: the old hash still fits.
    (void)state_->transact([&] {
      return state_->change("UPDATE account SET password = ?2 WHERE name = ?1", name,
                            std::string_view(hash));
    });
  }
  return begin_session(name, address, fits.step, "");
}

Result<Session> Accounts::session(std::string_view id) {
  const std::string hash = sha256(id);
  const AccountOptions& options = state_->options;
  const std::int64_t now = options.clock().micros;
  const std::int64_t idle = options.idle_minutes * 60 * micros_per_second;
  const std::int64_t whole = options.absolute_hours * 3600 * micros_per_second;
  Session session;
  {
    const std::lock_guard lock(state_->mutex);
    Query query(state_->connection, "SELECT account, began, used FROM session WHERE id = ?1",
                Blob{hash});
    if (!query.next()) return unexpected(query.ok() ? no_session() : query.error());
    session.user.name = query.text(0);
    session.began = Instant{query.integer(1)};
    const std::int64_t used = query.integer(2);
    if (now - used > idle || now - session.began.micros > whole) {
      (void)execute(state_->connection, "DELETE FROM session WHERE id = ?1", Blob{hash});
      return unexpected(no_session());
    }
    // Kept to the minute: not every request writes.
    if (now - used > 60 * micros_per_second)
      if (Result<void> moved = execute(
              state_->connection, "UPDATE session SET used = ?2 WHERE id = ?1", Blob{hash}, now);
          !moved)
        return unexpected(moved.error());
  }
  const Result<User> user = this->user(session.user.name);
  if (!user || user->locked) return unexpected(no_session());
  session.user = *user;
  session.csrf = crypto::to_base64url(crypto::hmac(crypto::Hash::sha256, id, "csrf"));
  session.idle_until = Instant{now + idle};
  session.ends = Instant{session.began.micros + whole};
  return session;
}

Result<void> Accounts::log_out(std::string_view id, std::string_view address) {
  const std::string hash = sha256(id);
  return state_->transact([&]() -> Result<void> {
    std::string name;
    {
      Query query(state_->connection, "DELETE FROM session WHERE id = ?1 RETURNING account",
                  Blob{hash});
      while (query.next()) name = query.text(0);
      if (!query.ok()) return unexpected(query.error());
    }
    return name.empty() ? Result<void>()
                        : state_->note(name, address, act::log_out, account_of(name));
  });
}

Result<void> Accounts::change_password(std::string_view session_id, std::string_view old_password,
                                       std::string_view new_password, std::string_view address) {
  const Result<Session> session = this->session(session_id);
  if (!session) return unexpected(session.error());
  const std::string& name = session->user.name;
  const Instant now = state_->options.clock();
  const Result<std::optional<Credentials>> known = state_->credentials(name);
  if (!known) return unexpected(known.error());
  if (!*known || !state_->throttle.allows(name, address, now) ||
      !crypto::verify_password(old_password, (*known)->password)) {
    state_->throttle.failed(name, address, now);
    if (Result<void> noted = note_refusal(act::password_change_refused, name, true, address);
        !noted)
      return noted;
    return unexpected(refused());
  }
  if (Result<void> fits = check_password(new_password, name); !fits) return fits;
  std::string former;
  {
    const std::lock_guard lock(state_->mutex);
    Query query(state_->connection,
                "SELECT password || char(10) || former FROM account WHERE name = ?1",
                std::string_view(name));
    if (query.next()) former = query.text(0);
  }
  std::istringstream lines(former);
  std::string line;
  for (int i = 0; i < kept_passwords && std::getline(lines, line); ++i)
    if (crypto::verify_password(new_password, line))
      return fail(ErrorCode::invalid_input, "the password was used before", "password");
  const std::string hash = crypto::hash_password(new_password, state_->options.cost);
  const std::string here = sha256(session_id);
  return state_->transact([&]() -> Result<void> {
    Result<void> done = state_->put_password(name, hash, false);
    if (done) done = state_->end_sessions(name, here);
    return done ? state_->note(name, address, act::password_change, account_of(name)) : done;
  });
}

Result<std::string> Accounts::begin_second_factor(std::string_view name) {
  const std::string secret = crypto::random_bytes(secret_bytes);
  const Result<void> put = state_->transact([&] {
    return state_->change("UPDATE account SET pending_secret = ?2 WHERE name = ?1", name,
                          Blob{state_->sealed(secret)});
  });
  if (!put) return unexpected(put.error());
  return secret;
}

Result<void> Accounts::confirm_second_factor(std::string_view name, std::string_view code,
                                             std::string_view address) {
  std::string secret;
  {
    const std::lock_guard lock(state_->mutex);
    Query query(state_->connection, "SELECT pending_secret FROM account WHERE name = ?1", name);
    if (query.next()) secret = query.text(0);
    if (!query.ok()) return unexpected(query.error());
  }
  Result<std::string> opened = state_->unsealed(secret);
  if (!opened) return unexpected(opened.error());
  secret = std::move(*opened);
  const auto step = secret.empty()
                        ? std::nullopt
                        : crypto::matching_step(secret, code, state_->options.clock(), 0);
  if (!step) return fail(ErrorCode::forbidden, "this is not the code of the new secret", "code");
  return state_->transact([&]() -> Result<void> {
    Result<void> done = state_->change(
        "UPDATE account SET secret = pending_secret, pending_secret = x'', last_step = ?2 "
        "WHERE name = ?1",
        name, *step);
    return done ? state_->note(name, address, act::second_factor_on, account_of(name)) : done;
  });
}

Result<void> Accounts::drop_second_factor(std::string_view name, const Principal& by) {
  return state_->transact([&]() -> Result<void> {
    Result<void> done = state_->change(
        "UPDATE account SET secret = x'', pending_secret = x'', last_step = 0 WHERE name = ?1",
        name);
    return done ? state_->note(by, act::second_factor_drop, account_of(name)) : done;
  });
}

}  // namespace hb::security
