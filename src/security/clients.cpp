#include <algorithm>
#include <sstream>

#include "security/accounts_state.hpp"
#include "security/jwt.hpp"

namespace hb::security {

using records::sqlite::execute;
using records::sqlite::Query;

namespace {

constexpr std::int64_t grant_seconds = 300;
constexpr std::int64_t kept_seconds = 86'400;  ///< of a granted token after it has expired
constexpr std::size_t longest_jti = 200;
constexpr std::string_view assertion_algorithms[] = {"RS384", "ES384"};

std::string client_of(std::string_view id) { return "client " + std::string(id); }

/// The parts of a scope that the client may have.
std::string granted_scope(std::string_view asked, std::string_view most) {
  std::istringstream parts{std::string(asked)};
  std::string granted;
  for (std::string part; parts >> part;) {
    if (!check_scope(part)) continue;  // scopes that mean nothing here are left out
    const std::size_t slash = part.find('/');
    const std::size_t point = part.rfind('.');
    if (scope_allows(most, part.substr(slash + 1, point - slash - 1), part.substr(point + 1)))
      granted += (granted.empty() ? "" : " ") + part;
  }
  return granted;
}

Client client_of(const Query& query) {
  Client client{query.text(0), query.text(1), query.text(2), Instant{query.integer(3)}, {}};
  if (!query.is_null(4)) client.last_used = Instant{query.integer(4)};
  return client;
}

Error not_taken() { return {ErrorCode::forbidden, "the assertion was taken before", "jti"}; }

}  // namespace

Result<void> Accounts::add_client(const Client& client, const Principal& by) {
  if (Result<void> fits = check_name(client.id); !fits) {
    fits.error().where = "client";
    return fits;
  }
  if (Result<void> fits = check_scope(client.scope); !fits) return fits;
  if (auto keys = read_web_keys(client.keys); !keys) return unexpected(keys.error());
  return state_->transact([&]() -> Result<void> {
    Result<void> added =
        execute(state_->connection,
                "INSERT INTO client (id, scope, keys, created) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT DO NOTHING",
                std::string_view(client.id), std::string_view(client.scope),
                std::string_view(client.keys), state_->options.clock().micros);
    if (!added) return added;
    if (state_->connection.changes() == 0)
      return fail(ErrorCode::conflict, "the client is registered already", "client");
    return state_->note(by, act::client_add, client_of(client.id) + " scope " + client.scope);
  });
}

Result<std::vector<Client>> Accounts::clients() const {
  const std::lock_guard lock(state_->mutex);
  Query query(state_->connection, "SELECT id, scope, keys, created, used FROM client ORDER BY id");
  std::vector<Client> clients;
  while (query.next()) clients.push_back(client_of(query));
  if (!query.ok()) return unexpected(query.error());
  return clients;
}

Result<void> Accounts::remove_client(std::string_view id, const Principal& by) {
  return state_->transact([&]() -> Result<void> {
    Result<void> done = state_->change("DELETE FROM client WHERE id = ?1", id);
    if (!done) return fail(done.error().code, "there is no such client", "client");
    done = execute(state_->connection,
                   "UPDATE token SET revoked = ?2 WHERE client = ?1 AND granted = 1 AND revoked IS "
                   "NULL",
                   id, state_->options.clock().micros);
    return done ? state_->note(by, act::client_remove, client_of(id)) : done;
  });
}

Result<Grant> Accounts::grant(std::string_view assertion, std::string_view scope,
                              std::string_view audience, std::string_view address) {
  Client client;
  Result<Jwt> token = read_jwt(assertion);
  Result<void> proven = token ? prove_client(*token, audience, client)
                              : fail(ErrorCode::forbidden, token.error().message);
  Grant granted{"", granted_scope(scope, client.scope), grant_seconds};
  if (proven && granted.scope.empty())
    proven = fail(ErrorCode::invalid_input, "nothing of the scope can be given", "scope");
  if (proven) proven = put_grant(*token, client, granted, address);
  if (proven) return granted;
  // Whoever sends it is named only when the client is known.
  const Result<void> noted = state_->transact([&] {
    return state_->note("anybody", address, act::token_grant_refused,
                        client_of(client.id.empty() ? "unknown" : client.id));
  });
  return unexpected(noted ? proven.error() : noted.error());
}

Result<void> Accounts::prove_client(const Jwt& token, std::string_view audience, Client& client) {
  {
    const std::lock_guard lock(state_->mutex);
    Query query(state_->connection,
                "SELECT id, scope, keys, created, used FROM client WHERE id = ?1",
                std::string_view(token.issuer));
    if (query.next()) client = client_of(query);
    if (!query.ok()) return unexpected(query.error());
  }
  if (client.id.empty() || token.subject != client.id)
    return fail(ErrorCode::forbidden, "the assertion is of no client that is registered", "iss");
  if (token.id.empty() || token.id.size() > longest_jti)
    return fail(ErrorCode::forbidden, "the assertion has no jti of 1 to 200 bytes", "jti");
  const auto keys = read_web_keys(client.keys);
  if (!keys) return unexpected(keys.error());
  JwtDemands demands;
  demands.algorithms.assign(std::begin(assertion_algorithms), std::end(assertion_algorithms));
  demands.issuer = client.id;
  demands.audience = audience;
  demands.longest_seconds = grant_seconds;
  return prove_jwt(token, *keys, demands, state_->options.clock());
}

/// Takes the assertion, once, and makes the token.
Result<void> Accounts::put_grant(const Jwt& assertion, const Client& client, Grant& granted,
                                 std::string_view address) {
  const std::int64_t now = state_->options.clock().micros;
  // Kept as long as the assertion could be taken for valid: its leeway is well within a minute.
  const std::int64_t forget = (*assertion.expires + 60) * micros_per_second;
  records::sqlite::Connection& connection = state_->connection;
  return state_->transact([&]() -> Result<void> {
    Result<void> done = execute(connection, "DELETE FROM assertion WHERE expires < ?1", now);
    if (done)
      done = execute(connection, "DELETE FROM token WHERE granted = 1 AND expires < ?1",
                     now - kept_seconds * micros_per_second);
    if (done)
      done = execute(connection,
                     "INSERT INTO assertion (client, jti, expires) VALUES (?1, ?2, ?3) "
                     "ON CONFLICT DO NOTHING",
                     std::string_view(client.id), std::string_view(assertion.id), forget);
    if (!done) return done;
    if (connection.changes() == 0) return unexpected(not_taken());
    done = execute(connection, "UPDATE client SET used = ?2 WHERE id = ?1",
                   std::string_view(client.id), now);
    if (!done) return done;
    std::string id;
    Result<std::string> made =
        state_->put_token(client.id, granted.scope, granted.seconds, true, id);
    if (!made) return unexpected(made.error());
    granted.token = std::move(*made);
    return state_->note(client_of(client.id), address, act::token_grant,
                        "token " + id + " client " + client.id + " scope " + granted.scope);
  });
}

}  // namespace hb::security
