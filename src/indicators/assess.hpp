#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "indicators/definition.hpp"
#include "indicators/plan.hpp"
#include "indicators/target_path.hpp"

namespace hb::indicators {

/// Where the figure of an assessment comes from, the strongest first.
enum class FigureOrigin : std::uint8_t {
  published,  ///< a vintage
  computed,   ///< from the records
  reported,   ///< not published yet: draft, submitted or approved
  printed,    ///< in the plan's own table, of that year
  none,
};
std::string_view origin_word(FigureOrigin origin);  ///< "published", …
Localized origin_name(FigureOrigin origin);

/// The figure of one definition in one area and year.
struct CurrentFigure {
  FigureOrigin origin = FigureOrigin::none;
  std::string value;  ///< as written; empty = none
  int version = 0;    ///< of the definition, or of the computed indicator
  std::string state;  ///< of a reported one: "submitted"
  Localized remark;   ///< what its 口径 differs by, why there is none; may be empty
};
/// Asks for the figure of a definition in a year.
using FigureSource = std::function<CurrentFigure(const Definition& definition, int year)>;

struct AssessedRow {
  const Indicator* row = nullptr;
  std::vector<const Definition*> definitions;  ///< one, or one per value of the cell
  std::string base_text;                       ///< the value the plan began with
  std::optional<int> base_year;
  CurrentFigure current;           ///< of several values joined by 、; the weakest origin
  Evaluation evaluation;           ///< of the current figure against the target
  std::optional<double> expected;  ///< what the linear path from base to target shows in the year
  std::optional<Pace> pace;
  std::optional<double> change;  ///< current − base
};

struct PlanAssessment {
  const Plan* plan = nullptr;
  int year = 0;
  std::vector<AssessedRow> rows;
  StatusCounts counts;
  int without_figure = 0;
};

/// Holds a plan against the figures of a year: at its end the final assessment (终期评估), before
/// it the state on the way.
/// others  plans that may print the base where the plan itself does not
PlanAssessment assess_plan(const Plan& plan, const Definitions& definitions, int year,
                           const FigureSource& figures, const std::vector<Plan>& others = {});

struct DraftOptions {
  std::string id;      ///< "plan-15-5-gongshu-2030"
  std::string prefix;  ///< of row ids: "gongshu-2030"
  Localized title;
  int year = 2030;
  int base_year = 2025;
};

/// The plan that follows: the same indicators without targets, with the figures of the base year
/// where there are any. returns  YAML of plan-1, which load_plan reads
std::string draft_plan(const Plan& former, const Definitions& definitions,
                       const DraftOptions& options, const FigureSource& figures);

}  // namespace hb::indicators
