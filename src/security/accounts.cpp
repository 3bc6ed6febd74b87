#include "security/accounts.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <thread>

#include "crypto/bytes.hpp"
#include "crypto/mac.hpp"
#include "records/store.hpp"
#include "security/accounts_state.hpp"
#include "security/password_rules.hpp"
#include "security/schema.hpp"

namespace hb::security {
namespace {

using records::sqlite::Blob;
using records::sqlite::Connection;
using records::sqlite::execute;
using records::sqlite::one_integer;
using records::sqlite::Query;

constexpr std::int64_t acts_at_once = 1'000;

std::vector<std::string> split(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

Result<void> check_words(const std::vector<std::string>& words, const char* what) {
  for (const std::string& word : words)
    if (word.empty() || word.find_first_of(" \t\n") != std::string::npos)
      return fail(ErrorCode::invalid_input, "an entry is empty or holds a space", what);
  return {};
}

Result<void> check_rights(const User& user) {
  for (const Result<void>& checked :
       {check_words(user.roles, "roles"), check_words(user.areas, "areas"),
        check_words(user.organizations, "organizations")})
    if (!checked) return checked;
  if (user.roles.empty())
    return fail(ErrorCode::invalid_input, "an account needs at least one role", "roles");
  for (const std::string& area : user.areas)
    if (area != "*" && (area.size() < 2 || area.size() > 12 ||
                        area.find_first_not_of("0123456789") != std::string::npos))
      return fail(ErrorCode::invalid_input, "an area is 2 to 12 digits, or * for all", "areas");
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

}  // namespace

Result<void> check_name(std::string_view name) {
  const bool fits =
      name.size() >= 2 && name.size() <= 40 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
      });
  if (fits) return {};
  return fail(ErrorCode::invalid_input,
              "a name has 2 to 40 of: small letters, digits, point, hyphen, underscore", "name");
}

std::string rights_of(const User& user) {
  const auto shown = [](const std::vector<std::string>& words) {
    return words.empty() ? std::string("-") : joined(words);
  };
  return account_of(user.name) + " roles " + shown(user.roles) + " areas " + shown(user.areas) +
         " organizations " + shown(user.organizations);
}

Accounts::State::State(Connection opened, const AccountOptions& given)
    : connection(std::move(opened)),
      options(given),
      no_password(crypto::hash_of_nothing(given.cost)) {}

Result<std::vector<User>> Accounts::State::find(std::string_view name) const {
  const std::lock_guard lock(mutex);
  Query query(connection, user_columns, name);
  std::vector<User> users;
  while (query.next()) users.push_back(user_of(query));
  if (!query.ok()) return unexpected(query.error());
  return users;
}

Result<void> Accounts::State::note(std::string_view by, std::string_view from,
                                   std::string_view action, std::string_view what) {
  return execute(connection,
                 "INSERT INTO act (id, at, account, source, action, what) "
                 "SELECT coalesce(max(id), 0) + 1, ?1, ?2, ?3, ?4, ?5 FROM act",
                 options.clock().micros, by, from, action, what);
}

Result<void> Accounts::State::end_sessions(std::string_view name, std::string_view except) {
  return execute(connection, "DELETE FROM session WHERE account = ?1 AND id <> ?2", name,
                 Blob{except});
}

Result<void> Accounts::State::put_password(std::string_view name, std::string_view hash,
                                           bool must_change) {
  return change(
      "UPDATE account SET former = substr(password || char(10) || former, 1, 2000), "
      "password = ?2, must_change = ?3 WHERE name = ?1",
      name, hash, must_change ? 1 : 0);
}

std::string sha256(std::string_view text) { return crypto::digest(crypto::Hash::sha256, text); }

std::string account_of(std::string_view name) { return "account " + std::string(name); }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Error refused() { return {ErrorCode::forbidden, "the log-in was refused", ""}; }

Accounts::Accounts(std::unique_ptr<State> state) : state_(std::move(state)) {}
Accounts::~Accounts() = default;

namespace {

/// Of several that turn a new file to write-ahead logging at once SQLite refuses all but one
/// without waiting, whatever its timeout: they try again.
Result<void> set_up(Connection& connection) {
  constexpr int attempts = 250;
  Result<void> ready;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    ready = connection.run(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
        "PRAGMA secure_delete = ON");
    if (ready || ready.error().code != ErrorCode::unavailable) return ready;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return ready;
}

}  // namespace

Result<std::unique_ptr<Accounts>> Accounts::open(const std::string& path,
                                                 const AccountOptions& options) {
  Result<Connection> connection = Connection::open(path, Connection::Mode::create);
  if (!connection) return unexpected(connection.error());
  ::chmod(path.c_str(), S_IRUSR | S_IWUSR);
  if (Result<void> ready = set_up(*connection); !ready) return unexpected(ready.error());
  const Result<int> version = records::migrate(*connection, account_migrations);
  if (!version) return unexpected(version.error());
  auto state = std::make_unique<State>(std::move(*connection), options);
  if (Result<void> sealed = state->seal_former(); !sealed) return unexpected(sealed.error());
  return std::unique_ptr<Accounts>(new Accounts(std::move(state)));
}

Result<bool> Accounts::empty() const {
  const std::lock_guard lock(state_->mutex);
  const Result<std::int64_t> count =
      one_integer(state_->connection, 0, "SELECT count(*) FROM account");
  if (!count) return unexpected(count.error());
  return *count == 0;
}

Result<void> Accounts::add(const User& user, std::string_view password, const Principal& by) {
  for (const Result<void>& checked :
       {check_name(user.name), check_password(password, user.name), check_rights(user)})
    if (!checked) return checked;
  return put(user, crypto::hash_password(password, state_->options.cost), by);
}

Result<void> Accounts::add_alike(const std::vector<User>& users, std::string_view password,
                                 const Principal& by) {
  for (const User& user : users)
    for (const Result<void>& checked :
         {check_name(user.name), check_password(password, user.name), check_rights(user)})
      if (!checked) return checked;
  const std::string hash = crypto::hash_password(password, state_->options.cost);
  for (const User& user : users)
    if (Result<void> added = put(user, hash, by); !added) return added;
  return {};
}

Result<void> Accounts::put(const User& user, std::string_view hash, const Principal& by) {
  const std::string roles = joined(user.roles);
  const std::string areas = joined(user.areas);
  const std::string organizations = joined(user.organizations);
  return state_->transact([&]() -> Result<void> {
    Result<void> added = execute(
        state_->connection,
        "INSERT INTO account (name, display, roles, areas, organizations, password, former, "
        "locked, must_change, secret, pending_secret, last_step, created) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, '', 0, ?7, x'', x'', 0, ?8) ON CONFLICT DO NOTHING",
        std::string_view(user.name), std::string_view(user.display), std::string_view(roles),
        std::string_view(areas), std::string_view(organizations), hash, user.must_change ? 1 : 0,
        state_->options.clock().micros);
    if (!added) return added;
    if (state_->connection.changes() == 0)
      return fail(ErrorCode::conflict, "the name is taken", "name");
    return state_->note(by, act::user_add, rights_of(user));
  });
}

Result<std::string> Accounts::reset(std::string_view name, const Principal& by) {
  std::string password = first_password(name);
  const std::string hash = crypto::hash_password(password, state_->options.cost);
  const Result<void> done = state_->transact([&]() -> Result<void> {
    Result<void> put = state_->put_password(name, hash, true);
    if (put) put = state_->end_sessions(name, "");
    return put ? state_->note(by, act::user_reset, account_of(name)) : put;
  });
  if (!done) return unexpected(done.error());
  return password;
}

Result<void> Accounts::lock(std::string_view name, bool locked, const Principal& by) {
  return state_->transact([&]() -> Result<void> {
    Result<void> done =
        state_->change("UPDATE account SET locked = ?2 WHERE name = ?1", name, locked ? 1 : 0);
    if (done && locked) done = state_->end_sessions(name, "");
    return done ? state_->note(by, locked ? act::user_lock : act::user_unlock, account_of(name))
                : done;
  });
}

Result<void> Accounts::set_rights(std::string_view name, const std::vector<std::string>& roles,
                                  const std::vector<std::string>& areas,
                                  const std::vector<std::string>& organizations,
                                  const Principal& by) {
  User user;
  user.name = name;
  user.roles = roles;
  user.areas = areas;
  user.organizations = organizations;
  if (Result<void> fits = check_rights(user); !fits) return fits;
  const std::string role_text = joined(roles);
  const std::string area_text = joined(areas);
  const std::string organization_text = joined(organizations);
  return state_->transact([&]() -> Result<void> {
    Result<void> done = state_->change(
        "UPDATE account SET roles = ?2, areas = ?3, organizations = ?4 WHERE name = ?1", name,
        std::string_view(role_text), std::string_view(area_text),
        std::string_view(organization_text));
    return done ? state_->note(by, act::user_rights, rights_of(user)) : done;
  });
}

Result<void> Accounts::end_sessions(std::string_view name, const Principal& by) {
  if (const Result<User> known = user(name); !known) return unexpected(known.error());
  return state_->transact([&]() -> Result<void> {
    const Result<void> done = state_->end_sessions(name, "");
    return done ? state_->note(by, act::sessions_end, account_of(name)) : done;
  });
}

Result<std::vector<User>> Accounts::users() const { return state_->find(""); }

Result<User> Accounts::user(std::string_view name) const {
  const Result<std::vector<User>> found = name.empty() ? std::vector<User>() : state_->find(name);
  if (!found) return unexpected(found.error());
  if (found->empty()) return fail(ErrorCode::not_found, "there is no such account");
  return found->front();
}

Result<std::vector<Act>> Accounts::acts(std::int64_t limit) const {
  const std::lock_guard lock(state_->mutex);
  Query query(state_->connection,
              "SELECT id, at, account, source, action, what FROM act ORDER BY id LIMIT ?1", limit);
  std::vector<Act> acts;
  while (query.next())
    acts.push_back({query.integer(0), Instant{query.integer(1)}, query.text(2), query.text(3),
                    query.text(4), query.text(5)});
  if (!query.ok()) return unexpected(query.error());
  return acts;
}

Result<void> Accounts::settle(records::Store& store) {
  while (true) {
    const Result<std::vector<Act>> waiting = acts(acts_at_once);
    if (!waiting) return unexpected(waiting.error());
    if (waiting->empty()) return {};
    std::vector<records::Store::AuditEntry> entries;
    for (const Act& one : *waiting)
      entries.push_back({one.at, one.by, "account", one.action, one.what, one.from});
    if (Result<void> noted = store.note_acts(std::move(entries)); !noted) return noted;
    const Result<void> gone = state_->transact([&] {
      return execute(state_->connection, "DELETE FROM act WHERE id <= ?1", waiting->back().id);
    });
    if (!gone) return gone;
  }
}

Principal console() {
  Principal who = Principal::system("account");
  const passwd* user = getpwuid(geteuid());
  who.user = "console:" + std::string(user != nullptr ? user->pw_name : "unknown");
  return who;
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
