#include <algorithm>

#include "core/date.hpp"
#include "core/policy.hpp"
#include "server/json.hpp"
#include "server/parameters.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

/// Accounts, as the security administrator keeps them. Whoever may read them sees nothing to log
/// in with; a password made here is shown once, in the answer of the request that made it.
namespace hb::server {

namespace {

Response no_accounts() {
  return refusal(409, "conflict",
                 {"此数据存储尚未设置账号；第一个账号须在本机用 healthbrain user add 添加",
                  "this store has no accounts; the first one is added on its machine with "
                  "healthbrain user add"});
}

Response not_on_oneself() {
  return refusal(409, "conflict",
                 {"不能更改自己的账号，请由另一位安全管理员操作",
                  "nobody changes their own account here; another security administrator can"},
                 "name");
}

Response account_outcome(const Error& error) {
  if (error.code == ErrorCode::not_found) return not_found({"此账号", "such account"});
  if (error.code == ErrorCode::conflict)
    return refusal(409, "conflict", {"此账号名已被使用", "this name is taken"}, "body.name");
  if (error.code == ErrorCode::invalid_input)
    return refusal(400, "invalid_input", {"账号信息不符合规则：" + error.message, error.message},
                   error.where.empty() ? "body" : "body." + error.where);
  return outcome(error);
}

json::object account_object(const security::User& user, const Services& services) {
  return {{"name", user.name},
          {"display", user.display},
          {"roles", role_list(user.roles, services.catalogue)},
          {"areas", words(user.areas)},
          {"organizations", words(user.organizations)},
          {"locked", user.locked},
          {"mustChange", user.must_change},
          {"secondFactor", user.second_factor},
          {"created", format_instant(user.created)},
          {"lastLogin",
           user.last_login ? json::value(format_instant(*user.last_login)) : json::value(nullptr)}};
}

Response show_account(std::string_view name, Services& services) {
  const auto user = services.gate.accounts().user(name);
  if (!user) return account_outcome(user.error());
  return json_response(200, account_object(*user, services));
}

/// The rights that a body asks for. refuses  a role that the content does not have, an area that is
/// no code: either would give nothing at all and is surely a slip
Parsed<security::User> rights_of(const Request& request, const Services& services) {
  security::User user;
  for (const auto& [name, list] : {std::pair{"roles", &user.roles},
                                   {"areas", &user.areas},
                                   {"organizations", &user.organizations}}) {
    auto given = body_words(request, name);
    if (!given) return unexpected(given.error());
    *list = std::move(*given);
  }
  if (user.roles.empty())
    return unexpected(refusal(400, "invalid_input",
                              {"至少选择一个角色", "an account needs at least one role"},
                              "body.roles"));
  for (const std::string& role : user.roles)
    if (!services.catalogue.role(role))
      return unexpected(refusal(400, "invalid_input",
                                {"没有角色“" + role + "”", "there is no role \"" + role + "\""},
                                "body.roles"));
  if (const auto why = services.catalogue.policy()->conflict(user.roles))
    return unexpected(refusal(400, "invalid_input", *why, "body.roles"));
  const bool everywhere = std::ranges::find(user.areas, "*") != user.areas.end();
  for (const std::string& area : user.areas)
    if ((everywhere && user.areas.size() > 1) ||
        (area != "*" && (area.size() < 2 || area.size() > 12 ||
                         area.find_first_not_of("0123456789") != area.npos)))
      return unexpected(refusal(400, "invalid_input",
                                {"区域应为 2 至 12 位数字的区划代码，或单独一个 *（全部）",
                                 "an area is a code of 2 to 12 digits, or * alone for all"},
                                "body.areas"));
  return user;
}

/// Whether the account is one that the filters of the list keep.
struct Filter {
  std::string text, role, area, state;

