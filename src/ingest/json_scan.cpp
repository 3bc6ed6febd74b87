#include "ingest/json_scan.hpp"

#include <cstring>

namespace hb::ingest {

namespace {

constexpr auto npos = std::string_view::npos;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

/// One past the closing quote of the string whose opening quote stands at `begin`.
std::size_t string_end(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return npos;
}

std::size_t container_end(std::string_view text, std::size_t begin) {
  std::size_t depth = 0;
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      at = string_end(text, at);
      if (at == npos) return npos;
      --at;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return npos;
}

}  // namespace

std::size_t value_end(std::string_view text, std::size_t begin) {
  if (begin >= text.size()) return npos;
  if (text[begin] == '"') return string_end(text, begin);
  if (text[begin] == '{' || text[begin] == '[') return container_end(text, begin);
  std::size_t at = begin;
  while (at < text.size() && !is_space(text[at]) && text[at] != ',' && text[at] != '}' &&
         text[at] != ']')
    ++at;
  return at;
}

bool for_each_member(std::string_view text,
                     const std::function<void(std::string_view, std::string_view)>& member) {
  std::size_t at = skip_space(text, 0);
  if (at >= text.size() || text[at] != '{') return false;
  at = skip_space(text, at + 1);
  while (at < text.size() && text[at] != '}') {
    if (text[at] != '"') return false;
    const std::size_t key_end = string_end(text, at);
    if (key_end == npos) return false;
    const std::string_view key = text.substr(at + 1, key_end - at - 2);
    at = skip_space(text, key_end);
    if (at >= text.size() || text[at] != ':') return false;
    at = skip_space(text, at + 1);
    const std::size_t end = value_end(text, at);
    if (end == npos) return false;
    member(key, text.substr(at, end - at));
    at = skip_space(text, end);
    if (at < text.size() && text[at] == ',') at = skip_space(text, at + 1);
  }
  return at < text.size();
}

std::string_view sniff_type(std::string_view text) {
  static constexpr std::string_view key = "\"resourceType\"";
  const void* found = memmem(text.data(), text.size(), key.data(), key.size());
  if (found == nullptr) return {};
  std::size_t at =
      static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) + key.size();
  at = skip_space(text, at);
  if (at >= text.size() || text[at] != ':') return {};
  at = skip_space(text, at + 1);
  if (at >= text.size() || text[at] != '"') return {};
  const std::size_t end = text.find('"', at + 1);
  return end == npos ? std::string_view{} : text.substr(at + 1, end - at - 1);
}

std::string minified(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    if (json[at] == '"') {
      std::size_t end = string_end(json, at);
      if (end == npos) end = json.size();
      out.append(json, at, end - at);
      at = end;
    } else {
      if (!is_space(json[at])) out.push_back(json[at]);
      ++at;
    }
  }
  return out;
}

bool looks_minified(std::string_view json) {
  // Printers put a space or a break behind the first brace or behind the first colon.
  if (json.size() < 2) return true;
  if (is_space(json[1])) return false;
  const std::size_t colon = json.find(':');
  if (colon != npos && colon + 1 < json.size() && is_space(json[colon + 1])) return false;
  return true;
}

}  // namespace hb::ingest
