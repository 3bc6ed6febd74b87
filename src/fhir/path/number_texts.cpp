#include "fhir/path/number_texts.hpp"

#include <algorithm>
#include <bit>

namespace hb::fhir::path {
namespace {

/// simdjson's element is its document and the index in the document's tape, and gives neither away.
struct Place {
  const void* document;
  std::size_t index;
};
static_assert(sizeof(Json) == sizeof(Place) && std::is_trivially_copyable_v<Json>);

Place place_of(Json element) { return std::bit_cast<Place>(element); }

template <class Use>
void each_number(Json element, Use& use) {
  simdjson::dom::array list;
  simdjson::dom::object object;
  if (!element.get(list)) {
    for (const Json item : list) each_number(item, use);
  } else if (!element.get(object)) {
    for (const auto field : object) each_number(field.value, use);
  } else if (element.is_number()) {
    use(element);
  }
}

/// The next number behind `at`, which moves behind it; empty at the end.
std::string_view next_number(std::string_view json, std::size_t& at) {
  constexpr std::string_view of_number = "+-.0123456789eE";
  for (; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '"') {
      for (++at; at < json.size() && json[at] != '"'; ++at)
        if (json[at] == '\\') ++at;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      const std::size_t begin = at;
      at = std::min(json.find_first_not_of(of_number, begin), json.size());
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
  std::size_t at = 0;
  auto use = [&](Json number) {
    entries_.push_back({place_of(number).index, next_number(source_, at)});
  };
  each_number(root_, use);
}

}  // namespace hb::fhir::path
