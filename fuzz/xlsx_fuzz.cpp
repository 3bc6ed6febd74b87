// Workbooks: any bytes give either an error or rows within the limits.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "report/xlsx.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto rows =
      hb::report::read_xlsx(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!rows) {
    if (rows.error().message.empty()) std::abort();
    return 0;
  }
  if (rows->size() > 100'000) std::abort();
  for (const auto& row : *rows)
    if (row.size() > 1'000) std::abort();
  return 0;
}
