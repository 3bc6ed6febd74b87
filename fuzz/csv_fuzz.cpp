// CSV: any text; what was read must be readable again when it is written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/csv.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rows = hb::parse_csv(text);
  if (!rows) return 0;
  for (const hb::CsvRow& row : *rows) {
    std::string line;
    for (const std::string& field : row.fields) line += (line.empty() && &field == &row.fields[0] ? "" : ",") + hb::csv_field(field);
    const auto again = hb::parse_csv("x," + line + "\n");
    if (!again || again->size() != 1 || again->front().fields.size() != row.fields.size() + 1) std::abort();
    for (std::size_t index = 0; index < row.fields.size(); ++index)
      if (again->front().fields[index + 1] != row.fields[index]) std::abort();
  }
  return 0;
}
