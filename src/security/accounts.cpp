#include "security/accounts.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <sstream>

#include <sys/stat.h>

#include "crypto/bytes.hpp"
#include "crypto/mac.hpp"
#include "crypto/one_time_code.hpp"
#include "records/sqlite.hpp"
#include "security/password_rules.hpp"
#include "security/schema.hpp"
#include "security/throttle.hpp"

namespace hb::security {
namespace {

using records::sqlite::Blob;
using records::sqlite::Connection;
using records::sqlite::execute;
using records::sqlite::one_integer;
using records::sqlite::Query;

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::size_t secret_bytes = 20;  ///< of one-time codes, RFC 4226 §4
constexpr std::size_t token_id_bytes = 9;
constexpr int kept_passwords = 5;
constexpr std::string_view token_prefix = "hbt_";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> split(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::string sha256(std::string_view text) { return crypto::digest(crypto::Hash::sha256, text); }

Error refused() { return {ErrorCode::forbidden, "the log-in was refused", ""}; }
Error no_session() { return {ErrorCode::forbidden, "there is no such session", ""}; }

Result<void> check_name(std::string_view name) {
  const bool fits =
      name.size() >= 2 && name.size() <= 40 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
      });
  if (fits) return {};
  return fail(ErrorCode::invalid_input,
              "a name has 2 to 40 of: small letters, digits, point, hyphen, underscore", "name");
}

Result<void> check_words(const std::vector<std::string>& words, const char* what) {
  for (const std::string& word : words)
    if (word.empty() || word.find_first_of(" \t\n") != std::string::npos)
      return fail(ErrorCode::invalid_input, "an entry is empty or holds a space", what);
  return {};
}

constexpr const char* user_columns =
    "SELECT name, display, roles, areas, organizations, locked, must_change, length(secret), "
    "created, last_login FROM account WHERE (?1 = '' OR name = ?1) ORDER BY name";

User user_of(const Query& query) {
  User user;
  user.name = query.text(0);
  user.display = query.text(1);
  user.roles = split(query.text(2));
  user.areas = split(query.text(3));
  user.organizations = split(query.text(4));
  user.locked = query.integer(5) != 0;
  user.must_change = query.integer(6) != 0;
  user.second_factor = query.integer(7) != 0;
  user.created = Instant{query.integer(8)};
  if (!query.is_null(9)) user.last_login = Instant{query.integer(9)};
  return user;
}

/// What a log-in is compared with.
struct Credentials {
  std::string password;
  std::string secret;
  std::int64_t last_step = 0;
  bool locked = false;
};

}  // namespace

struct Accounts::State {
  mutable std::mutex mutex;  // one connection; statements take microseconds, Argon2 runs outside
  mutable Connection connection;
  AccountOptions options;
  Throttle throttle;
  std::string no_password;  ///< compared with when there is no such account: same time

  State(Connection opened, const AccountOptions& given)
      : connection(std::move(opened)),
        options(given),
        no_password(crypto::hash_password("nobody's password", given.cost)) {}

  Result<std::optional<Credentials>> credentials(std::string_view name) const {
    const std::lock_guard lock(mutex);
    Query query(connection,
                "SELECT password, secret, last_step, locked FROM account WHERE name = ?1", name);
    std::optional<Credentials> found;
    if (query.next())
      found = Credentials{query.text(0), query.text(1), query.integer(2), query.integer(3) != 0};
    if (!query.ok()) return unexpected(query.error());
    return found;
  }

  Result<std::vector<User>> find(std::string_view name) const {
    const std::lock_guard lock(mutex);
    Query query(connection, user_columns, name);
    std::vector<User> users;
    while (query.next()) users.push_back(user_of(query));
    if (!query.ok()) return unexpected(query.error());
    return users;
  }

  /// A change of one account. errors  not_found
  template <class... Values>
  Result<void> change(const char* sql, const Values&... values) {
    const std::lock_guard lock(mutex);
    if (Result<void> done = execute(connection, sql, values...); !done) return done;
    if (connection.changes() > 0) return {};
    return fail(ErrorCode::not_found, "there is no such account");
  }

  Result<void> end_sessions(std::string_view name, std::string_view except) {
    const std::lock_guard lock(mutex);
    return execute(connection, "DELETE FROM session WHERE account = ?1 AND id <> ?2", name,
                   Blob{except});
  }

