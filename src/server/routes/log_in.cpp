#include <spdlog/spdlog.h>
#include <boost/json.hpp>

#include "crypto/bytes.hpp"
#include "server/demo_accounts.hpp"
#include "server/json.hpp"
#include "server/routes.hpp"

namespace hb::server {

namespace {

constexpr std::string_view browser_cookie = "hb_login";
constexpr std::string_view assertion_type =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The path of ours that a log-in leads to: nothing that a browser could take for another site.
std::string own_path(std::string_view wanted) {
  const bool own = wanted.starts_with('/') && !wanted.starts_with("//") &&
                   wanted.find_first_of("\\\r\n\t") == wanted.npos && wanted.size() <= 500;
  return own ? std::string(wanted) : "/";
}

Response redirect(const std::string& location) {
  Response response;
  response.status = 303;
  response.headers.emplace_back("Location", location);
  return response;
}

std::string callback_of(const Services& services, std::string_view provider) {
  return services.base_url() + "/auth/" + std::string(provider) + "/callback";
}

std::string login_cookie(const Services& services, std::string_view value) {
  // Lax: the provider's site sends the browser back to us, and the cookie has to come along.
  std::string text(browser_cookie);
  text.append("=").append(value).append("; Path=/auth; HttpOnly; SameSite=Lax; Max-Age=");
  text.append(value.empty() ? "0" : "600");
  if (services.gate.https()) text += "; Secure";
  return text;
}

/// The operator's log says why; the reader is told that it did not work.
Response vouched_refused(const Error& error, std::string_view provider) {
  spdlog::warn("{}", json::serialize(json::object{{"event", "log-in-refused"},
                                                  {"provider", provider},
                                                  {"message", error.message},
                                                  {"where", error.where}}));
  return redirect(error.code == ErrorCode::unavailable ? "/?login=unavailable" : "/?login=refused");
}

Response oauth_error(int status, std::string_view code, std::string_view description) {
  return json_response(status, json::object{{"error", code}, {"error_description", description}});
}

}  // namespace

/// GET /api/log-in: what the log-in page offers
Response get_log_in(Request& request, const Principal&, Services& services) {
  json::array providers;
  if (services.open_id)
    for (const security::Provider& one : services.open_id->providers())
      providers.push_back(json::object{{"id", one.id}, {"name", texts(one.name)}});
  json::object body{{"providers", std::move(providers)}, {"demo", nullptr}};
  if (services.hub.store().info().simulated && is_loopback_address(request.from))
    if (auto demo = demo_accounts(services)) body["demo"] = std::move(*demo);
  return json_response(200, body);
}

/// GET /auth/{provider}/start?to=/residents: sends the browser to the identity provider
Response start_log_in(Request& request, const Principal&, Services& services) {
  const std::string provider(request.capture("provider"));
  if (!services.open_id || !services.gate.closed().value_or(false))
    return not_found({"此登录方式", "such way to log in"});
  const auto begun = services.open_id->begin(provider, callback_of(services, provider),
                                             own_path(request.query("to").value_or("/")));
  if (!begun && begun.error().code == ErrorCode::not_found)
    return not_found({"此登录方式", "such way to log in"});
  if (!begun) return vouched_refused(begun.error(), provider);
  Response response = redirect(begun->location);
  response.headers.emplace_back("Set-Cookie", login_cookie(services, begun->browser));
  return response;
}

/// GET /auth/{provider}/callback: the identity provider's answer begins a session
Response finish_log_in(Request& request, const Principal&, Services& services) {
  const std::string provider(request.capture("provider"));
  if (!services.open_id || !services.gate.closed().value_or(false))
    return not_found({"此登录方式", "such way to log in"});
  const auto parameter = [&](const char* name) {
    return std::string(request.query(name).value_or(""));
  };
  const auto finished = services.open_id->finish(
      provider, {parameter("state"), parameter("code"), parameter("iss"), parameter("error"),
                 std::string(cookie_of(request, browser_cookie))});
  if (!finished) return vouched_refused(finished.error(), provider);
  security::Accounts& accounts = services.gate.accounts();
  const auto id = accounts.log_in_vouched(finished->vouched, request.from);
  if (!id) return vouched_refused(id.error(), provider);
  if (const std::string_view former = session_cookie(request); !former.empty())
    if (const Result<void> ended = accounts.log_out(former, request.from); !ended)
      return outcome(ended.error());
  Response response = redirect(finished->return_to);
  response.headers.emplace_back("Set-Cookie", services.gate.cookie(*id));
  response.headers.emplace_back("Set-Cookie", login_cookie(services, ""));
  return response;
}

/// GET /.well-known/smart-configuration, also below /fhir (SMART App Launch 2.2)
Response get_smart_configuration(Request&, const Principal&, Services& services) {
  const json::array algorithms{"RS384", "ES384"};
  return json_response(
      200, json::object{
               {"token_endpoint", services.base_url() + "/oauth/token"},
               {"grant_types_supported", json::array{"client_credentials"}},
               {"token_endpoint_auth_methods_supported", json::array{"private_key_jwt"}},
               {"token_endpoint_auth_signing_alg_values_supported", algorithms},
               {"scopes_supported", json::array{"system/*.rs"}},
               {"code_challenge_methods_supported", json::array{"S256"}},
               {"capabilities", json::array{"client-confidential-asymmetric", "permission-v2"}}});
}

/// POST /oauth/token: a client's signed assertion for a token of five minutes (RFC 7523)
Response post_token(Request& request, const Principal&, Services& services) {
  Request form;
  if (!request.header("content-type").starts_with("application/x-www-form-urlencoded") ||
      !parse_target("/?" + request.body, form))
    return oauth_error(400, "invalid_request", "the body must be a form");
  const auto field = [&](const char* name) { return form.query(name).value_or(""); };
  if (field("grant_type") != "client_credentials")
    return oauth_error(400, "unsupported_grant_type", "grant_type must be client_credentials");
  if (field("client_assertion_type") != assertion_type)
    return oauth_error(400, "invalid_client", "client_assertion_type must be the one of RFC 7523");
  if (!services.gate.closed().value_or(false))
    return oauth_error(400, "invalid_client", "this store has no accounts yet");
  const auto grant =
      services.gate.accounts().grant(field("client_assertion"), field("scope"),
                                     services.base_url() + "/oauth/token", request.from);
  if (!grant && grant.error().code == ErrorCode::invalid_input)
    return oauth_error(400, "invalid_scope", "nothing of the scope can be given");
  if (!grant && grant.error().code != ErrorCode::forbidden) return outcome(grant.error());
  if (!grant) {
    spdlog::warn("{}", json::serialize(json::object{{"event", "assertion-refused"},
                                                    {"message", grant.error().message}}));
    return oauth_error(401, "invalid_client", "the client was not recognised");
  }
  return json_response(200, json::object{{"access_token", grant->token},
                                         {"token_type", "bearer"},
                                         {"expires_in", grant->seconds},
                                         {"scope", grant->scope}});
}

}  // namespace hb::server
