#include "cli/exit_code.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace hb::cli {

void say_error(std::string_view sentence) { fmt::print(stderr, "healthbrain: {}\n", sentence); }

void say_error(const Error& error) {
  if (error.where.empty()) return say_error(error.message);
  say_error(fmt::format("{}: {}", error.where, error.message));
}

int give_up(const Error& error) {
  say_error(error);
  return exit_nothing_done;
}

ProgressBar::ProgressBar(std::string_view what)
    : what_(what), terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressBar::show(double fraction, long long count) {
  if (!terminal_) return;
  constexpr int width = 40;
  const double share = std::clamp(fraction, 0.0, 1.0);
  const int full = static_cast<int>(share * width);
  const std::string amount = count < 0 ? std::string{} : fmt::format("  {:L}", count);
  fmt::print(stderr, "\r{} [{:#>{}}{:->{}}] {:3.0f} %{}\x1b[K", what_, "", full, "", width - full,
             share * 100, amount);
  std::fflush(stderr);
  shown_ = true;
}

}  // namespace hb::cli
