#include "crypto/bytes.hpp"
#include "security/accounts_state.hpp"

namespace hb::security {

using records::sqlite::Blob;
using records::sqlite::execute;
using records::sqlite::Query;

namespace {

constexpr std::size_t token_id_bytes = 9;
constexpr std::string_view token_prefix = "hbt_";

std::string token_of(std::string_view id, std::string_view client) {
  return std::string("token ").append(id).append(" client ").append(client);
}

}  // namespace

Result<std::string> Accounts::State::put_token(std::string_view client, std::string_view scope,
                                               std::int64_t valid_seconds, bool granted,
                                               std::string& id) {
  id = crypto::to_hex(crypto::random_bytes(token_id_bytes));
  const std::string secret = crypto::random_token();
  const std::string hash = sha256(secret);
  const std::int64_t now = options.clock().micros;
  const Result<void> done =
      execute(connection,
              "INSERT INTO token (id, hash, client, scope, created, expires, granted) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
              std::string_view(id), Blob{hash}, client, scope, now,
              now + valid_seconds * micros_per_second, granted ? 1 : 0);
  if (!done) return unexpected(done.error());
  return std::string(token_prefix) + id + "_" + secret;
}

Result<std::string> Accounts::create_token(std::string_view client, std::string_view scope,
                                           std::int64_t valid_seconds, const Principal& by) {
  if (client.empty() || client.size() > 100)
    return fail(ErrorCode::invalid_input, "a client has a name of 1 to 100 bytes", "client");
  if (Result<void> fits = check_scope(scope); !fits) return unexpected(fits.error());
  std::string token;
  const Result<void> put = state_->transact([&]() -> Result<void> {
    std::string id;
    Result<std::string> made = state_->put_token(client, scope, valid_seconds, false, id);
    if (!made) return unexpected(made.error());
    token = std::move(*made);
    return state_->note(by, act::token_create,
                        token_of(id, client) + " scope " + std::string(scope));
  });
  if (!put) return unexpected(put.error());
  return token;
}

namespace {

constexpr const char* token_columns =
    "SELECT id, client, scope, created, expires, revoked, used, hash FROM token "
    "WHERE (?1 = '' OR id = ?1) ORDER BY created, id";

ApiToken read_token(const Query& query) {
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
  while (query.next()) tokens.push_back(read_token(query));
  if (!query.ok()) return unexpected(query.error());
  return tokens;
}

Result<void> Accounts::revoke_token(std::string_view id, const Principal& by) {
  return state_->transact([&]() -> Result<void> {
    std::string client;
    {
      Query query(state_->connection,
                  "UPDATE token SET revoked = coalesce(revoked, ?2) WHERE id = ?1 RETURNING client",
                  id, state_->options.clock().micros);
      while (query.next()) client = query.text(0);
      if (!query.ok()) return unexpected(query.error());
    }
    if (client.empty()) return fail(ErrorCode::not_found, "there is no such token");
    return state_->note(by, act::token_revoke, token_of(id, client));
  });
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
  const ApiToken token = read_token(query);
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

}  // namespace hb::security
