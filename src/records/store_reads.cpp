#include <algorithm>

#include "records/committer.hpp"
#include "records/labels.hpp"
#include "records/packed_id.hpp"
#include "records/reach.hpp"
#include "records/reads.hpp"
#include "records/sensitive.hpp"
#include "records/shown.hpp"
#include "records/sight.hpp"
#include "records/store_state.hpp"

/// Store's reads of versions and people.
namespace hb::records {
namespace {

using sqlite::Query;

constexpr Seq versions_per_slice = 2'000;

Compartments::Set closed_to(const Engine& engine, const Principal& principal) {
  const Compartments* compartments = engine.options.compartments.get();
  return compartments == nullptr ? 0 : compartments->closed_to(principal);
}

/// What of it lies in none of the closed compartments.
Result<std::vector<StoredVersion>> open_part(const Engine& engine,
                                             std::vector<StoredVersion> versions,
                                             Compartments::Set closed) {
  const auto sets = compartments_of_person(*engine.options.compartments, versions);
  if (!sets) return unexpected(sets.error());
  std::vector<StoredVersion> open;
  for (std::size_t i = 0; i < versions.size(); ++i)
    if (((*sets)[i] & closed) == 0) open.push_back(std::move(versions[i]));
  return open;
}

/// Does this version lie in a closed compartment? Kept labels say so; where they do not know yet,
/// the person is read.
Result<bool> is_closed(const Engine& engine, const StoredVersion& version,
                       Compartments::Set closed) {
  if (closed == 0 || version.type == "Patient") return false;
  if (version.resident != 0 && engine.labels) {
    const Result<std::optional<Compartments::Set>> kept =
        engine.labels->of(version.resident, version.seq);
    if (!kept) return unexpected(kept.error());
    if (*kept) return (**kept & closed) != 0;
  }
  const auto own = compartments_of(*engine.options.compartments, version.json);
  if (!own) return unexpected(own.error());
  if ((*own & closed) != 0) return true;
  if (version.resident == 0) return false;
  Result<std::vector<StoredVersion>> person = whole_person(engine, version.resident);
  if (!person) return unexpected(person.error());
  const auto open = open_part(engine, std::move(*person), closed);
  if (!open) return unexpected(open.error());
  return std::ranges::find(*open, version.seq, &StoredVersion::seq) == open->end();
}

/// What a deletion deleted.
Result<std::optional<RawVersion>> deleted_by(const Engine& engine, const StoredVersion& deletion) {
  Result<std::vector<RawVersion>> all = versions_of(engine, deletion.type, deletion.id, SIZE_MAX);
  if (!all) return unexpected(all.error());
  for (RawVersion& raw : *all)  // newest first
    if (raw.version.seq < deletion.seq && !raw.version.deleted) return std::move(raw);
  return std::nullopt;
}

}  // namespace

Result<std::optional<StoredVersion>> shown_to(const Engine& engine, const Principal& principal,
                                              RawVersion raw) {
  if (raw.version.deleted) {
    Result<std::optional<RawVersion>> former = deleted_by(engine, raw.version);
    if (!former) return unexpected(former.error());
    if (!*former) return std::nullopt;
    const auto shown = shown_to(engine, principal, std::move(**former));
    if (!shown || !*shown) return shown;
    return std::move(raw.version);
  }
  const Result<Reach> reach = reach_of(engine, principal, raw.version.resident);
  if (!reach) return unexpected(reach.error());
  if (reach->refused) return std::nullopt;
  Result<StoredVersion> version = unpacked(engine, std::move(raw));
  if (!version) return unexpected(version.error());
  const Result<bool> closed = is_closed(engine, *version, closed_to(engine, principal));
  if (!closed) return unexpected(closed.error());
  if (*closed) return std::nullopt;
  return seen(engine, principal, reach->sight, reach->rules, std::move(*version));
}

void note_read(const Engine& engine, const Principal& principal, const StoredVersion& version) {
  if (version.resident == 0) return;
  note(engine, principal, "read",
       "resident " + std::to_string(version.resident) + " " + version.type + "/" + version.id);
}

namespace {

/// A version that belongs to a person, or that is about one, is read only with leave and a trace.
/// missing  what the answer says is not there when it is closed or out of reach
Result<StoredVersion> give(const Engine& engine, const Principal& principal, RawVersion raw,
                           const std::string& missing, const Refusal& refuse) {
  auto shown = shown_to(engine, principal, std::move(raw));
  if (!shown) return unexpected(shown.error());
  if (!*shown) return refuse(missing);
  note_read(engine, principal, **shown);
  return std::move(**shown);
}

/// Those of a person's versions that the rules show, as they show them.
Result<std::vector<StoredVersion>> seen_of(const Engine& engine, const Principal& principal,
                                           const Reach& reach,
                                           std::vector<StoredVersion> versions) {
  std::vector<StoredVersion> shown;
  for (StoredVersion& version : versions) {
    auto one = seen(engine, principal, reach.sight, reach.rules, std::move(version));
    if (!one) return unexpected(one.error());
    if (*one) shown.push_back(std::move(**one));
  }
  return shown;
}

/// The current versions of a person outside the closed compartments, found by reading all of it.
Result<std::vector<StoredVersion>> open_by_reading(const Engine& engine, const Principal& principal,
                                                   const Reach& reach, ResidentId id,
                                                   Compartments::Set closed, std::int64_t limit) {
  Result<std::vector<StoredVersion>> person = whole_person(engine, id);
  if (!person) return person;
  Result<std::vector<StoredVersion>> open = open_part(engine, std::move(*person), closed);
  if (!open) return open;
  std::erase_if(*open, [](const StoredVersion& version) { return !version.current; });
  Result<std::vector<StoredVersion>> shown = seen_of(engine, principal, reach, std::move(*open));
  if (!shown) return shown;
  if (static_cast<std::int64_t>(shown->size()) > limit)
    shown->resize(static_cast<std::size_t>(std::max<std::int64_t>(0, limit)));
  return shown;
}

}  // namespace

Result<std::vector<RawVersion>> versions_of(const Engine& engine, std::string_view type,
                                            std::string_view id, std::size_t limit) {
  const Result<std::vector<Seq>> seqs = candidates(engine, engine.key(type, id));
  if (!seqs) return unexpected(seqs.error());
  std::vector<RawVersion> found;
  for (const Seq seq : *seqs) {
    Result<std::optional<RawVersion>> raw = find_version(engine, seq);
    if (!raw) return unexpected(raw.error());
    if (!*raw || (*raw)->version.type != type || (*raw)->version.id != id) continue;
    found.push_back(std::move(**raw));
    if (found.size() == limit) break;
  }
  return found;
}

namespace {

std::string name_of(std::string_view type, std::string_view id) {
  return std::string(type).append("/").append(id);
}

/// The versions in (from, to], not unpacked yet.
Result<std::vector<RawVersion>> slice(const Engine& engine, Seq from, Seq to) {
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  Query query(**reader,
              "SELECT v.seq, v.type, v.id, v.version, v.resident, v.body, s.seq IS NULL, "
              "v.fingerprint FROM version v LEFT JOIN superseded s ON s.seq = v.seq "
              "WHERE v.seq > ?1 AND v.seq <= ?2 ORDER BY v.seq",
              from, to);
  std::vector<RawVersion> versions;
  BatchRange range;
  while (query.next()) {
    const Seq seq = query.integer(0);
    if (seq > range.last_seq) {
      Result<BatchRange> next = batch_of(**reader, seq);
      if (!next) return unexpected(next.error());
      range = *next;
    }
    versions.push_back({{seq,
                         engine.types.name(static_cast<int>(query.integer(1))),
                         unpack_id(query.bytes(2)),
                         query.integer(3),
                         query.integer(6) != 0,
                         query.integer(4),
                         range.delivery,
                         range.batch,
                         range.committed,
                         {}},
                        query.text(5),
                        query.text(7)});
    mark_deletion(versions.back());
  }
  if (!query.ok()) return unexpected(query.error());
  return versions;
}

}  // namespace

Result<StoredVersion> Store::read(const Principal& principal, std::string_view type,
                                  std::string_view id) const {
  const Engine& engine = *state_->engine;
  const Refusal refuse = refusal_for(engine, principal, type);
  Result<std::vector<RawVersion>> found = versions_of(engine, type, id, 1);
  if (!found) return unexpected(found.error());
  if (found->empty() || found->front().version.deleted) return refuse(name_of(type, id));
  return give(engine, principal, std::move(found->front()), name_of(type, id), refuse);
}

Result<StoredVersion> Store::latest(const Principal& principal, std::string_view type,
                                    std::string_view id) const {
  const Engine& engine = *state_->engine;
  const Refusal refuse = refusal_for(engine, principal, type);
  Result<std::vector<RawVersion>> found = versions_of(engine, type, id, 1);
  if (!found) return unexpected(found.error());
  if (found->empty()) return refuse(name_of(type, id));
  return give(engine, principal, std::move(found->front()), name_of(type, id), refuse);
}

Result<StoredVersion> Store::read_seq(const Principal& principal, Seq seq) const {
  const Engine& engine = *state_->engine;
  const Refusal refuse = refusal_for(engine, principal);
  Result<std::optional<RawVersion>> found = find_version(engine, seq);
  if (!found) return unexpected(found.error());
  if (!*found || (*found)->version.deleted) return refuse("version " + std::to_string(seq));
  return give(engine, principal, std::move(**found), "version " + std::to_string(seq), refuse);
}

Result<std::vector<StoredVersion>> Store::history(const Principal& principal, std::string_view type,
                                                  std::string_view id) const {
  const Engine& engine = *state_->engine;
  const Refusal refuse = refusal_for(engine, principal, type);
  Result<std::vector<RawVersion>> found = versions_of(engine, type, id, SIZE_MAX);
  if (!found) return unexpected(found.error());
  if (found->empty()) return refuse(name_of(type, id));
  std::vector<StoredVersion> versions;
  for (RawVersion& raw : *found) {
    Result<StoredVersion> version =
        give(engine, principal, std::move(raw), name_of(type, id), refuse);
    if (!version) return unexpected(version.error());
    versions.push_back(std::move(*version));
  }
  return versions;
}

Result<bool> newest_at(const Engine& engine, const RawVersion& raw, Seq snapshot) {
  if (raw.version.seq > snapshot) return false;
  if (raw.version.current) return true;
  const Result<std::vector<RawVersion>> all =
      versions_of(engine, raw.version.type, raw.version.id, SIZE_MAX);
  if (!all) return unexpected(all.error());
  return std::ranges::none_of(*all, [&](const RawVersion& other) {
    return other.version.seq > raw.version.seq && other.version.seq <= snapshot;
  });
}

namespace {

/// As shown_to(); who has no leave at all is not told so.
Result<std::optional<StoredVersion>> peeked(const Engine& engine, const Principal& principal,
                                            RawVersion raw) {
  auto shown = shown_to(engine, principal, std::move(raw));
  if (!shown && shown.error().code == ErrorCode::forbidden) return std::nullopt;
  return shown;
}

}  // namespace

Result<std::optional<StoredVersion>> Store::peek(const Principal& principal, Seq seq,
                                                 Seq snapshot) const {
  const Engine& engine = *state_->engine;
  Result<std::optional<RawVersion>> found = find_version(engine, seq);
  if (!found) return unexpected(found.error());
  if (!*found || (*found)->version.deleted) return std::nullopt;
  const Result<bool> newest = newest_at(engine, **found, snapshot);
  if (!newest) return unexpected(newest.error());
  if (!*newest) return std::nullopt;
  return peeked(engine, principal, std::move(**found));
}

Result<std::optional<StoredVersion>> Store::peek(const Principal& principal, std::string_view type,
                                                 std::string_view id, Seq snapshot) const {
  const Engine& engine = *state_->engine;
  Result<std::vector<RawVersion>> found = versions_of(engine, type, id, SIZE_MAX);
  if (!found) return unexpected(found.error());
  for (RawVersion& raw : *found) {  // newest first
    if (raw.version.seq > snapshot) continue;
    if (raw.version.deleted) break;
    return peeked(engine, principal, std::move(raw));
  }
  return std::nullopt;
}

void Store::note_given(const Principal& principal, const StoredVersion& version) const {
  note_read(*state_->engine, principal, version);
}

Result<Seq> Store::first_since(Instant time) const {
  const Engine& engine = *state_->engine;
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  BatchId low = 1;
  BatchId high = engine.last_batch + 1;
  Seq first = engine.last_seq + 1;
  // Commits are numbered in the order of their times.
  while (low < high) {
    const BatchId middle = low + (high - low) / 2;
    Query query(**reader, "SELECT committed_at, first_seq FROM batch WHERE batch = ?1", middle);
    const bool there = query.next();
    if (!query.ok()) return unexpected(query.error());
    if (there && query.integer(0) < time.micros) {
      low = middle + 1;
    } else {
      if (there) first = query.integer(1);
      high = middle;
    }
  }
  return first;
}

Result<std::vector<StoredVersion>> Store::of_resident(const Principal& principal, ResidentId id,
                                                      std::int64_t limit) const {
  const Engine& engine = *state_->engine;
  const Refusal refuse = refusal_for(engine, principal);
  const Result<Reach> reach = reach_of(engine, principal, id);
  if (!reach) return unexpected(reach.error());
  if (reach->refused) return refuse("resident " + std::to_string(id));
  note(engine, principal, "read", "resident " + std::to_string(id));
  const Result<std::vector<Seq>> seqs = seqs_of_resident(engine, id);
  if (!seqs) return unexpected(seqs.error());
  const Compartments::Set closed = closed_to(engine, principal);
  std::optional<Labels::Labelled> labelled;
  if (closed != 0 && !seqs->empty()) {
    if (engine.labels) {
      auto kept = engine.labels->of_resident(id, seqs->back());
      if (!kept) return unexpected(kept.error());
      labelled = std::move(*kept);
    }
    if (!labelled) return open_by_reading(engine, principal, *reach, id, closed, limit);
  }
  const auto is_hidden = [&](Seq seq) {
    if (!labelled) return false;
    const auto at =
        std::ranges::lower_bound(*labelled, seq, {}, &Labels::Labelled::value_type::first);
    return at != labelled->end() && at->first == seq && (at->second & closed) != 0;
  };
  std::vector<StoredVersion> versions;
  for (const Seq seq : *seqs) {
    if (static_cast<std::int64_t>(versions.size()) >= limit) break;
    if (is_hidden(seq)) continue;
    Result<std::optional<RawVersion>> raw = find_version(engine, seq);
    if (!raw) return unexpected(raw.error());
    if (!*raw || !(*raw)->version.current) continue;
    Result<StoredVersion> version = unpacked(engine, std::move(**raw));
    if (!version) return unexpected(version.error());
    auto shown = seen(engine, principal, reach->sight, reach->rules, std::move(*version));
    if (!shown) return unexpected(shown.error());
    if (*shown) versions.push_back(std::move(**shown));
  }
  return versions;
}

void Store::set_related(FindRelated find) { state_->engine->related = std::move(find); }

Result<PersonPage> Store::find_residents(const Principal& principal,
                                         const PersonQuery& query) const {
  return find_people(*state_->engine, principal, query);
}

Result<bool> Store::exists(std::string_view type, std::string_view id) const {
  const Result<std::vector<RawVersion>> found = versions_of(*state_->engine, type, id, 1);
  if (!found) return unexpected(found.error());
  return !found->empty() && !found->front().version.deleted;
}

Result<void> Store::scan(const Principal& principal, Seq from, Seq to,
                         const std::function<bool(const StoredVersion&)>& visit,
                         const std::function<bool(std::string_view type)>& wanted) const {
  const Engine& engine = *state_->engine;
  if (!principal.unrestricted) {
    return fail(ErrorCode::forbidden, "only unrestricted jobs may read all versions");
  }
  const Seq last = std::min(to, engine.last_seq.load());
  // In slices, so that no read transaction stays open and keeps the write-ahead log from shrinking.
  for (Seq at = std::max<Seq>(0, from); at < last; at += versions_per_slice) {
    Result<std::vector<RawVersion>> versions =
        slice(engine, at, std::min(last, at + versions_per_slice));
    if (!versions) return unexpected(versions.error());
    for (RawVersion& raw : *versions) {
      if (wanted && !wanted(raw.version.type)) continue;
      const Result<StoredVersion> version = unpacked(engine, std::move(raw));
      if (!version) return unexpected(version.error());
      if (!visit(*version)) return {};
    }
  }
  return {};
}

namespace {

constexpr Seq versions_per_walk_slice = 500;

/// The versions of a list in (from, to], not unpacked yet.
Result<std::vector<RawVersion>> listed(const Engine& engine, const std::vector<Seq>& seqs, Seq from,
                                       Seq to) {
  std::vector<RawVersion> versions;
  for (auto at = std::ranges::upper_bound(seqs, from); at != seqs.end() && *at <= to; ++at) {
    Result<std::optional<RawVersion>> raw = find_version(engine, *at);
    if (!raw) return unexpected(raw.error());
    if (*raw) versions.push_back(std::move(**raw));
  }
  return versions;
}

/// One principal's walk over a stretch: what is the same for all versions is worked out once.
class Walk {
 public:
  Walk(const Engine& engine, const Principal& principal, Sight sight)
      : engine_(engine),
        principal_(principal),
        sight_(std::move(sight)),
        closed_(closed_to(engine, principal)) {}

