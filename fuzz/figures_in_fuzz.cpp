// MeasureReports and ADX messages: any bytes give either an error or values whose periods can be
// read, and formulas of checks give an error with a place or a range around their value.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/period.hpp"
#include "exchange/adx.hpp"
#include "exchange/measure_report.hpp"
#include "indicators/formula.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& values :
       {hb::exchange::read_measure_reports(text), hb::exchange::read_adx(text)}) {
    if (!values) {
      if (values.error().message.empty()) std::abort();
      continue;
    }
    for (const hb::exchange::DataValue& value : *values)
      if (!hb::parse_period(value.period)) std::abort();
  }
  if (size < 1'000) {
    const auto formula = hb::indicators::evaluate_formula(text);
    if (!formula && formula.error().where.empty()) std::abort();
  }
  return 0;
}
