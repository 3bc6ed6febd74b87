#include "server/fhir/writing.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "crypto/bytes.hpp"
#include "ingest/write.hpp"
#include "search/run.hpp"
#include "server/fhir/answer.hpp"
#include "server/fhir/json_patch.hpp"
#include "server/fhir/linking.hpp"

namespace hb::server::fhir_api {

namespace {

using records::StoredVersion;
using Seen = records::Store::Standing::Seen;
template <class T>
using OrRefusal = tl::expected<T, Response>;

constexpr int most_rounds = 5;

Response refused(int status, std::string_view code, std::string text, const std::string& at) {
  return outcome_response(status, {{"error", code, std::move(text), at}});
}

/// What every ask must be before anything is looked up.
std::optional<Response> check(const Ask& ask) {
  if (!fhir::is_resource_type(ask.type))
    return refused(404, "not-supported",
                   "'" + ask.type.substr(0, 40) + "' is not a resource type of FHIR R4", ask.at);
  if (!ask.id.empty() && !fhir::is_resource_id(ask.id))
    return refused(400, "value", "an id has 1 to 64 characters out of A-Z, a-z, 0-9, '-' and '.'",
                   ask.at);
  if (ask.is_conditional() && ask.condition.empty())
    return refused(400, "invalid", "expected an id, or a condition that finds the resource",
                   ask.at);
  if (ask.kind == Ask::Kind::remove || ask.kind == Ask::Kind::patch) return std::nullopt;
  const std::string type = text_member(ask.text, "resourceType");
  if (type.empty()) return refused(400, "structure", "expected a FHIR resource as JSON", ask.at);
  if (type != ask.type)
    return refused(400, "invalid", "expected a " + ask.type + ", found a " + type.substr(0, 40),
                   ask.at);
  const std::string id = text_member(ask.text, "id");
  if (ask.kind == Ask::Kind::update && !ask.is_conditional() && id != ask.id)
    return refused(400, "invalid", "the resource's id must be that of the address: " + ask.id,
                   ask.at);
  if (ask.is_conditional() && !id.empty() && !fhir::is_resource_id(id))
    return refused(400, "value", "an id has 1 to 64 characters out of A-Z, a-z, 0-9, '-' and '.'",
                   ask.at);
  return std::nullopt;
}

/// The resource that a condition finds: nothing, one, or the refusal.
OrRefusal<std::optional<StoredVersion>> matching(Services& services, const Principal& principal,
                                                 const Ask& ask) {
  Request form;
  std::string target = "/form?";
  for (const char c : ask.condition) target += c == '|' ? "%7C" : std::string(1, c);
  if (!parse_target(target, form))
    return tl::unexpected(
        refused(400, "invalid", "the condition must be the text of a search", ask.at));
  search::QueryOptions options;
  options.now = services.clock();
  auto query = search::parse_query(ask.type, form.parameters, options);
  if (!query) return tl::unexpected(error_response(query.error()));
  if (query->clauses.empty())
    return tl::unexpected(refused(400, "invalid", "expected a condition that is none", ask.at));
  query->count = 2;  // whatever the text says of the answer's form
  query->summary = search::Summary::none;
  query->total = search::Total::none;
  query->sort.clear();
  query->includes.clear();
  query->reverse_includes.clear();
  query->cursor.clear();
  search::RunLimits limits;
  limits.wanted = services.hub.store().last_seq();
  if (const Result<void> ready = services.search->ready(); !ready)
    return tl::unexpected(error_response(ready.error()));
  const auto page =
      search::run(services.hub.store(), services.search->index(), principal, *query, limits);
  if (!page) return tl::unexpected(error_response(page.error()));
  if (page->matches.size() > 1)
    return tl::unexpected(
        refused(412, "multiple-matches", "the condition finds more than one resource", ask.at));
  if (page->matches.empty()) return std::optional<StoredVersion>();
  return std::optional(page->matches.front());
}

/// A version-7 UUID (RFC 9562): ids made one after the other stand together in the indexes.
std::string new_id() {
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

std::string name_of(const std::string& type, const std::string& id) { return type + "/" + id; }

/// The writing of several asks as one commit.
class Writing {
 public:
  Writing(Services& services, const Principal& principal, std::vector<Ask> asks, bool links)
      : services_(services),
        principal_(principal),
        asks_(std::move(asks)),
        links_(links),
        done_(asks_.size()),
        found_(asks_.size()),
        ids_(asks_.size()) {}

  std::vector<Done> run() && {
    for (std::size_t i = 0; i < asks_.size(); ++i)
      if (auto refusal = check(asks_[i])) return refuse(i, std::move(*refusal));
    std::set<std::string> names = names_asked();
    for (int round = 0; round < most_rounds; ++round) {
      const WriteLocks::Held held = services_.write_locks->hold({names.begin(), names.end()});
      for (std::size_t i = 0; i < asks_.size(); ++i)
        if (auto refusal = find(i)) return refuse(i, std::move(*refusal));
      // What the conditions find is locked too before it is changed.
      if (!add_found(names)) return write();
    }
    return refuse(0, refused(503, "transient", "too many others change the same resources", ""));
  }

 private:
  std::vector<Done> refuse(std::size_t at, Response response) {
    done_[at].refusal = std::move(response);
    return std::move(done_);
  }

  std::set<std::string> names_asked() const {
    std::set<std::string> names;
    for (const Ask& ask : asks_) {
      if (!ask.id.empty()) names.insert(name_of(ask.type, ask.id));
      if (!ask.condition.empty()) names.insert(ask.type + "?" + ask.condition);
      if (!ask.is_conditional() || ask.kind != Ask::Kind::update) continue;
      const std::string id = text_member(ask.text, "id");
      if (!id.empty()) names.insert(name_of(ask.type, id));
    }
    return names;
  }

  std::optional<Response> find(std::size_t i) {
    if (asks_[i].condition.empty()) return std::nullopt;
    auto found = matching(services_, principal_, asks_[i]);
    if (!found) return std::move(found.error());
    found_[i] = std::move(*found);
    return std::nullopt;
  }

  bool add_found(std::set<std::string>& names) const {
    bool added = false;
    for (std::size_t i = 0; i < asks_.size(); ++i)
      if (found_[i] && asks_[i].is_conditional())
        added |= names.insert(name_of(found_[i]->type, found_[i]->id)).second;
    return added;
  }

  std::vector<Done> write();
  std::vector<std::size_t> order() const;
  std::optional<Response> name(std::size_t i);
  std::optional<Response> link();
  std::optional<Response> plan(std::size_t i);
  std::optional<Response> plan_create(std::size_t i);
  std::optional<Response> plan_update(std::size_t i);
  std::optional<Response> plan_patch(std::size_t i);
  std::optional<Response> plan_removal(std::size_t i);
  std::optional<Response> check_standing(const Ask& ask, const records::Store::Standing& standing);
  std::optional<Response> claim(const Ask& ask, const std::string& id);
  std::vector<Done> refuse_written(const Error& error);

  std::optional<Response> add_text(std::size_t i) {
    texts_.push_back(with_id(asks_[i].text, ids_[i]));
    text_owners_.push_back(i);
    return claim(asks_[i], ids_[i]);
  }

  Services& services_;
  const Principal& principal_;
  std::vector<Ask> asks_;
  const bool links_;
  std::vector<Done> done_;
  std::vector<std::optional<StoredVersion>> found_;  // by the conditions
  std::vector<std::string> ids_;                     // of what is written, found or deleted
  std::set<std::string> removed_;                    // "Type/id"
  std::set<std::string> to_make_;                    // conditions that find nothing
  std::set<std::string> claimed_;                    // "Type/id" of what is written
  std::vector<std::string> texts_;
  std::vector<std::size_t> text_owners_;
  std::vector<ingest::Deletion> deletions_;
  std::vector<std::size_t> deletion_owners_;
};

/// No resource is written twice in one commit: which of the two should stay?
std::optional<Response> Writing::claim(const Ask& ask, const std::string& id) {
  if (claimed_.insert(name_of(ask.type, id)).second) return std::nullopt;
  return refused(400, "invalid", "another entry writes " + name_of(ask.type, id) + " already",
                 ask.at);
}

/// Nobody changes what he does not see: it would take away what was kept from him.
std::optional<Response> Writing::check_standing(const Ask& ask,
                                                const records::Store::Standing& standing) {
  const bool there = standing.newest && !standing.newest->deleted;
  if (!ask.if_match.empty()) {
    const bool seen = there && standing.seen != Seen::nothing;
    if (!seen || (ask.if_match != "*" && ask.if_match != etag(*standing.newest)))
      return refused(412, "conflict",
                     seen ? "the resource has changed: its version is " + etag(*standing.newest)
                          : "there is no such resource to change",
                     ask.at);
  }
  if (there && standing.seen != Seen::whole)
    return refused(403, "forbidden",
                   "this account does not see the whole resource, so it may not change it", ask.at);
  return std::nullopt;
}

/// Deletions, creations, changes: as a transaction is to be processed.
std::vector<std::size_t> Writing::order() const {
  std::vector<std::size_t> order(asks_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rank = [this](std::size_t i) {
    return asks_[i].kind == Ask::Kind::remove ? 0 : asks_[i].kind == Ask::Kind::create ? 1 : 2;
  };
  std::ranges::stable_sort(order, {}, rank);
  return order;
}

/// What each resource will be called.
std::optional<Response> Writing::name(std::size_t i) {
  Ask& ask = asks_[i];
  std::optional<StoredVersion>& found = found_[i];
  if (ask.kind == Ask::Kind::create && found && removed_.contains(name_of(found->type, found->id)))
    found.reset();
  const std::string named =
      ask.kind == Ask::Kind::update ? text_member(ask.text, "id") : std::string();
  ids_[i] = found ? found->id : !ask.id.empty() ? ask.id : named;
  if (ask.kind == Ask::Kind::remove && !ids_[i].empty())
    removed_.insert(name_of(ask.type, ids_[i]));
  const bool makes = ask.kind == Ask::Kind::create || ask.kind == Ask::Kind::update;
  if (!makes || found) return std::nullopt;
  if (!ask.condition.empty() && !to_make_.insert(ask.type + "?" + ask.condition).second)
    return refused(412, "multiple-matches", "another entry makes what this condition asks for",
                   ask.at);
  if (ids_[i].empty()) ids_[i] = new_id();
  return std::nullopt;
}

std::optional<Response> Writing::link() {
  Linker linker([this](const std::string& type,
                       const std::string& condition) -> OrRefusal<std::string> {
    Ask ask;
    ask.type = type;
    ask.condition = condition;
    auto found = matching(services_, principal_, ask);
    if (!found) return tl::unexpected(std::move(found.error()));
    if (*found) return name_of(type, (*found)->id);
    return tl::unexpected(refused(412, "not-found", "a reference by condition finds nothing", ""));
  });
  for (std::size_t i = 0; i < asks_.size(); ++i)
    if (!asks_[i].full_url.empty() && !ids_[i].empty())
      linker.add(asks_[i].full_url, name_of(asks_[i].type, ids_[i]));
  for (Ask& ask : asks_) {
    if (ask.text.empty()) continue;
    auto linked = linker.linked(ask.text, ask.full_url);
    if (!linked) return std::move(linked.error());
    ask.text = std::move(*linked);
  }
  return std::nullopt;
}

std::optional<Response> Writing::plan_create(std::size_t i) {
  if (!found_[i]) return add_text(i);
  done_[i].status = 200;
  done_[i].version = std::move(*found_[i]);
  return std::nullopt;
}

std::optional<Response> Writing::plan_update(std::size_t i) {
  const Ask& ask = asks_[i];
  const std::string named = text_member(ask.text, "id");
  if (found_[i] && !named.empty() && named != ids_[i])
    return refused(400, "invalid", "the condition finds a resource with another id", ask.at);
  const auto standing = services_.hub.store().standing(principal_, ask.type, ids_[i]);
  if (!standing) return error_response(standing.error());
  if (ask.is_conditional() && !found_[i] && standing->newest && !standing->newest->deleted)
    return refused(409, "conflict",
                   "the condition finds nothing, and there is another resource with this id",
                   ask.at);
  if (auto refusal = check_standing(ask, *standing)) return refusal;
  return add_text(i);
}

std::optional<Response> Writing::plan_patch(std::size_t i) {
  Ask& ask = asks_[i];
  if (ids_[i].empty())
    return refused(404, "not-found", "there is no resource that the condition finds", ask.at);
  auto standing = services_.hub.store().standing(principal_, ask.type, ids_[i]);
  if (!standing) return error_response(standing.error());
  const bool there = standing->newest && !standing->newest->deleted;
  if ((!there || standing->seen == Seen::nothing) && ask.if_match.empty())
    return refused(404, "not-found", "there is no such resource", ask.at);
  if (auto refusal = check_standing(ask, *standing)) return refusal;
  const auto patched = json_patched(resource_text(*standing->newest), ask.text);
  if (!patched) {
    const Error& error = patched.error();
    const bool failed = error.code == ErrorCode::conflict;
    const std::string where =
        ask.at.empty() || error.where.empty() ? ask.at + error.where : ask.at + ", " + error.where;
    return refused(failed ? 422 : 400, failed ? "processing" : "structure", error.message, where);
  }
  ask.text = without_version(*patched);
  if (text_member(ask.text, "resourceType") != ask.type || text_member(ask.text, "id") != ids_[i])
    return refused(422, "invalid", "a patch changes neither type nor id", ask.at);
  return add_text(i);
}

std::optional<Response> Writing::plan_removal(std::size_t i) {
  const Ask& ask = asks_[i];
  done_[i].status = 204;
  if (ids_[i].empty()) return std::nullopt;
  const auto standing = services_.hub.store().standing(principal_, ask.type, ids_[i]);
  if (!standing) return error_response(standing.error());
  const bool there = standing->newest && !standing->newest->deleted;
  // "Not there" and "not yours" are one answer.
  if ((!there || standing->seen == Seen::nothing) && ask.if_match.empty()) return std::nullopt;
  if (auto refusal = check_standing(ask, *standing)) return refusal;
  deletions_.push_back({ask.type, ids_[i]});
  deletion_owners_.push_back(i);
  return claim(ask, ids_[i]);
}

std::optional<Response> Writing::plan(std::size_t i) {
  switch (asks_[i].kind) {
    case Ask::Kind::create:
      return plan_create(i);
    case Ask::Kind::update:
      return plan_update(i);
    case Ask::Kind::patch:
      return plan_patch(i);
    case Ask::Kind::remove:
      return plan_removal(i);
  }
  return std::nullopt;
}

std::vector<Done> Writing::refuse_written(const Error& error) {
  std::size_t owner = text_owners_.empty() ? deletion_owners_.front() : text_owners_.front();
  for (std::size_t i = 0; i < deletions_.size(); ++i)
    if (error.where == name_of(deletions_[i].type, deletions_[i].id)) owner = deletion_owners_[i];
  Error told = error;
  if (!asks_[owner].at.empty()) told.where = asks_[owner].at;
  for (Done& one : done_) one.status = 0;
  return refuse(owner, error_response(told));
}

std::vector<Done> Writing::write() {
  const std::vector<std::size_t> in_order = order();
  for (const std::size_t i : in_order)
    if (auto refusal = name(i)) return refuse(i, std::move(*refusal));
  if (links_)
    if (auto refusal = link()) return refuse(0, std::move(*refusal));
  for (const std::size_t i : in_order)
    if (auto refusal = plan(i)) return refuse(i, std::move(*refusal));
  if (texts_.empty() && deletions_.empty()) return std::move(done_);
  const auto written = ingest::write(services_.hub, principal_, texts_, deletions_);
  if (!written) return refuse_written(written.error());
  std::vector<std::size_t> owners = text_owners_;
  owners.insert(owners.end(), deletion_owners_.begin(), deletion_owners_.end());
  for (std::size_t i = 0; i < owners.size(); ++i)
    if (!(*written)[i].faults.empty())
      return refuse(owners[i], faults_response((*written)[i].faults, asks_[owners[i]].at));
  for (std::size_t i = 0; i < owners.size(); ++i) {
    const ingest::Written& one = (*written)[i];
    if (one.seq == 0) continue;  // a delivery had deleted it meanwhile
    // What a client wrote himself is no reading of a person.
    auto version = services_.hub.store().written(one.seq);
    if (!version) return refuse(owners[i], error_response(version.error()));
    Done& done = done_[owners[i]];
    done.version = std::move(*version);
    if (done.status == 0) done.status = one.former == 0 ? 201 : 200;
  }
  return std::move(done_);
}

}  // namespace

std::vector<Done> write_all(Services& services, const Principal& principal, std::vector<Ask> asks,
                            bool links) {
  return Writing(services, principal, std::move(asks), links).run();
}

}  // namespace hb::server::fhir_api
