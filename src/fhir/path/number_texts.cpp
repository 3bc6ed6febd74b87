#include "fhir/path/number_texts.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

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

bool of_number(char c) {
  return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

/// The next number behind `at`, which moves behind it; empty at the end.
std::string_view next_number(std::string_view json, std::size_t& at) {
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

bool ends_value(char c) {
  return c == ',' || c == '}' || c == ']' || c == ' ' || (c >= '\t' && c <= '\r');
}

constexpr std::size_t width = 16;
typedef std::uint8_t Bytes __attribute__((vector_size(width)));

/// True when a digit may stand at one of `width` bytes with the end of a value behind it.
bool may_end_number(const char* text) {
  Bytes now;
  Bytes next;
  std::memcpy(&now, text, width);
  std::memcpy(&next, text + 1, width);
  const auto is_digit = (now - '0') < 10;  // unsigned: less than '0' is large
  const auto ends = (next == ',') | (next == '}') | (next == ']') | (next <= ' ');
  const auto hits = std::bit_cast<std::array<std::uint64_t, 2>>(is_digit & ends);
  return (hits[0] | hits[1]) != 0;
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
  for (std::size_t i = begin; i < end; ++i) {
    const char kind = tape::kind(tape[i]);
    if (kind != 'l' && kind != 'u' && kind != 'd') continue;
    entries_.push_back({i, {}});
    ++i;  // the number itself stands in the next word
  }
  if (take_ends()) return;
  std::size_t at = 0;
  for (Entry& entry : entries_) entry.text = next_number(source_, at);
}

bool NumberTexts::take_ends() {
  std::size_t taken = 0;
  const auto take = [&](std::size_t last) {
    if (source_[last] < '0' || source_[last] > '9' || !ends_value(source_[last + 1])) return true;
    std::size_t first = last;
    while (first > 0 && of_number(source_[first - 1])) --first;
    const char before = first > 0 ? source_[first - 1] : '"';
    if (before != ':' && before != '[' && !ends_value(before)) return true;
    if (taken == entries_.size()) return false;
    entries_[taken++].text = source_.substr(first, last + 1 - first);
    return true;
  };
  std::size_t at = 0;
  for (; at + width < source_.size(); at += width) {
    if (!may_end_number(source_.data() + at)) continue;
    for (std::size_t i = at; i < at + width; ++i)
      if (!take(i)) return false;
  }
  for (; at + 1 < source_.size(); ++at)
    if (!take(at)) return false;
  return taken == entries_.size();
}

}  // namespace hb::fhir::path
