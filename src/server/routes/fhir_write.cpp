// FHIR R4: create, update, delete, batch and transaction, $validate.
#include <algorithm>
#include <map>

#include <boost/json.hpp>

#include "fhir/definitions.hpp"
#include "ingest/json_scan.hpp"
#include "ingest/write.hpp"
#include "server/fhir/answer.hpp"
#include "server/fhir/bundle.hpp"
#include "server/fhir/writing.hpp"
#include "server/routes.hpp"

namespace hb::server {

namespace {

using fhir_api::Ask;
using fhir_api::Bundle;
using fhir_api::Done;
using fhir_api::outcome_response;

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

bool wants_minimal(const Request& request) {
  return request.header("prefer").find("return=minimal") != std::string_view::npos;
}

Response single_answer(const Request& request, Services& services, Done done) {
  if (done.refusal) return std::move(*done.refusal);
  if (done.status == 204) {
    Response response;
    response.status = 204;
    if (done.version.seq != 0) response.headers.emplace_back("ETag", fhir_api::etag(done.version));
    return response;
  }
  Response response =
      fhir_api::resource_response(done.status, done.version, wants_minimal(request));
  response.headers.emplace_back(
      "Location", fhir_api::base_of(request, services.gate.https()) + "/" + done.version.type +
                      "/" + done.version.id + "/_history/" + std::to_string(done.version.version));
  return response;
}

/// The text of a search from the parameters of a request.
std::string condition_of(const Request& request) {
  search::QueryText parameters = request.parameters;
  std::erase_if(parameters, [](const auto& one) { return one.first == "_format"; });
  return fhir_api::query_text(parameters);
}

Response write_one(const Request& request, const Principal& principal, Services& services,
                   Ask ask) {
  std::vector<Ask> asks;
  asks.push_back(std::move(ask));
  return single_answer(
      request, services,
      std::move(fhir_api::write_all(services, principal, std::move(asks)).front()));
}

/// An entry of a Bundle: its request taken apart.
struct Entry {
  std::string method;
  std::string url;
  std::string full_url;
  Ask ask;
};

std::vector<std::string> elements_of(std::string_view array) {
  std::vector<std::string> elements;
  std::size_t at = 1;
  while (at < array.size()) {
    at = array.find_first_not_of(" \t\r\n,", at);
    if (at == std::string_view::npos || array[at] == ']') break;
    const std::size_t end = ingest::value_end(array, at);
    if (end == std::string_view::npos) break;
    elements.emplace_back(array.substr(at, end - at));
    at = end;
  }
  return elements;
}

/// errors  the sentence that says what the entry should have been
tl::expected<Entry, Response> entry_of(const std::string& json, std::size_t number) {
  Entry entry;
  const std::string at = "Bundle.entry[" + std::to_string(number) + "]";
  const std::string asked = fhir_api::member(json, "request");
  entry.method = fhir_api::text_member(asked, "method");
  entry.url = fhir_api::text_member(asked, "url");
  entry.full_url = fhir_api::text_member(json, "fullUrl");
  Ask& ask = entry.ask;
  ask.at = at;
  ask.text = fhir_api::member(json, "resource");
  ask.if_match = fhir_api::text_member(asked, "ifMatch");
  ask.condition = fhir_api::text_member(asked, "ifNoneExist");
  const std::size_t question = entry.url.find('?');
  const std::string path = entry.url.substr(0, question);
  const std::size_t slash = path.find('/');
  ask.type = path.substr(0, slash);
  if (slash != std::string::npos) ask.id = path.substr(slash + 1);
  if (entry.method == "POST") {
    if (!ask.id.empty() || question != std::string::npos)
      return tl::unexpected(malformed("expected POST with the type alone", at));
    return entry;
  }
  if (entry.method != "PUT" && entry.method != "DELETE")
    return tl::unexpected(malformed(
        "expected request.method POST, PUT or DELETE, found '" + entry.method.substr(0, 20) + "'",
        at + ".request.method"));
  ask.kind = entry.method == "PUT" ? Ask::Kind::update : Ask::Kind::remove;
  ask.condition = question == std::string::npos ? "" : entry.url.substr(question + 1);
  if (ask.id.empty() == ask.condition.empty())
    return tl::unexpected(malformed("expected " + entry.method + " with Type/id or Type?condition",
                                    at + ".request.url"));
  return entry;
}

/// Every "urn:uuid:…" of a fullUrl in the texts becomes the name that its resource gets.
void link_up(std::vector<Entry>& entries) {
  std::vector<std::pair<std::string, std::string>> names;
  for (Entry& entry : entries) {
    Ask& ask = entry.ask;
    if (ask.kind == Ask::Kind::create && ask.condition.empty()) ask.id = fhir_api::new_id();
    if (!entry.full_url.empty() && !ask.id.empty())
      names.emplace_back("\"" + entry.full_url + "\"", "\"" + ask.type + "/" + ask.id + "\"");
  }
  for (Entry& entry : entries) {
    if (entry.ask.text.find("\"urn:") == std::string::npos) continue;
    for (const auto& [from, to] : names) {
      for (std::size_t at = entry.ask.text.find(from); at != std::string::npos;
           at = entry.ask.text.find(from, at + to.size()))
        entry.ask.text.replace(at, from.size(), to);
    }
  }
}

void add_done(Bundle& bundle, Done& done) {
  if (done.refusal) {
    bundle.add_response(std::to_string(done.refusal->status), "", "", done.refusal->body);
    return;
  }
  if (done.status == 204) {
    bundle.add_response("204 No Content", "",
                        done.version.seq == 0 ? "" : fhir_api::etag(done.version), "");
    return;
  }
  bundle.add_response(done.status == 201 ? "201 Created" : "200 OK",
                      done.version.type + "/" + done.version.id + "/_history/" +
                          std::to_string(done.version.version),
                      fhir_api::etag(done.version), "");
}

/// Whether the asker may do what an entry asks for: each is judged as a request of its own.
class Rights {
 public:
  Rights(const Request& request, Services& services) : services_(services) {
    as_.headers = request.headers;
    as_.from = request.from;
  }

