#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb::surveillance {

enum class OptionKind : std::uint8_t {
  number,   ///< least ≤ number ≤ most
  whole,    ///< the same without a fraction, a million at most
  flag,     ///< TRUE or FALSE
  word,     ///< one of `words`
  numbers,  ///< one number or a list of them
  mean,     ///< the same, or one of `words`
  pair,     ///< a list of two numbers
  range,    ///< first and last time point: 100:160 or [100, 160]
};

/// One option of a detector. A dot in a name is a level of YAML: mu0.S is `mu0: {S: 1}`; a name
/// that contains one itself (c.ARL) is written as it is.
struct DetectOption {
  std::string_view name;
  OptionKind kind;
  std::string_view words;     ///< of kind word, parted by |
  std::string_view fallback;  ///< what holds without it, for --help
  std::string_view what;
  bool may_be_null = false;  ///< NULL counts as not given
  double least = -1e300;
  double most = 1e300;
};

/// A known set of options, as YAML.
struct Preset {
  std::string_view name;
  std::string_view yaml;
  std::string_view what;
};

/// Options of --config, checked against those a method knows.
class DetectOptions {
 public:
  /// yaml     a map; empty text = no option
  /// file     its name in messages
  /// errors   invalid_input with where = "c.yaml:3": no map, an unknown option or preset (with the
  ///          list of known ones), one given twice, or not what is expected
  static Result<DetectOptions> read(std::string_view yaml, const std::string& file,
                                    std::span<const DetectOption> rules,
                                    std::span<const Preset> presets);

  bool has(std::string_view name) const { return values_.contains(name); }
  void number(std::string_view name, double& value) const;
  void number(std::string_view name, std::optional<double>& value) const;
  void whole(std::string_view name, int& value) const;
  void whole(std::string_view name, std::optional<int>& value) const;
  void flag(std::string_view name, bool& value) const;
  /// The word given, else `fallback`.
  std::string_view word(std::string_view name, std::string_view fallback) const;
  std::vector<double> numbers(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// One of the words → its place in `words`.
std::size_t place_of_word(std::string_view word, std::string_view words);

}  // namespace hb::surveillance
