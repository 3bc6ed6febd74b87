// Series and options for `healthbrain detect`: the first byte picks the method, the text up to the
// first NUL is the configuration, the rest the table. Any text gives either an error with a place
// or a table as wide as its header, without NaN.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/csv.hpp"
#include "surveillance/detect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto methods = hb::surveillance::detectors();
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t end = text.find('\0');
  const bool both = end != std::string_view::npos;
  const auto answer =
      hb::surveillance::detect({.method = methods[data[0] % methods.size()].name,
                                .csv = both ? text.substr(end + 1) : text,
                                .csv_name = "s.csv",
                                .config = both ? text.substr(0, end) : std::string_view(),
                                .config_name = "c.yaml"});
  if (!answer) {
    if (answer.error().where.empty() || answer.error().message.empty()) std::abort();
    return 0;
  }
  const auto rows = hb::parse_csv(answer->csv);
  if (!rows || rows->size() < 2) std::abort();
  for (const hb::CsvRow& row : *rows) {
    if (row.fields.size() != rows->front().fields.size()) std::abort();
    for (std::size_t i = 3; i < row.fields.size(); ++i)
      if (row.fields[i] == "nan" || row.fields[i] == "NaN") std::abort();
  }
  return 0;
}
