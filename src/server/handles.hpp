#pragma once
#include <cstdint>
#include <string>

#include "core/ids.hpp"

namespace hb::server {

/// What the API calls a stored version. The numbers of versions rise by one in the whole store: a
/// gap between two of a person's would say that something of the person, or of nobody visible, lies
/// between. A handle is the number enciphered with a key of this process, so neither order nor gap
/// is left, and a handle that was not given cannot be made up. After a restart the old ones name
/// nothing.
class Handles {
 public:
  Handles();

  /// seq      0 to 2^50 - 1
  /// returns  another number of the same range, one for each seq (exact as a number of JSON)
  std::int64_t show(Seq seq) const;
  /// The seq that show() gave this handle for; some number without a version for others.
  Seq read(std::int64_t handle) const;

 private:
  std::uint64_t mixed(std::uint64_t half, int round) const;
  std::string key_;
};

}  // namespace hb::server
