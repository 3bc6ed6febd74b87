#pragma once
#include <optional>
#include <string>

#include "core/date.hpp"

namespace hb::cli {

struct KeepArguments {
  std::string store;
  std::string scenes;
  std::optional<Date> from;  ///< none: as far back as each run looks
  Date to;
};

/// `watch run --keep`, `watch replay --keep`: finds signals and keeps them in the store; what was
/// done goes to stdout as one line of JSON. returns  the exit code
int keep_signals(const KeepArguments& arguments);

}  // namespace hb::cli
