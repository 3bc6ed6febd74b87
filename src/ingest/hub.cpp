#include "ingest/hub.hpp"

#include <filesystem>
#include <mutex>

#include "crypto/bytes.hpp"
#include "crypto/key_file.hpp"
#include "ingest/idle_preparers.hpp"
#include "ingest/commit.hpp"
#include "ingest/relation_cache.hpp"
#include "ingest/replay.hpp"
#include "ingest/table_build.hpp"
#include "records/health.hpp"

namespace hb::ingest {

namespace {

namespace fs = std::filesystem;

Result<void> make_directory(const std::string& directory, bool create) {
  std::error_code error;
  if (fs::is_directory(directory, error)) return {};
  if (fs::exists(directory, error))
    return fail(ErrorCode::invalid_input, "a file stands where the store's directory should be",
                directory);
  if (!create) return fail(ErrorCode::not_found, "there is no store here", directory);
  fs::create_directories(directory, error);
  if (error)
    return fail(ErrorCode::unavailable, "cannot create the store: " + error.message(), directory);
  return {};
}

/// Empty where there is none: a store without keys needs none, a sealed one says so.
Result<std::string> master_key(const HubOptions& options, bool store_exists) {
  if (options.key_file.empty()) return std::string();
  std::error_code ignored;
  if (!fs::exists(options.key_file, ignored)) {
    if (store_exists || !options.create || options.read_only) return std::string();
    const Result<void> made = crypto::make_master_key(options.key_file);
    if (!made && made.error().code != ErrorCode::conflict) return unexpected(made.error());
  }
  return crypto::read_master_key(options.key_file);
}

}  // namespace

struct Hub::State {
  std::string directory;
  HubOptions options;
  std::unique_ptr<records::Store> store;
  std::unique_ptr<tables::Database> tables;
  std::unique_ptr<views::Flattener> flattener;
  std::shared_ptr<const fhir::Rulebook> rulebook;
  std::mutex replaying;  // one catch-up, rebuild or check at a time
  std::mutex building;   // one building of tables at a time

  RelationCache relations;
  IdlePreparers idle_preparers;  // they use everything above

  Date today() const { return options.today ? options.today() : day_in_shanghai(options.clock()); }

  Result<void> open_parts() {
    auto views = views::load_views(options.views_dir);
    if (!views) return unexpected(views.error());
    flattener = std::make_unique<views::Flattener>(std::move(*views));
    Result<std::shared_ptr<const fhir::Rulebook>> book =
        options.profiles_dir.empty() ? std::make_shared<const fhir::Rulebook>(fhir::Levels{})
                                     : fhir::Rulebook::load(options.profiles_dir);
    if (!book) return unexpected(book.error());
    rulebook = std::move(*book);
    records::OpenOptions record_options;
    record_options.create = options.create;
    record_options.read_only = options.read_only;
    record_options.clock = options.clock;
    if (!options.read_only) {
      Result<crypto::Key> key =
          crypto::signing_key(options.audit_key_file.empty() ? fs::path(directory) / "audit.key"
                                                             : fs::path(options.audit_key_file));
      if (!key) return unexpected(key.error());
      record_options.audit_key = *key;
    }
    record_options.compartments = options.compartments;
    record_options.policy = options.policy;
    const fs::path path = fs::path(directory) / "records.db";
    std::error_code ignored;
    Result<std::string> master = master_key(options, fs::exists(path, ignored));
    if (!master) return unexpected(master.error());
    record_options.master_key = std::move(*master);
    record_options.suite = options.suite;
    record_options.scope = options.scope;
    auto opened = records::Store::open(path.string(), record_options);
    crypto::wipe(record_options.master_key);
    if (!opened && opened.error().code == ErrorCode::forbidden && !options.key_file.empty())
      return fail(
          ErrorCode::forbidden,
          "the store is sealed and its key file is not there: give --key-file or HB_KEY_FILE",
          options.key_file);
    if (!opened) return unexpected(opened.error());
    store = std::move(*opened);
    if (store->health().lost()) remove_search_index();
    return open_tables();
  }

