#pragma once
#include <string>

namespace hb {

/// A text a person reads: Chinese first, English complete. Both are required in scenes.
struct Localized {
  std::string zh;
  std::string en;

  friend bool operator==(const Localized&, const Localized&) = default;
};

}  // namespace hb
