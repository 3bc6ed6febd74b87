#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"

namespace hb::stats {

enum class SettingKind : std::uint8_t {
  number,   ///< least ≤ number ≤ most
  whole,    ///< the same without a fraction
  truth,    ///< true or false, also R's TRUE and FALSE
  word,     ///< one of `words`
  text,     ///< any text
  day,      ///< 2026-11-21
  numbers,  ///< one or more numbers, each least ≤ number ≤ most
  texts,    ///< one or more texts
};

/// One option of a file of options and what it may be.
struct SettingRule {
  std::string_view name;
  SettingKind kind;
  std::string_view words;     ///< of kind word: "circle|ellipse"
  std::string_view fallback;  ///< what holds without it; empty = the method decides
  std::string_view what;      ///< one line for --help
  double least = -1e300;
  double most = 1e300;
};

/// Options of a method, read from a YAML map and checked against the method's rules. Maps inside
/// (`control:`, `config:`) are read as if their options stood outside, so that R's control lists
/// can be copied. null, ~, NULL and NA mean: not given.
class Settings {
 public:
  /// yaml    text of the file; empty = no option given
  /// file    its name in messages
  /// errors  invalid_input with where = file:line: no YAML map, an unknown option (lists those that
  ///         are known), one given twice, a value that is not what the option expects
  static Result<Settings> read(std::string_view yaml, const std::string& file,
                               std::span<const SettingRule> rules);

  bool has(std::string_view name) const { return values_.contains(name); }
  /// The value given, else the fallback. The rule must have one, or has(name) must hold.
  double number(std::string_view name) const;
  std::optional<double> number_if(std::string_view name) const;
  bool truth(std::string_view name) const;
  std::string text(std::string_view name) const;
  bool is(std::string_view name, std::string_view word) const { return text(name) == word; }
  Date day(std::string_view name) const;
  std::vector<double> numbers(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;

  /// An error that names the option's place: "rt.yaml:3".
  Error fault(std::string_view name, std::string message) const;
  Error fault(std::string message) const;

 private:
  struct Value {
    std::vector<std::string> items;
    int line = 0;
  };
  std::vector<std::string> items(std::string_view name) const;
  std::map<std::string, Value, std::less<>> values_;
  std::span<const SettingRule> rules_;
  std::string file_;
};

/// Lines for --help: name, what, words and fallback of each option.
std::string help_of_settings(std::span<const SettingRule> rules);

}  // namespace hb::stats
