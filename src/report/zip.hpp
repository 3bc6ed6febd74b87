#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace hb::report {

/// Parts of a ZIP file by name, in their order.
using ZipParts = std::vector<std::pair<std::string, std::string>>;

/// The same parts give the same bytes: all are dated 1980-01-01, deflated.
/// errors  invalid_input: more than 65,535 parts, or 4 GB
Result<std::string> write_zip(const ZipParts& parts);

struct ZipLimits {
  std::size_t most_parts = 1'000;
  std::size_t most_bytes = 64U << 20U;  ///< of all parts, unpacked
};

/// errors  invalid_input: not a ZIP, damaged, encrypted, split, or over the limits
Result<ZipParts> read_zip(std::string_view bytes, const ZipLimits& limits = {});

/// The part of that name; nullptr when there is none.
const std::string* part_of(const ZipParts& parts, std::string_view name);

}  // namespace hb::report