  std::optional<Response> check(const Entry& entry) {
    const auto [known, is_new] = allowed_.try_emplace({entry.method, entry.ask.type}, false);
    if (is_new) {
      as_.method = parse_method(entry.method);
      as_.captures = {{"type", entry.ask.type}};
      known->second = services_.gate.admit(as_, "fhir:write").has_value();
    }
    if (known->second) return std::nullopt;
    return outcome_response(403, {{"error", "forbidden",
                                   "this account has not the right to " + entry.method + " " +
                                       entry.ask.type.substr(0, 40),
                                   entry.ask.at}});
  }

 private:
  Services& services_;
  Request as_;
  std::map<std::pair<std::string, std::string>, bool> allowed_;
};

Response transaction(const Request& request, const Principal& principal, Services& services,
                     std::vector<Entry> entries) {
  Rights rights(request, services);
  for (const Entry& entry : entries)
    if (auto refusal = rights.check(entry)) return std::move(*refusal);
  link_up(entries);
  std::vector<Ask> asks;
  for (Entry& entry : entries) asks.push_back(std::move(entry.ask));
  std::vector<Done> done = fhir_api::write_all(services, principal, std::move(asks));
  for (Done& one : done)
    if (one.refusal) return std::move(*one.refusal);
  Bundle bundle("transaction-response", fhir_api::base_of(request, services.gate.https()));
  for (Done& one : done) add_done(bundle, one);
  return bundle.response();
}

Response batch(const Request& request, const Principal& principal, Services& services,
               std::vector<Entry> entries) {
  Bundle bundle("batch-response", fhir_api::base_of(request, services.gate.https()));
  Rights rights(request, services);
  for (Entry& entry : entries) {
    std::vector<Done> done(1);
    done.front().refusal = rights.check(entry);
    if (!done.front().refusal)
      done = fhir_api::write_all(services, principal, {std::move(entry.ask)});
    add_done(bundle, done.front());
  }
  return bundle.response();
}

}  // namespace

/// POST /fhir/{type}
Response post_fhir_resource(Request& request, const Principal& principal, Services& services) {
  if (!is_json(request.body)) return malformed("expected a FHIR resource as JSON");
  Ask ask;
  ask.type = request.capture("type");
  ask.text = request.body;
  ask.condition = request.header("if-none-exist");
  return write_one(request, principal, services, std::move(ask));
}

/// PUT /fhir/{type}/{id}
Response put_fhir_resource(Request& request, const Principal& principal, Services& services) {
  if (!is_json(request.body)) return malformed("expected a FHIR resource as JSON");
  Ask ask;
  ask.kind = Ask::Kind::update;
  ask.type = request.capture("type");
  ask.id = request.capture("id");
  ask.text = request.body;
  ask.if_match = request.header("if-match");
  return write_one(request, principal, services, std::move(ask));
}

/// PUT /fhir/{type}?condition
Response put_fhir_matching(Request& request, const Principal& principal, Services& services) {
  if (!is_json(request.body)) return malformed("expected a FHIR resource as JSON");
  Ask ask;
  ask.kind = Ask::Kind::update;
  ask.type = request.capture("type");
  ask.text = request.body;
  ask.if_match = request.header("if-match");
  ask.condition = condition_of(request);
  return write_one(request, principal, services, std::move(ask));
}

/// DELETE /fhir/{type}/{id}
Response delete_fhir_resource(Request& request, const Principal& principal, Services& services) {
  Ask ask;
  ask.kind = Ask::Kind::remove;
  ask.type = request.capture("type");
  ask.id = request.capture("id");
  ask.if_match = request.header("if-match");
  return write_one(request, principal, services, std::move(ask));
}

/// DELETE /fhir/{type}?condition
Response delete_fhir_matching(Request& request, const Principal& principal, Services& services) {
  Ask ask;
  ask.kind = Ask::Kind::remove;
  ask.type = request.capture("type");
  ask.if_match = request.header("if-match");
  ask.condition = condition_of(request);
  return write_one(request, principal, services, std::move(ask));
}

/// POST /fhir
Response post_fhir_bundle(Request& request, const Principal& principal, Services& services) {
  if (!is_json(request.body) || fhir_api::text_member(request.body, "resourceType") != "Bundle")
    return malformed("expected a Bundle as JSON");
  const std::string type = fhir_api::text_member(request.body, "type");
  if (type != "transaction" && type != "batch")
    return malformed("expected a Bundle of type transaction or batch", "Bundle.type");
  const std::vector<std::string> elements = elements_of(fhir_api::member(request.body, "entry"));
  if (elements.size() > most_entries)
    return malformed("at most " + std::to_string(most_entries) + " entries", "Bundle.entry");
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    auto entry = entry_of(elements[i], i);
    if (!entry) return std::move(entry.error());
    entries.push_back(std::move(*entry));
  }
  return type == "transaction" ? transaction(request, principal, services, std::move(entries))
                               : batch(request, principal, services, std::move(entries));
}

/// POST /fhir/{type}/$validate
Response post_fhir_validate(Request& request, const Principal&, Services& services) {
  if (!is_json(request.body)) return malformed("expected a FHIR resource as JSON");
  std::string text = request.body;
  // A resource that is to be created has no id yet.
  if (fhir_api::text_member(text, "id").empty()) text = fhir_api::with_id(text, "new");
  const std::vector<fhir::Fault> faults = ingest::faults_of(services.hub, text);
  if (faults.empty())
    return outcome_response(200, {{"information", "informational", "nothing is wrong", ""}});
  Response response = fhir_api::faults_response(faults);
  response.status = 200;
  return response;
}

}  // namespace hb::server