  /// Sets a password and keeps the former ones' hashes.
  Result<void> put_password(std::string_view name, const std::string& hash, bool must_change) {
    return change(
        "UPDATE account SET former = substr(password || char(10) || former, 1, 2000), "
        "password = ?2, must_change = ?3 WHERE name = ?1",
        name, std::string_view(hash), must_change ? 1 : 0);
  }

  bool fits(const Credentials& known, std::string_view password, std::string_view code,
            std::optional<std::int64_t>& step) const {
    const bool right = crypto::verify_password(password, known.password);
    if (known.locked || !right) return false;
    if (known.secret.empty()) return true;
    step = crypto::matching_step(known.secret, code, options.clock(), known.last_step);
    return step.has_value();
  }

  Result<std::string> begin_session(std::string_view name, std::optional<std::int64_t> step) {
    const std::string id = crypto::random_token();
    const std::string hash = sha256(id);
    const std::int64_t now = options.clock().micros;
    const std::lock_guard lock(mutex);
    if (step) {  // once only, also when two log-ins race
      Result<void> used = execute(
          connection, "UPDATE account SET last_step = ?2 WHERE name = ?1 AND last_step < ?2", name,
          *step);
      if (!used) return unexpected(used.error());
      if (connection.changes() == 0) return unexpected(refused());
    }
    Result<void> done = execute(
        connection, "INSERT INTO session (id, account, began, used) VALUES (?1, ?2, ?3, ?3)",
        Blob{hash}, name, now);
    if (done)
      done = execute(connection, "UPDATE account SET last_login = ?2 WHERE name = ?1", name, now);
    if (!done) return unexpected(done.error());
    return id;
  }
};

Accounts::Accounts(std::unique_ptr<State> state) : state_(std::move(state)) {}
Accounts::~Accounts() = default;

Result<std::unique_ptr<Accounts>> Accounts::open(const std::string& path,
                                                 const AccountOptions& options) {
  Result<Connection> connection = Connection::open(path, Connection::Mode::create);
  if (!connection) return unexpected(connection.error());
  ::chmod(path.c_str(), S_IRUSR | S_IWUSR);
  Result<void> ready = connection->run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000");
  if (!ready) return unexpected(ready.error());
  const Result<int> version = records::migrate(*connection, account_migrations);
  if (!version) return unexpected(version.error());
  return std::unique_ptr<Accounts>(
      new Accounts(std::make_unique<State>(std::move(*connection), options)));
}

Result<bool> Accounts::empty() const {
  const std::lock_guard lock(state_->mutex);
  const Result<std::int64_t> count =
      one_integer(state_->connection, 0, "SELECT count(*) FROM account");
  if (!count) return unexpected(count.error());
  return *count == 0;
}

Result<void> Accounts::add(const User& user, std::string_view password) {
  for (const Result<void>& checked :
       {check_name(user.name), check_password(password, user.name),
        check_words(user.roles, "roles"), check_words(user.areas, "areas"),
        check_words(user.organizations, "organizations")})
    if (!checked) return checked;
  if (user.roles.empty())
    return fail(ErrorCode::invalid_input, "an account needs at least one role", "roles");
  const std::string hash = crypto::hash_password(password, state_->options.cost);
  const std::string roles = joined(user.roles);
  const std::string areas = joined(user.areas);
  const std::string organizations = joined(user.organizations);
  const std::lock_guard lock(state_->mutex);
  Result<void> added = execute(
      state_->connection,
      "INSERT INTO account (name, display, roles, areas, organizations, password, former, locked, "
      "must_change, secret, pending_secret, last_step, created) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, '', 0, ?7, x'', x'', 0, ?8) ON CONFLICT DO NOTHING",
      std::string_view(user.name), std::string_view(user.display), std::string_view(roles),
      std::string_view(areas), std::string_view(organizations), std::string_view(hash),
      user.must_change ? 1 : 0, state_->options.clock().micros);
  if (!added) return added;
  if (state_->connection.changes() > 0) return {};
  return fail(ErrorCode::conflict, "the name is taken", "name");
}

Result<std::string> Accounts::reset(std::string_view name) {
  std::string password = first_password(name);
  const std::string hash = crypto::hash_password(password, state_->options.cost);
  if (Result<void> put = state_->put_password(name, hash, true); !put)
    return unexpected(put.error());
  if (Result<void> ended = state_->end_sessions(name, ""); !ended) return unexpected(ended.error());
  return password;
}

