#include "core/date.hpp"
#include "crypto/bytes.hpp"
#include "crypto/one_time_code.hpp"
#include "server/json.hpp"
#include "server/parameters.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

json::array permission_list(const Principal& principal, const Services& services) {
  json::array list;
  for (const scene::Permission& one : services.catalogue.permissions())
    if (services.gate.may(principal, one.id)) list.push_back(json::value(one.id));
  return list;
}

/// What the pages need to know of who is logged in.
json::object session_object(const security::Session& session, const Services& services) {
  const security::User& user = session.user;
  return {{"accounts", true},
          {"user", user.name},
          {"display", user.display.empty() ? user.name : user.display},
          {"roles", role_list(user.roles, services.catalogue)},
          {"areas", words(user.areas)},
          {"permissions", permission_list(security::principal_of(user, "", ""), services)},
          {"mustChange", user.must_change},
          {"secondFactor", user.second_factor},
          {"csrf", session.csrf},
          {"idleUntil", format_instant(session.idle_until)},
          {"ends", format_instant(session.ends)}};
}

/// The same while the store has no account.
json::object local_object(const Services& services) {
  return {{"accounts", false},
          {"user", "local"},
          {"display", ""},
          {"roles", json::array()},
          {"areas", json::array{"*"}},
          {"permissions", permission_list(local_principal(), services)},
          {"mustChange", false},
          {"secondFactor", false},
          {"csrf", ""},
          {"idleUntil", nullptr},
          {"ends", nullptr}};
}

Response no_accounts() {
  return refusal(409, "conflict",
                 {"此数据存储尚未设置账号，无需登录",
                  "this store has no accounts: there is nothing to log in to "
                  "(healthbrain user add)"});
}

Response refused_log_in() {
  return refusal(401, "unauthenticated",
                 {"登录失败：请检查账号、密码和动态验证码；多次失败后请稍候再试",
                  "the log-in was refused: check name, password and one-time code; after several "
                  "failures wait a while"});
}

Response with_cookie(Response response, const std::string& cookie) {
  response.headers.emplace_back("Set-Cookie", cookie);
  return response;
}

}  // namespace

/// POST /api/session {"name","password","code"}: log in. The former session of the browser ends.
Response post_session(Request& request, const Principal&, Services& services) {
  const auto name = body_text(request, "name");
  if (!name) return name.error();
  const auto password = body_text(request, "password");
  if (!password) return password.error();
  const auto code = body_text(request, "code", false);
  if (!code) return code.error();
  if (!services.gate.closed().value_or(true)) return no_accounts();
  security::Accounts& accounts = services.gate.accounts();
  if (const std::int64_t wait =
          services.limits->log_ins.take(address_key(request.from), services.clock());
      wait > 0)
    return too_often(wait);
  const CheckPlace place(*services.limits);
  if (!place.is_free()) return too_often(1);
  const auto id = accounts.log_in(**name, **password, code->value_or(""), request.from);
  if (!id) return id.error().code == ErrorCode::forbidden ? refused_log_in() : outcome(id.error());
  if (const std::string_view former = session_cookie(request); !former.empty())
    if (const Result<void> ended = accounts.log_out(former, request.from); !ended)
      return outcome(ended.error());
  const auto session = accounts.session(*id);
  if (!session) return outcome(session.error());
  return with_cookie(json_response(200, session_object(*session, services)),
                     services.gate.cookie(*id));
}

/// GET /api/session: who is logged in
Response get_session(Request& request, const Principal&, Services& services) {
  if (!services.gate.closed().value_or(true)) return json_response(200, local_object(services));
  const auto session = services.gate.session_of(request);
  if (!session) return outcome(session.error());
  return json_response(200, session_object(*session, services));
}

/// DELETE /api/session: log out
Response delete_session(Request& request, const Principal&, Services& services) {
  if (!services.gate.closed().value_or(true)) return no_accounts();
  const Result<void> ended =
      services.gate.accounts().log_out(session_cookie(request), request.from);
  if (!ended) return outcome(ended.error());
  return with_cookie(json_response(200, json::object{{"ended", true}}), services.gate.cookie(""));
}

/// POST /api/session/password {"old","new"}
Response post_password(Request& request, const Principal&, Services& services) {
  const auto old_password = body_text(request, "old");
  if (!old_password) return old_password.error();
  const auto new_password = body_text(request, "new");
  if (!new_password) return new_password.error();
  if (!services.gate.closed().value_or(true)) return no_accounts();
  const CheckPlace place(*services.limits);
  if (!place.is_free()) return too_often(1);
  const Result<void> changed = services.gate.accounts().change_password(
      session_cookie(request), **old_password, **new_password, request.from);
  if (!changed && changed.error().code == ErrorCode::forbidden)
    return refusal(403, "forbidden", {"原密码不正确", "this is not the present password"},
                   "body.old");
  if (!changed && changed.error().code == ErrorCode::invalid_input)
    return refusal(400, "invalid_input",
                   {"新密码不符合规则：" + changed.error().message, changed.error().message},
                   "body.new");
  if (!changed) return outcome(changed.error());
  return get_session(request, {}, services);
}

/// POST /api/session/second-factor {}: a new secret; {"code"}: confirms it
Response post_second_factor(Request& request, const Principal&, Services& services) {
  const auto code = body_text(request, "code", false);
  if (!code) return code.error();
  if (!services.gate.closed().value_or(true)) return no_accounts();
  security::Accounts& accounts = services.gate.accounts();
  const auto session = services.gate.session_of(request);
  if (!session) return outcome(session.error());
  const security::User& user = session->user;
  if (user.second_factor)  // else who finds an open browser could put in an own one
    return refusal(409, "conflict",
                   {"已启用动态验证码；更换请联系安全管理员",
                    "there is a second factor already; the security administrator can drop it"});
  if (!*code) {
    const Result<std::string> secret = accounts.begin_second_factor(user.name);
    if (!secret) return outcome(secret.error());
    return json_response(200,
                         json::object{{"uri", crypto::code_uri(*secret, "Health Brain", user.name)},
                                      {"secret", crypto::to_base32(*secret)},
                                      {"secondFactor", false}});
  }
  if (const Result<void> fits = accounts.confirm_second_factor(user.name, **code, request.from);
      !fits)
    return fits.error().code == ErrorCode::forbidden
               ? refusal(403, "forbidden",
                         {"验证码不正确", "this is not the present code of the new secret"},
                         "body.code")
               : outcome(fits.error());
  return json_response(200, json::object{{"uri", ""}, {"secret", ""}, {"secondFactor", true}});
}

}  // namespace hb::server
