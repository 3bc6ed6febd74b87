#include "exchange/data_value.hpp"

#include "core/csv.hpp"

namespace hb::exchange {

DataValue data_value(const indicators::Measure& measure, const indicators::MeasureCell& cell) {
  DataValue out;
  out.indicator = measure.id;
  out.version = measure.version;
  out.name = measure.title;
  out.area = cell.area;
  out.period = format_period(cell.period);
  if (cell.sex) out.sex = indicators::sex_word(*cell.sex);
  if (cell.age && *cell.age != indicators::unknown_age) out.age = std::to_string(*cell.age);
  const indicators::Figure& figure = cell.figure;
  out.value = indicators::printed(measure, figure.value);
  out.lower = indicators::printed(measure, figure.lower);
  out.upper = indicators::printed(measure, figure.upper);
  const auto whole = [](const std::optional<indicators::Sum>& sum) {
    return sum && !sum->decimal ? std::to_string(sum->n) : std::string();
  };
  if (figure.value) {
    out.numerator = whole(figure.numerator);
    out.denominator = whole(figure.denominator);
  }
  out.unit = measure.unit;
  out.better = indicators::better_word(measure.better);
  if (figure.reason) out.reason = *figure.reason;
  return out;
}

std::string report_csv(const std::vector<DataValue>& values) {
  std::string out = "indicator,area,period,version,numerator,denominator,value,note\n";
  for (const DataValue& one : values) {
    if (one.value.empty() || !one.sex.empty() || !one.age.empty()) continue;
    const bool counts = !one.numerator.empty() && !one.denominator.empty();
    bool first = true;
    for (const std::string& field :
         {one.indicator, one.area, one.period, std::to_string(one.version),
          counts ? one.numerator : std::string(), counts ? one.denominator : std::string(),
          one.value, std::string()}) {
      out += (first ? "" : ",") + csv_field(field);
      first = false;
    }
    out += "\n";
  }
  return out;
}

}  // namespace hb::exchange