Result<void> Accounts::lock(std::string_view name, bool locked) {
  if (Result<void> done =
          state_->change("UPDATE account SET locked = ?2 WHERE name = ?1", name, locked ? 1 : 0);
      !done)
    return done;
  return locked ? state_->end_sessions(name, "") : Result<void>();
}

Result<void> Accounts::set_rights(std::string_view name, const std::vector<std::string>& roles,
                                  const std::vector<std::string>& areas,
                                  const std::vector<std::string>& organizations) {
  for (const Result<void>& checked : {check_words(roles, "roles"), check_words(areas, "areas"),
                                      check_words(organizations, "organizations")})
    if (!checked) return checked;
  const std::string role_text = joined(roles);
  const std::string area_text = joined(areas);
  const std::string organization_text = joined(organizations);
  return state_->change(
      "UPDATE account SET roles = ?2, areas = ?3, organizations = ?4 WHERE name = ?1", name,
      std::string_view(role_text), std::string_view(area_text),
      std::string_view(organization_text));
}

Result<void> Accounts::end_sessions(std::string_view name) {
  if (const Result<User> known = user(name); !known) return unexpected(known.error());
  return state_->end_sessions(name, "");
}

Result<std::vector<User>> Accounts::users() const { return state_->find(""); }

Result<User> Accounts::user(std::string_view name) const {
  const Result<std::vector<User>> found = name.empty() ? std::vector<User>() : state_->find(name);
  if (!found) return unexpected(found.error());
  if (found->empty()) return fail(ErrorCode::not_found, "there is no such account");
  return found->front();
}

