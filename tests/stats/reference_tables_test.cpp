// The reference tables beside the project, whole, through the command's engine.
#include <algorithm>
#include <set>

#include "stats/interval.hpp"
#include "stats/stat_table.hpp"
#include "support/conformance.hpp"

using namespace hb;
using namespace hb::test;

namespace {

/// One table of known answers and the command that must give them.
struct Reference {
  const char* method;
  const char* input;
  const char* expected;
  std::vector<std::string> options;
  std::vector<std::string> keys;                             ///< columns that name a row
  std::vector<std::pair<std::string, std::string>> columns;  ///< expected → ours; empty: common
  std::string only_column = {};  ///< rows of the expected table where …
  std::string only_value = {};   ///< … this column has this value
  double relative = 1e-9;
};

std::string file_text(const std::string& file) {
  std::ifstream stream(shared_dir() / "data/indicator-methods" / file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string key_of(const KnownRow& row, const std::vector<std::string>& keys) {
  std::string key;
  for (const std::string& name : keys) key += row.text(name) + "|";
  return key;
}

/// Whether both are missing or equal within the relative error; else a sentence.
std::string difference(const KnownRow& got, const std::string& ours, const KnownRow& want,
                       const std::string& theirs, double relative) {
  const auto is_word = [](const std::string& name) {
    return name == "status" || name == "method" || name == "kind" || name == "standard";
  };
  if (!got.fields.contains(ours)) return "column " + ours + " is not there";
  if (is_word(theirs)) {
    if (got.text(ours) == want.text(theirs)) return "";
    return theirs + ": got “" + got.text(ours) + "”, want “" + want.text(theirs) + "”";
  }
  const auto a = got.number(ours);
  const auto b = want.number(theirs);
  if (!a && !b) return "";
  if (a && b && std::abs(*a - *b) <= relative * std::max(std::abs(*b), 1e-12)) return "";
  return theirs + ": got “" + got.text(ours) + "”, want “" + want.text(theirs) + "”";
}

std::vector<std::pair<std::string, std::string>> compared(const Reference& reference,
                                                          const KnownRow& row) {
  auto columns = reference.columns;
  for (const char* name : {"value", "lower95", "upper95", "lower998", "upper998", "method",
                           "status", "total_count", "total_pop", "pops_used", "dths_used"})
    if (row.fields.contains(name)) columns.emplace_back(name, name);
  return columns;
}

void judge(SuiteResult& result, const Reference& reference) {
  const std::vector<KnownRow> rows =
      stat_rows(reference.method, file_text(reference.input), reference.options);
  std::map<std::string, const KnownRow*> by_key;
  for (const KnownRow& row : rows) by_key[key_of(row, reference.keys)] = &row;
  CHECK(by_key.size() == rows.size());
  std::size_t used = 0;
  for (const KnownRow& want : known_rows(reference.expected)) {
    if (!reference.only_column.empty() && want.text(reference.only_column) != reference.only_value)
      continue;
    const std::string key = key_of(want, reference.keys);
    std::string group = reference.expected;
    if (!reference.only_column.empty()) group += ", " + reference.only_value;
    const auto found = by_key.find(key);
    std::string fault = found == by_key.end() ? "this row is missing" : "";
    if (fault.empty()) {
      ++used;
      for (const auto& [theirs, ours] : compared(reference, want))
        if (fault.empty())
          fault = difference(*found->second, ours, want, theirs, reference.relative);
    }
    result.judge(group, key, fault);
  }
  CHECK(used == rows.size());  // no row too many
}

/// Limits by the functions alone: no table of the command has them.
void judge_limits(SuiteResult& result) {
  const std::string file = "byar-wilson-limits.csv";
  for (const KnownRow& want : known_rows(file)) {
    const double confidence = *want.number("confidence") / 100;
    const double x = *want.number("x");
    stats::CountLimits got;
    if (want.text("method") == "Byars")
      got = *stats::byar(x, confidence);
    else if (const auto limits = stats::wilson(x, *want.number("n"), confidence))
      got = {limits->lower, limits->upper};
    const auto same = [](const std::optional<double>& a, const std::optional<double>& b) {
      return a.has_value() == b.has_value() && (!a || std::abs(*a - *b) <= 1e-9 * std::abs(*b));
    };
    const bool equal =
        same(got.lower, want.number("lowercl")) && same(got.upper, want.number("uppercl"));
    result.judge(file, "line " + std::to_string(want.line), equal ? "" : "other limits");
  }
}

}  // namespace

TEST_CASE("known answers: every reference table through the command's engine") {
  if (skip_without_shared()) return;
  SuiteResult result("indicator-methods", "Indicator methods, reference tables", 60,
                     "tests/spec/indicator-methods/exclude.yaml");
  result.note(
      "The tables are read unmodified by `healthbrain stat`; one test is one row, all its figures "
      "within 1e-9 relative (life tables 1e-7).");
  const std::vector<std::string> none;
  const Reference references[] = {
      {"proportion", "proportions.csv", "proportions.csv", none, {"case"}, {}},
      {"proportion",
       "proportions.csv",
       "proportions-grouped-expected.csv",
       {"group=area", "multiplier=1"},
       {"area"},
       {}},
      {"proportion", "generated-proportions.csv", "generated-proportions.csv", none, {"case"}, {}},
      {"rate", "rates.csv", "rates.csv", none, {"case"}, {}},
      {"rate",
       "rates.csv",
       "rates-grouped-expected.csv",
       {"group=area", "multiplier=100000"},
       {"area"},
       {}},
      {"rate", "generated-rates.csv", "generated-rates.csv", none, {"case"}, {}},
      {"dsr",
       "dsr-input.csv",
       "dsr-expected.csv",
       {"standard=stdpop", "multiplier=100000"},
       {"area"},
       {},
       "multiplier",
       "100000"},
      {"dsr",
       "dsr-input.csv",
       "dsr-expected.csv",
       {"standard=stdpop", "multiplier=10000"},
       {"area"},
       {},
       "multiplier",
       "10000"},
      {"dsr",
       "dsr-nonindependent-input.csv",
       "dsr-nonindependent-expected.csv",
       {"standard=stdpop"},
       {"area"},
       {}},
      {"dsr",
       "generated-dsr-input.csv",
       "generated-dsr-expected.csv",
       {"standard=esp2013"},
       {"area"},
       {},
       "standard",
       "esp2013"},
      {"dsr",
       "generated-dsr-input.csv",
       "generated-dsr-expected.csv",
       {"standard=china2010"},
       {"area"},
       {},
       "standard",
       "china2010"},
      {"life-expectancy",
       "life-expectancy-input.csv",
       "life-expectancy-expected.csv",
       none,
       {"case", "startage"},
       {},
       "",
       "",
       1e-7},
      {"life-expectancy",
       "generated-life-expectancy-input.csv",
       "generated-life-expectancy-expected.csv",
       none,
       {"area", "startage"},
       {},
       "",
       "",
       1e-7},
      {"premature-mortality",
       "premature-mortality-30q70-input.csv",
       "premature-mortality-30q70-expected.csv",
       none,
       {"case"},
       {{"q30_70_percent", "value"}, {"deaths_30_69", "deaths_30_69"}}},
      {"trend",
       "trend-input.csv",
       "trend-expected.csv",
       none,
       {"case"},
       {{"points", "points"},
        {"chi_squared", "chi_squared"},
        {"p_value", "p_value"},
        {"slope", "slope"}}},
  };
  for (const Reference& reference : references) judge(result, reference);
  judge_limits(result);
  result.finish(100);
}
