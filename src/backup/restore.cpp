#include "backup/restore.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "backup/archive.hpp"
#include "backup/work_dir.hpp"
#include "crypto/digest.hpp"
#include "records/file_lock.hpp"

namespace hb::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t longest_manifest = 64 << 20;

unexpected<Error> damaged(std::string what, const fs::path& file) {
  return fail(ErrorCode::invalid_input, std::move(what), file.string());
}

/// Shares of a whole that grows by bytes.
class Share {
 public:
  Share(const Progress& progress, std::int64_t all, double from, double to)
      : progress_(progress), all_(all), from_(from), to_(to) {}
  bool add(std::int64_t bytes) {
    done_ += bytes;
    if (!progress_) return true;
    const double part =
        all_ <= 0 ? 1.0 : std::min(1.0, static_cast<double>(done_) / static_cast<double>(all_));
    return progress_(from_ + (to_ - from_) * part);
  }

 private:
  const Progress& progress_;
  std::int64_t all_, done_ = 0;
  double from_, to_;
};

/// Reads an entry to its end. put  each piece; false stops
Result<std::string> digest_of(Entry& entry, const fs::path& file,
                              const std::function<Result<bool>(std::string_view)>& put) {
  crypto::Sha256 digest;
  while (true) {
    const Result<std::string_view> piece = entry.read();
    if (!piece) return unexpected(piece.error());
    if (piece->empty()) return digest.hex();
    digest.update(*piece);
    const Result<bool> on = put(*piece);
    if (!on) return unexpected(on.error());
    if (!*on) return fail(ErrorCode::unavailable, "stopped on request", file.string());
  }
}

struct Found {
  std::map<std::string, Part> parts;
  std::string manifest, manifest_digest, said_digest;
};

Result<bool> look_at(Entry& entry, const fs::path& file, Share& share, Found& found) {
  const std::string name = entry.name();
  const bool small = name == "manifest.json" || name == "manifest.json.sha256";
  if (small && entry.bytes() > longest_manifest) return damaged("its manifest is too long", file);
  std::string text;
  // Packed bytes are not counted while they are read; unpacked ones are about as many.
  const Result<std::string> digest = digest_of(entry, file, [&](std::string_view piece) {
    if (small) text += piece;
    return Result<bool>(share.add(static_cast<std::int64_t>(piece.size())));
  });
  if (!digest) return unexpected(digest.error());
  if (name == "manifest.json") {
    found.manifest = std::move(text);
    found.manifest_digest = *digest;
  } else if (name == "manifest.json.sha256") {
    found.said_digest = text.substr(0, digest->size());
  } else if (!found.parts.emplace(name, Part{name, entry.bytes(), *digest}).second) {
    return damaged(name + " is in the backup twice", file);
  }
  return true;
}

Result<void> compare(const Manifest& manifest, const Found& found, const fs::path& file) {
  for (const Part& part : manifest.parts) {
    const auto there = found.parts.find(part.name);
    if (there == found.parts.end()) return damaged(part.name + " is missing", file);
    if (!(there->second == part))
      return damaged(part.name + " is damaged: its digest is not that of the manifest", file);
  }
  if (found.parts.size() != manifest.parts.size())
    return damaged("it holds files that its manifest does not name", file);
  if (!found.parts.contains(std::string(records_part))) return damaged("it holds no records", file);
  return {};
}

Result<Manifest> verify_share(const fs::path& file, Share share) {
  Found found;
  const Result<void> read =
      walk_archive(file, [&](Entry& entry) { return look_at(entry, file, share, found); });
  if (!read) return unexpected(read.error());
  if (found.said_digest.empty()) return damaged("the backup ends too early", file);
  if (found.said_digest != found.manifest_digest) return damaged("its manifest is damaged", file);
  Result<Manifest> manifest = parse_manifest(found.manifest);
  if (!manifest) {
    manifest.error().where = file.string() + ":" + manifest.error().where;
    return manifest;
  }
  if (Result<void> same = compare(*manifest, found, file); !same) return unexpected(same.error());
  return manifest;
}

std::int64_t size_of(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Writes an entry into a new file; durable when it returns. errors  invalid_input: another digest
Result<void> extract(Entry& entry, const fs::path& to, const Part& part, Share& share) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  std::unique_ptr<std::FILE, CloseFile> file(std::fopen(to.c_str(), "wbx"));
  const auto failed = [&] {
    return fail(ErrorCode::unavailable, std::string("cannot be written: ") + std::strerror(errno),
                to.string());
  };
  if (!file) return failed();
  chmod(to.c_str(), entry.mode() & (S_IRWXU | S_IRGRP | S_IROTH));
  const Result<std::string> digest =
      digest_of(entry, to, [&](std::string_view piece) -> Result<bool> {
        if (std::fwrite(piece.data(), 1, piece.size(), file.get()) != piece.size()) return failed();
        return share.add(static_cast<std::int64_t>(piece.size()));
      });
  if (!digest) return unexpected(digest.error());
  if (*digest != part.sha256)
    return damaged(part.name + " changed while the backup was being read", to);
  if (std::fflush(file.get()) != 0) return failed();
  return sync_path(to);
}

