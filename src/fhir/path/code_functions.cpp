// Encoding and escaping of texts (FHIRPath 2.1, section 5.6).
#include <array>

#include "fhir/path/functions.hpp"

namespace hb::fhir::path {
namespace {

constexpr auto by_expression = Function::Argument::expression;
using Coded = std::optional<std::string>;

constexpr std::string_view plain_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64(std::string_view text, std::string_view digits) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, text.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < count ? static_cast<unsigned char>(text[at + i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i) out += i <= count ? digits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

Coded from_base64(std::string_view text, std::string_view digits) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 255);
  }
  return out;
}

std::string to_hex(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    (out += digits[byte >> 4]) += digits[byte & 15];
  }
  return out;
}

Coded from_hex(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const int high = digit(text[at]);
    const int low = digit(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

Coded encode(std::string_view text, std::string_view way) {
  if (way == "base64") return to_base64(text, plain_digits);
  if (way == "urlbase64") return to_base64(text, url_digits);
  if (way == "hex") return to_hex(text);
  return std::nullopt;
}

Coded decode(std::string_view text, std::string_view way) {
  if (way == "base64") return from_base64(text, plain_digits);
  if (way == "urlbase64") return from_base64(text, url_digits);
  if (way == "hex") return from_hex(text);
  return std::nullopt;
}

constexpr std::pair<char, std::string_view> html_names[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
constexpr std::pair<char, std::string_view> json_names[] = {
    {'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\r', "\\r"},
    {'\t', "\\t"}, {'\f', "\\f"},  {'\b', "\\b"}};

template <std::size_t N>
std::string replace_characters(std::string_view text,
                               const std::pair<char, std::string_view> (&names)[N]) {
  std::string out;
  for (const char c : text) {
    std::string_view name;
    for (const auto& [character, written] : names)
      if (character == c) name = written;
    if (name.empty())
      out += c;
    else
      out += name;
  }
  return out;
}

template <std::size_t N>
std::string replace_names(std::string_view text,
                          const std::pair<char, std::string_view> (&names)[N]) {
  std::string out;
  while (!text.empty()) {
    std::size_t length = 1;
    char c = text[0];
    for (const auto& [character, written] : names)
      if (length == 1 && text.starts_with(written)) {
        length = written.size();
        c = character;
      }
    out += c;
    text.remove_prefix(length);
  }
  return out;
}

Coded escape(std::string_view text, std::string_view way) {
  if (way == "html") return replace_characters(text, html_names);
  if (way == "json") return replace_characters(text, json_names);
  return std::nullopt;
}

Coded unescape(std::string_view text, std::string_view way) {
  if (way == "html") return replace_names(text, html_names);
  if (way == "json") return replace_names(text, json_names);
  return std::nullopt;
}

template <Coded (*code)(std::string_view, std::string_view)>
bool on_text(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto text = evaluator.single_text(*node.base, scope);
  if (evaluator.failed() || !text) return !evaluator.failed();
  const auto way = evaluator.single_text(*node.arguments[0], scope);
  if (evaluator.failed() || !way) return !evaluator.failed();
  auto coded = code(*text, *way);
  return !coded || sink(evaluator.keep(*coded));
}

constexpr Function functions[] = {
    {"encode", 1, 1, by_expression, on_text<encode>},
    {"decode", 1, 1, by_expression, on_text<decode>},
    {"escape", 1, 1, by_expression, on_text<escape>},
    {"unescape", 1, 1, by_expression, on_text<unescape>},
};

}  // namespace

std::span<const Function> code_functions() { return functions; }

}  // namespace hb::fhir::path
