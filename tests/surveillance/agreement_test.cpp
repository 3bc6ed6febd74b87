// Every reference output of R that belongs to a detector, run through what `healthbrain detect`
// runs. Leaves the table of docs/surveillance-agreement.md beside the results of the other suites.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "support/paths.hpp"
#include "surveillance/detect.hpp"
#include "surveillance/reference_controls.hpp"

namespace hb::test {
namespace {

namespace fs = std::filesystem;
using Row = std::map<std::string, std::string>;

constexpr double tolerance = 1e-6;

/// Reference algorithm → our method.
const std::map<std::string, std::string> methods = {
    {"earsC1", "ears-c1"},
    {"earsC1_b14s1", "ears-c1"},
    {"earsC2", "ears-c2"},
    {"earsC3", "ears-c3"},
    {"ff_default", "farrington-flexible"},
    {"ff_improved_nb", "farrington-flexible"},
    {"ff_improved_muan", "farrington-flexible"},
    {"ff_improved_pop", "farrington-flexible"},
    {"ff_seasonal_delta", "farrington-flexible"},
    {"ff_plain", "farrington-flexible"},
    {"farrington", "farrington"},
    {"cusum_standard", "cusum"},
    {"cusum_rossi", "cusum"},
    {"cusum_glm_anscombe", "cusum"},
    {"glrpois", "glr-poisson"},
    {"glrnb", "glr-nb"},
    {"bayes", "bayes"},
    {"bayes_b2w4", "bayes"},
    {"rki", "rki"},
    {"outbreakP", "outbreakp"},
};

/// Where we do not give what R gives. Dataset and algorithm may be "*".
struct Exception {
  std::string dataset;
  std::string algorithm;
  std::string column;
  std::string cause;
  mutable std::size_t values = 0;  ///< in this run
};
const std::vector<Exception> exceptions = {
    {"rotaBB", "ff_default", "score",
     "the count equals the prediction, so the score is what rounding left of 0 (1e-15)"},
    {"rotaBB", "ff_plain", "score",
     "the count equals the prediction, so the score is what rounding left of 0 (1e-15)"},
    {"measlesWeserEms", "ff_improved_nb", "score",
     "the mean is 1 and its logarithm, which stands in R's score, what the iteration left of 0 "
     "(1e-10)"},
    {"measlesWeserEms", "ff_improved_muan", "score", "as for ff_improved_nb"},
};

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<Row> rows_of_text(const std::string& text) {
  const auto rows = parse_csv(text);
  REQUIRE(rows.has_value());
  std::vector<Row> all;
  for (std::size_t i = 1; i < rows->size(); ++i) {
    Row row;
    for (std::size_t k = 0; k < (*rows)[0].fields.size(); ++k)
      row[(*rows)[0].fields[k]] = (*rows)[i].fields.at(k);
    all.push_back(std::move(row));
  }
  return all;
}

bool is_none(const std::string& text) { return text.empty() || text == "NA"; }

/// Relative difference of two fields; infinite where one has no number and the other has.
double difference(const std::string& r, const std::string& ours) {
  if (is_none(r) || is_none(ours)) return is_none(r) == is_none(ours) ? 0 : INFINITY;
  if (r == ours) return 0;
  const double a = std::strtod(r.c_str(), nullptr);  // also below the smallest normal number
  const double b = std::strtod(ours.c_str(), nullptr);
  if (std::isinf(a) || std::isinf(b)) return a == b ? 0 : INFINITY;
  const double size = std::max(std::abs(a), std::abs(b));
  return size == 0 ? 0 : std::abs(a - b) / size;
}

const Exception* excuse(const std::string& dataset, const std::string& algorithm,
                        const std::string& column) {
  for (const Exception& one : exceptions)
    if ((one.dataset == "*" || one.dataset == dataset) && one.algorithm == algorithm &&
        one.column == column)
      return &one;
  return nullptr;
}

struct Agreement {
  std::string dataset;
  std::string algorithm;
  std::size_t rows = 0;
  std::size_t values = 0;
  double largest = 0;
};

Agreement compare(const std::string& dataset, const std::string& algorithm,
                  const std::vector<Row>& wanted, const std::vector<Row>& got) {
  Agreement agreement{dataset, algorithm};
  std::map<std::pair<std::string, std::string>, const Row*> ours;
  for (const Row& row : got) ours[{row.at("unit"), row.at("t")}] = &row;
  for (const Row& want : wanted) {
    const auto found = ours.find({want.at("unit"), want.at("t")});
    INFO(dataset << "." << algorithm << ", unit " << want.at("unit") << ", t " << want.at("t"));
    REQUIRE(found != ours.end());
    ++agreement.rows;
    for (const auto& [column, value] : want) {
      if (column == "unit" || column == "t") continue;
      const std::string& mine = found->second->at(column);
      const double off =
          column == "date" ? (value == mine ? 0 : INFINITY) : difference(value, mine);
      if (off > (column == "alarm" ? 0 : tolerance)) {
        const Exception* known = excuse(dataset, algorithm, column);
        INFO(column << ": R gives " << value << ", ours is " << mine);
        CHECK(known != nullptr);
        if (known != nullptr) ++known->values;
        continue;
      }
      ++agreement.values;
      agreement.largest = std::max(agreement.largest, off);
    }
  }
  return agreement;
}

/// The range that the reference covers; the same for all units.
std::string range_of(const std::vector<Row>& wanted) {
  long first = std::stol(wanted.front().at("t"));
  long last = first;
  for (const Row& row : wanted) {
    first = std::min(first, std::stol(row.at("t")));
    last = std::max(last, std::stol(row.at("t")));
  }
  return std::to_string(first) + ":" + std::to_string(last);
}

std::string scientific(double value) {
  std::ostringstream text;
  text.precision(1);
  text << std::scientific << value;
  return text.str();
}

void write_page(const std::vector<Agreement>& all) {
  fs::create_directories(HB_CONFORMANCE_DIR);
  std::ofstream page(fs::path(HB_CONFORMANCE_DIR) / "surveillance-agreement.md");
  std::size_t rows = 0;
  std::size_t values = 0;
  double largest = 0;
  for (const Agreement& one : all) {
    rows += one.rows;
    values += one.values;
    largest = std::max(largest, one.largest);
  }
  page << "# Agreement with R\n\n"
          "Made by the test run (tests/surveillance/agreement_test.cpp): `healthbrain detect` over "
          "every data set for which\nthere are outputs of the R package surveillance 1.20.3 (R "
          "4.2.2), with the settings R had. Numbers agree within a\nrelative difference of 1e-6, "
          "alarms are identical, a number is missing exactly where R's is.\n\n"
       << all.size() << " comparisons, " << rows << " rows, " << values
       << " numbers; largest relative difference " << scientific(largest) << ".\n\n"
       << "| data set | algorithm | rows | numbers | largest relative difference |\n"
          "| --- | --- | ---: | ---: | ---: |\n";
  for (const Agreement& one : all)
    page << "| " << one.dataset << " | " << one.algorithm << " | " << one.rows << " | "
         << one.values << " | " << (one.largest == 0 ? "0" : scientific(one.largest)) << " |\n";
  page << "\n## Exceptions\n\n";
  for (const Exception& one : exceptions)
    page << "- " << one.dataset << " · " << one.algorithm << " · `" << one.column << "` ("
         << one.values << " numbers): " << one.cause << "\n";
}

}  // namespace

TEST_CASE("detect: agrees with the outputs of R surveillance") {
  const fs::path folder = shared_dir() / "data" / "surveillance";
  if (!fs::exists(folder / "reference" / "controls.csv")) {
    MESSAGE("skipped: no reference outputs in " << folder.string());
    return;
  }
  std::vector<Agreement> all;
  for (const Row& control : rows_of_text(read_text(folder / "reference" / "controls.csv"))) {
    const auto method = methods.find(control.at("algorithm"));
    if (method == methods.end() || control.at("rows") == "0") continue;
    const std::string& dataset = control.at("dataset");
    const auto wanted = rows_of_text(
        read_text(folder / "reference" / (dataset + "." + control.at("algorithm") + ".csv")));
    const std::string series = read_text(folder / (dataset + ".csv"));
    const std::string config = RControl(control.at("control")).yaml();
    const bool whole = control.at("algorithm").starts_with("ears");  // R's own default range
    INFO(dataset << "." << control.at("algorithm") << " " << config);
    const auto answer = surveillance::detect({.method = method->second,
                                              .csv = series,
                                              .csv_name = dataset + ".csv",
                                              .config = config,
                                              .config_name = "controls.csv",
                                              .range = whole ? "" : range_of(wanted)});
    if (!answer) FAIL(answer.error().where << ": " << answer.error().message);
    CHECK(answer->refused.empty());
    CHECK(wanted.size() == std::stoul(control.at("rows")));
    all.push_back(compare(dataset, control.at("algorithm"), wanted, rows_of_text(answer->csv)));
  }
  CHECK(all.size() >= 250);
  for (const Exception& one : exceptions) {
    INFO(one.dataset << "." << one.algorithm << "." << one.column);
    CHECK_MESSAGE(one.values > 0, "agrees now: take it out of the list");
  }
  write_page(all);
}

}  // namespace hb::test