Result<void> extract_all(const fs::path& from, const fs::path& directory, bool key,
                         const Manifest& manifest, Share share) {
  return walk_archive(from, [&](Entry& entry) -> Result<bool> {
    const std::string name = entry.name();
    const auto part = std::ranges::find(manifest.parts, name, &Part::name);
    if (part == manifest.parts.end()) return true;
    if (name == key_part && !key) return true;
    const Result<void> done = extract(entry, directory / name, *part, share);
    if (!done) return unexpected(done.error());
    return true;
  });
}

/// Refuses what is in use or would be lost. returns  whether something must be moved aside
Result<bool> look_at_place(const RestoreOptions& options) {
  std::error_code ignored;
  if (!fs::exists(options.store, ignored)) return false;
  if (!fs::is_directory(options.store, ignored))
    return fail(ErrorCode::conflict, "a file stands where the store is to be",
                options.store.string());
  if (fs::is_empty(options.store, ignored)) return false;
  if (!options.move_aside)
    return fail(ErrorCode::conflict,
                "the directory is not empty; --force-empty moves what is there aside",
                options.store.string());
  if (fs::exists(options.store / "records.db", ignored)) {
    const auto lock = records::FileLock::take((options.store / "records.db.lock").string());
    if (!lock) return unexpected(lock.error());
  }
  return true;
}

/// The key in its place must be the one of the backup. returns  true: it is there already
Result<bool> look_at_key(const RestoreOptions& options, const Manifest& manifest) {
  const auto part = std::ranges::find(manifest.parts, key_part, &Part::name);
  std::error_code ignored;
  if (part == manifest.parts.end() || options.key_file.empty() ||
      !fs::exists(options.key_file, ignored))
    return false;
  std::ifstream stream(options.key_file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (crypto::sha256_hex(text) != part->sha256)
    return fail(ErrorCode::conflict, "another key lies where that of the backup is to be",
                options.key_file.string());
  return true;
}

std::string aside_name(const fs::path& store, const Instant& now) {
  std::string time = format_instant(now).substr(0, 19);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return store.string() + ".before-" + time + "Z";
}

/// The finished directory takes its place; what was there before goes aside.
Result<void> take_place(const fs::path& made, const fs::path& store, const fs::path& aside) {
  std::error_code error;
  if (!aside.empty()) fs::rename(store, aside, error);
  if (!error) fs::rename(made, store, error);
  if (error)
    return fail(ErrorCode::unavailable, "cannot be put in its place: " + error.message(),
                store.string());
  return sync_path(store.parent_path());
}

}  // namespace

Result<Manifest> verify(const fs::path& file, const Progress& progress) {
  return verify_share(file, Share(progress, size_of(file), 0.0, 1.0));
}

Result<Restored> restore(const RestoreOptions& options) {
  std::error_code ignored;
  fs::path store = fs::absolute(options.store, ignored).lexically_normal();
  if (!store.has_filename()) store = store.parent_path();
  const Result<bool> occupied = look_at_place(options);
  if (!occupied) return unexpected(occupied.error());
  Result<Manifest> manifest =
      verify_share(options.from, Share(options.progress, size_of(options.from), 0.0, 0.4));
  if (!manifest) return unexpected(manifest.error());
  const Result<bool> has_key = look_at_key(options, *manifest);
  if (!has_key) return unexpected(has_key.error());

  fs::create_directories(store.parent_path(), ignored);
  auto work = WorkDir::make(store.parent_path(), ".healthbrain-restore-");
  if (!work) return unexpected(work.error());
  std::int64_t bytes = 0;
  for (const Part& part : manifest->parts) bytes += part.bytes;
  const fs::path made = work->path() / "store";
  const bool key = manifest->with_keys && !options.key_file.empty() && !*has_key;
  Result<void> done = extract_all(options.from, work->path(), key, *manifest,
                                  Share(options.progress, bytes, 0.4, 1.0));
  if (done) done = sync_path(made);
  Restored restored;
  if (*occupied) restored.aside = aside_name(store, options.clock());
  if (done) done = take_place(made, store, restored.aside);
  if (done && key) {
    std::error_code error;
    fs::create_directories(options.key_file.parent_path(), ignored);
    fs::copy_file(work->path() / key_part, options.key_file,
                  error);  // it may lie on another medium
    if (error)
      return fail(ErrorCode::unavailable,
                  "the store is there, but its key cannot be written: " + error.message(),
                  options.key_file.string());
    fs::permissions(options.key_file, fs::perms::owner_read | fs::perms::owner_write, ignored);
    done = sync_path(options.key_file);
    restored.key_written = true;
  }
  if (!done) return unexpected(done.error());
  restored.manifest = std::move(*manifest);
  return restored;
}

}  // namespace hb::backup
