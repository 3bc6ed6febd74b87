// Tables and options of `healthbrain rt`, `nowcast` and `mem`: the first byte picks the command, a
// line "----" parts table, options and serial interval. Any text gives an error with a place, or a
// table as wide as its header without NaN.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/csv.hpp"
#include "tempo/commands.hpp"

namespace {

std::string_view next_part(std::string_view& rest) {
  constexpr std::string_view mark = "\n----\n";
  const auto end = rest.find(mark);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + mark.size());
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 20000) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  const hb::tempo::TextFile table{next_part(rest), "t.csv"};
  const hb::tempo::TextFile options{next_part(rest), "o.yaml"};
  if (options.text.find("n1") != std::string_view::npos ||
      options.text.find("nSamples") != std::string_view::npos ||
      options.text.find("n_sim") != std::string_view::npos)
    return 0;  // only makes it slow
  const std::optional<hb::tempo::TextFile> si =
      rest.empty() ? std::nullopt : std::optional(hb::tempo::TextFile{rest, "s.csv"});
  const auto answer = data[0] % 3 == 0   ? hb::tempo::run_rt(table, si, options)
                      : data[0] % 3 == 1 ? hb::tempo::run_nowcast(table, options)
                                         : hb::tempo::run_mem(table, options);
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
