#include "backup/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "crypto/digest.hpp"

namespace hb::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = 1 << 20;
constexpr std::size_t block_bytes = 64 << 10;

struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using EntryHandle = std::unique_ptr<archive_entry, FreeEntry>;

EntryHandle header_of(const std::string& name, std::int64_t bytes, unsigned mode,
                      std::time_t changed) {
  EntryHandle entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_size(entry.get(), bytes);
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), mode);
  archive_entry_set_mtime(entry.get(), changed, 0);
  return entry;
}

/// A file descriptor that closes itself.
struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number;
};

}  // namespace

struct ArchiveWriter::State {
  ~State() {
    if (handle != nullptr) archive_write_free(handle);
    if (descriptor >= 0) close(descriptor);
  }
  unexpected<Error> failed() const {
    const char* why = archive_error_string(handle);
    return fail(ErrorCode::unavailable,
                std::string("the backup cannot be written: ") + (why != nullptr ? why : "unknown"),
                file.string());
  }
  Result<void> put(std::string_view bytes) {
    while (!bytes.empty()) {
      const la_ssize_t written = archive_write_data(handle, bytes.data(), bytes.size());
      if (written <= 0) return failed();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }
  fs::path file;
  int descriptor = -1;
  archive* handle = nullptr;
};

ArchiveWriter::ArchiveWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveWriter::~ArchiveWriter() = default;
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;

Result<ArchiveWriter> ArchiveWriter::open(const fs::path& file) {
  auto state = std::make_unique<State>();
  state->file = file;
  state->descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (state->descriptor < 0)
    return fail(ErrorCode::unavailable,
                std::string("the backup cannot be made: ") + std::strerror(errno), file.string());
  state->handle = archive_write_new();
  archive* handle = state->handle;
  // Bodies are compressed and sealed already: more effort finds nothing more.
  if (archive_write_set_format_pax_restricted(handle) != ARCHIVE_OK ||
      archive_write_add_filter_zstd(handle) != ARCHIVE_OK ||
      archive_write_set_filter_option(handle, "zstd", "compression-level", "1") != ARCHIVE_OK ||
      archive_write_open_fd(handle, state->descriptor) != ARCHIVE_OK)
    return state->failed();
  return ArchiveWriter(std::move(state));
}

Result<std::string> ArchiveWriter::add_file(const std::string& name, const fs::path& file,
                                            const Step& step) {
  const Descriptor source(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about {};
  if (source.number < 0 || fstat(source.number, &about) != 0)
    return fail(ErrorCode::unavailable, std::string("cannot be read: ") + std::strerror(errno),
                file.string());
  const EntryHandle header =
      header_of(name, about.st_size, about.st_mode & 0777U, about.st_mtim.tv_sec);
  if (archive_write_header(state_->handle, header.get()) != ARCHIVE_OK) return state_->failed();
  crypto::Sha256 digest;
  std::string piece(piece_bytes, '\0');
  for (std::int64_t left = about.st_size; left > 0;) {
    const ssize_t got = read(source.number, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || got > left)
      return fail(ErrorCode::unavailable, "the file changed while it was read", file.string());
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
    digest.update(bytes);
    if (Result<void> put = state_->put(bytes); !put) return unexpected(put.error());
    left -= got;
    if (step && !step(got))
      return fail(ErrorCode::unavailable, "stopped on request", state_->file.string());
  }
  return digest.hex();
}

Result<std::string> ArchiveWriter::add_text(const std::string& name, std::string_view text) {
  const EntryHandle header = header_of(name, static_cast<std::int64_t>(text.size()),
                                       S_IRUSR | S_IWUSR, std::time(nullptr));
  if (archive_write_header(state_->handle, header.get()) != ARCHIVE_OK) return state_->failed();
  if (Result<void> put = state_->put(text); !put) return unexpected(put.error());
  return crypto::sha256_hex(text);
}

Result<void> ArchiveWriter::finish() {
  if (archive_write_close(state_->handle) != ARCHIVE_OK) return state_->failed();
  if (fsync(state_->descriptor) != 0)
    return fail(ErrorCode::unavailable,
                std::string("the backup cannot be made durable: ") + std::strerror(errno),
                state_->file.string());
  return {};
}

namespace {

class ReadEntry final : public Entry {
 public:
  ReadEntry(archive* handle, archive_entry* entry, const fs::path& file)
      : handle_(handle), entry_(entry), file_(file) {}
  std::string name() const override {
    const char* name = archive_entry_pathname(entry_);
    return name != nullptr ? name : "";
  }
  std::int64_t bytes() const override { return archive_entry_size(entry_); }
  unsigned mode() const override { return archive_entry_perm(entry_) & 0777U; }
  Result<std::string_view> read() override {
    if (piece_.empty()) piece_.resize(piece_bytes);
    const la_ssize_t got = archive_read_data(handle_, piece_.data(), piece_.size());
    if (got < 0) {
      const char* why = archive_error_string(handle_);
      return fail(ErrorCode::invalid_input,
                  "the backup is damaged in " + name() + ": " + (why != nullptr ? why : "unknown"),
                  file_.string());
    }
    return std::string_view(piece_.data(), static_cast<std::size_t>(got));
  }

 private:
  archive* handle_;
  archive_entry* entry_;
  const fs::path& file_;
  std::string piece_;
};

}  // namespace

Result<void> walk_archive(const fs::path& file, const std::function<Result<bool>(Entry&)>& visit) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored))
    return fail(ErrorCode::not_found, "there is no backup here", file.string());
  struct FreeReader {
    void operator()(archive* reader) const { archive_read_free(reader); }
  };
  const std::unique_ptr<archive, FreeReader> reader(archive_read_new());
  archive* handle = reader.get();
  const auto damaged = [&](const char* what) {
    const char* why = archive_error_string(handle);
    return fail(ErrorCode::invalid_input, std::string(what) + ": " + (why != nullptr ? why : ""),
                file.string());
  };
  archive_read_support_filter_zstd(handle);
  archive_read_support_format_tar(handle);
  if (archive_read_open_filename(handle, file.c_str(), block_bytes) != ARCHIVE_OK)
    return damaged("not a backup, or its beginning is damaged");
  while (true) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(handle, &entry);
    if (code == ARCHIVE_EOF) return {};
    if (code != ARCHIVE_OK) return damaged("the backup is damaged or cut off");
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr)
      return fail(ErrorCode::invalid_input, "the backup holds something else than plain files",
                  file.string());
    ReadEntry one(handle, entry, file);
    const Result<bool> on = visit(one);
    if (!on) return unexpected(on.error());
    if (!*on) return {};
  }
}

}  // namespace hb::backup
