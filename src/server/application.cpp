#include "server/application.hpp"

#include <spdlog/spdlog.h>

#include <charconv>
#include <limits>

#include "server/fhir/answer.hpp"
#include "server/fhir/formats.hpp"
#include "server/json.hpp"
#include "server/outcome.hpp"
#include "server/routes.hpp"
#include "server/static_files.hpp"

namespace hb::server {

namespace {

constexpr std::uint64_t small_limit = 64u << 10;  // for acts that need no body, but may have one
constexpr std::uint64_t json_limit = 24u << 20;   // a corrected record may be as long as a line
constexpr std::uint64_t upload_limit = 512u << 20;

bool is_fhir(const Request& request) {
  return !request.segments.empty() && request.segments.front() == "fhir";
}

bool is_api(const Request& request) {
  if (request.segments.empty()) return false;
  const std::string& first = request.segments.front();
  return is_fhir(request) || first == "api" || first == "auth" || first == "oauth";
}

/// What was refused before a handler of FHIR saw it, as a client of FHIR expects it.
void speak_fhir(const Request& request, Response& response) {
  if (!is_fhir(request) || response.status < 400 || response.content_type != "application/json")
    return;
  boost::system::error_code error;
  const json::value body = json::parse(response.body, error);
  std::string text = "refused";
  if (!error)
    if (const json::value* message = body.find_pointer("/error/message", error);
        message != nullptr && message->is_string())
      text = std::string(message->as_string());
  const std::string_view code = response.status == 401   ? "login"
                                : response.status == 403 ? "forbidden"
                                : response.status == 404 ? "not-found"
                                : response.status == 503 ? "transient"
                                                         : "invalid";
  response.content_type = fhir_api::content_type;
  response.body = fhir_api::outcome_text({{"error", code, std::move(text), ""}});
}

bool changes_state(Method method) { return method != Method::get && method != Method::head; }

/// A page of another site must neither read nor write here: its address could lead to this machine
/// (DNS rebinding: the Host is then its own name) or it could post a form (the Origin is then its
/// own). Once there are accounts the store may have any name: a rebound name has no session.
std::optional<Response> refuse_foreign(const Request& request, bool accounts, bool https) {
  if (!accounts && !is_loopback_host(request.header("host"))) {
    return refusal(403, "forbidden",
                   {"只能通过本机地址（127.0.0.1 或 localhost）访问",
                    "this server answers only to its loopback address (127.0.0.1 or localhost)"},
                   "Host");
  }
  if (!changes_state(request.method)) return std::nullopt;
  const std::string_view origin = request.header("origin");
  const std::string own = (https ? "https://" : "http://") + std::string(request.header("host"));
  const std::string_view site = request.header("sec-fetch-site");
  const bool foreign_site = site == "cross-site" || site == "same-site";
  if ((origin.empty() || origin == own) && !foreign_site) return std::nullopt;
  return refusal(403, "forbidden",
                 {"不接受来自其他网站的更改", "changes asked for by another site are refused"},
                 "Origin");
}

std::optional<Response> refuse_parameters(const Route& route, const Request& request) {
  if (route.parameters == "*") return std::nullopt;
  for (const auto& [name, value] : request.parameters) {
    if (name == "after") continue;
    const std::string list = " " + std::string(route.parameters) + " ";
    if (!name.empty() && name.find(' ') == std::string::npos &&
        list.find(" " + name + " ") != std::string::npos)
      continue;
    const std::string known = route.parameters.empty() ? "-" : std::string(route.parameters);
    return refusal(400, "invalid_input",
                   {"未知参数；可用参数：" + known, "unknown parameter; known are: " + known},
                   name.substr(0, 40));
  }
  return std::nullopt;
}

Response refuse_path(const Request& request, bool path_known) {
  if (!path_known) return not_found({"此接口", "such API path"});
  Response response =
      refusal(405, "invalid_input", {"此接口不支持该方法", "this path does not take this method"},
              method_name(request.method));
  return response;
}

BodyPlan plan_body(Services& services, bool https, const Request& head) {
  BodyPlan plan;
  const Result<bool> accounts = services.gate.closed();
  if (!accounts) plan.refusal = outcome(accounts.error());
  if (plan.refusal) return plan;
  if (*accounts) {
    const std::int64_t wait =
        services.limits->addresses.take(address_key(head.from), services.clock());
    if (wait > 0) plan.refusal = too_often(wait);
    if (plan.refusal) return plan;
  }
  plan.refusal = refuse_foreign(head, *accounts, https);
  if (plan.refusal) return plan;
  Request copy = head;
  const Match match = match_route(copy);
  if (!match.route) {
    if (is_api(head)) plan.refusal = refuse_path(head, match.path_known);
    return plan;
  }
  plan.refusal = refuse_parameters(*match.route, head);
  if (changes_state(head.method)) plan.limit = small_limit;
  // Before the body is read: who may not, sends nothing.
  if (!plan.refusal && match.route->body != BodyKind::none) {
    if (auto admitted = services.gate.admit(copy, match.route->permission); !admitted)
      plan.refusal = std::move(admitted.error());
  }
  if (match.route->body == BodyKind::json && match.route->permission != access::anybody)
    plan.limit = json_limit;
  plan.waits = match.route->permission == "fhir:write" || match.route->permission == "tasks:write";
  if (match.route->body == BodyKind::upload) {
    plan.limit = upload_limit;
    plan.directory = services.uploads.directory();
  }
  return plan;
}

/// ?after=N; 0 = not asked for. Handlers that read it themselves refuse what is no number.
BatchId asked_after(const Request& request) {
  const std::string_view text = request.query("after").value_or("0");
  BatchId value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : -1;
}

/// Says in the answer when the tables have not reached what the reader wrote.
void mark_stale(const Request& request, const Services& services, Response& response) {
  const BatchId after = asked_after(request);
  if (after <= 0 || services.feed.reached() >= after) return;
  response.headers.emplace_back("X-Stale", "true");
  if (response.status == 200 && response.content_type == "application/json" &&
      response.body.starts_with("{\""))
    response.body.insert(1, "\"stale\":true,");
}

/// Adds what the account is to persons, and the purpose asked for: that of one of its roles.
std::optional<Response> complete(const Request& request, Principal& principal,
                                 const Services& services) {
  // A machine is nothing to anybody.
  if (!principal.user.starts_with(token_user))
    if (const Result<void> known = services.access->complete(principal); !known)
      return outcome(known.error());
  const std::string_view purpose = request.header("x-purpose");
  if (purpose.empty() || purpose == principal.purpose) return std::nullopt;
  for (const std::string& id : principal.roles) {
    const scene::Role* role = services.catalogue.role(id);
    if (role == nullptr || role->purpose != purpose) continue;
    principal.purpose = purpose;
    return std::nullopt;
  }
  return refusal(403, "forbidden",
                 {"当前账号的角色没有该用途", "no role of this account reads for this purpose"},
                 "X-Purpose");
}

Response run_handler(const Match& match, Request& request, Services& services) {
  try {
    if (asked_after(request) < 0)
      return bad_parameter("after", {"批次号（整数）", "a feed number"});
    auto principal = services.gate.admit(request, match.route->permission);
    if (!principal) return principal.error();
    if (match.route->permission != access::anybody && services.gate.closed().value_or(true))
      if (const std::int64_t wait = services.limits->users.take(principal->user, services.clock());
          wait > 0)
        return too_often(wait);
    if (auto refused = complete(request, *principal, services)) return *refused;
    if (is_fhir(request))
      if (auto refused = fhir_api::read_format(request)) return *refused;
    Response response = match.route->handler(request, *principal, services);
    mark_stale(request, services, response);
    if (!response.event_stream) response.headers.emplace_back("Cache-Control", "no-store");
    return response;
  } catch (const std::exception& bug) {  // our bug: this request fails, the server goes on
    spdlog::error("{}",
                  json::serialize(json::object{
                      {"event", "bug"}, {"route", match.route->pattern}, {"what", bug.what()}}));
    return refusal(500, "unavailable",
                   {"程序内部错误，未作任何更改，请联系管理员",
                    "a fault of the program itself; please tell the administrator"});
  }
}

/// The time to read one person grows with all that there is of the person, seen or not.
constexpr std::chrono::milliseconds person_grid{20};

bool is_about_one_person(const Route& route) {
  return route.pattern.starts_with("/api/residents/{id}");
}

/// Scans of the tables, or of the audit, that nothing keeps ready.
bool is_slow(const Request& request) {
  const std::vector<std::string>& parts = request.segments;
  if (is_fhir(request) && parts.back() == "$viewdefinition-run") return true;
  if (parts.size() < 3 || parts[0] != "api") return false;
  const bool is_list = parts.size() == 4 && parts[1] == "measures" && parts[3] == "residents";
  const bool is_printed = parts[1] == "reports" || parts.back() == "document";
  return is_list || is_printed || (parts[1] == "audit" && parts[2] == "unrelated");
}

void log_request(const Request& request, std::string_view route, const Response& response,
                 double milliseconds) {
  // The route's pattern, never the path or the query: those may name a person.
  spdlog::info("{}", json::serialize(json::object{{"event", "request"},
                                                  {"method", method_name(request.method)},
                                                  {"route", route},
                                                  {"status", response.status},
                                                  {"ms", milliseconds},
                                                  {"bytes", response.body.size()}}));
}

Response handle(Services& services, bool log_requests, Request& request) {
  const auto began = std::chrono::steady_clock::now();
  const records::Store& store = services.hub.store();
  static_cast<void>(store.take_noted());  // of whatever this thread did before
  const Match match = match_route(request);
  const std::size_t index = match.route ? match.index : routes().size();
  Response response =
      match.route ? run_handler(match, request, services) : serve_static(services.web_dir, request);
  speak_fhir(request, response);
  if (is_fhir(request)) fhir_api::write_format(request, response);
  response.audited = store.take_noted();
  const auto took = std::chrono::steady_clock::now() - began;
  if (match.route && is_about_one_person(*match.route)) response.grid = person_grid;
  services.metrics.observe(index, response.status, took);
  if (log_requests)
    log_request(request, match.route ? match.route->pattern : "static", response,
                std::chrono::duration<double, std::milli>(took).count());
  return response;
}

}  // namespace

Application make_application(Services& services, bool https, bool log_requests) {
  Application application;
  application.plan = [&services, https](const Request& head) {
    BodyPlan plan = plan_body(services, https, head);
    if (plan.refusal) {
      speak_fhir(head, *plan.refusal);
      if (is_fhir(head)) fhir_api::write_format(head, *plan.refusal);
    }
    return plan;
  };
  application.handle = [&services, log_requests](Request& request) {
    return handle(services, log_requests, request);
  };
  application.is_slow = is_slow;
  application.should_wait = [&services](const Request& request) {
    const BatchId after = asked_after(request);
    return after > 0 && services.feed.reached() < after;
  };
  application.when_audited = [&services](std::uint64_t entry, std::function<void(bool)> done) {
    services.hub.store().when_audited(entry, std::move(done));
  };
  application.unaudited = [](const Request& request) {
    Response response = refusal(503, "unavailable",
                                {"审计记录无法写入，不能提供居民数据，请联系管理员",
                                 "the audit cannot be written, so nothing of a person is shown; "
                                 "please tell the administrator"});
    speak_fhir(request, response);
    return response;
  };
  application.events = &services.events;
  return application;
}

}  // namespace hb::server