Result<std::string> Accounts::log_in(std::string_view name, std::string_view password,
                                     std::string_view code, std::string_view address) {
  const Instant now = state_->options.clock();
  const bool allowed = state_->throttle.allows(name, address, now);
  const Result<std::optional<Credentials>> known = state_->credentials(name);
  if (!known) return unexpected(known.error());
  std::optional<std::int64_t> step;
  const bool fits = state_->fits(known->value_or(Credentials{state_->no_password, "", 0, true}),
                                 password, code, step);
  if (!allowed || !fits) {
    state_->throttle.failed(name, address, now);
    return unexpected(refused());
  }
  state_->throttle.succeeded(name, address);
  if (crypto::is_outdated((*known)->password, state_->options.cost)) {
    const std::string hash = crypto::hash_password(password, state_->options.cost);
    // No matter if this fails: the old hash still fits.
    (void)state_->change("UPDATE account SET password = ?2 WHERE name = ?1", name,
                         std::string_view(hash));
  }
  return state_->begin_session(name, step);
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

Result<void> Accounts::log_out(std::string_view id) {
  const std::string hash = sha256(id);
  const std::lock_guard lock(state_->mutex);
  return execute(state_->connection, "DELETE FROM session WHERE id = ?1", Blob{hash});
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
  if (Result<void> put = state_->put_password(name, hash, false); !put) return put;
  return state_->end_sessions(name, sha256(session_id));
}

Result<std::string> Accounts::begin_second_factor(std::string_view name) {
  const std::string secret = crypto::random_bytes(secret_bytes);
  if (Result<void> put = state_->change("UPDATE account SET pending_secret = ?2 WHERE name = ?1",
                                        name, Blob{secret});
      !put)
    return unexpected(put.error());
  return secret;
}

Result<void> Accounts::confirm_second_factor(std::string_view name, std::string_view code) {
  std::string secret;
  {
    const std::lock_guard lock(state_->mutex);
    Query query(state_->connection, "SELECT pending_secret FROM account WHERE name = ?1", name);
    if (query.next()) secret = query.text(0);
    if (!query.ok()) return unexpected(query.error());
  }
  const auto step = secret.empty()
                        ? std::nullopt
                        : crypto::matching_step(secret, code, state_->options.clock(), 0);
  if (!step) return fail(ErrorCode::forbidden, "this is not the code of the new secret", "code");
  return state_->change(
      "UPDATE account SET secret = pending_secret, pending_secret = x'', last_step = ?2 "
      "WHERE name = ?1",
      name, *step);
}

Result<void> Accounts::drop_second_factor(std::string_view name) {
  return state_->change(
      "UPDATE account SET secret = x'', pending_secret = x'', last_step = 0 WHERE name = ?1", name);
}

Result<std::string> Accounts::create_token(std::string_view client, std::string_view scope,
                                           std::int64_t valid_seconds) {
  if (client.empty() || client.size() > 100)
    return fail(ErrorCode::invalid_input, "a client has a name of 1 to 100 bytes", "client");
  if (Result<void> fits = check_scope(scope); !fits) return unexpected(fits.error());
  const std::string id = crypto::to_hex(crypto::random_bytes(token_id_bytes));
  const std::string secret = crypto::random_token();
  const std::string hash = sha256(secret);
  const std::int64_t now = state_->options.clock().micros;
  const std::lock_guard lock(state_->mutex);
  Result<void> put = execute(state_->connection,
                             "INSERT INTO token (id, hash, client, scope, created, expires) "
                             "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                             std::string_view(id), Blob{hash}, client, scope, now,
                             now + valid_seconds * micros_per_second);
  if (!put) return unexpected(put.error());
  return std::string(token_prefix) + id + "_" + secret;
}

namespace {

constexpr const char* token_columns =
    "SELECT id, client, scope, created, expires, revoked, used, hash FROM token "
    "WHERE (?1 = '' OR id = ?1) ORDER BY created, id";

ApiToken token_of(const Query& query) {
  ApiToken token;
  token.id = query.text(0);
  token.client = query.text(1);
  token.scope = query.text(2);
  token.created = Instant{query.integer(3)};
  token.expires = Instant{query.integer(4)};
  if (!query.is_null(5)) token.revoked = Instant{query.integer(5)};
  if (!query.is_null(6)) token.last_used = Instant{query.integer(6)};
  return token;
}

}  // namespace

Result<std::vector<ApiToken>> Accounts::tokens() const {
  const std::lock_guard lock(state_->mutex);
  Query query(state_->connection, token_columns, std::string_view());
  std::vector<ApiToken> tokens;
  while (query.next()) tokens.push_back(token_of(query));
  if (!query.ok()) return unexpected(query.error());
  return tokens;
}

Result<void> Accounts::revoke_token(std::string_view id) {
  const std::lock_guard lock(state_->mutex);
  Result<void> done =
      execute(state_->connection, "UPDATE token SET revoked = coalesce(revoked, ?2) WHERE id = ?1",
              id, state_->options.clock().micros);
  if (!done) return done;
  if (state_->connection.changes() > 0) return {};
  return fail(ErrorCode::not_found, "there is no such token");
}

Result<ApiToken> Accounts::token(std::string_view text) {
  const Error refusal{ErrorCode::forbidden, "the token is not valid", ""};
  if (!text.starts_with(token_prefix)) return unexpected(refusal);
  text.remove_prefix(token_prefix.size());
  const std::size_t bar = text.find('_');
  if (bar == 0 || bar == std::string_view::npos) return unexpected(refusal);
  const std::string_view id = text.substr(0, bar);
  const std::string hash = sha256(text.substr(bar + 1));
  const std::int64_t now = state_->options.clock().micros;
  const std::lock_guard lock(state_->mutex);
  Query query(state_->connection, token_columns, id);
  if (!query.next()) return unexpected(query.ok() ? refusal : query.error());
  const ApiToken token = token_of(query);
  if (!crypto::equal_in_constant_time(query.bytes(7), hash) || token.revoked ||
      now >= token.expires.micros)
    return unexpected(refusal);
  if (!token.last_used || now - token.last_used->micros > 60 * micros_per_second)
    if (Result<void> noted =
            execute(state_->connection, "UPDATE token SET used = ?2 WHERE id = ?1", id, now);
        !noted)
      return unexpected(noted.error());
  return token;
}

std::string first_password(std::string_view account) {
  std::string password;
  do password = "Aa7-" + crypto::random_token(12);  // one of each kind, 96 random bits
  while (!check_password(password, account));
  return password;
}

Principal principal_of(const User& user, std::string purpose, std::string from) {
  Principal principal;
  principal.user = user.name;
  principal.roles = user.roles;
  principal.areas = user.areas;
  principal.organizations = user.organizations;
  principal.purpose = std::move(purpose);
  principal.unrestricted = user.areas.size() == 1 && user.areas.front() == "*";
  if (principal.unrestricted) principal.areas.clear();
  principal.from = std::move(from);
  return principal;
}

}  // namespace hb::security
