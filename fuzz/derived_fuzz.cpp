// Formulas over other indicators: any text gives an error with a place, or a formula that names
// its indicators and has a value, or none, for every value of theirs.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "indicators/derived.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hb::indicators;
  const auto read = read_expression({reinterpret_cast<const char*>(data), size});
  if (!read) {
    if (read.error().where.empty() || read.error().message.empty()) std::abort();
    return 0;
  }
  std::vector<std::string> ids;
  add_measures(*read, ids);
  for (const std::string& id : ids)
    if (id.empty()) std::abort();
  for (const double value : {0.0, 1.0, -3.5})
    (void)evaluate(*read, [&](TermOf, const std::string&) { return std::optional(value); });
  const auto nothing =
      evaluate(*read, [](TermOf, const std::string&) { return std::optional<double>(); });
  if (nothing && !ids.empty()) std::abort();  // an unknown part makes the whole unknown
  if (const auto counts = as_counts(*read))
    for (const CountTerm& term : *counts)
      if (term.measure.empty()) std::abort();
  return 0;
}
