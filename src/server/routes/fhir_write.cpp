// FHIR R4: create, update, batch and transaction, $validate.
#include <algorithm>

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
  Response response =
      fhir_api::resource_response(done.status, done.version, wants_minimal(request));
  response.headers.emplace_back(
      "Location", fhir_api::base_of(request, services.gate.https()) + "/" + done.version.type +
                      "/" + done.version.id + "/_history/" + std::to_string(done.version.version));
  return response;
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
  ask.if_none_exist = fhir_api::text_member(asked, "ifNoneExist");
  const std::size_t slash = entry.url.find('/');
  ask.type = entry.url.substr(0, slash);
  if (entry.method == "POST") {
    ask.kind = Ask::Kind::create;
    if (slash != std::string::npos)
      return tl::unexpected(malformed("expected POST with the type alone", at));
  } else if (entry.method == "PUT") {
    ask.kind = Ask::Kind::update;
    if (slash == std::string::npos)
      return tl::unexpected(malformed("expected PUT with Type/id", at));
    ask.id = entry.url.substr(slash + 1);
  } else {
    return tl::unexpected(
        malformed("expected request.method POST or PUT, found '" + entry.method.substr(0, 20) + "'",
                  at + ".request.method"));
  }
  return entry;
}

/// Every "urn:uuid:…" of a fullUrl in the texts becomes the name that its resource gets.
void link_up(std::vector<Entry>& entries) {
  std::vector<std::pair<std::string, std::string>> names;
  for (Entry& entry : entries) {
    Ask& ask = entry.ask;
    if (ask.kind == Ask::Kind::create && ask.if_none_exist.empty()) ask.id = fhir_api::new_id();
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
  bundle.add_response(done.status == 201 ? "201 Created" : "200 OK",
                      done.version.type + "/" + done.version.id + "/_history/" +
                          std::to_string(done.version.version),
                      fhir_api::etag(done.version), "");
}

Response transaction(const Request& request, const Principal& principal, Services& services,
                     std::vector<Entry> entries) {
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
  for (Entry& entry : entries) {
    std::vector<Done> done = fhir_api::write_all(services, principal, {std::move(entry.ask)});
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
  ask.if_none_exist = request.header("if-none-exist");
  return single_answer(
      request, services,
      std::move(fhir_api::write_all(services, principal, {std::move(ask)}).front()));
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
  return single_answer(
      request, services,
      std::move(fhir_api::write_all(services, principal, {std::move(ask)}).front()));
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
