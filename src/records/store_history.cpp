#include <algorithm>
#include <boost/json.hpp>

#include "records/shown.hpp"
#include "records/store_state.hpp"

/// Store's history of many resources, and what writers ask before they write.
namespace hb::records {
namespace {

using sqlite::Query;

constexpr Seq versions_per_slice = 500;

/// Numbers of the versions in [first, last], newest first, not more than a slice of them; those of
/// another type are left out. `reached` becomes the lowest that was looked at.
Result<std::vector<Seq>> slice_before(const Engine& engine, const HistoryQuery& query, Seq last,
                                      Seq& reached) {
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  reached = std::max(query.first, last - versions_per_slice + 1);
  const int type = query.type.empty() ? 0 : engine.types.number(query.type);
  Query versions(**reader,
                 "SELECT seq FROM version WHERE seq BETWEEN ?1 AND ?2 AND (?3 = 0 OR type = ?3) "
                 "ORDER BY seq DESC",
                 reached, last, type);
  std::vector<Seq> seqs;
  while (versions.next()) seqs.push_back(versions.integer(0));
  if (!versions.ok()) return unexpected(versions.error());
  return seqs;
}

/// One version of a history as the principal may see it; nullopt: not at all, or not asked for.
Result<std::optional<StoredVersion>> past(const Engine& engine, const Principal& principal,
                                          const HistoryQuery& query, Seq seq) {
  Result<std::optional<RawVersion>> raw = find_version(engine, seq);
  if (!raw) return unexpected(raw.error());
  if (!*raw) return std::nullopt;
  if (query.at && seq <= *query.at) {
    if ((*raw)->version.deleted) return std::nullopt;
    const Result<bool> newest = newest_at(engine, **raw, *query.at);
    if (!newest) return unexpected(newest.error());
    if (!*newest) return std::nullopt;
  }
  auto shown = shown_to(engine, principal, std::move(**raw));
  if (!shown && shown.error().code == ErrorCode::forbidden) return std::nullopt;
  return shown;
}

/// Where fields are looked at, numbers may lose zeros at their end.
bool is_same(const std::string& shown, const std::string& kept) {
  if (shown == kept) return true;
  boost::system::error_code wrong;
  const boost::json::value left = boost::json::parse(shown, wrong);
  if (wrong) return false;
  const boost::json::value right = boost::json::parse(kept, wrong);
  return !wrong && left == right;
}

}  // namespace

Result<HistoryPage> Store::history(const Principal& principal, const HistoryQuery& query) const {
  const Engine& engine = *state_->engine;
  HistoryPage page;
  if (!query.type.empty() && engine.types.number(query.type) == 0) return page;
  std::int64_t looked_at = 0;
  Seq at = std::min(query.last, engine.last_seq.load());
  while (at >= std::max<Seq>(1, query.first)) {
    Seq reached = 0;
    const Result<std::vector<Seq>> seqs = slice_before(engine, query, at, reached);
    if (!seqs) return unexpected(seqs.error());
    for (const Seq seq : *seqs) {
      // The page is full when there is one more.
      Result<std::optional<StoredVersion>> version = past(engine, principal, query, seq);
      if (!version) return unexpected(version.error());
      if (!*version) continue;
      if (static_cast<std::int64_t>(page.versions.size()) == query.limit) {
        page.next = seq;
        return page;
      }
      note_read(engine, principal, **version);
      page.versions.push_back(std::move(**version));
    }
    looked_at += at - reached + 1;
    at = reached - 1;
    if (looked_at >= query.most && at >= std::max<Seq>(1, query.first)) {
      page.next = at;
      return page;
    }
  }
  return page;
}

Result<Store::Standing> Store::standing(const Principal& principal, std::string_view type,
                                        std::string_view id) const {
  const Engine& engine = *state_->engine;
  Standing standing;
  Result<std::vector<RawVersion>> found = versions_of(engine, type, id, 1);
  if (!found) return unexpected(found.error());
  if (found->empty()) return standing;
  Result<StoredVersion> kept = unpacked(engine, found->front());
  if (!kept) return unexpected(kept.error());
  auto shown = shown_to(engine, principal, std::move(found->front()));
  if (!shown && shown.error().code != ErrorCode::forbidden) return unexpected(shown.error());
  if (shown && *shown)
    standing.seen =
        is_same((*shown)->json, kept->json) ? Standing::Seen::whole : Standing::Seen::part;
  standing.newest = std::move(*kept);
  if (standing.seen != Standing::Seen::whole) standing.newest->json.clear();
  return standing;
}

Result<StoredVersion> Store::written(Seq seq) const {
  const Engine& engine = *state_->engine;
  Result<std::optional<RawVersion>> raw = find_version(engine, seq);
  if (!raw) return unexpected(raw.error());
  if (!*raw) return not_found("version " + std::to_string(seq));
  return unpacked(engine, std::move(**raw));
}

}  // namespace hb::records
