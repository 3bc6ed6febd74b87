#include "fhir/path/number_texts.hpp"

#include <algorithm>

#include "fhir/path/tape.hpp"

namespace hb::fhir::path {
namespace {

using tape::place_of;

/// Index of the quote that ends the string begun before `at`; the size when there is none.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (at = json.find('"', at); at < json.size(); at = json.find('"', at + 1)) {
    std::size_t slashes = 0;
    while (slashes < at && json[at - 1 - slashes] == '\\') ++slashes;
    if (slashes % 2 == 0) return at;
  }
  return json.size();
}

/// The next number behind `at`, which moves behind it; empty at the end.
std::string_view next_number(std::string_view json, std::size_t& at) {
  const auto of_number = [](char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
  };
  for (; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '"') {
      at = end_of_string(json, at + 1);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      const std::size_t begin = at;
      while (at < json.size() && of_number(json[at])) ++at;
      return json.substr(begin, at - begin);
    }
  }
  return {};
}

}  // namespace

std::string_view NumberTexts::find(Json number) {
  if (source_.empty() || place_of(number).document != place_of(root_).document) return {};
  if (!made_) make();
  const std::size_t place = place_of(number).index;
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), place,
                       [](const Entry& entry, std::size_t wanted) { return entry.place < wanted; });
  return found == entries_.end() || found->place != place ? std::string_view() : found->text;
}

void NumberTexts::make() {
  made_ = true;
  entries_.clear();
  const std::uint64_t* tape = place_of(root_).document->tape.get();
  const std::size_t begin = place_of(root_).index;
  const std::size_t end = tape::behind(tape, begin);
  std::size_t at = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const char kind = tape::kind(tape[i]);
    if (kind != 'l' && kind != 'u' && kind != 'd') continue;
    entries_.push_back({i, next_number(source_, at)});
    ++i;  // the number itself stands in the next word
  }
}

}  // namespace hb::fhir::path
