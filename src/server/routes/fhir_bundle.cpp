// FHIR R4: batch and transaction.
#include <algorithm>
#include <map>

#include <boost/json.hpp>

#include "crypto/bytes.hpp"
#include "server/fhir/answer.hpp"
#include "server/fhir/bundle.hpp"
#include "server/fhir/preference.hpp"
#include "server/fhir/writing.hpp"
#include "server/routes.hpp"

namespace hb::server {

namespace {

using fhir_api::Ask;
using fhir_api::Bundle;
using fhir_api::Done;
using fhir_api::member;
using fhir_api::outcome_response;
using fhir_api::text_member;

constexpr std::size_t most_entries = 5'000;

Response malformed(std::string text, std::string where = {}) {
  return outcome_response(400, {{"error", "structure", std::move(text), std::move(where)}});
}

bool is_json(std::string_view text) {
  boost::system::error_code error;
  boost::json::stream_parser parser;
  parser.write(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  return !error;
}

/// An entry of a Bundle: its request taken apart.
struct Entry {
  std::string at;  ///< "Bundle.entry[3]"
  Request as;  ///< the request that it would be by itself; of one that writes, enough to judge it
  Match match;
  Ask ask;  ///< of one that writes
  std::optional<Response> refusal;

  bool reads() const { return as.method == Method::get || as.method == Method::head; }
};

/// The patch in a Binary. errors  the sentence that says what it should have been
tl::expected<std::string, Response> patch_in(std::string_view binary, const std::string& at) {
  const std::string kind = text_member(binary, "contentType");
  if (text_member(binary, "resourceType") != "Binary" ||
      !kind.starts_with("application/json-patch+json"))
    return tl::unexpected(malformed(
        "expected a Binary with contentType application/json-patch+json", at + ".resource"));
  std::string data = text_member(binary, "data");
  std::ranges::replace(data, '+', '-');
  std::ranges::replace(data, '/', '_');
  while (data.ends_with('=')) data.pop_back();
  auto patch = crypto::from_base64url(data);
  if (!patch || !is_json(*patch))
    return tl::unexpected(malformed("expected a JSON Patch in base64", at + ".resource.data"));
  return std::move(*patch);
}

/// What is to be written.
std::optional<Response> read_ask(Entry& entry, const std::string& asked, std::string_view resource,
                                 const std::string& url) {
  Ask& ask = entry.ask;
  ask.at = entry.at;
  ask.text = resource;
  ask.if_match = text_member(asked, "ifMatch");
  ask.condition = text_member(asked, "ifNoneExist");
  const std::size_t question = url.find('?');
  const std::string path = url.substr(0, question);
  const std::size_t slash = path.find('/');
  ask.type = path.substr(0, slash);
  if (slash != std::string::npos) ask.id = path.substr(slash + 1);
  if (entry.as.method == Method::post) {
    if (slash != std::string::npos || question != std::string::npos)
      return malformed("expected POST with the type alone", entry.at + ".request.url");
    return std::nullopt;
  }
  const std::string name(method_name(entry.as.method));
  ask.kind = entry.as.method == Method::put     ? Ask::Kind::update
             : entry.as.method == Method::patch ? Ask::Kind::patch
                                                : Ask::Kind::remove;
  ask.condition = question == std::string::npos ? "" : url.substr(question + 1);
  if (ask.id.empty() == ask.condition.empty())
    return malformed("expected " + name + " with Type/id or Type?condition",
                     entry.at + ".request.url");
  if (ask.kind != Ask::Kind::patch) return std::nullopt;
  auto patch = patch_in(resource, entry.at);
  if (!patch) return std::move(patch.error());
  ask.text = std::move(*patch);
  return std::nullopt;
}

/// A read, as the request that it is. Operations with $ are requests of their own.
std::optional<Response> read_request(Entry& entry, const std::string& asked,
                                     const std::string& url) {
  const std::string if_none_match = text_member(asked, "ifNoneMatch");
  std::erase_if(entry.as.headers, [](const auto& one) { return one.first == "if-none-match"; });
  if (!if_none_match.empty()) entry.as.headers.emplace_back("if-none-match", if_none_match);
  const bool known = parse_target("/fhir/" + url, entry.as);
  if (known) entry.match = match_route(entry.as);
  const bool operation = std::ranges::any_of(
      entry.as.segments, [](const std::string& part) { return part.starts_with('$'); });
  if (entry.match.route != nullptr && entry.match.route->method == Method::get && !operation)
    return std::nullopt;
  return malformed("expected the address of a read, a search or a history",
                   entry.at + ".request.url");
}

Entry entry_of(const Request& request, const std::string& json, std::size_t number) {
  Entry entry;
  entry.at = "Bundle.entry[" + std::to_string(number) + "]";
  entry.as.headers = request.headers;
  entry.as.from = request.from;
  const std::string asked = member(json, "request");
  const std::string method = text_member(asked, "method");
  const std::string url = text_member(asked, "url");
  entry.as.method = parse_method(method);
  switch (entry.as.method) {
    case Method::get:
    case Method::head:
      entry.refusal = read_request(entry, asked, url);
      return entry;
    case Method::post:
    case Method::put:
    case Method::patch:
    case Method::del:
      entry.refusal = read_ask(entry, asked, member(json, "resource"), url);
      entry.ask.full_url = text_member(json, "fullUrl");
      return entry;
    default:
      entry.refusal =
          malformed("expected request.method GET, HEAD, POST, PUT, PATCH or DELETE, found '" +
                        method.substr(0, 20) + "'",
                    entry.at + ".request.method");
      return entry;
  }
}

/// Whether the asker may do what an entry asks for: each is judged as a request of its own.
class Rights {
 public:
  explicit Rights(Services& services) : services_(services) {}

  std::optional<Response> check(Entry& entry) {
    const std::string type(entry.reads() ? entry.as.capture("type") : entry.ask.type);
    const std::string_view permission =
        entry.reads() ? entry.match.route->permission : std::string_view("fhir:write");
    const std::string method(method_name(entry.as.method));
    const auto [known, is_new] = allowed_.try_emplace({method, type}, false);
    if (is_new) {
      if (!entry.reads()) entry.as.captures = {{"type", type}};
      known->second = services_.gate.admit(entry.as, permission).has_value();
    }
    if (known->second) return std::nullopt;
    return outcome_response(
        403,
        {{"error", "forbidden",
          "this account has not the right to " + method + " " + type.substr(0, 40), entry.at}});
  }

 private:
  Services& services_;
  std::map<std::pair<std::string, std::string>, bool> allowed_;
};

Bundle::Answered refused_as(const Response& refusal) {
  Bundle::Answered answered;
  answered.status = std::to_string(refusal.status);
  answered.outcome = refusal.body;
  return answered;
}

Bundle::Answered written_as(const Done& done, fhir_api::Return wanted) {
  if (done.refusal) return refused_as(*done.refusal);
  Bundle::Answered answered;
  answered.status = done.status == 201   ? "201 Created"
                    : done.status == 204 ? "204 No Content"
                                         : "200 OK";
  const records::StoredVersion& version = done.version;
  if (version.seq != 0) {
    answered.etag = fhir_api::etag(version);
    answered.last_modified = format_instant(version.recorded);
  }
  if (done.status != 204) {
    answered.location =
        version.type + "/" + version.id + "/_history/" + std::to_string(version.version);
    if (wanted == fhir_api::Return::representation)
      answered.resource = fhir_api::resource_text(version);
  }
  if (wanted == fhir_api::Return::outcome)
    answered.outcome = fhir_api::outcome_of_write(done.status);
  return answered;
}

Bundle::Answered read_as(Entry& entry, const Principal& principal, Services& services) {
  const Response response = entry.match.route->handler(entry.as, principal, services);
  Bundle::Answered answered;
  answered.status = std::to_string(response.status);
  for (const auto& [name, value] : response.headers)
    if (name == "ETag") answered.etag = value;
  if (response.status >= 400)
    answered.outcome = response.body;
  else if (entry.as.method == Method::get)
    answered.resource = response.body;
  return answered;
}

Response transaction(const Request& request, const Principal& principal, Services& services,
                     std::vector<Entry> entries) {
  Rights rights(services);
  std::vector<Ask> asks;
  for (Entry& entry : entries) {
    if (!entry.refusal) entry.refusal = rights.check(entry);
    if (entry.refusal) return std::move(*entry.refusal);
    if (!entry.reads()) asks.push_back(std::move(entry.ask));
  }
  std::vector<Done> done = fhir_api::write_all(services, principal, std::move(asks), true);
  for (Done& one : done)
    if (one.refusal) return std::move(*one.refusal);
  Bundle bundle("transaction-response", fhir_api::base_of(request, services.gate.https()));
  std::size_t next = 0;
  for (Entry& entry : entries)
    bundle.add_response(entry.reads() ? read_as(entry, principal, services)
                                      : written_as(done[next++], fhir_api::wanted_return(request)));
  return bundle.response();
}

Response batch(const Request& request, const Principal& principal, Services& services,
               std::vector<Entry> entries) {
  Bundle bundle("batch-response", fhir_api::base_of(request, services.gate.https()));
  Rights rights(services);
  for (Entry& entry : entries) {
    if (!entry.refusal) entry.refusal = rights.check(entry);
    if (entry.refusal) {
      bundle.add_response(refused_as(*entry.refusal));
    } else if (entry.reads()) {
      bundle.add_response(read_as(entry, principal, services));
    } else {
      std::vector<Ask> asks;
      asks.push_back(std::move(entry.ask));
      const std::vector<Done> done = fhir_api::write_all(services, principal, std::move(asks));
      bundle.add_response(written_as(done.front(), fhir_api::wanted_return(request)));
    }
  }
  return bundle.response();
}

}  // namespace

/// POST /fhir
Response post_fhir_bundle(Request& request, const Principal& principal, Services& services) {
  if (!is_json(request.body) || text_member(request.body, "resourceType") != "Bundle")
    return malformed("expected a Bundle as JSON");
  const std::string type = text_member(request.body, "type");
  if (type != "transaction" && type != "batch")
    return malformed("expected a Bundle of type transaction or batch", "Bundle.type");
  const std::vector<std::string> elements = fhir_api::elements_of(member(request.body, "entry"));
  if (elements.size() > most_entries)
    return malformed("at most " + std::to_string(most_entries) + " entries", "Bundle.entry");
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < elements.size(); ++i)
    entries.push_back(entry_of(request, elements[i], i));
  return type == "transaction" ? transaction(request, principal, services, std::move(entries))
                               : batch(request, principal, services, std::move(entries));
}

}  // namespace hb::server
