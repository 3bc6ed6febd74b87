#include "backup/take.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <vector>

#include "backup/archive.hpp"
#include "backup/work_dir.hpp"
#include "crypto/bytes.hpp"
#include "records/file_lock.hpp"
#include "records/migrations.hpp"
#include "records/sqlite_snapshot.hpp"

namespace hb::backup {
namespace {

namespace fs = std::filesystem;
using records::sqlite::Connection;
using records::sqlite::one_integer;
using records::sqlite::Query;
using records::sqlite::Snapshot;

constexpr std::string_view records_name = "records.db";

struct Source {
  std::string name;
  fs::path path;
  std::int64_t bytes = 0;
  std::optional<Snapshot> snapshot;  ///< of a database
};

/// Made again from the records when it is not there.
bool is_derived(std::string_view name) {
  return name.starts_with("tables.db") || name.starts_with("search.db") ||
         name.starts_with("labels.db") || name.starts_with("measures.cells");
}

/// What a running program needs and nobody after it.
bool is_passing(std::string_view name) {
  static constexpr std::string_view ends[] = {"-wal",     "-shm",     "-journal", ".lock", ".new",
                                              ".damaged", ".partial", ".tmp",     ".mark"};
  return name.starts_with("check.db") || name.starts_with("incoming/") || name.starts_with("jobs/") ||
         std::ranges::any_of(ends, [&](std::string_view end) { return name.ends_with(end); });
}

bool is_sqlite(const fs::path& file) {
  constexpr std::string_view magic("SQLite format 3\0", 16);
  std::string head(magic.size(), '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  return head == magic;
}

/// Files of the store that a backup holds; the records last.
Result<std::vector<Source>> sources_of(const TakeOptions& options) {
  std::error_code error;
  std::vector<Source> sources;
  for (fs::recursive_directory_iterator at(options.store, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (!at->is_regular_file(ignored)) continue;
    const std::string name = fs::relative(at->path(), options.store, ignored).generic_string();
    if (is_passing(name) || (is_derived(name) && !options.with_tables)) continue;
    sources.push_back({std::string(store_prefix) + name,
                       at->path(),
                       static_cast<std::int64_t>(at->file_size(ignored)),
                       {}});
  }
  if (error)
    return fail(ErrorCode::unavailable, "the store cannot be read: " + error.message(),
                options.store.string());
  // Acts move from the accounts into the records' audit: one that moves meanwhile is in both.
  std::ranges::sort(
      sources, {}, [](const Source& one) { return std::pair(one.name == records_part, one.name); });
  if (sources.empty() || sources.back().name != records_part)
    return fail(ErrorCode::not_found, "there is no store here", options.store.string());
  return sources;
}

/// One moment for all of them: small ones first, the records at the end.
Result<void> fix_moment(std::vector<Source>& sources) {
  for (Source& one : sources) {
    if (!is_sqlite(one.path)) continue;
    Result<Snapshot> snapshot = Snapshot::open(one.path.string());
    if (!snapshot) return unexpected(snapshot.error());
    one.bytes = snapshot->bytes();
    one.snapshot.emplace(std::move(*snapshot));
  }
  return {};
}

class Steps {
 public:
  Steps(const Progress& progress, std::int64_t all) : progress_(progress), all_(all) {}
  bool operator()(std::int64_t bytes) {
    done_ += bytes;
    if (!progress_) return true;
    return progress_(all_ == 0 ? 1.0 : static_cast<double>(done_) / static_cast<double>(all_));
  }

 private:
  const Progress& progress_;
  std::int64_t all_, done_ = 0;
};

Result<void> copy_source(Source& one, const fs::path& to, Steps& steps) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (one.snapshot) {
    Result<void> copied =
        one.snapshot->copy_to(to.string(), [&](std::int64_t bytes) { return steps(bytes); });
    one.snapshot.reset();
    if (copied) fs::permissions(to, fs::status(one.path, error).permissions(), error);
    return copied;
  }
  if (!fs::copy_file(one.path, to, error))
    return fail(ErrorCode::unavailable, "cannot be copied: " + error.message(), one.path.string());
  if (!steps(one.bytes)) return fail(ErrorCode::unavailable, "stopped on request");
  return {};
}

/// What the copy of the records says of itself; a damaged one is no backup.
Result<void> describe(const fs::path& copy, Manifest& manifest) {
  Result<Connection> connection = Connection::open(copy.string(), Connection::Mode::read);
  if (!connection) return unexpected(connection.error());
  if (const auto known = records::expect_migrated(*connection, records::migrations()); !known)
    return unexpected(known.error());
  {
    Query check(*connection, "PRAGMA quick_check(1)");
    const bool answered = check.next();
    if (!answered || check.bytes(0) != "ok")
      return fail(ErrorCode::unavailable, "the records are damaged, so no backup was made: " +
                                              (answered ? check.text(0) : check.error().message));
  }
  Query info(*connection, "SELECT name, value FROM info");
  while (info.next()) {
    const std::string_view name = info.bytes(0);
    if (name == "id") manifest.store_id = info.text(1);
    if (name == "simulated") manifest.simulated = info.bytes(1) == "1";
    if (name == "name_zh") manifest.name_zh = info.text(1);
    if (name == "name_en") manifest.name_en = info.text(1);
    if (name == "keys") manifest.sealed = true;
  }
  if (!info.ok()) return unexpected(info.error());
  const auto seq = one_integer(*connection, 0, "SELECT max(seq) FROM version");
  if (!seq) return unexpected(seq.error());
  const auto batch = one_integer(*connection, 0, "SELECT max(batch) FROM batch");
  if (!batch) return unexpected(batch.error());
  manifest.seq = *seq;
  manifest.batch = *batch;
  Query audit(*connection, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1");
  if (audit.next()) {
    manifest.audit_entries = audit.integer(0);
    manifest.audit_hash = crypto::to_hex(audit.bytes(1));
  }
  return audit.finished();
}

/// Where the file goes: as named, or a name of its own in a directory.
Result<fs::path> target_of(const TakeOptions& options, const Instant& now) {
  std::error_code ignored;
  fs::path to = fs::absolute(options.to, ignored);
  if (fs::is_directory(to, ignored) || !to.has_filename()) {
    if (!fs::is_directory(to, ignored))
      return fail(ErrorCode::not_found, "there is no such directory", options.to.string());
    fs::path store = fs::absolute(options.store, ignored).lexically_normal();
    if (!store.has_filename()) store = store.parent_path();
    std::string time = format_instant(now).substr(0, 19);  // 2026-11-21T00:00:00
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    to /= store.filename().string() + "-" + time + "Z.tar.zst";
  }
  if (fs::exists(to, ignored))
    return fail(ErrorCode::conflict, "there is a file here already; a backup replaces none",
                to.string());
  if (!fs::is_directory(to.parent_path(), ignored))
    return fail(ErrorCode::not_found, "there is no such directory", to.parent_path().string());
  return to;
}

Result<void> write_archive(const fs::path& file, const fs::path& copies,
                           const std::vector<Source>& sources, Manifest& manifest, Steps& steps) {
  Result<ArchiveWriter> archive = ArchiveWriter::open(file);
  if (!archive) return unexpected(archive.error());
  for (const Source& one : sources) {
    const fs::path from = one.name == key_part ? one.path : copies / one.name;
    std::error_code ignored;
    const auto bytes = static_cast<std::int64_t>(fs::file_size(from, ignored));
    const Result<std::string> digest =
        archive->add_file(one.name, from, [&](std::int64_t done) { return steps(done); });
    if (!digest) return unexpected(digest.error());
    manifest.parts.push_back({one.name, bytes, *digest});
    if (from != one.path) fs::remove(from, ignored);  // makes room
  }
  const Result<std::string> digest = archive->add_text("manifest.json", manifest.json());
  if (!digest) return unexpected(digest.error());
  const auto ended = archive->add_text("manifest.json.sha256", *digest + "  manifest.json\n");
  if (!ended) return unexpected(ended.error());
  return archive->finish();
}

/// Nobody else may have the store while its tables are copied.
Result<std::optional<records::FileLock>> lock_for_tables(const TakeOptions& options) {
  if (!options.with_tables) return std::optional<records::FileLock>();
  Result<records::FileLock> lock =
      records::FileLock::take((options.store / records_name).string() + ".lock");
  if (!lock)
    return fail(ErrorCode::unavailable,
                "the tables can be copied only while nothing else uses the store; leave out "
                "--with-tables, and they are made again when the backup is put back",
                options.store.string());
  return std::optional<records::FileLock>(std::move(*lock));
}

}  // namespace

Result<Taken> take(const TakeOptions& options) {
  Taken taken;
  Manifest& manifest = taken.manifest;
  manifest.made = options.clock();
  const Result<fs::path> target = target_of(options, manifest.made);
  if (!target) return unexpected(target.error());
  auto lock = lock_for_tables(options);
  if (!lock) return unexpected(lock.error());
  auto sources = sources_of(options);
  if (!sources) return unexpected(sources.error());
  if (Result<void> fixed = fix_moment(*sources); !fixed) return unexpected(fixed.error());
  auto work = WorkDir::make(target->parent_path(), ".healthbrain-backup-");
  if (!work) return unexpected(work.error());

  std::int64_t bytes = 0;
  for (const Source& one : *sources) bytes += one.bytes;
  Steps steps(options.progress, 2 * bytes);
  const fs::path copies = work->path() / "copies";
  for (Source& one : *sources)
    if (Result<void> copied = copy_source(one, copies / one.name, steps); !copied)
      return unexpected(copied.error());
  if (Result<void> said = describe(copies / records_part, manifest); !said) {
    said.error().where = (options.store / records_name).string();
    return unexpected(said.error());
  }
  manifest.program = options.program;
  manifest.with_tables = options.with_tables;
  if (options.with_keys && manifest.sealed) {
    std::error_code ignored;
    if (!fs::is_regular_file(options.key_file, ignored))
      return fail(ErrorCode::not_found, "the key that is to be put in is not there",
                  options.key_file.string());
    sources->push_back({std::string(key_part), options.key_file, 0, {}});
    manifest.with_keys = true;
  }
  const fs::path whole = work->path() / "backup";
  Result<void> written = write_archive(whole, copies, *sources, manifest, steps);
  if (!written) return unexpected(written.error());
  std::error_code error;
  fs::rename(whole, *target, error);
  if (error)
    return fail(ErrorCode::unavailable, "cannot be given its name: " + error.message(),
                target->string());
  written = sync_path(target->parent_path());
  if (!written) return unexpected(written.error());
  taken.file = *target;
  taken.bytes = static_cast<std::int64_t>(fs::file_size(*target, error));
  return taken;
}

}  // namespace hb::backup
