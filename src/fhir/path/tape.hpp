#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "fhir/parser.hpp"

// simdjson's tape read directly: words of 64 bits whose top byte says what they are. An object is
// '{', its keys and values in turn, '}'; the payload of '{' and '[' holds the index behind the end.
namespace hb::fhir::path::tape {

/// simdjson's element is its document and the index in the document's tape, and gives neither away.
struct Place {
  const simdjson::dom::document* document;
  std::size_t index;
};
static_assert(sizeof(Json) == sizeof(Place) && std::is_trivially_copyable_v<Json>);

inline Place place_of(Json element) { return std::bit_cast<Place>(element); }
inline Json at(Place place) { return std::bit_cast<Json>(place); }

inline char kind(std::uint64_t word) { return static_cast<char>(word >> 56); }

/// Index behind the value that begins at `index`.
inline std::size_t behind(const std::uint64_t* tape, std::size_t index) {
  const std::uint64_t word = tape[index];
  switch (kind(word)) {
    case '{':
    case '[':
      return static_cast<std::uint32_t>(word);
    case 'l':
    case 'u':
    case 'd':
      return index + 2;
    default:
      return index + 1;
  }
}

constexpr std::uint64_t payload = (std::uint64_t{1} << 56) - 1;

/// A key to look for: its length and first twelve bytes are compared as two numbers.
class Key {
 public:
  Key() = default;
  explicit Key(std::string_view text) : text_(text) {
    const auto length = static_cast<std::uint32_t>(text.size());
    std::uint8_t bytes[16] = {};
    std::uint8_t masks[16] = {0xFF, 0xFF, 0xFF, 0xFF};
    const std::size_t near = std::min(text.size(), head);
    std::memcpy(bytes, &length, 4);
    std::memcpy(bytes + 4, text.data(), near);
    std::memset(masks + 4, 0xFF, near);
    std::memcpy(bytes_, bytes, 16);
    std::memcpy(masks_, masks, 16);
  }

  /// `text` is a string of simdjson's buffer: length, bytes, and padding behind.
  bool equals(const std::uint8_t* text) const {
    std::uint64_t found[2];
    std::memcpy(found, text, 16);
    if (((found[0] & masks_[0]) ^ bytes_[0]) != 0) return false;
    if (((found[1] & masks_[1]) ^ bytes_[1]) != 0) return false;
    return text_.size() <= head ||
           std::memcmp(text + 4 + head, text_.data() + head, text_.size() - head) == 0;
  }

  std::string_view text() const { return text_; }

 private:
  static constexpr std::size_t head = 12;
  static_assert(std::endian::native == std::endian::little);
  static_assert(simdjson::SIMDJSON_PADDING >= 16);
  std::string_view text_;
  std::uint64_t bytes_[2] = {};
  std::uint64_t masks_[2] = {};
};

/// False when the key at `index` has another length, as the tape says by itself: texts follow each
/// other, each with its length before and a zero behind. True also when the tape does not say.
inline bool may_be(const std::uint64_t* tape, std::size_t index, const Key& key) {
  constexpr std::uint64_t around = 5;
  std::size_t next = index + 1;
  if (kind(tape[next]) == '[') ++next;
  if (kind(tape[next]) == '{') ++next;
  return kind(tape[next]) != '"' ||
         (tape[next] & payload) - (tape[index] & payload) == key.text().size() + around;
}

/// Index of the value of a key; 0 when no object stands at `index`, or it lacks the key.
inline std::size_t find(const std::uint64_t* tape, const std::uint8_t* strings, std::size_t index,
                        const Key& key) {
  if (kind(tape[index]) != '{') return 0;
  const std::size_t end = static_cast<std::uint32_t>(tape[index]) - 1;
  for (std::size_t i = index + 1; i < end; i = behind(tape, i + 1))
    if (may_be(tape, i, key) && key.equals(strings + (tape[i] & payload))) return i + 1;
  return 0;
}

/// The value of a key; false when `object` is none or lacks it.
inline bool find(Json object, const Key& key, Json& value) {
  const Place place = place_of(object);
  const std::size_t found =
      find(place.document->tape.get(), place.document->string_buf.get(), place.index, key);
  if (found != 0) value = at({place.document, found});
  return found != 0;
}

/// The word of a value.
inline std::uint64_t word_at(Place place) { return place.document->tape[place.index]; }

/// The text of a string.
inline std::string_view text_at(Place place) {
  const std::uint8_t* text = place.document->string_buf.get() + (word_at(place) & payload);
  std::uint32_t size = 0;
  std::memcpy(&size, text, 4);
  return {reinterpret_cast<const char*>(text + 4), size};
}

/// How many values descendants() of an object gives: every value but nulls and
/// resourceType, the items of lists one by one.
std::int64_t count_descendants(Json root);

}  // namespace hb::fhir::path::tape
