// Strings (FHIRPath N1, section 5.6). Positions and lengths count code points.
#include <algorithm>
#include <array>
#include <cstring>

#include <re2/re2.h>

#include <algorithm>

#include "core/utf8.hpp"
#include "fhir/path/functions.hpp"

namespace hb::fhir::path {
namespace {

constexpr auto by_expression = Function::Argument::expression;

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> result;
  for (std::size_t at = 0; at < text.size();) result.push_back(next_code_point(text, at));
  return result;
}

std::int64_t length_of(std::string_view text) {
  constexpr std::uint64_t lowest = 0x0101'0101'0101'0101;
  std::int64_t count = static_cast<std::int64_t>(text.size());
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {  // bytes 10xxxxxx continue a code point
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, 8);
    const std::uint64_t continuing = (bytes >> 7) & ~(bytes >> 6) & lowest;
    count -= static_cast<std::int64_t>((continuing * lowest) >> 56);  // the sum of the eight bytes
  }
  for (; at < text.size(); ++at) count -= (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  return count;
}

using Texts = std::array<std::string_view, 3>;  ///< no function of texts takes more than two more

/// Input text and the texts of all arguments; nullopt when one is empty or an error was noted.
std::optional<Texts> texts(Evaluator& evaluator, const Node& node, const Scope& scope) {
  Texts result;
  const auto base = evaluator.single_text(*node.base, scope);
  if (!base) return std::nullopt;
  result[0] = *base;
  for (std::size_t i = 0; i < node.arguments.size(); ++i) {
    const auto text = evaluator.single_text(*node.arguments[i], scope);
    if (!text) return std::nullopt;
    result[i + 1] = *text;
  }
  return result;
}

template <auto function>
bool on_texts(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto given = texts(evaluator, node, scope);
  if (evaluator.failed() || !given) return !evaluator.failed();
  return sink(function(evaluator, *given));
}

Value starts_with(Evaluator&, const Texts& given) { return given[0].starts_with(given[1]); }
Value ends_with(Evaluator&, const Texts& given) { return given[0].ends_with(given[1]); }
Value contains(Evaluator&, const Texts& given) {
  return given[0].find(given[1]) != std::string_view::npos;
}
Value length(Evaluator&, const Texts& given) { return length_of(given[0]); }

Value index_of(Evaluator&, const Texts& given) {
  const std::size_t at = given[0].find(given[1]);
  return at == std::string_view::npos ? std::int64_t{-1} : length_of(given[0].substr(0, at));
}

Value last_index_of(Evaluator&, const Texts& given) {
  const std::size_t at = given[0].rfind(given[1]);
  return at == std::string_view::npos ? std::int64_t{-1} : length_of(given[0].substr(0, at));
}

Value upper(Evaluator& evaluator, const Texts& given) {
  std::string text(given[0]);
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return evaluator.keep(text);
}

Value lower(Evaluator& evaluator, const Texts& given) {
  std::string text(given[0]);
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return evaluator.keep(text);
}

Value trim(Evaluator&, const Texts& given) {
  const std::size_t first = given[0].find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return std::string_view();
  return given[0].substr(first, given[0].find_last_not_of(" \t\r\n") - first + 1);
}

constexpr std::size_t longest_text = 16u << 20;  // made from two texts that may both be long

Value replace_between(Evaluator& evaluator, const Texts& given) {
  std::string out;
  for (const std::string_view c : characters(given[0])) (out += given[2]) += c;
  return evaluator.keep(out += given[2]);
}

Value replace(Evaluator& evaluator, const Texts& given) {
  const auto& [text, pattern, substitution] = given;
  if (substitution.size() > longest_text / (text.size() + 1)) {
    evaluator.error("replace() could make a text of more than 16 MB");
    return std::string_view();
  }
  if (pattern.empty()) return replace_between(evaluator, given);
  std::size_t times = 0;
  for (std::size_t at = 0; (at = text.find(pattern, at)) != text.npos; at += pattern.size())
    ++times;
  if (times == 0) return text;
  if (times == 1 && substitution.empty()) {  // what is left may be one piece
    if (text.starts_with(pattern)) return text.substr(pattern.size());
    if (text.ends_with(pattern)) return text.substr(0, text.size() - pattern.size());
  }
  const std::size_t size = text.size() - times * pattern.size() + times * substitution.size();
  char* const place = evaluator.room(size);
  char* end = place;
  std::size_t at = 0;
  for (std::size_t found; (found = text.find(pattern, at)) != text.npos;
       at = found + pattern.size()) {
    end = std::copy(text.begin() + static_cast<std::ptrdiff_t>(at),
                    text.begin() + static_cast<std::ptrdiff_t>(found), end);
    end = std::copy(substitution.begin(), substitution.end(), end);
  }
  std::copy(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), end);
  return std::string_view(place, size);
}

template <bool whole>
Value matches(Evaluator& evaluator, const Texts& given) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  const RE2 pattern(re2::StringPiece(given[1].data(), given[1].size()), options);
  if (!pattern.ok()) {
    evaluator.error("the regular expression is not valid: " + pattern.error());
    return false;
  }
  const re2::StringPiece text(given[0].data(), given[0].size());
  return whole ? RE2::FullMatch(text, pattern) : RE2::PartialMatch(text, pattern);
}

