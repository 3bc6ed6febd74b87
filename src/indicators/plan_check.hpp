#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "indicators/definition.hpp"
#include "indicators/plan.hpp"

namespace hb::indicators {

/// How a printed figure is compared with what its formula gives.
enum class CheckKind : std::uint8_t {
  equal,     ///< the same at the decimals printed
  at_most,   ///< the formula gives no more than printed
  at_least,  ///< … no less
  implied,   ///< nothing is printed to compare with: for orientation
};

/// One figure of a document that can be computed again from others.
struct PrintedFigure {
  std::string id;      ///< "k01"
  std::string source;  ///< id of a source
  Localized name;
  std::string rule;  ///< "parts-do-not-sum"
  CheckKind kind = CheckKind::equal;
  std::string formula;
  Decimal printed;
  Localized unit;
  bool misprint = false;  ///< read as a probable misprint, else as a question of 口径
  Localized note;
  int line = 0;
};

/// Numerator and printed rate, which imply a denominator.
struct ImpliedDenominator {
  std::string source;
  int year = 0;
  Localized name;
  Decimal numerator;
  Decimal rate;
  int scale = 1;
  std::string group;  ///< within it, one source and one year the denominators must overlap
  int line = 0;
};

/// A rate that lies inside another: neither its value nor its target may be above.
struct RateOrder {
  std::string part, whole;  ///< definitions
  Localized why;
};

struct CheckFile {
  std::string scene;
  std::string file;
  std::vector<std::pair<std::string, Localized>> sources;
  std::vector<RateOrder> orders;
  std::vector<PrintedFigure> figures;
  std::vector<ImpliedDenominator> denominators;
  Localized source_name(const std::string& id) const;
};

/// scenes/<scene>/checks.yaml. errors  invalid_input with where = file:line
Result<CheckFile> load_checks(const std::filesystem::path& file);
/// Those of all scenes.
Result<std::vector<CheckFile>> load_all_checks(const std::filesystem::path& scenes_dir);

enum class Verdict : std::uint8_t { agree, rounding, implied, disagree };
std::string_view verdict_word(Verdict verdict);  ///< "agree", "rounding", "implied", "disagree"

/// A formula computed again.
struct Recomputed {
  Verdict verdict = Verdict::agree;
  long double computed = 0;
  long double difference = 0;  ///< computed − printed
};
/// errors  those of evaluate_formula
Result<Recomputed> recompute(const PrintedFigure& figure);

struct Denominator {
  double value = 0, lower = 0, upper = 0;
};
/// From half a unit of the last printed place of the rate to both sides.
Denominator implied_denominator(const ImpliedDenominator& given);

/// What a rule found. Neutral: nobody is said to be wrong.
struct PlanFinding {
  std::string rule;  ///< "target-weaker-than-base", "unit-against-indicator", …
  std::string id;    ///< of the figure, or of the row of a plan
  std::string plan;  ///< id; empty: between documents
  std::string no;    ///< of the row, as printed
  Localized name;
  Localized source;
  Verdict verdict = Verdict::disagree;
  Localized reading;  ///< 口径待核, 疑似笔误, 目标宽于基期, …
  Localized text;     ///< what stands against what
  std::string computed, printed, difference;  ///< numbers; empty where there are none
};

struct PlanCheckOptions {
  std::string plan;       ///< only this one, without the figures of documents; empty = all
  bool agreeing = false;  ///< also what agrees
};

/// Runs all rules over plans, definitions and printed figures.
/// errors  invalid_input: a formula, where = file:line
Result<std::vector<PlanFinding>> check_plans(const std::vector<Plan>& plans,
                                             const Definitions& definitions,
                                             const std::vector<CheckFile>& checks,
                                             const PlanCheckOptions& options);

/// Rules with their names for people, in order of running.
const std::vector<std::pair<std::string_view, Localized>>& plan_rules();

}  // namespace hb::indicators
