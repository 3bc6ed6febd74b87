#include "fhir/path/tape.hpp"

#include <array>
#include <optional>

namespace hb::fhir::path::tape {
namespace {

struct Counter {
  const std::uint64_t* tape;
  const std::uint8_t* strings;
  std::int64_t values = 0;

  /// A value that is no list, or an item of a list.
  std::size_t item(std::size_t index) {
    const char what = kind(tape[index]);
    if (what == '{') {
      ++values;
      return fields(index);
    }
    values += what != 'n';
    return behind(tape, index);
  }

  std::size_t value(std::size_t index) {
    if (kind(tape[index]) != '[') return item(index);
    const std::size_t end = static_cast<std::uint32_t>(tape[index]);
    for (std::size_t i = index + 1; i < end - 1;) i = item(i);
    return end;
  }

  std::size_t fields(std::size_t index) {
    static const Key resource_type("resourceType");
    const std::size_t end = static_cast<std::uint32_t>(tape[index]);
    for (std::size_t i = index + 1; i < end - 1;) {
      const bool skipped =
          may_be(tape, i, resource_type) && resource_type.equals(strings + (tape[i] & payload));
      i = skipped ? behind(tape, i + 1) : value(i + 1);
    }
    return end;
  }
};

/// How many values a word begins; keys are counted here too.
constexpr auto weights = [] {
  std::array<std::uint8_t, 256> table{};
  for (const char kind : {'"', '{', 'l', 'u', 'd', 't', 'f'})
    table[static_cast<unsigned char>(kind)] = 1;
  return table;
}();

/// The same for a whole resource, word by word without looking at keys: an object's word says how
/// many it has. nullopt when "resourceType" stands anywhere but once, as key of the root.
std::optional<std::int64_t> count_at_once(const Counter& counter, std::size_t root) {
  static const Key resource_type("resourceType");
  constexpr std::uint64_t most = 0xFFFFFF;  // fields that an object's word can count
  constexpr std::uint64_t distance = 12 + 5;
  const std::uint64_t* tape = counter.tape;
  if (find(tape, counter.strings, root, resource_type) == 0) return std::nullopt;
  const std::size_t end = static_cast<std::uint32_t>(tape[root]) - 1;
  std::int64_t values = 0;
  std::int64_t keys = 0;
  int types = 0;
  std::uint64_t last = 0;  // place of the text before
  for (std::size_t i = root; i < end; ++i) {
    const std::uint64_t word = tape[i];
    const char what = kind(word);
    values += weights[static_cast<unsigned char>(what)];
    if (what == '"') {
      const std::uint64_t place = word & payload;
      if (place - last == distance && resource_type.equals(counter.strings + last)) ++types;
      last = place;
    } else if (what == '{') {
      const std::uint64_t fields = word >> 32 & most;
      if (fields == most) return std::nullopt;
      keys += static_cast<std::int64_t>(fields);
    } else if (what == 'l' || what == 'u' || what == 'd') {
      ++i;
    }
  }
  types += resource_type.equals(counter.strings + last);
  if (types != 1) return std::nullopt;
  return values - keys - 2;  // the root itself and the value of resourceType
}

}  // namespace

std::int64_t count_descendants(Json root) {
  const Place place = place_of(root);
  Counter counter{place.document->tape.get(), place.document->string_buf.get()};
  if (kind(counter.tape[place.index]) != '{') return 0;
  if (const auto values = count_at_once(counter, place.index)) return *values;
  counter.fields(place.index);
  return counter.values;
}

}  // namespace hb::fhir::path::tape
