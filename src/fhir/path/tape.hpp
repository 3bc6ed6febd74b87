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

/// A key to look for: its length and first four bytes are compared as one number.
class Key {
 public:
  Key() = default;
  explicit Key(std::string_view text) : text_(text) {
    std::uint8_t head[8] = {};
    const auto length = static_cast<std::uint32_t>(text.size());
    std::memcpy(head, &length, 4);
    std::memcpy(head + 4, text.data(), std::min<std::size_t>(text.size(), 4));
    std::memcpy(&head_, head, 8);
    if (text.size() < 4) mask_ = ~std::uint64_t{0} >> (8 * (4 - text.size()));
  }

  /// `text` is a string of simdjson's buffer: length, bytes, and padding behind.
  bool equals(const std::uint8_t* text) const {
    std::uint64_t head = 0;
    std::memcpy(&head, text, 8);
    if ((head & mask_) != head_) return false;
    return text_.size() <= 4 || std::memcmp(text + 8, text_.data() + 4, text_.size() - 4) == 0;
  }

  std::string_view text() const { return text_; }

 private:
  static_assert(std::endian::native == std::endian::little);
  std::string_view text_;
  std::uint64_t head_ = 0;
  std::uint64_t mask_ = ~std::uint64_t{0};
};

constexpr std::uint64_t payload = (std::uint64_t{1} << 56) - 1;

/// Index of the value of a key; 0 when no object stands at `index`, or it lacks the key.
inline std::size_t find(const std::uint64_t* tape, const std::uint8_t* strings, std::size_t index,
                        const Key& key) {
  if (kind(tape[index]) != '{') return 0;
  const std::size_t end = static_cast<std::uint32_t>(tape[index]) - 1;
  for (std::size_t i = index + 1; i < end; i = behind(tape, i + 1))
    if (key.equals(strings + (tape[i] & payload))) return i + 1;
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