  bool keeps(const security::User& user) const {
    const auto holds = [this](const std::string& field) {
      return field.find(text) != std::string::npos;
    };
    if (!text.empty() && !holds(user.name) && !holds(user.display)) return false;
    if (!role.empty() && std::ranges::find(user.roles, role) == user.roles.end()) return false;
    if (!area.empty() && std::ranges::none_of(user.areas, [this](const std::string& own) {
          return own == "*" || own.starts_with(area) || area.starts_with(own);
        }))
      return false;
    if (state == "locked") return user.locked;
    if (state == "active") return !user.locked;
    if (state == "first-password") return user.must_change;
    if (state == "no-second-factor") return !user.second_factor;
    return true;
  }
};

Parsed<Filter> filter_of(const Request& request) {
  const auto text = text_of(request, "q");
  if (!text) return unexpected(text.error());
  const auto role = text_of(request, "role");
  if (!role) return unexpected(role.error());
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  const auto state =
      word_of(request, "state", {"active", "locked", "first-password", "no-second-factor"});
  if (!state) return unexpected(state.error());
  return Filter{*text, *role, *area, *state};
}

/// The account that a change names, when there are accounts and it is somebody else's.
Parsed<std::string> other_account(const Request& request, const Principal& principal,
                                  Services& services) {
  if (!services.gate.closed().value_or(true)) return unexpected(no_accounts());
  std::string name(request.capture("name"));
  if (name == principal.user) return unexpected(not_on_oneself());
  return name;
}

}  // namespace

/// GET /api/users
Response get_users(Request& request, const Principal&, Services& services) {
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto filter = filter_of(request);
  if (!filter) return filter.error();
  json::array items;
  std::int64_t total = 0;
  if (services.gate.closed().value_or(true)) {
    const auto users = services.gate.accounts().users();
    if (!users) return outcome(users.error());
    for (const security::User& user : *users) {
      if (!filter->keeps(user)) continue;
      if (total >= page->offset() && total < page->offset() + page->size)
        items.push_back(account_object(user, services));
      ++total;
    }
  }
  return json_response(200, list_object(total, *page, std::move(items)));
}

/// GET /api/users/{name}
Response get_user(Request& request, const Principal&, Services& services) {
  if (!services.gate.closed().value_or(true)) return not_found({"此账号", "such account"});
  return show_account(request.capture("name"), services);
}

/// POST /api/users {"name","display","roles","areas","organizations"}: a new account and its first
/// password, shown once
Response post_user(Request& request, const Principal& principal, Services& services) {
  if (!services.gate.closed().value_or(true)) return no_accounts();
  const auto name = body_text(request, "name");
  if (!name) return name.error();
  const auto display = body_text(request, "display", false);
  if (!display) return display.error();
  auto user = rights_of(request, services);
  if (!user) return user.error();
  user->name = **name;
  user->display = display->value_or("");
  user->must_change = true;
  const std::string password = security::first_password(user->name);
  const Result<void> added = services.gate.accounts().add(*user, password, principal);
  if (!added) return account_outcome(added.error());
  const auto made = services.gate.accounts().user(user->name);
  if (!made) return outcome(made.error());
  return json_response(
      201, json::object{{"account", account_object(*made, services)}, {"password", password}});
}

/// POST /api/users/{name}/rights {"roles","areas","organizations"}: in force with the next request
Response post_user_rights(Request& request, const Principal& principal, Services& services) {
  const auto name = other_account(request, principal, services);
  if (!name) return name.error();
  const auto user = rights_of(request, services);
  if (!user) return user.error();
  const Result<void> done = services.gate.accounts().set_rights(*name, user->roles, user->areas,
                                                                user->organizations, principal);
  if (!done) return account_outcome(done.error());
  return show_account(*name, services);
}

/// POST /api/users/{name}/lock {"locked":true|false}; locking ends the user's sessions
Response lock_user(Request& request, const Principal& principal, Services& services) {
  const auto locked = body_flag(request, "locked");
  if (!locked) return locked.error();
  const auto name = other_account(request, principal, services);
  if (!name) return name.error();
  const Result<void> done = services.gate.accounts().lock(*name, *locked, principal);
  if (!done) return account_outcome(done.error());
  return show_account(*name, services);
}

/// POST /api/users/{name}/reset {}: a new first password, shown once; all sessions end
Response reset_user(Request& request, const Principal& principal, Services& services) {
  const auto name = other_account(request, principal, services);
  if (!name) return name.error();
  const Result<std::string> password = services.gate.accounts().reset(*name, principal);
  if (!password) return account_outcome(password.error());
  const auto user = services.gate.accounts().user(*name);
  if (!user) return account_outcome(user.error());
  return json_response(
      200, json::object{{"account", account_object(*user, services)}, {"password", *password}});
}

/// POST /api/users/{name}/second-factor/drop: after a lost phone; the password alone then suffices
Response drop_user_factor(Request& request, const Principal& principal, Services& services) {
  const auto name = other_account(request, principal, services);
  if (!name) return name.error();
  const Result<void> done = services.gate.accounts().drop_second_factor(*name, principal);
  if (!done) return account_outcome(done.error());
  return show_account(*name, services);
}

/// POST /api/users/{name}/sessions/end: the user is logged out everywhere, at once
Response end_user_sessions(Request& request, const Principal& principal, Services& services) {
  const auto name = other_account(request, principal, services);
  if (!name) return name.error();
  const Result<void> done = services.gate.accounts().end_sessions(*name, principal);
  if (!done) return account_outcome(done.error());
  return show_account(*name, services);
}

/// GET /api/roles: what may be given to an account
Response get_roles(Request&, const Principal&, Services& services) {
  json::array roles;
  for (const scene::Role& role : services.catalogue.roles())
    roles.push_back(json::object{{"id", role.id},
                                 {"name", texts(role.name)},
                                 {"purpose", role.purpose},
                                 {"permissions", words(role.permissions)}});
  json::array permissions;
  for (const scene::Permission& one : services.catalogue.permissions())
    permissions.push_back(json::object{{"id", one.id}, {"name", texts(one.name)}});
  return json_response(
      200, json::object{{"roles", std::move(roles)}, {"permissions", std::move(permissions)}});
}

}  // namespace hb::server
