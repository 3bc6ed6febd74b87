#include "cli/validate_input.hpp"

#include <algorithm>
#include <charconv>

#include "fhir/xml.hpp"
#include "ingest/json_scan.hpp"
#include "ingest/source.hpp"

namespace hb::cli {
namespace {

constexpr std::size_t most_bytes = std::size_t{256} << 20;
constexpr std::string_view spaces = " \t\r\n";

Result<std::string> read_whole(const std::string& path) {
  auto source = ingest::ByteSource::open(path);
  if (!source) return unexpected(source.error());
  constexpr std::size_t block = 1 << 20;
  std::string text;
  for (std::size_t got = 1; got > 0;) {
    const std::size_t size = text.size();
    if (size > most_bytes) return fail(ErrorCode::invalid_input, "larger than 256 MB", path);
    text.resize(size + block);
    got = source->read(text.data() + size, block);
    text.resize(size + got);
  }
  if (!source->damage().empty()) return fail(ErrorCode::invalid_input, source->damage(), path);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

bool is_lines(std::string name) {
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return name.ends_with(".ndjson") || name.ends_with(".jsonl");
}

std::vector<ValidatedText> lines_of(std::string_view text) {
  std::vector<ValidatedText> found;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string one(text.substr(0, end));
    if (one.find_first_not_of(spaces) != std::string::npos)
      found.push_back({one, one, false, line});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

/// The member of an object, or the item of a list, as a part of the text; empty when not there.
std::string_view member(std::string_view object, std::string_view name) {
  std::string_view found;
  ingest::for_each_member(object, [&](std::string_view key, std::string_view value) {
    if (key == name) found = value;
  });
  return found;
}

std::string_view item(std::string_view list, std::size_t index) {
  std::size_t at = list.find_first_not_of(spaces, 1);
  for (; at < list.size() && list[at] != ']'; at = list.find_first_not_of(spaces, at)) {
    const std::size_t end = ingest::value_end(list, at);
    if (end == std::string_view::npos) return {};
    if (index-- == 0) return list.substr(at, end - at);
    at = list.find_first_not_of(spaces, end);
    if (at >= list.size() || list[at] != ',') return {};
    ++at;
  }
  return {};
}

/// Position in the JSON text of the value at a path, or of the nearest above it.
std::size_t json_position(std::string_view json, std::string_view path) {
  std::string_view value = json.substr(std::min(json.find('{'), json.size()));
  std::size_t dot = path.find('.');
  while (dot != std::string_view::npos) {
    path.remove_prefix(dot + 1);
    dot = path.find('.');
    const std::string_view segment = path.substr(0, dot);
    const std::size_t bracket = segment.find('[');
    std::string_view next = member(value, segment.substr(0, bracket));
    if (next.empty()) break;
    if (bracket != std::string_view::npos) {
      std::size_t index = 0;
      std::from_chars(segment.data() + bracket + 1, segment.data() + segment.size(), index);
      next = item(next, index);
      if (next.empty()) break;
    }
    value = next;
  }
  return static_cast<std::size_t>(value.data() - json.data());
}

}  // namespace

Result<std::vector<ValidatedText>> read_validated(const std::string& path) {
  auto text = read_whole(path);
  if (!text) return unexpected(text.error());
  const std::size_t first = text->find_first_not_of(spaces);
  if (first == std::string::npos) return fail(ErrorCode::invalid_input, "the file is empty", path);
  if ((*text)[first] == '<') {
    auto json = fhir::xml_to_json(*text);
    if (!json) {
      const std::string place = json.error().where.empty() ? "" : ": " + json.error().where;
      return fail(ErrorCode::invalid_input, json.error().message, path + place);
    }
    return std::vector<ValidatedText>{{std::move(*json), std::move(*text), true, 1}};
  }
  if (is_lines(path)) return lines_of(*text);
  return std::vector<ValidatedText>{{*text, *text, false, 1}};
}

std::size_t line_of(const ValidatedText& text, std::string_view path) {
  if (text.is_xml) return fhir::xml_line_of(text.source, path);
  const std::size_t until = json_position(text.source, path);
  const auto breaks = std::count(text.source.begin(),
                                 text.source.begin() + static_cast<std::ptrdiff_t>(until), '\n');
  return text.line + static_cast<std::size_t>(breaks);
}

}  // namespace hb::cli