Value replace_matches(Evaluator& evaluator, const Texts& given) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 pattern(re2::StringPiece(given[1].data(), given[1].size()), options);
  std::string rewrite;  // $1 and ${name} of FHIRPath are \1 of RE2
  for (std::size_t i = 0; i < given[2].size(); ++i) {
    const char c = given[2][i];
    if (c == '\\')
      rewrite += "\\\\";
    else if (c == '$' && i + 1 < given[2].size() && given[2][i + 1] >= '0' &&
             given[2][i + 1] <= '9')
      rewrite += '\\';
    else
      rewrite += c;
  }
  if (rewrite.size() > longest_text / (given[0].size() + 1)) {
    evaluator.error("replaceMatches() would make a text of more than 16 MB");
    return std::string_view();
  }
  std::string problem;
  if (!pattern.ok() || !pattern.CheckRewriteString(rewrite, &problem)) {
    evaluator.error("the regular expression or its replacement is not valid");
    return std::string_view();
  }
  std::string text(given[0]);
  if (!given[1].empty()) RE2::GlobalReplace(&text, pattern, rewrite);
  return evaluator.keep(text);
}

bool substring(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto text = evaluator.single_text(*node.base, scope);
  if (evaluator.failed() || !text) return !evaluator.failed();
  const auto start = evaluator.single_integer(*node.arguments[0], scope);
  if (evaluator.failed() || !start) return !evaluator.failed();
  std::int64_t count = INT64_MAX;
  if (node.arguments.size() > 1) {
    const auto given = evaluator.single_integer(*node.arguments[1], scope);
    if (evaluator.failed()) return false;
    if (given) count = *given;
  }
  if (*start < 0 || *start >= length_of(*text)) return true;
  std::size_t at = 0;
  for (std::int64_t i = 0; i < *start; ++i) next_code_point(*text, at);
  const std::size_t begin = at;
  for (std::int64_t i = 0; i < count && at < text->size(); ++i) next_code_point(*text, at);
  return sink(text->substr(begin, at - begin));
}

bool to_chars(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto text = evaluator.single_text(*node.base, scope);
  if (evaluator.failed() || !text) return !evaluator.failed();
  for (const std::string_view c : characters(*text))
    if (!sink(c)) return false;
  return true;
}

bool split(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  const auto given = texts(evaluator, node, scope);
  if (evaluator.failed() || !given) return !evaluator.failed();
  const std::string_view separator = (*given)[1];
  if (separator.empty()) return to_chars(evaluator, node, scope, sink);
  std::string_view rest = (*given)[0];
  for (std::size_t at; (at = rest.find(separator)) != std::string_view::npos;
       rest.remove_prefix(at + separator.size()))
    if (!sink(rest.substr(0, at))) return false;
  return sink(rest);
}

bool join(Evaluator& evaluator, const Node& node, const Scope& scope, Sink sink) {
  std::string_view separator;
  if (!node.arguments.empty())
    separator = evaluator.single_text(*node.arguments[0], scope).value_or("");
  std::string joined;
  bool any = false;
  auto use = [&](const Value& item) {
    const auto value = system_value(item);
    if (!value) return true;
    const auto* text = std::get_if<std::string_view>(&*value);
    if (text == nullptr) return evaluator.error("join() asks for texts");
    if (!evaluator.charge(separator.size() + text->size())) return false;
    if (any) joined += separator;
    any = true;
    joined += *text;
    return true;
  };
  evaluator.each(*node.base, scope, sink_of(use));
  return !evaluator.failed() && sink(evaluator.keep(joined));
}

constexpr Function functions[] = {
    {"startsWith", 1, 1, by_expression, on_texts<starts_with>},
    {"endsWith", 1, 1, by_expression, on_texts<ends_with>},
    {"contains", 1, 1, by_expression, on_texts<contains>},
    {"indexOf", 1, 1, by_expression, on_texts<index_of>},
    {"lastIndexOf", 1, 1, by_expression, on_texts<last_index_of>},
    {"length", 0, 0, by_expression, on_texts<length>},
    {"upper", 0, 0, by_expression, on_texts<upper>},
    {"lower", 0, 0, by_expression, on_texts<lower>},
    {"trim", 0, 0, by_expression, on_texts<trim>},
    {"replace", 2, 2, by_expression, on_texts<replace>},
    {"matches", 1, 1, by_expression, on_texts<matches<false>>},
    {"matchesFull", 1, 1, by_expression, on_texts<matches<true>>},
    {"replaceMatches", 2, 2, by_expression, on_texts<replace_matches>},
    {"substring", 1, 2, by_expression, substring},
    {"toChars", 0, 0, by_expression, to_chars},
    {"split", 1, 1, by_expression, split},
    {"join", 0, 1, by_expression, join},
};

}  // namespace

std::span<const Function> text_functions() { return functions; }

}  // namespace hb::fhir::path
