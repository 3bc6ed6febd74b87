// Every reference output of EpiEstim, surveillance::nowcast and mem in ../shared, made from the
// data sets beside it; writes docs/tempo-agreement.md.
#include "support/agreement.hpp"

#include <cstdio>

#include "tempo/commands.hpp"

namespace {

using namespace hb;
using namespace hb::test;
using tempo::TextFile;

std::filesystem::path data_dir() { return shared_dir() / "data" / "surveillance"; }

/// "mean_si=2.6 …": the number behind "mean_si=".
std::string value_in(const std::string& control, const std::string& key) {
  const auto at = control.find(key);
  REQUIRE(at != std::string::npos);
  const auto start = at + key.size();
  return control.substr(start, control.find_first_not_of("0123456789.", start) - start);
}

/// One row of controls.csv: what the command needs to make it again.
struct Task {
  std::string options;
  bool with_si = false;
  std::vector<std::string> columns;
  double atol = 1e-12;
  std::string note;  ///< why a column of the reference is not compared, or the rows that differ
  std::size_t expected_differences = 0;
};

const std::vector<std::string> estimate_columns = {"t_start", "t_end", "mean",  "sd",
                                                   "q0.025",  "q0.05", "q0.25", "median",
                                                   "q0.75",   "q0.95", "q0.975"};

std::string si_options(const std::string& dataset) {
  const Table params = table_of(read_text(data_dir() / "rt_params.csv"));
  for (const auto& row : params.rows)
    if (row.at("name") == dataset)
      return "mean_si: " + row.at("mean_si") + "\nstd_si: " + row.at("std_si") + "\n";
  FAIL("no serial interval for " << dataset);
  return {};
}

std::string nowcast_yaml(const std::string& algorithm, const std::string& control) {
  const std::string now = algorithm.substr(algorithm.size() - 10);
  const std::string method = algorithm.substr(8, algorithm.size() - 19);
  return "dEventCol: dHosp\ndReportCol: dReport\nnow: " + now + "\nback: 14\nmethod: " + method +
         "\nD: " + value_in(control, "D=") + "\nm: " + value_in(control, " m=") +
         "\nN.tInf.max: " + value_in(control, "N.tInf.max=") +
         "\nN.tInf.prior: poisgamma\nmean.lambda: 50\nvar.lambda: 3000\nnSamples: 20000\n";
}

/// nullopt: not a method of this folder.
std::optional<Task> task_of(const std::string& dataset, const std::string& algorithm,
                            const std::string& control) {
  if (algorithm.starts_with("estimateR_parametric"))
    return Task{"mean_si: " + value_in(control, "mean_si=") +
                    "\nstd_si: " + value_in(control, "std_si=") +
                    "\nwindow: " + value_in(control, "windows of ") + "\n",
                false, estimate_columns};
  if (algorithm == "estimateR_nonparametric") return Task{"", true, estimate_columns};
  if (algorithm == "infectivity")
    return Task{"estimate: infectivity\n" + si_options(dataset), false, {"t", "lambda"}};
  if (algorithm == "wallinga_teunis")
    return Task{"estimate: wallinga_teunis\n",
                true,
                {"t_start", "t_end", "mean"},
                1e-12,
                "sd and limits of R come from 100 simulations; ours are exact (tested below)"};
  if (algorithm == "mem_default") return Task{"", false, {"quantity", "value"}};
  if (algorithm == "mem_arith")
    return Task{
        "i.seasons: NA\ni.n.max: 5\ni.type.threshold: 1\ni.type.intensity: 5\ni.use.t: TRUE\n",
        false,
        {"quantity", "value"}};
  if (algorithm.starts_with("mem_timing"))
    return Task{
        "estimate: memtiming\ni.param: " + algorithm.substr(11) + "\n",
        false,
        {"season", "start_row", "end_row", "duration_j", "pct", "sum", "start_week", "end_week"}};
  if (algorithm.starts_with("nowcast_"))
    return Task{nowcast_yaml(algorithm, control),
                false,
                {"now", "date", "reported", "final", "nowcast", "lower", "upper"}};
  return std::nullopt;
}

/// Differences that are known, with their cause.
void add_exceptions(const std::string& algorithm, Task& task) {
  if (algorithm == "nowcast_lawless_2011-05-26") {
    task.expected_differences = 25;
    task.note =
        "9 days have quantiles above N.tInf.max = 200: R writes 0 for a quantile that it "
        "does not find; here it is empty and the status says why";
  }
  if (algorithm.starts_with("nowcast_bayes.notrunc")) {
    task.note = "R samples 500 delay distributions, here they are integrated; 1 case is allowed";
    task.atol = 1;
  }
  if (algorithm.starts_with("nowcast_bayes.trunc")) {
    task.note = "R samples 500 delay distributions, here 20,000; 2 cases are allowed";
    task.atol = 2;
  }
}

Table run(const std::string& dataset, const std::string& algorithm, const Task& task) {
  const std::string input = read_text(data_dir() / (dataset + ".csv"));
  const TextFile table{input, dataset + ".csv"};
  const TextFile options{task.options, "options"};
  Result<tempo::TempoAnswer> answer = fail(ErrorCode::not_found, algorithm);
  const std::string si = read_text(data_dir() / (dataset + "_si.csv"));
  if (algorithm.starts_with("nowcast"))
    answer = tempo::run_nowcast(table, options);
  else if (algorithm.starts_with("mem"))
    answer = tempo::run_mem(table, options);
  else
    answer = tempo::run_rt(
        table, task.with_si ? std::optional(TextFile{si, dataset + "_si.csv"}) : std::nullopt,
        options);
  if (!answer) FAIL(answer.error().where << ": " << answer.error().message);
  CHECK(answer->csv.find("nan") == std::string::npos);
  CHECK(answer->csv.find("inf") == std::string::npos);
  return table_of(answer->csv);
}

std::string line_of(const std::string& dataset, const std::string& algorithm,
                    const Agreement& found, const std::string& note) {
  const char* bound = found.largest == 0       ? "0"
                      : found.largest <= 1e-12 ? "< 1e-12"
                      : found.largest <= 1e-9  ? "< 1e-9"
                      : found.largest <= 1e-6  ? "< 1e-6"
                                               : "see note";
  return "| " + dataset + " | " + algorithm + " | " + std::to_string(found.rows) + " | " +
         std::to_string(found.numbers) + " | " + std::to_string(found.differ) + " | " + bound +
         " | " + note + " |\n";
}

/// Rows below the thresholds that only we give.
void keep_rows(Table& ours, std::size_t count) {
  if (ours.rows.size() > count) ours.rows.resize(count);
}

std::string page_head() {
  return "# Tempo: agreement with R\n\n"
         "Made by `test_tempo` (`HB_UPDATE_DOCS=1` writes it, otherwise the test fails when it "
         "differs) from all rows of `../shared/data/surveillance/reference/controls.csv` whose "
         "method is one of `rt`, `nowcast` and `mem`: EpiEstim 2.2.4, surveillance 1.20.3 and mem "
         "2.19. Agreement: relative difference at most 1e-6, missing where R has NA; a cell is one "
         "number of one row.\n\n"
         "| data | method | rows | cells | differ | largest relative difference | note |\n"
         "| --- | --- | ---: | ---: | ---: | --- | --- |\n";
}

}  // namespace

