// Plan tables: any bytes give either an error with a place or a table of nine columns.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/csv.hpp"
#include "indicators/plan.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto out = hb::indicators::evaluate_plan_text(text, "plan-2020.csv", {}, {});
  if (!out) {
    if (out.error().where.empty() || out.error().message.empty()) std::abort();
    return 0;
  }
  const auto rows = hb::parse_csv(*out);
  if (!rows || rows->empty()) std::abort();
  for (const hb::CsvRow& row : *rows) {
    if (row.fields.size() != 9 || row.fields[6].empty() || row.fields[8].empty()) std::abort();
  }
  return 0;
}
