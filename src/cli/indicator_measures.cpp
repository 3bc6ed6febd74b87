#include "cli/indicator_measures.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "cli/measure_store.hpp"
#include "core/csv.hpp"
#include "core/json_text.hpp"
#include "indicators/measure_cells.hpp"

namespace hb::cli {

namespace {

namespace json = boost::json;
using indicators::By;
using indicators::MeasureCell;

struct MeasureArguments {
  std::string store;
  std::string scenes;
  std::string id;
  std::string period;
  std::string by;
  std::string area;
  std::string format = "csv";
  int threads = default_threads();
  int time_limit = 20;
};

Result<MeasureStore> open_engine(const MeasureArguments& arguments) {
  return open_measure_store(
      {arguments.store, arguments.scenes, arguments.threads, arguments.time_limit});
}

Result<By> split_of(const std::string& word) {
  const std::pair<std::string_view, By> known[] = {{"", By::none},     {"street", By::area},
                                                   {"area", By::area}, {"sex", By::sex},
                                                   {"age", By::age},   {"month", By::month}};
  for (const auto& [name, by] : known)
    if (name == word) return by;
  return fail(ErrorCode::invalid_input, "--by is street, sex, age or month", word);
}

std::string decimal_text(const std::optional<double>& number) {
  return number ? fmt::format("{}", *number) : std::string();
}

/// Exact: a sum of DECIMAL with its four digits, a count as it is.
std::string sum_text(const std::optional<indicators::Sum>& sum) {
  if (!sum) return {};
  if (!sum->decimal) return std::to_string(sum->n);
  const std::string digits = fmt::format("{:05}", std::abs(sum->n));
  return (sum->n < 0 ? "-" : "") + digits.substr(0, digits.size() - 4) + "." +
         digits.substr(digits.size() - 4);
}

/// One row of the table, in the order of its header.
std::vector<std::pair<const char*, std::string>> row_of(const indicators::Measure& measure,
                                                        const MeasureCell& cell) {
  const indicators::Figure& figure = cell.figure;
  std::string age;
  if (cell.age && *cell.age != indicators::unknown_age) age = std::to_string(*cell.age);
  if (cell.age && *cell.age == indicators::unknown_age) age = "unknown";
  return {{"indicator", measure.id},
          {"version", std::to_string(measure.version)},
          {"period", format_period(cell.period)},
          {"area", cell.area_unknown ? "unknown" : cell.area},
          {"sex", cell.sex ? std::string(indicators::sex_word(*cell.sex)) : ""},
          {"age_band", age},
          {"numerator", sum_text(figure.numerator)},
          {"denominator", sum_text(figure.denominator)},
          {"value", indicators::printed(measure, figure.value)},
          {"lower", indicators::printed(measure, figure.lower)},
          {"upper", indicators::printed(measure, figure.upper)},
          {"unit", measure.unit.en},
          {"target", cell.judged.target != nullptr ? cell.judged.target->text : ""},
          {"status", std::string(indicators::status_word(cell.judged.status))},
          {"gap", decimal_text(cell.judged.gap)},
          {"reason", figure.value ? "" : figure.reason.value_or(Localized{}).en},
          {"feed", std::to_string(cell.feed)}};
}

/// Rows as CSV with a header, or as a JSON array; numbers stay numbers.
class Table {
 public:
  explicit Table(bool as_json) : as_json_(as_json) {}

  void add(const indicators::Measure& measure, const MeasureCell& cell) {
    const auto row = row_of(measure, cell);
    if (!as_json_) return add_line(row);
    json::object object;
    for (const auto& [name, text] : row) object[name] = value_of(name, text);
    rows_.push_back(std::move(object));
  }

  void print() const {
    if (as_json_)
      fmt::print("{}\n", json_text(rows_));
    else
      fmt::print("{}", text_);
  }

 private:
  void add_line(const std::vector<std::pair<const char*, std::string>>& row) {
    std::string header;
    std::string line;
    for (const auto& [name, text] : row) {
      header += (header.empty() ? "" : ",") + std::string(name);
      line += (&name == &row.front().first ? "" : ",") + csv_field(text);
    }
    if (text_.empty()) text_ = header + "\n";
    text_ += line + "\n";
  }

  static json::value value_of(std::string_view name, const std::string& text) {
    const std::string_view numbers[] = {"version", "numerator", "denominator", "value",
                                        "lower",   "upper",     "gap",         "feed"};
    if (std::ranges::find(numbers, name) == std::end(numbers)) return json::string(text);
    if (text.empty()) return nullptr;
    return text.find_first_of(".e") == std::string::npos ? json::value(std::stoll(text))
                                                         : json::value(std::stod(text));
  }

