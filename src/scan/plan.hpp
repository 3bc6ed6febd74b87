#pragma once
#include <vector>

#include "scan/tables.hpp"

namespace hb::scan {

/// Everything a scan needs, made from tables and options.
struct Plan {
  ScanOptions options;
  ZoneOptions zones;
  bool temporal = false;
  bool dated = false;  ///< rows carry dates
  Date start, end;
  std::vector<Date> bounds;  ///< of the steps, as step_bounds gives them
  Field field;
  std::vector<double> weights;     ///< of the places: what 50 % of the population means
  std::vector<double> population;  ///< of the places, people on average; empty = not known
};

/// errors  invalid_input: options that contradict each other or the tables; places in the files
Result<Plan> make_plan(Tables& tables, const stats::Settings& options, const ScanFiles& files);

}  // namespace hb::scan
