#include "records/packed_id.hpp"

#include <cstdint>

namespace hb::records {
namespace {

constexpr std::size_t uuid_text_length = 36;
constexpr std::size_t uuid_bytes = 16;

bool is_hyphen_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string pack_id(std::string_view id) {
  std::string text(id);
  if (id.size() == uuid_bytes) text += '\0';
  if (id.size() != uuid_text_length) return text;
  std::string packed;
  int high = -1;
  for (std::size_t i = 0; i < uuid_text_length; ++i) {
    if (is_hyphen_place(i)) {
      if (id[i] != '-') return text;
      continue;
    }
    const int value = hex_value(id[i]);
    if (value < 0) return text;
    if (high < 0) {
      high = value;
    } else {
      packed += static_cast<char>(high << 4 | value);
      high = -1;
    }
  }
  return packed;
}

std::string unpack_id(std::string_view packed) {
  if (packed.size() == uuid_bytes + 1 && packed.back() == '\0')
    packed.remove_suffix(1);
  else if (packed.size() == uuid_bytes) {
    constexpr char hex_digits[] = "0123456789abcdef";
    std::string text;
    for (const char c : packed) {
      if (is_hyphen_place(text.size())) text += '-';
      const auto byte = static_cast<std::uint8_t>(c);
      text += hex_digits[byte >> 4];
      text += hex_digits[byte & 15];
    }
    return text;
  }
  return std::string(packed);
}

}  // namespace hb::records
