#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb::stats {

enum class OptionKind : std::uint8_t {
  number,   ///< least ≤ number ≤ most
  whole,    ///< the same without a fraction
  word,     ///< one of `words`
  columns,  ///< one or more names of columns, parted by commas
};

/// One option of a method and what it may be.
struct OptionRule {
  std::string_view name;
  OptionKind kind;
  std::string_view words;     ///< of kind word: "rate|ratio"
  std::string_view fallback;  ///< what holds without it; empty = the method decides
  std::string_view what;      ///< one line for --help
  double least = -1e300;
  double most = 1e300;
};

/// "proportion, rate or ratio" of "proportion|rate|ratio".
std::string list_of_words(std::string_view words);

/// Options given as NAME=VALUE, checked against the rules of a method.
class StatOptions {
 public:
  /// errors  invalid_input with where = the option: no '=', unknown, twice, or not what is expected
  static Result<StatOptions> read(std::span<const std::string> given,
                                  std::span<const OptionRule> rules);

  bool has(std::string_view name) const { return values_.contains(name); }
  /// The number given, else the fallback. The rule must have one, or has(name) must hold.
  double number(std::string_view name) const;
  std::string_view text(std::string_view name) const;
  bool is(std::string_view name, std::string_view word) const { return text(name) == word; }
  /// Names of columns.
  std::vector<std::string> list(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::span<const OptionRule> rules_;
};

}  // namespace hb::stats
