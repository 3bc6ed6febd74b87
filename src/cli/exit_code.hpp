#pragma once
#include <string_view>

#include "core/result.hpp"

namespace hb::cli {

/// What a script may rely on.
inline constexpr int exit_ok = 0;
inline constexpr int exit_nothing_done = 1;    ///< nothing could be done, or a check found faults
inline constexpr int exit_usage = 2;           ///< wrong usage or an invalid expression
inline constexpr int exit_some_put_aside = 3;  ///< done, but some records are problem data

/// One clear sentence on stderr: "healthbrain: visits.csv:3: …".
void say_error(const Error& error);
void say_error(std::string_view sentence);

/// Says the error and returns exit_nothing_done.
int give_up(const Error& error);

/// A line that replaces itself on a terminal and is silent elsewhere.
class ProgressBar {
 public:
  /// what  "loading", said before the bar
  explicit ProgressBar(std::string_view what);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  /// fraction 0…1; count of things so far, negative = not said
  void show(double fraction, long long count = -1);

 private:
  std::string_view what_;
  bool terminal_;
  bool shown_ = false;
};

}  // namespace hb::cli