  /// nullopt: not for this principal, or not the newest of its resource at the snapshot
  Result<std::optional<StoredVersion>> look(RawVersion raw, const Store::Stretch& stretch) {
    if (raw.version.deleted && !stretch.deletions) return std::nullopt;
    const Result<bool> newest = newest_at(engine_, raw, stretch.snapshot);
    if (!newest) return unexpected(newest.error());
    if (!*newest) return std::nullopt;
    if (!raw.version.deleted) return show(std::move(raw));
    Result<std::optional<RawVersion>> former = deleted_by(engine_, raw.version);
    if (!former) return unexpected(former.error());
    if (!*former) return std::nullopt;
    auto shown = show(std::move(**former));
    if (!shown || !*shown) return shown;
    return std::move(raw.version);
  }

 private:
  Result<std::optional<StoredVersion>> show(RawVersion raw) {
    const auto rules = rules_for(raw.version.resident);
    if (!rules) return unexpected(rules.error());
    if (*rules == nullptr) return std::nullopt;
    Result<StoredVersion> version = unpacked(engine_, std::move(raw));
    if (!version) return unexpected(version.error());
    const Result<bool> closed = is_closed(engine_, *version, closed_);
    if (!closed) return unexpected(closed.error());
    if (*closed) return std::nullopt;
    return seen(engine_, principal_, sight_, **rules, std::move(*version));
  }

