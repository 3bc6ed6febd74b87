#include "server/fhir/bulk_files.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>

#include "core/check.hpp"

namespace hb::server::fhir_api {

namespace {

constexpr std::size_t piece_bytes = 256 * 1024;  // of lines
constexpr std::size_t most_piece_bytes = std::size_t{64} << 20;
constexpr std::size_t length_bytes = 4;
constexpr int compression_level = 1;

unexpected<Error> disk_error(const char* what) {
  return fail(ErrorCode::unavailable, std::string(what) + ": " + std::strerror(errno));
}

/// A piece opens only in its own place.
std::string context_of(const FilePlace& place, std::int64_t piece) {
  return place.name + "/" + std::to_string(piece);
}

std::string packed(std::string_view plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), compression_level);
  HB_CHECK(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

Result<std::string> unpacked(std::string_view frame) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size > most_piece_bytes) return fail(ErrorCode::unavailable, "a piece is damaged");
  std::string plain(size, '\0');
  const std::size_t got = ZSTD_decompress(plain.data(), plain.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0 || got != plain.size())
    return fail(ErrorCode::unavailable, "a piece is damaged");
  return plain;
}

bool read_all(int file, char* into, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::read(file, into, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<SealedWriter>> SealedWriter::open(const std::string& directory,
                                                         FilePlace place,
                                                         const crypto::Cipher& cipher) {
  const std::string path = directory + "/" + place.name;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return disk_error("a file of results cannot be made");
  if (::ftruncate(file, place.bytes) != 0 || ::lseek(file, 0, SEEK_END) != place.bytes) {
    ::close(file);
    return disk_error("a file of results cannot be continued");
  }
  return std::unique_ptr<SealedWriter>(new SealedWriter(file, std::move(place), cipher));
}

SealedWriter::~SealedWriter() { ::close(file_); }

Result<void> SealedWriter::add_line(std::string_view line) {
  waiting_.append(line) += '\n';
  ++place_.lines;
  return waiting_.size() < piece_bytes ? Result<void>() : write_piece();
}

Result<void> SealedWriter::write_piece() {
  const std::string sealed = cipher_.encrypt(packed(waiting_), context_of(place_, place_.pieces));
  std::string bytes(length_bytes, '\0');
  for (std::size_t i = 0; i < length_bytes; ++i)
    bytes[i] = static_cast<char>(sealed.size() >> (8 * i) & 0xFF);
  bytes += sealed;
  std::string_view left = bytes;
  while (!left.empty()) {
    const ssize_t written = ::write(file_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return disk_error("a file of results cannot be written");
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  ++place_.pieces;
  place_.bytes += static_cast<std::int64_t>(bytes.size());
  waiting_.clear();
  dirty_ = true;
  return {};
}

Result<void> SealedWriter::flush() {
  if (!waiting_.empty())
    if (const Result<void> written = write_piece(); !written) return written;
  if (dirty_ && ::fdatasync(file_) != 0)
    return disk_error("a file of results cannot be made durable");
  dirty_ = false;
  return {};
}

Result<std::unique_ptr<SealedReader>> SealedReader::open(const std::string& directory,
                                                         FilePlace place, std::string_view key) {
  const int file = ::open((directory + "/" + place.name).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return fail(ErrorCode::not_found, "there is no such file of results");
  return std::unique_ptr<SealedReader>(new SealedReader(file, std::move(place), key));
}

SealedReader::SealedReader(int file, FilePlace place, std::string_view key)
    : file_(file), place_(std::move(place)), cipher_(crypto::Suite::aes_256_gcm, key) {}

SealedReader::~SealedReader() { ::close(file_); }

Result<std::string> SealedReader::next() {
  if (piece_ == place_.pieces) return std::string();
  char length[length_bytes];
  if (!read_all(file_, length, length_bytes))
    return fail(ErrorCode::unavailable, "a file of results is cut off");
  std::size_t size = 0;
  for (std::size_t i = 0; i < length_bytes; ++i)
    size |= static_cast<std::size_t>(static_cast<unsigned char>(length[i])) << (8 * i);
  if (size > most_piece_bytes) return fail(ErrorCode::unavailable, "a file of results is damaged");
  std::string sealed(size, '\0');
  if (!read_all(file_, sealed.data(), size))
    return fail(ErrorCode::unavailable, "a file of results is cut off");
  const Result<std::string> frame = cipher_.decrypt(sealed, context_of(place_, piece_));
  if (!frame) return unexpected(frame.error());
  ++piece_;
  return unpacked(*frame);
}

struct Gzip::State {
  z_stream stream{};
};

Gzip::Gzip() : state_(std::make_unique<State>()) {
  constexpr int window_bits_gzip = 15 + 16;
  HB_CHECK(deflateInit2(&state_->stream, Z_BEST_SPEED, Z_DEFLATED, window_bits_gzip, 8,
                        Z_DEFAULT_STRATEGY) == Z_OK);
}

Gzip::~Gzip() { deflateEnd(&state_->stream); }

std::string Gzip::add(std::string_view piece, bool last) {
  z_stream& stream = state_->stream;
  std::string bytes(piece.data(), piece.size());  // zlib wants what it may write to
  std::string out;
  std::string room(64 * 1024, '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  do {
    stream.next_out = reinterpret_cast<unsigned char*>(room.data());
    stream.avail_out = static_cast<uInt>(room.size());
    HB_CHECK(deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH) != Z_STREAM_ERROR);
    out.append(room.data(), room.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  return out;
}

}  // namespace hb::server::fhir_api
