#include "cli/simulate_tables.hpp"

#include <simdjson.h>

#include <algorithm>
#include <unordered_map>

#include "cli/content.hpp"
#include "cli/district.hpp"
#include "core/check.hpp"
#include "ingest/person.hpp"
#include "simulate/resources.hpp"

namespace hb::cli {

namespace {

namespace fs = std::filesystem;

/// Far above what the records of the store will number, so that nothing is taken for applied.
constexpr BatchId first_batch = BatchId{1} << 40;
constexpr int bits_of_piece = 20;  // people of one piece: fewer than a million

}  // namespace

struct SimulatedTables::Workspace {
  fhir::Parser parser;
  views::Flattener::Sink sink;
  std::string text;  // of one type, padded
  std::unordered_map<std::string, records::Resident> people;
  ResidentId next_person = 0;

  explicit Workspace(const views::Flattener& flattener) : sink(flattener) {}

  records::Resident& person(std::string_view id) {
    records::Resident& found = people[std::string(id)];
    if (found.id == 0) found.id = next_person++;
    return found;
  }

  views::ResidentStamp stamp(std::string_view id) {
    const records::Resident& who = person(id);
    return {who.id, who.sex, who.birth_date.has_value(), who.birth_date.value_or(Date{}), who.area};
  }
};

SimulatedTables::SimulatedTables(std::string directory) : directory_(std::move(directory)) {}

Result<std::unique_ptr<SimulatedTables>> SimulatedTables::open(const std::string& directory,
                                                               const std::string& scenes,
                                                               int threads) {
  std::error_code ignored;
  for (const char* file : {"records.db", "tables.db"})
    if (fs::exists(fs::path(directory) / file, ignored))
      return fail(ErrorCode::conflict, "there is a store already; choose another directory",
                  directory);
  std::unique_ptr<SimulatedTables> made(new SimulatedTables(directory));
  made->made_directory_ = !fs::exists(directory, ignored);
  if (const std::string key = key_file_of(directory); !key.empty() && !fs::exists(key, ignored))
    made->made_key_ = key;
  auto hub = open_hub(directory, scenes, threads, true, false);
  if (!hub) return unexpected(hub.error());
  made->hub_ = std::move(*hub);
  made->feed_.emplace(made->hub_->tables());
  return made;
}

SimulatedTables::~SimulatedTables() {
  feed_.reset();
  idle_.clear();
  hub_.reset();
  if (finished_) return;
  std::error_code ignored;
  if (!made_key_.empty()) fs::remove(made_key_, ignored);
  if (made_directory_) {
    fs::remove_all(directory_, ignored);
    return;
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(directory_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("records.db") || name.starts_with("tables.db"))
      fs::remove_all(entry.path(), ignored);
  }
}

std::unique_ptr<SimulatedTables::Workspace> SimulatedTables::borrow() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<Workspace>(hub_->flattener());
  std::unique_ptr<Workspace> workspace = std::move(idle_.back());
  idle_.pop_back();
  return workspace;
}

void SimulatedTables::give_back(std::unique_ptr<Workspace> workspace) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(workspace));
}

Result<SimulatedTables::Flat> SimulatedTables::flatten(Workspace& workspace, std::uint64_t piece,
                                                       const simulate::Batch& batch) {
  Flat flat;
  workspace.people.clear();
  workspace.next_person = (static_cast<ResidentId>(piece) << bits_of_piece) + 1;
  // People first: their rows and everybody else's say who they are.
  std::vector<std::size_t> order{static_cast<std::size_t>(simulate::Type::patient)};
  for (std::size_t type = 0; type < simulate::type_count; ++type)
    if (type != order.front()) order.push_back(type);
  for (const std::size_t type : order) {
    const std::string_view lines = batch.lines[type].view();
    workspace.text.assign(lines);
    workspace.text.append(simdjson::SIMDJSON_PADDING, ' ');
    std::string last_id;
    const bool encounters = type == static_cast<std::size_t>(simulate::Type::encounter);
    for (std::size_t at = 0; at < lines.size();) {
      const std::size_t end = lines.find('\n', at);
      if (encounters && std::binary_search(batch.refused.begin(), batch.refused.end(), at)) {
        at = end + 1;
        continue;
      }
      const auto resource =
          workspace.parser.parse(std::string_view(workspace.text).substr(at, end - at));
      at = end + 1;
      HB_CHECK(resource.has_value());
      if (resource->id == last_id) flat.kept.back() = false;  // versions follow one another
      last_id = resource->id;
      if (resource->type == "Patient") {
        records::Resident now = ingest::resident_from(*resource);
        now.id = workspace.person(resource->id).id;
        workspace.people[last_id] = std::move(now);
      }
      const auto owner = static_cast<std::uint32_t>(flat.kept.size());
      flat.kept.push_back(true);
      const Result<void> added = workspace.sink.add(
          *resource, owner, [&](std::string_view id) { return workspace.stamp(id); });
      if (!added) flat.kept.back() = false;  // what a load would put aside
    }
  }
  flat.blocks = workspace.sink.take();
  return flat;
}

Result<void> SimulatedTables::commit(std::uint64_t piece, Flat flat) {
  std::vector<std::int64_t> seq_of(flat.kept.size());
  for (std::size_t i = 0; i < seq_of.size(); ++i) seq_of[i] = flat.kept[i] ? ++last_seq_ : 0;
  tables::TableBatch batch;
  batch.batches = {first_batch + static_cast<BatchId>(piece)};
  for (tables::RowBlock& block : flat.blocks) {
    tables::stamp(block, seq_of);
    batch.blocks.push_back(std::move(block));
  }
  feed_->add(std::move(batch));
  return {};
}

simulate::Take SimulatedTables::take() {
  return [this](std::uint64_t piece, const simulate::Batch& batch) -> Result<simulate::Commit> {
    std::unique_ptr<Workspace> workspace = borrow();
    Result<Flat> flat = flatten(*workspace, piece, batch);
    give_back(std::move(workspace));
    if (!flat) return unexpected(flat.error());
    // A std::function is copied, the rows must not be.
    const auto rows = std::make_shared<Flat>(std::move(*flat));
    return [this, piece, rows] { return commit(piece, std::move(*rows)); };
  };
}

Result<void> SimulatedTables::finish() {
  if (Result<void> written = feed_->finish(); !written) return written;
  if (Result<void> done = hub_->tables().checkpoint(); !done) return done;
  if (Result<void> marked = take_district(*hub_, {directory_}, true); !marked) return marked;
  finished_ = true;
  return {};
}

std::int64_t SimulatedTables::bytes() const {
  std::error_code ignored;
  return static_cast<std::int64_t>(fs::file_size(fs::path(directory_) / "tables.db", ignored));
}

}  // namespace hb::cli