TEST_CASE("agreement: every reference of EpiEstim, nowcast and mem") {
  if (!has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  std::string page = page_head();
  const Table controls = table_of(read_text(data_dir() / "reference" / "controls.csv"));
  std::size_t compared = 0;
  for (const auto& row : controls.rows) {
    const std::string& dataset = row.at("dataset");
    const std::string& algorithm = row.at("algorithm");
    auto task = task_of(dataset, algorithm, row.at("control"));
    if (!task) continue;
    CAPTURE(dataset);
    CAPTURE(algorithm);
    add_exceptions(algorithm, *task);
    Table ours = run(dataset, algorithm, *task);
    ++compared;
    if (row.at("rows") == "0") {  // R failed; we answer all the same
      CHECK(ours.rows.size() == 14);
      page += "| " + dataset + " | " + algorithm + " | 0 | 0 | 0 | – | R stops with “" +
              row.at("note") + "”; here there are " + std::to_string(ours.rows.size()) +
              " rows |\n";
      continue;
    }
    const Table theirs =
        table_of(read_text(data_dir() / "reference" / (dataset + "." + algorithm + ".csv")));
    if (algorithm == "mem_default" || algorithm == "mem_arith") keep_rows(ours, 5);
    const Agreement found = compare(ours, theirs, task->columns, 1e-6, task->atol);
    INFO(found.first);
    CHECK(found.differ == task->expected_differences);
    page += line_of(dataset, algorithm, found, task->note);
  }
  CHECK(compared == 34);
  check_page("tempo-agreement.md", page);
}

TEST_CASE("agreement: typical curves and serial intervals") {
  if (!has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  for (const std::string name : {"mem_default", "mem_arith"}) {
    Task task = *task_of("flucyl", name, "");
    task.options += "estimate: typical_curve\n";
    const Table ours = run("flucyl", name, task);
    const Table theirs =
        table_of(read_text(data_dir() / "reference" / ("flucyl." + name + "_typcurve.csv")));
    const Agreement found = compare(ours, theirs, {"i", "X1", "X2", "X3"}, 1e-6, 1e-12);
    INFO(found.first);
    CHECK(found.differ == 0);
  }
  const Table all = table_of(read_text(data_dir() / "reference" / "any.discr_si.csv"));
  std::map<std::string, Table> ours;
  for (std::size_t row = 0; row < all.rows.size(); ++row) {
    const std::string options = "estimate: discr_si\nmean_si: " + all.rows[row].at("mean") +
                                "\nstd_si: " + all.rows[row].at("sd") + "\n";
    if (!ours.contains(options)) ours[options] = run("SARS2003", "discr_si", {options});
    const double w = ours[options].number(std::stoul(all.rows[row].at("k")), "w");
    CHECK(w == doctest::Approx(all.number(row, "w")).epsilon(1e-6).scale(1e-6));
  }
}

TEST_CASE("agreement: Wallinga–Teunis limits lie where R's simulations put them") {
  if (!has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  for (const std::string dataset : {"Flu2009", "Measles1861", "SARS2003"}) {
    const Table ours = run(dataset, "wallinga_teunis", *task_of(dataset, "wallinga_teunis", ""));
    const Table theirs =
        table_of(read_text(data_dir() / "reference" / (dataset + ".wallinga_teunis.csv")));
    REQUIRE(ours.rows.size() == theirs.rows.size());
    double ratio = 0;
    double off = 0;
    std::size_t counted = 0;
    for (std::size_t row = 0; row < ours.rows.size(); ++row) {
      if (ours.number(row, "sd") < 1e-9) continue;
      ++counted;
      ratio += theirs.number(row, "sd") / ours.number(row, "sd");
      // 100 simulations: a 2.5 % quantile is uncertain by about a third of an sd
      for (const std::string column : {"q0.025", "q0.975"})
        off = std::max(off, std::abs(ours.number(row, column) - theirs.number(row, column)) /
                                ours.number(row, "sd"));
    }
    CAPTURE(dataset);
    CHECK(ratio / static_cast<double>(counted) == doctest::Approx(1).epsilon(0.1));
    CHECK(off < 2);
  }
}
