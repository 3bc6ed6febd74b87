#include "exchange/hierarchy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <unordered_map>

#include "core/date.hpp"

namespace hb::exchange {
namespace {

using Show = std::function<Result<std::string>(const std::string&)>;

Result<std::string> in_band(const std::string& text, int band, int top) {
  int age = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), age);
  if (error != std::errc{} || stop != text.data() + text.size() || age < 0 || age > 150)
    return fail(ErrorCode::invalid_input, "an age is not full years from 0 to 150");
  if (age >= top) return fmt::format("{}+", top);
  const int first = age / band * band;
  const int last = std::min(first + band, top) - 1;
  return first == last ? std::to_string(first) : fmt::format("{}-{}", first, last);
}

Result<std::string> at_step(const std::string& text, Hierarchy::Step step) {
  const Result<Date> date = parse_date(text);
  if (!date) return fail(ErrorCode::invalid_input, "a day is not written as 2025-11-22");
  switch (step) {
    case Hierarchy::Step::day:
      return text;
    case Hierarchy::Step::month:
      return text.substr(0, 7);
    case Hierarchy::Step::quarter:
      return fmt::format("{}-Q{}", text.substr(0, 4), (civil(*date).month - 1) / 3 + 1);
    case Hierarchy::Step::year:
      return text.substr(0, 4);
  }
  return std::string(anything);
}

/// UTF-8: whole characters only.
std::string beginning(const std::string& text, std::size_t characters) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && characters-- == 0) break;
  return text.substr(0, at);
}

std::vector<Show> levels_of(const Hierarchy& hierarchy) {
  std::vector<Show> levels;
  const Show as_it_stands = [](const std::string& text) { return Result<std::string>(text); };
  switch (hierarchy.kind) {
    case Hierarchy::Kind::value:
      levels.push_back(as_it_stands);
      break;
    case Hierarchy::Kind::age:
      for (const int band : hierarchy.bands)
        levels.push_back([band, top = hierarchy.top](const std::string& text) {
          return in_band(text, band, top);
        });
      break;
    case Hierarchy::Kind::prefix:
      for (const std::size_t length : hierarchy.lengths)
        levels.push_back([length](const std::string& text) {
          return Result<std::string>(beginning(text, length));
        });
      break;
    case Hierarchy::Kind::date:
      for (const Hierarchy::Step step : hierarchy.steps)
        levels.push_back([step](const std::string& text) { return at_step(text, step); });
      break;
    case Hierarchy::Kind::groups:
      levels.push_back(as_it_stands);
      levels.push_back([&groups = hierarchy.group_of](const std::string& text) {
        const auto found = groups.find(text);
        return Result<std::string>(found == groups.end() ? "other" : found->second);
      });
      break;
  }
  return levels;
}

}  // namespace

Result<QuasiIdentifier> quasi_identifier(std::string name, const std::vector<std::string>& values,
                                         const Hierarchy& hierarchy) {
  QuasiIdentifier made;
  made.name = std::move(name);
  std::vector<std::string> distinct;
  std::unordered_map<std::string, std::uint32_t> known;
  made.value.reserve(values.size());
  for (const std::string& value : values) {
    const auto [found, added] = known.emplace(value, static_cast<std::uint32_t>(distinct.size()));
    if (added) distinct.push_back(value);
    made.value.push_back(found->second);
  }
  for (const Show& show : levels_of(hierarchy)) {
    std::vector<std::string>& level = made.levels.emplace_back();
    for (const std::string& value : distinct) {
      if (value.empty()) {
        level.emplace_back();
        continue;
      }
      Result<std::string> shown = show(value);
      if (!shown) return fail(ErrorCode::invalid_input, shown.error().message, made.name);
      level.push_back(std::move(*shown));
    }
  }
  made.levels.emplace_back(distinct.size(), std::string(anything));
  return made;
}

}  // namespace hb::exchange