  /// The rules that reach the person; null: none does.
  Result<const Sight::Rules*> rules_for(ResidentId resident) {
    if (sight_.is_free()) {
      const Result<void> allowed = may_read(engine_, principal_, resident);
      if (allowed) return &sight_.rules();
      if (allowed.error().code == ErrorCode::forbidden) return nullptr;
      return unexpected(allowed.error());
    }
    if (resident == 0) return &sight_.rules();
    const Result<std::string> area = area_of(engine_, resident);
    if (!area) return unexpected(area.error());
    reaching_ = sight_.reaching(resident, *area);
    return reaching_.empty() ? nullptr : &reaching_;
  }

  const Engine& engine_;
  const Principal& principal_;
  Sight sight_;
  Compartments::Set closed_;
  Sight::Rules reaching_;
};

}  // namespace

Result<Store::Walked> Store::walk(const Principal& principal, const Stretch& stretch,
                                  const Wanted& wanted) const {
  const Engine& engine = *state_->engine;
  if (engine.options.read_only && !Policy::is_own_job(principal))
    return fail(ErrorCode::forbidden,
                "the store is open for reading only: reads of persons could not be audited");
  Result<Sight> sight = Sight::of(engine, principal);
  if (!sight) return unexpected(sight.error());
  Walk walk(engine, principal, std::move(*sight));
  Walked walked;
  walked.reached = std::max<Seq>(0, stretch.from);
  const Seq last = std::min({stretch.to, stretch.snapshot, engine.last_seq.load()});
  std::size_t bytes = 0;
  while (walked.reached < last) {
    const Seq end = std::min(last, walked.reached + versions_per_walk_slice);
    Result<std::vector<RawVersion>> versions =
        stretch.only != nullptr ? listed(engine, *stretch.only, walked.reached, end)
                                : slice(engine, walked.reached, end);
    if (!versions) return unexpected(versions.error());
    for (RawVersion& raw : *versions) {
      if (wanted && !wanted(raw.version.type, raw.version.resident)) continue;
      const Seq seq = raw.version.seq;
      auto shown = walk.look(std::move(raw), stretch);
      if (!shown) return unexpected(shown.error());
      if (!*shown) continue;
      bytes += (*shown)->json.size();
      walked.versions.push_back(std::move(**shown));
      if (bytes < stretch.bytes) continue;
      walked.reached = seq;
      return walked;
    }
    walked.reached = end;
  }
  return walked;
}

Result<std::vector<Seq>> Store::versions_of_residents(
    const std::vector<ResidentId>& residents) const {
  std::vector<Seq> all;
  for (const ResidentId resident : residents) {
    const Result<std::vector<Seq>> seqs = seqs_of_resident(*state_->engine, resident);
    if (!seqs) return unexpected(seqs.error());
    all.insert(all.end(), seqs->begin(), seqs->end());
  }
  std::ranges::sort(all);
  return all;
}

std::string Store::seal(std::string_view plain, std::string_view context) const {
  return state_->engine->vault.seal(plain, context);
}

Result<std::string> Store::open_sealed(std::string_view sealed, std::string_view context) const {
  return state_->engine->vault.open(sealed, context);
}

Result<std::vector<std::string>> Store::check(const std::function<void(double)>& progress) const {
  return check_store(*state_->engine, progress);
}

}  // namespace hb::records
