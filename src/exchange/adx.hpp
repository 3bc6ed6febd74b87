#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "exchange/data_value.hpp"

namespace hb::exchange {

inline constexpr const char* adx_data_set = "HEALTH_BRAIN_INDICATORS";

/// An ADX message: one group per area and period, three dataValues per indicator where it has them:
/// the value, and with component="numerator" and "denominator" its counts. Splits carry sex and
/// ageBand. Numbers that cannot be given are left out: ADX knows no reason.
/// source  IHE Quality, Research and Public Health, Aggregate Data Exchange (ADX), rev. 3; periods
///         as ISO 8601 "start/duration"
std::string write_adx(const std::vector<DataValue>& values, Instant at);

/// errors  invalid_input with where = "group 2, dataValue 3": not XML, no adx element, a period
/// that
///         is no year, quarter or month, an element without dataElement or value
Result<std::vector<DataValue>> read_adx(std::string_view xml);

}  // namespace hb::exchange
