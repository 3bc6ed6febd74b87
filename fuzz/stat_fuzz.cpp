// Tables for `healthbrain stat`: the first byte picks the method; any text gives either an error
// with a place or a table as wide as its header.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/csv.hpp"
#include "stats/sheet_method.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto methods = hb::stats::stat_methods();
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto answer =
      hb::stats::run_stat(methods[data[0] % methods.size()].name, text, "t.csv", {});
  if (!answer) {
    if (answer.error().where.empty() || answer.error().message.empty()) std::abort();
    return 0;
  }
  const auto rows = hb::parse_csv(answer->csv);
  if (!rows || rows->size() < 2) std::abort();
  for (const hb::CsvRow& row : *rows)
    if (row.fields.size() != rows->front().fields.size()) std::abort();
  return 0;
}
