#include "ingest/replay.hpp"

#include "core/principal.hpp"
#include "ingest/person.hpp"

namespace hb::ingest {

namespace {

constexpr std::size_t versions_per_append = 100'000;
constexpr std::int64_t batches_per_read = 256;
constexpr Seq most_scanned = 2'000'000;  // versions between durable steps, wanted or not
constexpr std::size_t most_cached_residents = 500'000;

const Principal& reader() {
  static const Principal principal = Principal::system("rebuild");
  return principal;
}

}  // namespace

RowReplay::RowReplay(const records::Store& store, const views::Flattener& flattener,
                     tables::Database& target)
    : store_(store), flattener_(flattener), target_(target), sink_(flattener) {}

/// Where the Patient changed after the event, the area is that of the version before the event.
Result<std::string> RowReplay::area_at(const records::Resident& resident, Seq seq) {
  if (resident.seq <= seq) return resident.area;
  auto versions = store_.history(reader(), "Patient", resident.patient_id);
  if (!versions) {
    if (versions.error().code == ErrorCode::not_found) return std::string{};
    return unexpected(versions.error());
  }
  for (const records::StoredVersion& version : *versions) {  // newest first
    if (version.seq > seq) continue;
    if (version.deleted) break;
    fhir::Parser parser;
    std::string text = version.json;
    text.append(simdjson::SIMDJSON_PADDING, '\0');
    auto patient = parser.parse(std::string_view(text).substr(0, version.json.size()));
    if (patient) return resident_from(*patient).area;
  }
  return std::string{};
}

views::ResidentStamp RowReplay::stamp(ResidentId id, Seq seq) {
  if (id == 0) return {};
  auto found = residents_.find(id);
  if (found == residents_.end()) {
    auto resident = store_.resident(reader(), id);
    if (!resident) {
      stamped_ = unexpected(resident.error());
      return {};
    }
    found = residents_.emplace(id, std::move(*resident)).first;
  }
  const records::Resident& who = found->second;
  auto area = area_at(who, seq);
  if (!area) {
    stamped_ = unexpected(area.error());
    return {};
  }
  area_ = std::move(*area);
  return {who.id, who.sex, who.birth_date.has_value(), who.birth_date.value_or(Date{}), area_};
}

Result<void> RowReplay::add_replaced(const records::StoredVersion& version) {
  auto versions = store_.history(reader(), version.type, version.id);
  if (!versions) return unexpected(versions.error());
  for (const records::StoredVersion& former : *versions)
    if (former.seq < version.seq) batch_.replaced.push_back(former.seq);
  return {};
}

/// Rows made before this Patient version carry what was known then.
Result<void> RowReplay::add_resident_fix(ResidentId id) {
  auto resident = store_.resident(reader(), id);
  if (!resident) return unexpected(resident.error());
  batch_.resident_fixes.push_back(
      {id, resident->sex, resident->birth_date.has_value(), resident->birth_date.value_or(Date{})});
  return {};
}

Result<void> RowReplay::add_version(const records::StoredVersion& version) {
  if (catching_up_ && version.version > 1) {
    auto replaced = add_replaced(version);
    if (!replaced) return replaced;
  }
  if (!version.current) return {};
  if (catching_up_ && version.type == "Patient") {
    auto fixed = add_resident_fix(version.resident);
    if (!fixed) return fixed;
  }
  padded_ = version.json;
  padded_.append(simdjson::SIMDJSON_PADDING, '\0');
  const std::string where = version.type + " of version " + std::to_string(version.seq);
  auto resource = parser_.parse(std::string_view(padded_).substr(0, version.json.size()));
  if (!resource) return fail(ErrorCode::invalid_input, "a stored body cannot be read again", where);
  stamped_ = {};
  // Rows carry the person whom the records found, whatever reference the view looks at.
  auto rows = sink_.add(*resource, static_cast<std::uint32_t>(seqs_.size()),
                        [&](std::string_view) { return stamp(version.resident, version.seq); });
  if (!stamped_) return stamped_;
  if (!rows) return fail(ErrorCode::invalid_input, rows.error().message, where);
  seqs_.push_back(version.seq);
  return {};
}

Result<void> RowReplay::add_versions(Seq from, Seq to) {
  Result<void> outcome;
  // Even a type without rows may have had some: its former versions go.
  const auto wanted = [&](std::string_view type) { return catching_up_ || flattener_.wants(type); };
  auto scanned = store_.scan(
      reader(), from, to,
      [&](const records::StoredVersion& version) {
        outcome = add_version(version);
        return outcome.has_value();
      },
      wanted);
  if (!outcome) return outcome;
  return scanned;
}

std::vector<tables::RowBlock> RowReplay::take_blocks() {
  std::vector<tables::RowBlock> blocks = sink_.take();
  for (tables::RowBlock& block : blocks) tables::stamp(block, seqs_);
  seqs_.clear();
  if (residents_.size() > most_cached_residents) residents_.clear();
  return blocks;
}

Result<void> RowReplay::apply() {
  if (batch_.batches.empty()) return {};
  batch_.blocks = take_blocks();
  auto applied = target_.apply(batch_);
  batch_ = {};
  return applied;
}

Result<void> RowReplay::build(const std::vector<std::string>& names, tables::BatchRange range,
                              std::size_t step, const std::function<bool(BatchId)>& go_on) {
  catching_up_ = false;
  Seq scanned_from = 0;
  for (BatchId at = range.first - 1; at < range.last;) {
    auto entries = store_.feed(at, batches_per_read);
    if (!entries) return unexpected(entries.error());
    if (entries->empty())
      return fail(ErrorCode::unavailable, "the records lack batches the tables were made from",
                  "batch " + std::to_string(at + 1));
    for (const records::FeedEntry& entry : *entries) {
      if (entry.batch > range.last) break;
      at = entry.batch;
      if (entry.last_seq >= entry.first_seq && entry.last_seq > 0) {
        if (scanned_from == 0) scanned_from = entry.first_seq;
        auto added = add_versions(entry.first_seq - 1, entry.last_seq);
        if (!added) return unexpected(added.error());
      }
      const bool many = seqs_.size() >= step ||
                        (scanned_from != 0 && entry.last_seq - scanned_from >= most_scanned);
      if (!many && at < range.last) continue;
      auto built = target_.build(names, {range.first, at}, take_blocks());
      if (!built) return built;
      range.first = at + 1;
      scanned_from = 0;
      if (!go_on(at)) return {};
    }
  }
  return {};
}

Result<BatchId> RowReplay::run(BatchId after, const std::function<void(double)>& progress) {
  const BatchId last = store_.last_batch();
  // Into empty tables every current version goes once; else former rows may have to go first.
  catching_up_ = false;
  for (BatchId batch = 1; batch <= last && !catching_up_; ++batch)
    catching_up_ = target_.is_applied(batch);
  const BatchId start = after;
  while (after < last) {
    auto entries = store_.feed(after, batches_per_read);
    if (!entries) return unexpected(entries.error());
    if (entries->empty()) break;
    for (const records::FeedEntry& entry : *entries) {
      after = entry.batch;
      if (target_.is_applied(entry.batch)) continue;
      if (entry.last_seq >= entry.first_seq && entry.last_seq > 0) {
        auto added = add_versions(entry.first_seq - 1, entry.last_seq);
        if (!added) return unexpected(added.error());
      }
      batch_.batches.push_back(entry.batch);
      if (seqs_.size() < versions_per_append) continue;
      auto applied = apply();
      if (!applied) return unexpected(applied.error());
      if (progress)
        progress(static_cast<double>(after - start) / static_cast<double>(last - start));
    }
  }
  auto applied = apply();
  if (!applied) return unexpected(applied.error());
  if (progress) progress(1.0);
  return after;
}

}  // namespace hb::ingest
