#include "fhir/xml_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace hb::fhir::xml_text {
namespace {

constexpr struct {
  std::string_view name;
  char character;
} entities[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};

/// Char of XML 1.0, section 2.2.
bool is_allowed(std::uint32_t code) {
  if (code < 0x20) return code == 9 || code == 10 || code == 13;
  return code <= 0xD7FF || (code >= 0xE000 && code <= 0xFFFD) ||
         (code >= 0x10000 && code <= 0x10FFFF);
}

void append_utf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += char(code);
  } else if (code < 0x800) {
    text += {char(0xC0 | (code >> 6)), char(0x80 | (code & 63))};
  } else if (code < 0x10000) {
    text += {char(0xE0 | (code >> 12)), char(0x80 | ((code >> 6) & 63)), char(0x80 | (code & 63))};
  } else {
    text += {char(0xF0 | (code >> 18)), char(0x80 | ((code >> 12) & 63)),
             char(0x80 | ((code >> 6) & 63)), char(0x80 | (code & 63))};
  }
}

/// Appends what `name` of &name; stands for.
bool append_reference(std::string& text, std::string_view name) {
  for (const auto& entity : entities) {
    if (entity.name != name) continue;
    text += entity.character;
    return true;
  }
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const bool hexadecimal = name.starts_with('x');
  if (hexadecimal) name.remove_prefix(1);
  std::uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(name.data(), name.data() + name.size(), code, hexadecimal ? 16 : 10);
  if (error != std::errc{} || end != name.data() + name.size() || !is_allowed(code)) return false;
  append_utf8(text, code);
  return true;
}

}  // namespace

std::optional<std::string> decoded(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t begin = raw.find('&');
    text += raw.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const std::size_t end = raw.find(';', begin);
    if (end == std::string_view::npos) return std::nullopt;
    if (!append_reference(text, raw.substr(begin + 1, end - begin - 1))) return std::nullopt;
    raw.remove_prefix(end + 1);
  }
  for (const char c : text)
    if (!is_allowed(static_cast<unsigned char>(c))) return std::nullopt;
  return text;
}

bool append_escaped(std::string& xml, std::string_view text) {
  for (const char c : text) {
    if (!is_allowed(static_cast<unsigned char>(c))) return false;
    switch (c) {
      case '<':
        xml += "&lt;";
        break;
      case '>':
        xml += "&gt;";
        break;
      case '&':
        xml += "&amp;";
        break;
      case '"':
        xml += "&quot;";
        break;
      case '\n':
        xml += "&#10;";
        break;
      case '\t':
        xml += "&#9;";
        break;
      case '\r':
        xml += "&#13;";
        break;
      default:
        xml += c;
    }
  }
  return true;
}

/// Position behind `end`, the end of the text when it is not there.
static std::size_t behind(std::string_view xml, std::size_t from, std::string_view end) {
  const std::size_t at = xml.find(end, from);
  return at == std::string_view::npos ? xml.size() : at + end.size();
}

/// Position behind the '>' of a tag; a '>' may stand in the quotes of an attribute.
static std::size_t behind_tag(std::string_view xml, std::size_t from) {
  char quote = 0;
  for (std::size_t at = from; at < xml.size(); ++at) {
    if (quote != 0)
      quote = xml[at] == quote ? '\0' : quote;
    else if (xml[at] == '"' || xml[at] == '\'')
      quote = xml[at];
    else if (xml[at] == '>')
      return at + 1;
  }
  return xml.size();
}

std::optional<std::string_view> markup(std::string_view xml, std::size_t depth) {
  std::size_t open = 0;
  for (std::size_t at = 0; at < xml.size();) {
    const std::string_view rest = xml.substr(at);
    if (rest.starts_with("<!--")) {
      at = behind(xml, at, "-->");
    } else if (rest.starts_with("<![CDATA[")) {
      at = behind(xml, at, "]]>");
    } else if (rest.starts_with("<?")) {
      at = behind(xml, at, "?>");
    } else if (rest.starts_with('<')) {
      const std::size_t end = behind_tag(xml, at);
      if (rest.starts_with("</"))
        --open;
      else if (xml[end - 2] != '/' && ++open > depth)
        return std::nullopt;
      if (open == 0) return xml.substr(0, end);
      at = end;
    } else {
      at = std::min(xml.find('<', at), xml.size());
    }
  }
  return xml;
}

}  // namespace hb::fhir::xml_text
