#include "report/zip.hpp"

#include <zlib.h>

#include <cstdint>
#include <limits>

namespace hb::report {
namespace {

constexpr std::uint32_t local_sign = 0x04034b50;
constexpr std::uint32_t central_sign = 0x02014b50;
constexpr std::uint32_t end_sign = 0x06054b50;
constexpr std::uint16_t utf8_names = 0x0800;
constexpr std::uint16_t first_day = (1U << 5U) | 1U;  // 1980-01-01

void put16(std::string& out, std::uint32_t value) {
  out.push_back(static_cast<char>(value & 0xFFU));
  out.push_back(static_cast<char>((value >> 8U) & 0xFFU));
}
void put32(std::string& out, std::uint32_t value) {
  put16(out, value & 0xFFFFU);
  put16(out, value >> 16U);
}

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string deflated(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(status == Z_STREAM_END ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

Result<std::string> inflated(std::string_view bytes, std::size_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return fail(ErrorCode::unavailable, "no memory to unpack");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  const bool whole = status == Z_STREAM_END && stream.total_out == size;
  inflateEnd(&stream);
  if (!whole) return fail(ErrorCode::invalid_input, "a part of the ZIP file is damaged");
  return out;
}

/// Little-endian numbers at a place; 0 behind the end, which the callers check.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  bool has(std::size_t at, std::size_t count) const {
    return at <= bytes_.size() && count <= bytes_.size() - at;
  }
  std::uint32_t u16(std::size_t at) const { return byte(at) | (byte(at + 1) << 8U); }
  std::uint32_t u32(std::size_t at) const { return u16(at) | (u16(at + 2) << 16U); }
  std::string_view text(std::size_t at, std::size_t count) const {
    return bytes_.substr(at, count);
  }

 private:
  std::uint32_t byte(std::size_t at) const {
    return at < bytes_.size() ? static_cast<unsigned char>(bytes_[at]) : 0U;
  }
  std::string_view bytes_;
};

Error damaged(const char* what) {
  return {ErrorCode::invalid_input, std::string("not a sound ZIP file: ") + what, ""};
}

/// Where the list of parts ends; npos when there is none in the last 64 KB.
std::size_t end_record(std::string_view bytes) {
  constexpr std::size_t length = 22;
  if (bytes.size() < length) return std::string_view::npos;
  const Bytes read(bytes);
  const std::size_t first = bytes.size() > length + 0xFFFF ? bytes.size() - length - 0xFFFF : 0;
  for (std::size_t at = bytes.size() - length + 1; at-- > first;)
    if (read.u32(at) == end_sign) return at;
  return std::string_view::npos;
}

Result<std::string> unpack(const Bytes& read, std::size_t at) {
  const std::uint32_t method = read.u16(at + 10);
  const std::size_t packed = read.u32(at + 20);
  const std::size_t size = read.u32(at + 24);
  const std::size_t local = read.u32(at + 42);
  if ((read.u16(at + 8) & 1U) != 0) return unexpected(damaged("a part is encrypted"));
  if (!read.has(local, 30) || read.u32(local) != local_sign)
    return unexpected(damaged("a part is not where the list says"));
  const std::size_t data = local + 30 + read.u16(local + 26) + read.u16(local + 28);
  if (!read.has(data, packed)) return unexpected(damaged("a part is cut off"));
  Result<std::string> text = method == 0   ? Result<std::string>(read.text(data, packed))
                             : method == 8 ? inflated(read.text(data, packed), size)
                                           : unexpected(damaged("a part is packed in another way"));
  if (text && (text->size() != size || crc_of(*text) != read.u32(at + 16)))
    return unexpected(damaged("a part does not have its checksum"));
  return text;
}

}  // namespace

Result<std::string> write_zip(const ZipParts& parts) {
  std::string out;
  std::string central;
  for (const auto& [name, text] : parts) {
    const std::string packed = deflated(text);
    if (parts.size() > 0xFFFF || text.size() > std::numeric_limits<std::uint32_t>::max() / 2 ||
        out.size() > std::numeric_limits<std::uint32_t>::max() / 2)
      return fail(ErrorCode::invalid_input, "too much for one ZIP file", name);
    std::string head;  // the fields that both records share
    put16(head, 20);
    put16(head, utf8_names);
    put16(head, 8);
    put16(head, 0);
    put16(head, first_day);
    put32(head, crc_of(text));
    put32(head, static_cast<std::uint32_t>(packed.size()));
    put32(head, static_cast<std::uint32_t>(text.size()));
    put16(head, static_cast<std::uint32_t>(name.size()));
    put16(head, 0);
    const auto at = static_cast<std::uint32_t>(out.size());
    put32(out, local_sign);
    out += head + name + packed;
    put32(central, central_sign);
    put16(central, 20);
    central += head;
    put16(central, 0);
    put16(central, 0);
    put16(central, 0);
    put32(central, 0);
    put32(central, at);
    central += name;
  }
  const auto start = static_cast<std::uint32_t>(out.size());
  out += central;
  put32(out, end_sign);
  put32(out, 0);
  put16(out, static_cast<std::uint32_t>(parts.size()));
  put16(out, static_cast<std::uint32_t>(parts.size()));
  put32(out, static_cast<std::uint32_t>(central.size()));
  put32(out, start);
  put16(out, 0);
  return out;
}

Result<ZipParts> read_zip(std::string_view bytes, const ZipLimits& limits) {
  const std::size_t end = end_record(bytes);
  if (end == std::string_view::npos) return unexpected(damaged("it has no list of parts"));
  const Bytes read(bytes);
  const std::size_t count = read.u16(end + 10);
  if (count > limits.most_parts) return unexpected(damaged("it has too many parts"));
  ZipParts parts;
  std::size_t at = read.u32(end + 16);
  std::size_t total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!read.has(at, 46) || read.u32(at) != central_sign)
      return unexpected(damaged("its list of parts is cut off"));
    const std::size_t name = read.u16(at + 28);
    const std::size_t step = 46 + name + read.u16(at + 30) + read.u16(at + 32);
    if (!read.has(at, step)) return unexpected(damaged("its list of parts is cut off"));
    total += read.u32(at + 24);
    if (total > limits.most_bytes) return unexpected(damaged("it is too large when unpacked"));
    auto text = unpack(read, at);
    if (!text) return unexpected(text.error());
    parts.emplace_back(std::string(read.text(at + 46, name)), std::move(*text));
    at += step;
  }
  return parts;
}

const std::string* part_of(const ZipParts& parts, std::string_view name) {
  for (const auto& [known, text] : parts)
    if (known == name) return &text;
  return nullptr;
}

}  // namespace hb::report