  /// It may hold entries of versions that are not there any more, whose numbers are given again.
  void remove_search_index() const {
    std::error_code ignored;
    for (const char* name : {"search.db", "search.db-wal", "search.db-shm"})
      fs::remove(fs::path(directory) / name, ignored);
  }

  /// A missing or damaged tables file is no loss: it is made again from the records.
  Result<void> open_tables() {
    tables::OpenOptions table_options;
    table_options.threads = options.threads;
    table_options.read_only = options.read_only;
    table_options.compartments = options.compartments;
    table_options.policy = options.policy;
    table_options.today = [this] { return today(); };
    const std::string path = (fs::path(directory) / "tables.db").string();
    auto opened = tables::Database::open(path, table_options);
    if (!opened && opened.error().code == ErrorCode::invalid_input && !options.read_only) {
      std::error_code error;
      fs::rename(path, path + ".damaged", error);
      fs::remove(path + ".wal", error);
      opened = tables::Database::open(path, table_options);
    }
    if (!opened) return unexpected(opened.error());
    tables = std::move(*opened);
    if (options.policy)
      store->set_related(
          [this](const Principal& who) { return relations.of(*options.policy, who, *tables); });
    auto unfinished = tables->define(flattener->schemas());
    if (!unfinished) return unexpected(unfinished.error());
    if (unfinished->empty() || options.read_only) return {};
    return keep_formers();
  }

  /// New rows are made for the tables that still answer too, by the views they were made with.
  Result<void> keep_formers() {
    auto views = views::load_views(options.views_dir);
    if (!views) return unexpected(views.error());
    for (const tables::TableSchema& schema : tables->formers()) {
      auto former = views::View::compile(schema.source);
      if (former) former->set_former();
      // Another program may have made it: then its rows cannot be made as they were.
      if (former && former->table().columns == schema.columns &&
          former->table().definition == schema.definition) {
        views->push_back(std::move(*former));
        continue;
      }
      if (auto stands = tables->let_stand(schema.name); !stands) return stands;
    }
    flattener = std::make_unique<views::Flattener>(std::move(*views));
    return {};
  }

