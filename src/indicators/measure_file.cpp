#include "indicators/measure_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <type_traits>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace hb::indicators {
namespace {

constexpr std::string_view magic = "health brain cells 2\n";

/// Numbers in the machine's order: the file never leaves its store.
class Writer {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const T& value) {
    const auto* bytes = reinterpret_cast<const char*>(&value);
    text_.append(bytes, sizeof value);
  }
  void put(const std::string& value) {
    put(static_cast<std::uint32_t>(value.size()));
    text_ += value;
  }
  std::string& text() { return text_; }

 private:
  std::string text_;
};

/// Reads what Writer wrote; past the end everything is empty and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  template <class T>
  requires std::is_trivially_copyable_v<T> T take() {
    T value{};
    if (text_.size() < sizeof value) {
      ok_ = false;
      text_ = {};
      return value;
    }
    std::memcpy(&value, text_.data(), sizeof value);
    text_.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    const auto size = take<std::uint32_t>();
    if (text_.size() < size) {
      ok_ = false;
      return {};
    }
    std::string value(text_.substr(0, size));
    text_.remove_prefix(size);
    return value;
  }
  bool ok() const { return ok_; }
  /// Whether `count` things of at least `size` bytes can follow.
  bool holds(std::uint64_t count, std::size_t size) {
    ok_ = ok_ && count <= text_.size() / size;
    return ok_;
  }

 private:
  std::string_view text_;
  bool ok_ = true;
};

void put_slice(Writer& out, const SliceKey& key, const Slice& slice) {
  out.put(key.query);
  out.put(static_cast<std::uint8_t>(key.kind));
  out.put(key.first.days);
  out.put(static_cast<std::uint8_t>((slice.decimal ? 1 : 0) + (slice.has_squares ? 2 : 0) +
                                    (slice.no_data ? 4 : 0)));
  out.put(static_cast<std::uint32_t>(slice.areas.size()));
  for (const std::string& area : slice.areas) out.put(area);
  out.put(static_cast<std::uint32_t>(slice.rows.size()));
  for (const Slice::Row& row : slice.rows) {
    out.put(row.area);
    out.put(row.sex);
    out.put(row.age);
    out.put(row.n);
    if (slice.has_squares) out.put(row.squares);
  }
}

bool take_slice(Reader& in, Slices& slices) {
  SliceKey key{};
  key.query = in.take<std::uint64_t>();
  key.kind = static_cast<Period::Kind>(in.take<std::uint8_t>());
  key.first.days = in.take<std::int32_t>();
  Slice slice;
  const auto flags = in.take<std::uint8_t>();
  slice.decimal = (flags & 1) != 0;
  slice.has_squares = (flags & 2) != 0;
  slice.no_data = (flags & 4) != 0;
  const auto areas = in.take<std::uint32_t>();
  if (!in.holds(areas, 4)) return false;
  for (std::uint32_t i = 0; i < areas; ++i) slice.areas.push_back(in.text());
  const auto rows = in.take<std::uint32_t>();
  if (!in.holds(rows, 13)) return false;
  slice.rows.reserve(rows);
  for (std::uint32_t i = 0; i < rows; ++i) {
    Slice::Row row{};
    row.area = in.take<std::uint16_t>();
    row.sex = in.take<Sex>();
    row.age = in.take<std::int16_t>();
    row.n = in.take<std::int64_t>();
    if (slice.has_squares) row.squares = in.take<std::int64_t>();
    if (row.area >= slice.areas.size()) return false;
    slice.rows.push_back(row);
  }
  slices[key] = std::make_shared<const Slice>(std::move(slice));
  return in.ok();
}

Error not_written(const std::string& path) {
  return {ErrorCode::unavailable, std::string("the cells cannot be kept: ") + std::strerror(errno),
          path};
}

Result<void> write_durably(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return unexpected<Error>(not_written(path));
  std::size_t written = 0;
  bool sound = true;
  while (sound && written < text.size()) {
    const ssize_t part = write(file, text.data() + written, text.size() - written);
    sound = part > 0 || (part < 0 && errno == EINTR);
    if (part > 0) written += static_cast<std::size_t>(part);
  }
  sound = sound && fsync(file) == 0;
  const Error error = not_written(path);  // before close() can change errno
  close(file);
  if (sound) return {};
  unlink(path.c_str());
  return unexpected<Error>(error);
}

}  // namespace

Result<void> write_cells(const std::string& path, const Snapshot& snapshot,
                         const CellsOwner& owner) {
  Writer out;
  out.text() = magic;
  out.put(owner.store);
  out.put(owner.tables);
  out.put(snapshot.feed);
  out.put(snapshot.beyond);
  out.put(snapshot.as_of.micros);
  out.put(snapshot.today.days);
  std::uint32_t count = 0;
  for (const auto& [key, slice] : snapshot.slices) count += slice->error ? 0 : 1;
  out.put(count);
  for (const auto& [key, slice] : snapshot.slices)
    if (!slice->error) put_slice(out, key, *slice);
  out.put(static_cast<std::uint64_t>(XXH3_64bits(out.text().data(), out.text().size())));
  const std::string half = path + ".new";
  if (Result<void> done = write_durably(half, out.text()); !done) return done;
  if (rename(half.c_str(), path.c_str()) == 0) return {};
  const Error error = not_written(path);
  unlink(half.c_str());
  return unexpected<Error>(error);
}

Result<Snapshot> read_cells(const std::string& path, const CellsOwner& owner) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail(ErrorCode::not_found, "no cells are kept", path);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto refuse = [&path](const char* why) {
    return fail(ErrorCode::invalid_input, why, path);
  };
  if (!text.starts_with(magic) || text.size() < magic.size() + sizeof(std::uint64_t))
    return refuse("these are no cells of this version");
  const std::size_t body = text.size() - sizeof(std::uint64_t);
  if (Reader(std::string_view(text).substr(body)).take<std::uint64_t>() !=
      XXH3_64bits(text.data(), body))
    return refuse("the kept cells are not whole");
  Reader in(std::string_view(text).substr(magic.size(), body - magic.size()));
  CellsOwner found;
  found.store = in.text();
  found.tables = in.take<std::uint64_t>();
  if (found != owner) return refuse("the cells belong to another store or other tables");
  Snapshot snapshot;
  snapshot.feed = in.take<BatchId>();
  snapshot.beyond = in.take<std::int64_t>();
  snapshot.as_of.micros = in.take<std::int64_t>();
  snapshot.today.days = in.take<std::int32_t>();
  const auto count = in.take<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i)
    if (!take_slice(in, snapshot.slices)) return refuse("the kept cells are not whole");
  if (!in.ok()) return refuse("the kept cells are not whole");
  return snapshot;
}

}  // namespace hb::indicators
