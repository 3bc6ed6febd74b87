#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb::server {

/// What one resource shows on a person's time line.
struct TimelineText {
  std::string date;  ///< "2025-03-02", "2025-03" or "2025"; empty = the resource says none
  std::string sort;  ///< date with time, as written, for ordering
  std::string title;
  std::string detail;
  std::string code;
  std::string organization;  ///< name, or reference "Organization/o1" when it has only that
  std::string status;
};

/// Which elements of a resource type make up its line: FHIRPath from content
/// (scenes/core/timeline.yaml), compiled once. Immutable afterwards, so any thread may read.
class Timeline {
 public:
  /// errors  not_found, invalid_input with file and place
  static Result<Timeline> load(const std::filesystem::path& file);
  ~Timeline();
  Timeline(Timeline&&) noexcept;

  /// Whether resources of this type are events of a person's life (Patient itself is not).
  bool shows(std::string_view type) const;
  /// Thread safe. An expression that fails on this resource leaves its field empty.
  TimelineText read(std::string_view type, std::string_view json) const;

 private:
  struct State;
  explicit Timeline(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hb::server
