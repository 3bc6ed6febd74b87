#include "ingest/source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "crypto/digest.hpp"
#include "crypto/spool.hpp"

namespace hb::ingest {

namespace {

constexpr std::size_t packed_block = 256 * 1024;
// NDJSON unpacks to some 10 to 40 times its size. What goes far beyond fills disks and days.
constexpr std::int64_t most_expansion = 200;
constexpr std::int64_t expansion_counts_from = 64 << 20;  ///< unpacked bytes

Error io_error(const std::string& path, const char* what) {
  const int code = errno;
  const ErrorCode kind = code == ENOENT                    ? ErrorCode::not_found
                         : code == EACCES || code == EPERM ? ErrorCode::forbidden
                                                           : ErrorCode::unavailable;
  return Error{kind, std::string(what) + ": " + std::strerror(code), path};
}

/// errors  as open(2); a directory is invalid_input
Result<int> open_for_reading(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return unexpected<Error>(io_error(path, "cannot open the file"));
  struct stat info {};
  if (::fstat(file, &info) == 0 && S_ISDIR(info.st_mode)) {
    ::close(file);
    return fail(ErrorCode::invalid_input, "a directory stands where a file was expected", path);
  }
  ::posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
  return file;
}

}  // namespace

struct ByteSource::State {
  int file = -1;
  bool gzip = false;
  bool ended = false;
  std::int64_t consumed = 0;
  std::int64_t unpacked = 0;  ///< gzip only
  std::string damage;
  z_stream stream{};
  std::vector<unsigned char> packed;  // gzip only: what was read and not yet inflated
  std::optional<crypto::SpoolReader> spool;
  std::string frame;          // spool only: as it lies on disk
  std::string opened;         // spool only: plain, read up to …
  std::size_t opened_at = 0;  // … here

  ~State() {
    if (gzip) inflateEnd(&stream);
    if (file >= 0) ::close(file);
  }

  std::size_t read_disk(char* into, std::size_t size) {
    for (;;) {
      const ssize_t got = ::read(file, into, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno == EINTR) continue;
      damage = std::string("the file cannot be read on: ") + std::strerror(errno);
      return 0;
    }
  }

  /// The next frame of a spool into `opened`; false at the end or at damage.
  bool open_frame() {
    if (spool->ended() || !damage.empty()) return false;
    frame.resize(crypto::sealed_frame_bytes);
    std::size_t size = 0;
    while (size < frame.size()) {
      const std::size_t got = read_disk(frame.data() + size, frame.size() - size);
      if (got == 0) break;
      size += got;
    }
    if (!damage.empty()) return false;
    Result<std::string> plain = spool->open(std::string_view(frame).substr(0, size));
    if (!plain) {
      damage = "the file is cut off or damaged";
      return false;
    }
    opened = std::move(*plain);
    opened_at = 0;
    return !opened.empty();
  }

  std::size_t read_file(char* into, std::size_t size) {
    if (spool && opened_at == opened.size() && !open_frame()) return 0;
    std::size_t got = 0;
    if (spool) {
      got = opened.copy(into, size, opened_at);
      opened_at += got;
    } else {
      got = read_disk(into, size);
    }
    consumed += static_cast<std::int64_t>(got);
    return got;
  }

  bool starts_as_gzip() {
    std::string magic(2, '\0');
    if (!spool) return ::pread(file, magic.data(), 2, 0) == 2 && magic == "\x1f\x8b";
    return open_frame() && opened.starts_with("\x1f\x8b");
  }

  /// False at the end of the packed bytes.
  bool refill() {
    if (stream.avail_in > 0) return true;
    const std::size_t got = read_file(reinterpret_cast<char*>(packed.data()), packed.size());
    stream.next_in = packed.data();
    stream.avail_in = static_cast<uInt>(got);
    return got > 0;
  }

  /// After the end of a member: another member may follow (gzip files can be joined).
  bool next_member() {
    if (!refill()) return false;
    return inflateReset(&stream) == Z_OK;
  }

  bool is_bomb() const {
    return unpacked > expansion_counts_from &&
           unpacked / most_expansion > consumed - static_cast<std::int64_t>(stream.avail_in);
  }

  std::size_t read_gzip(char* into, std::size_t size) {
    stream.next_out = reinterpret_cast<unsigned char*>(into);
    stream.avail_out = static_cast<uInt>(size);
    while (stream.avail_out > 0 && !ended) {
      if (!refill()) {
        if (damage.empty()) damage = "the gzip stream is cut off";
        ended = true;
        break;
      }
      const uInt room = stream.avail_out;
      const int code = inflate(&stream, Z_NO_FLUSH);
      unpacked += room - stream.avail_out;
      if (is_bomb()) {
        damage = "the gzip stream unpacks to more than " + std::to_string(most_expansion) +
                 " times its size";
        ended = true;
        break;
      }
      if (code == Z_STREAM_END) {
        ended = !next_member();
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        damage = "the gzip stream is damaged";
        ended = true;
      }
    }
    return size - stream.avail_out;
  }
};

ByteSource::ByteSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
ByteSource::~ByteSource() = default;
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;

Result<ByteSource> ByteSource::open(const std::string& path, std::string_view spool_key) {
  auto file = open_for_reading(path);
  if (!file) return unexpected(file.error());
  auto state = std::make_unique<State>();
  state->file = *file;
  if (!spool_key.empty()) state->spool.emplace(spool_key);
  if (state->starts_as_gzip()) {
    state->packed.resize(packed_block);
    if (inflateInit2(&state->stream, 15 + 16) != Z_OK)
      return fail(ErrorCode::unavailable, "no memory to unpack gzip", path);
    state->gzip = true;
  }
  return ByteSource(std::move(state));
}

std::size_t ByteSource::read(char* into, std::size_t size) {
  return state_->gzip ? state_->read_gzip(into, size) : state_->read_file(into, size);
}
const std::string& ByteSource::damage() const { return state_->damage; }
std::int64_t ByteSource::consumed() const { return state_->consumed; }

Result<FileDigest> digest_file(const std::string& path, std::string_view spool_key) {
  auto file = open_for_reading(path);
  if (!file) return unexpected(file.error());
  ByteSource::State state;
  state.file = *file;
  if (!spool_key.empty()) state.spool.emplace(spool_key);
  crypto::Sha256 sha;
  std::string block(1 << 20, '\0');
  while (const std::size_t got = state.read_file(block.data(), block.size()))
    sha.update(std::string_view(block).substr(0, got));
  if (!state.damage.empty()) return fail(ErrorCode::unavailable, state.damage, path);
  return FileDigest{sha.hex(), state.consumed};
}

}  // namespace hb::ingest
