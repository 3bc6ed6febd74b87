#include "server/gate.hpp"

#include <algorithm>

#include "crypto/bytes.hpp"
#include "server/routes.hpp"

namespace hb::server {

namespace {

constexpr std::string_view cookie_name = "hb_session";
constexpr std::string_view bearer = "Bearer ";
constexpr std::string_view secret_seal = "account secret";

bool reads(Method method) { return method == Method::get || method == Method::head; }

/// In place of a type, a permission's scope may say that the type of the request is meant.
constexpr std::string_view type_of_request = "{type}";

/// "*" where the request is about every type: a Bundle, everything of a person, the history of all.
std::string_view requested_type(const Request& request) {
  const std::string_view type = request.capture("type");
  return type.empty() ? "*" : type;
}

/// What of create, read, update, delete and search a request of FHIR does.
std::string_view rights_of(const Request& request, std::string_view permission) {
  if (permission.ends_with(":read") || permission.ends_with(":export")) return "rs";
  if (request.capture("type").empty()) return "cu";
  switch (request.method) {
    case Method::post:
      return "c";
    case Method::put:
      return "cu";
    case Method::patch:
      return "u";
    default:
      return "d";
  }
}

Response log_in_first() { return refusal(401, "unauthenticated", {"请先登录", "log in first"}); }

Response not_allowed(std::string_view permission) {
  return refusal(403, "forbidden",
                 {"当前账号没有此项权限", "this account has not the right to do this"}, permission);
}

Response no_csrf_token() {
  return refusal(403, "forbidden",
                 {"缺少本次登录的校验令牌，请刷新页面后重试",
                  "the token of this session is missing; reload the page and try again"},
                 "X-CSRF-Token");
}

Response change_password_first() {
  return refusal(403, "forbidden",
                 {"请先修改初始密码", "change the password that was set for you first"},
                 "password");
}

bool is_access_word(std::string_view permission) {
  return permission == access::logged_in || permission == access::own ||
         permission == access::machine || permission == access::anybody;
}

}  // namespace

std::string_view cookie_of(const Request& request, std::string_view name) {
  std::string_view cookies = request.header("cookie");
  while (!cookies.empty()) {
    const std::size_t end = cookies.find(';');
    std::string_view one = cookies.substr(0, end);
    cookies.remove_prefix(end == cookies.npos ? cookies.size() : end + 1);
    const std::size_t start = one.find_first_not_of(' ');
    one.remove_prefix(std::min(start, one.size()));
    if (one.starts_with(name) && one.substr(name.size()).starts_with("="))
      return one.substr(name.size() + 1);
  }
  return {};
}

std::string_view session_cookie(const Request& request) { return cookie_of(request, cookie_name); }

bool is_loopback_address(std::string_view address) {
  return address.starts_with("127.") || address == "::1";
}

Gate::Gate(std::filesystem::path store, const records::Store& records,
           const scene::Catalogue& catalogue, Clock clock, bool https)
    : file_(std::move(store) / "accounts.db"),
      records_(records),
      catalogue_(catalogue),
      clock_(std::move(clock)),
      https_(https) {}

Result<bool> Gate::closed() {
  if (closed_) return true;
  const std::lock_guard lock(opening_);
  if (!accounts_) {
    std::error_code error;
    if (!std::filesystem::exists(file_, error)) {
      if (error) return fail(ErrorCode::unavailable, "the accounts cannot be read");
      return false;
    }
    security::AccountOptions options;
    options.clock = clock_;
    options.seal = [this](std::string_view secret) { return records_.seal(secret, secret_seal); };
    options.open_sealed = [this](std::string_view sealed) {
      return records_.open_sealed(sealed, secret_seal);
    };
    auto opened = security::Accounts::open(file_.string(), options);
    if (!opened) return unexpected(opened.error());
    accounts_ = std::move(*opened);
  }
  const Result<bool> empty = accounts_->empty();
  if (!empty) return unexpected(empty.error());
  if (!*empty) closed_ = true;
  return !*empty;
}

Result<void> Gate::settle(records::Store& store) {
  const Result<bool> is_closed = closed();
  if (!is_closed) return unexpected(is_closed.error());
  if (!*is_closed) return {};
  const std::lock_guard lock(settling_);
  return accounts_->settle(store);
}

Parsed<Principal> Gate::admit_token(const Request& request, std::string_view permission) {
  const auto token = accounts_->token(request.header("authorization").substr(bearer.size()));
  if (!token)
    return unexpected(token.error().code == ErrorCode::forbidden ? log_in_first()
                                                                 : outcome(token.error()));
  Principal principal{
      std::string(token_user) + token->client, {}, {}, {}, "operation", true, request.from};
  const scene::Permission* known = catalogue_.permission(permission);
  const bool of_type = known != nullptr && known->scope == type_of_request;
  const std::string_view type = of_type ? requested_type(request) : "";
  const std::string_view rights = of_type ? rights_of(request, permission) : "rs";
  // The entries of a Bundle are judged one by one.
  const bool bundle = of_type && request.method == Method::post && request.segments.size() == 1;
  const bool scoped =
      known != nullptr && !known->scope.empty() &&
      (bundle || security::scope_allows(token->scope, of_type ? type : known->scope, rights));
  if ((!of_type && !reads(request.method)) || !(scoped || permission == access::logged_in))
    return unexpected(not_allowed(permission));
  for (const scene::Permission& one : catalogue_.permissions())
    if (!one.scope.empty() && one.scope != type_of_request &&
        security::scope_allows(token->scope, one.scope, "rs"))
      principal.roles.push_back(std::string(token_user) + one.id);
  return principal;
}

Parsed<Principal> Gate::admit(const Request& request, std::string_view permission) {
  const Result<bool> is_closed = closed();
  if (!is_closed) return unexpected(outcome(is_closed.error()));
  if (permission == access::machine && !is_loopback_address(request.from))
    return unexpected(not_allowed(permission));
  if (!*is_closed) return local_principal();
  if (permission == access::anybody || permission == access::machine)
    return Principal{"anybody", {}, {}, {}, "operation", false, request.from};
  if (request.header("authorization").starts_with(bearer)) return admit_token(request, permission);

  const auto session = session_of(request);
  if (!session)
    return unexpected(session.error().code == ErrorCode::forbidden ? log_in_first()
                                                                   : outcome(session.error()));
  if (!reads(request.method) &&
      !crypto::equal_in_constant_time(request.header("x-csrf-token"), session->csrf))
    return unexpected(no_csrf_token());
  const security::User& user = session->user;
  if (user.must_change && permission != access::own) return unexpected(change_password_first());
  const scene::Role* first = user.roles.empty() ? nullptr : catalogue_.role(user.roles.front());
  Principal principal =
      security::principal_of(user, first != nullptr ? first->purpose : "operation", request.from);
  if (!is_access_word(permission) && !may(principal, permission))
    return unexpected(not_allowed(permission));
  return principal;
}

/// Roles of a token's principal are "token:" and a permission; no account's name holds a colon.
bool Gate::may(const Principal& principal, std::string_view permission) const {
  if (!closed_) return true;
  return std::ranges::any_of(principal.roles, [&](const std::string& name) {
    if (principal.user.starts_with(token_user)) return name.substr(token_user.size()) == permission;
    const scene::Role* role = catalogue_.role(name);
    return role != nullptr &&
           std::ranges::find(role->permissions, permission) != role->permissions.end();
  });
}

Result<security::Session> Gate::session_of(const Request& request) {
  const std::string_view id = session_cookie(request);
  if (id.empty()) return fail(ErrorCode::forbidden, "there is no session");
  return accounts_->session(id);
}

std::string Gate::cookie(std::string_view id) const {
  std::string text(cookie_name);
  text.append("=").append(id).append("; Path=/; HttpOnly; SameSite=Strict");
  if (https_) text += "; Secure";
  if (id.empty()) text += "; Max-Age=0";
  return text;
}

}  // namespace hb::server
