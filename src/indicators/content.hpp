#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <yaml-cpp/yaml.h>

#include "core/localized.hpp"
#include "core/result.hpp"

namespace hb::indicators {

/// Parses a YAML file of at most 8 MB. errors  not_found; invalid_input with where = file:line
Result<YAML::Node> read_yaml(const std::filesystem::path& file);

/// Takes values out of a YAML tree and keeps the first thing that is not as expected, so that a
/// reader is written straight down and asks once at the end.
class ContentReader {
 public:
  explicit ContentReader(std::string file) : file_(std::move(file)) {}

  /// Scalar text; empty when absent and not required.
  std::string text(const YAML::Node& map, const char* key, bool required = true);
  std::optional<int> whole(const YAML::Node& map, const char* key, bool required = true);
  /// true or false; false when absent.
  bool flag(const YAML::Node& map, const char* key);
  /// {zh, en}, both not empty.
  Localized localized(const YAML::Node& map, const char* key, bool required = true);
  /// A list; an empty node when absent.
  YAML::Node list(const YAML::Node& map, const char* key, bool required = true);
  /// Whatever stands there; a null node when nothing does.
  YAML::Node child(const YAML::Node& map, const char* key, bool required = true);

  void fault(const YAML::Node& at, std::string message);
  bool ok() const { return !error_; }
  Error error() const { return *error_; }
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::optional<Error> error_;
};

/// 1-based line of a node; 0 when unknown.
int line_of(const YAML::Node& node);

}  // namespace hb::indicators
