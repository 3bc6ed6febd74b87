#include "server/fhir/writing.hpp"

#include "crypto/bytes.hpp"
#include "ingest/write.hpp"
#include "search/run.hpp"
#include "server/fhir/answer.hpp"

namespace hb::server::fhir_api {

namespace {

Response refused(int status, std::string_view code, std::string text, const std::string& at) {
  return outcome_response(status, {{"error", code, std::move(text), at}});
}

/// What every text must be before anything is looked up.
std::optional<Response> check(const Ask& ask) {
  if (!fhir::is_resource_type(ask.type))
    return refused(404, "not-supported",
                   "'" + ask.type.substr(0, 40) + "' is not a resource type of FHIR R4", ask.at);
  const std::string type = text_member(ask.text, "resourceType");
  if (type.empty()) return refused(400, "structure", "expected a FHIR resource as JSON", ask.at);
  if (type != ask.type)
    return refused(400, "invalid", "expected a " + ask.type + ", found a " + type.substr(0, 40),
                   ask.at);
  if (ask.kind == Ask::Kind::create) return std::nullopt;
  if (!fhir::is_resource_id(ask.id))
    return refused(400, "value", "an id has 1 to 64 characters out of A-Z, a-z, 0-9, '-' and '.'",
                   ask.at);
  const std::string id = text_member(ask.text, "id");
  if (id != ask.id)
    return refused(400, "invalid", "the resource's id must be that of the address: " + ask.id,
                   ask.at);
  return std::nullopt;
}

/// The resource that If-None-Exist finds: nothing, one, or the refusal.
tl::expected<std::optional<records::StoredVersion>, Response> existing(Services& services,
                                                                       const Principal& principal,
                                                                       const Ask& ask) {
  Request form;
  std::string target = "/form?";
  for (const char c : ask.if_none_exist) target += c == '|' ? "%7C" : std::string(1, c);
  if (!parse_target(target, form))
    return tl::unexpected(
        refused(400, "invalid", "If-None-Exist must be the text of a search", ask.at));
  search::QueryOptions options;
  options.now = services.clock();
  auto query = search::parse_query(ask.type, form.parameters, options);
  if (!query) return tl::unexpected(error_response(query.error()));
  if (query->clauses.empty())
    return tl::unexpected(refused(400, "invalid", "If-None-Exist must name a condition", ask.at));
  query->count = 2;
  if (const Result<void> ready = services.search->ready(); !ready)
    return tl::unexpected(error_response(ready.error()));
  const auto page = search::run(services.hub.store(), services.search->index(), principal, *query);
  if (!page) return tl::unexpected(error_response(page.error()));
  if (page->matches.size() > 1)
    return tl::unexpected(
        refused(412, "multiple-matches", "the condition finds more than one resource", ask.at));
  if (page->matches.empty()) return std::optional<records::StoredVersion>();
  return std::optional(page->matches.front());
}

/// If-Match names the version that is to be replaced.
std::optional<Response> check_version(Services& services, const Principal& principal,
                                      const Ask& ask) {
  if (ask.if_match.empty()) return std::nullopt;
  const auto current = services.hub.store().read(principal, ask.type, ask.id);
  if (!current && current.error().code != ErrorCode::not_found)
    return error_response(current.error());
  if (current && etag(*current) == ask.if_match) return std::nullopt;
  return refused(412, "conflict",
                 current ? "the resource has changed: its version is " + etag(*current)
                         : "there is no such resource to replace",
                 ask.at);
}

std::vector<std::string> names_of(const std::vector<Ask>& asks) {
  std::vector<std::string> names;
  for (const Ask& ask : asks) {
    if (ask.kind == Ask::Kind::update) names.push_back(ask.type + "/" + ask.id);
    if (!ask.if_none_exist.empty()) names.push_back(ask.type + "?" + ask.if_none_exist);
  }
  return names;
}

}  // namespace

std::string new_id() {
  // A version-7 UUID (RFC 9562): ids made one after the other stand together in the indexes.
  const std::int64_t now = system_clock()().micros / 1000;
  std::string bytes = crypto::random_bytes(16);
  for (int i = 0; i < 6; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<char>(now >> (40 - 8 * i) & 0xFF);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x70);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    (text += digits[byte >> 4]) += digits[byte & 15];
  }
  return text;
}

std::vector<Done> write_all(Services& services, const Principal& principal, std::vector<Ask> asks) {
  std::vector<Done> done(asks.size());
  const auto refuse = [&](std::size_t at, Response response) {
    done[at].refusal = std::move(response);
    return done;
  };
  for (std::size_t i = 0; i < asks.size(); ++i)
    if (auto refusal = check(asks[i])) return refuse(i, std::move(*refusal));
  const WriteLocks::Held held = services.write_locks->hold(names_of(asks));
  std::vector<std::string> texts;
  std::vector<std::size_t> owners;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    Ask& ask = asks[i];
    if (!ask.if_none_exist.empty()) {
      auto found = existing(services, principal, ask);
      if (!found) return refuse(i, std::move(found.error()));
      if (*found) {
        done[i].status = 200;
        done[i].version = std::move(**found);
        continue;
      }
    }
    if (auto refusal = check_version(services, principal, ask))
      return refuse(i, std::move(*refusal));
    if (ask.id.empty()) ask.id = new_id();
    texts.push_back(with_id(ask.text, ask.id));
    owners.push_back(i);
  }
  const auto written = ingest::write(services.hub, principal, texts);
  if (!written) return refuse(owners.front(), error_response(written.error()));
  for (std::size_t i = 0; i < owners.size(); ++i)
    if (!(*written)[i].faults.empty())
      return refuse(owners[i], faults_response((*written)[i].faults, asks[owners[i]].at));
  for (std::size_t i = 0; i < owners.size(); ++i) {
    Done& one = done[owners[i]];
    // What a client wrote himself is no reading of a person.
    auto version = services.hub.store().peek(Principal::system("write"), (*written)[i].seq,
                                             services.hub.store().last_seq());
    if (!version || !*version) continue;  // overtaken by another write already
    one.version = std::move(**version);
    one.status = (*written)[i].former == 0 ? 201 : 200;
  }
  return done;
}

}  // namespace hb::server::fhir_api
