// Tables and options of `healthbrain scan`, parted by lines "----": cases, places, options,
// population, controls. Any text gives an error with a place, or a table as wide as its header
// without NaN.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/csv.hpp"
#include "scan/commands.hpp"

namespace {

std::string_view next_part(std::string_view& rest) {
  constexpr std::string_view mark = "\n----\n";
  const auto end = rest.find(mark);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + mark.size());
  return part;
}

std::optional<hb::scan::TextFile> given(std::string_view text, const char* name) {
  return text.empty() ? std::nullopt : std::optional(hb::scan::TextFile{text, name});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4000) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string_view cases = next_part(rest);
  const std::string_view places = next_part(rest);
  const std::string options = std::string(next_part(rest)) + "\nreplicates: 19\nthreads: 1\n";
  const std::string_view population = next_part(rest);
  // Long periods and large counts are only slow.
  for (const char* word : {"00000", "replicates: 1"})
    if (cases.find(word) != std::string_view::npos) return 0;
  const auto answer = hb::scan::run_scan({{cases, "c.csv"},
                                          given(places, "p.csv"),
                                          given(population, "n.csv"),
                                          given(rest, "k.csv"),
                                          std::nullopt,
                                          {options, "o.yaml"}});
  if (!answer) {
    if (answer.error().where.empty() || answer.error().message.empty()) std::abort();
    return 0;
  }
  if (answer->csv.find("nan") != std::string::npos) std::abort();
  const auto rows = hb::parse_csv(answer->csv);
  if (!rows || rows->empty()) std::abort();
  for (const hb::CsvRow& row : *rows)
    if (row.fields.size() != rows->front().fields.size()) std::abort();
  return 0;
}
