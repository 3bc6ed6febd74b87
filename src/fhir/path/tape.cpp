#include "fhir/path/tape.hpp"

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
      const bool skipped = resource_type.equals(strings + (tape[i] & payload));
      i = skipped ? behind(tape, i + 1) : value(i + 1);
    }
    return end;
  }
};

}  // namespace

std::int64_t count_descendants(Json root) {
  const Place place = place_of(root);
  Counter counter{place.document->tape.get(), place.document->string_buf.get()};
  if (kind(counter.tape[place.index]) == '{') counter.fields(place.index);
  return counter.values;
}

}  // namespace hb::fhir::path::tape