  bool as_json_;
  std::string text_;
  json::array rows_;
};

int compute(const MeasureArguments& arguments) {
  const Result<Period> period = parse_period(arguments.period);
  if (!period) return give_up(period.error());
  const Result<By> by = split_of(arguments.by);
  if (!by) return give_up(by.error());
  const Result<MeasureStore> opened = open_engine(arguments);
  if (!opened) return give_up(opened.error());
  indicators::MeasureEngine& engine = *opened->engine;
  std::vector<const indicators::Measure*> wanted;
  for (const indicators::Measure& measure : engine.measures())
    if (arguments.id.empty() || measure.id == arguments.id) wanted.push_back(&measure);
  if (wanted.empty())
    return give_up({ErrorCode::not_found,
                    arguments.id.empty() ? "the scenes hold no computed indicator"
                                         : "there is no computed indicator with this id",
                    arguments.id});
  engine.refresh();
  std::vector<Period> periods = {*period};
  if (*by == By::month) periods = indicators::months_of(*period);
  engine.ensure(wanted, periods);

  const auto snapshot = engine.snapshot();
  Table table(arguments.format == "json");
  bool sound = true;
  for (const indicators::Measure* measure : wanted) {
    const auto cells = indicators::cells_of(engine, *snapshot, Principal::system("operation"),
                                            {measure, *period, arguments.area, *by});
    if (!cells && wanted.size() == 1) return give_up(cells.error());
    if (!cells) continue;  // a split that this method does not have
    for (const MeasureCell& cell : *cells) table.add(*measure, cell);
    for (const Error& error : engine.faults(*snapshot, *measure)) {
      say_error(error);
      sound = false;
    }
  }
  table.print();
  if (const Result<void> saved = engine.save(); !saved) say_error(saved.error());
  return sound ? exit_ok : exit_nothing_done;
}

int verify(const MeasureArguments& arguments) {
  const Result<MeasureStore> opened = open_engine(arguments);
  if (!opened) return give_up(opened.error());
  indicators::MeasureEngine& engine = *opened->engine;
  const indicators::Verified verified = [&] {
    ProgressBar bar("recomputing");
    return engine.verify([&bar](double fraction) { bar.show(fraction); });
  }();
  const auto snapshot = engine.snapshot();
  for (const indicators::Measure& measure : engine.measures())
    for (const Error& error : engine.faults(*snapshot, measure)) say_error(error);
  if (!verified.differences.empty()) {
    fmt::print("indicator,part,period,area,sex,age,kept,recomputed\n");
    for (const indicators::Difference& one : verified.differences)
      fmt::print("{},{},{},{},{},{},{},{}\n", one.indicator, one.part, one.period, one.area,
                 one.sex, one.age, one.kept, one.recomputed);
  }
  fmt::print(stderr, "{} cells of feed {} compared, {} differ\n", verified.cells, snapshot->feed,
             verified.differences.size());
  if (verified.cells == 0)
    say_error("no cells are kept yet: indicator compute or serve makes them");
  if (const Result<void> saved = engine.save(); !saved) say_error(saved.error());
  return verified.differences.empty() && verified.cells > 0 ? exit_ok : exit_nothing_done;
}

void add_common(CLI::App& command, MeasureArguments& arguments) {
  command.add_option("--store", arguments.store, "Store directory")->required();
  command.add_option("--scenes", arguments.scenes,
                     "Scenes directory; found beside the program if not given");
  command.add_option("--threads", arguments.threads, "Queries at the same time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command.add_option("--time-limit", arguments.time_limit, "Seconds one SQL text may take")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
}

}  // namespace

void add_indicator_measures(CLI::App& indicator, int& exit_code) {
  auto arguments = std::make_shared<MeasureArguments>();
  CLI::App* computing = indicator.add_subcommand(
      "compute", "Compute indicators from the tables of a store (CSV or JSON on stdout)");
  add_common(*computing, *arguments);
  computing->add_option("--id", arguments->id, "Indicator; all of them if not given");
  computing->add_option("--period", arguments->period, "2025, 2025-Q3 or 2025-11")->required();
  computing->add_option("--by", arguments->by, "Split by street, sex, age or month")
      ->check(CLI::IsMember({"street", "area", "sex", "age", "month"}));
  computing->add_option("--area", arguments->area,
                        "Beginning of an area code; everything if not given");
  computing->add_option("--format", arguments->format)
      ->check(CLI::IsMember({"csv", "json"}))
      ->capture_default_str();
  computing->footer(
      "Example:\n  healthbrain indicator compute --store district-store \\\n"
      "    --id hypertension-controlled --period 2025 --by street --format csv\n\n"
      "A number that cannot be given is empty and says why in `reason`. Exit code 1 when an\n"
      "indicator's SQL is refused, fails or is stopped; the others are still computed.");
  computing->callback([&exit_code, arguments] { exit_code = compute(*arguments); });

  auto checked = std::make_shared<MeasureArguments>();
  CLI::App* verifying = indicator.add_subcommand(
      "verify", "Recompute all kept cells from nothing and compare (exit 1 when they differ)");
  add_common(*verifying, *checked);
  verifying->footer(
      "Example:\n  healthbrain indicator verify --store district-store\n\n"
      "Cells that differ are listed as CSV on stdout and replaced.");
  verifying->callback([&exit_code, checked] { exit_code = verify(*checked); });
}

}  // namespace hb::cli