  /// A delivery that was being received when the program ended is over.
  Result<void> close_interrupted(Hub& hub) {
    const Principal principal = Principal::system("start");
    constexpr std::int64_t newest = 1000;
    auto deliveries = store->deliveries(principal, 0, newest);
    if (!deliveries) return unexpected(deliveries.error());
    for (records::Delivery& delivery : *deliveries) {
      if (delivery.state != records::Delivery::State::receiving) continue;
      delivery.state = records::Delivery::State::failed;
      delivery.error =
          "interrupted: the program ended while it was being loaded; what was accepted "
          "is kept, load the file again for the rest";
      records::WriteSet set;
      set.delivery = delivery.id;
      set.delivery_state = delivery;
      auto written = commit_without_rows(hub, std::move(set));
      if (!written) return written;
    }
    return {};
  }
};

Hub::Hub(std::unique_ptr<State> state) : state_(std::move(state)) {}
Hub::~Hub() = default;

Result<std::unique_ptr<Hub>> Hub::open(const std::string& directory, const HubOptions& options) {
  auto made = make_directory(directory, options.create);
  if (!made) return unexpected(made.error());
  auto state = std::make_unique<State>();
  state->directory = directory;
  state->options = options;
  auto parts = state->open_parts();
  if (!parts) return unexpected(parts.error());
  std::unique_ptr<Hub> hub(new Hub(std::move(state)));
  if (options.read_only) return hub;
  auto caught_up = hub->catch_up(options.building);
  if (!caught_up) return unexpected(caught_up.error());
  if (options.build_tables) {
    auto built = hub->build_tables({.progress = options.building, .cancelled = {}});
    if (!built) return unexpected(built.error());
  }
  hub->state_->options.building = {};  // what it shows on is the caller's
  auto closed = hub->state_->close_interrupted(*hub);
  if (!closed) return unexpected(closed.error());
  return hub;
}

records::Store& Hub::store() { return *state_->store; }
const tables::Database& Hub::tables() const { return *state_->tables; }
tables::Database& Hub::tables() { return *state_->tables; }
const std::shared_ptr<const fhir::Rulebook>& Hub::rulebook() const { return state_->rulebook; }
const views::Flattener& Hub::flattener() const { return *state_->flattener; }
const std::string& Hub::directory() const { return state_->directory; }
IdlePreparers& Hub::idle_preparers() { return state_->idle_preparers; }

Result<BatchId> Hub::catch_up(const std::function<void(double)>& progress) {
  const std::lock_guard lock(state_->replaying);
  auto reached = state_->tables->reached();
  if (!reached) return reached;
  if (*reached == state_->store->last_batch()) return reached;
  if (*reached > state_->store->last_batch()) {
    // The records lost their end: rows of commits that are not there any more answer nobody.
    auto cleared = state_->tables->clear();
    if (!cleared) return unexpected(cleared.error());
    reached = 0;
  }
  RowReplay replay(*state_->store, *state_->flattener, *state_->tables);
  return replay.run(*reached, progress);
}

Result<std::vector<std::string>> Hub::build_tables(const BuildOptions& options) {
  const std::lock_guard lock(state_->building);
  TableBuild build(*state_->store, *state_->tables, options);
  auto built = build.run();
  if (!built || built->empty()) return built;
  records::WriteSet moved;
  for (const std::string& name : *built) moved.touched.push_back({name, "", "", 0});
  if (auto told = commit_without_rows(*this, std::move(moved)); !told)
    return unexpected(told.error());
  if (auto kept = state_->tables->checkpoint(); !kept) return unexpected(kept.error());
  return built;
}

Result<void> Hub::rebuild(const std::function<void(double)>& progress) {
  const std::lock_guard lock(state_->replaying);
  auto cleared = state_->tables->clear();
  if (!cleared) return cleared;
  RowReplay replay(*state_->store, *state_->flattener, *state_->tables);
  auto reached = replay.run(0, progress);
  if (!reached) return unexpected(reached.error());
  return state_->tables->checkpoint();
}

Result<std::vector<std::string>> Hub::check(const std::function<void(double)>& progress) {
  const std::lock_guard lock(state_->replaying);
  auto faults = state_->store->check([&](double part) {
    if (progress) progress(part / 2);
  });
  if (!faults) return faults;
  const std::string path = (fs::path(state_->directory) / "check.db").string();
  const auto remove = [&] {
    std::error_code ignored;
    fs::remove(path, ignored);
    fs::remove(path + ".wal", ignored);
  };
  remove();
  Result<void> compared = [&]() -> Result<void> {
    tables::OpenOptions options;
    options.threads = state_->options.threads;
    auto again = tables::Database::open(path, options);
    if (!again) return unexpected(again.error());
    auto defined = (*again)->define(state_->flattener->schemas());
    if (!defined) return unexpected(defined.error());
    RowReplay replay(*state_->store, *state_->flattener, **again);
    auto reached = replay.run(0, [&](double part) {
      if (progress) progress(0.5 + part / 2);
    });
    if (!reached) return unexpected(reached.error());
    for (const tables::TableSchema& schema : state_->flattener->schemas()) {
      auto should = (*again)->checksum(schema.name);
      if (!should) return unexpected(should.error());
      auto is = state_->tables->checksum(schema.name);
      if (!is) return unexpected(is.error());
      if (*is == *should) continue;
      faults->push_back(
          "table " + schema.name + " differs from the records: " + std::to_string(is->rows) +
          " rows, " + std::to_string(should->rows) + " expected" +
          (is->rows == should->rows ? " (other content)" : "") + "; `store rebuild` makes it anew");
    }
    return {};
  }();
  remove();
  if (!compared) return unexpected(compared.error());
  return faults;
}

}  // namespace hb::ingest
