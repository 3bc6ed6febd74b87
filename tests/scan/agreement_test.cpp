// Every cluster of ../shared/data/surveillance/scan/clusters.csv (SaTScan 10.3.2 on its sample
// data) from the raw files; writes docs/scan-agreement.md.
#include "support/agreement.hpp"

#include <algorithm>
#include <cstdio>

#include "scan/commands.hpp"

namespace {

using namespace hb;
using namespace hb::test;
using scan::TextFile;

std::filesystem::path scan_dir() { return shared_dir() / "data" / "surveillance" / "scan"; }

/// Files and options of one published analysis.
struct Analysis {
  std::string name;
  std::string cases, places, population, controls;
  std::string options;
};

const std::string new_mexico = "start: 1973\nend: 1991\ntime_unit: year\n";

/// The first fields of every line.
std::string first_fields(const std::string& text, std::size_t keep) {
  std::stringstream in(text);
  std::string line, out;
  while (std::getline(in, line)) {
    std::stringstream words(line);
    std::string word;
    for (std::size_t i = 0; i < keep && words >> word; ++i) out += word + " ";
    out += "\n";
  }
  return out;
}

std::vector<Analysis> analyses() {
  const std::string cas = read_text(scan_dir() / "nm.cas");
  const std::string geo = read_text(scan_dir() / "nm.geo");
  const std::string pop = read_text(scan_dir() / "nm.pop");
  const std::string plain = first_fields(cas, 3);
  return {
      {"nm_spacetime_poisson", cas, geo, pop, "", new_mexico},
      {"nm_spatial_poisson", cas, geo, pop, "", new_mexico + "analysis: spatial\n"},
      {"nm_temporal_poisson", cas, geo, pop, "", new_mexico + "analysis: temporal\n"},
      {"nm_spacetime_nocov", plain, geo, first_fields(pop, 3), "", new_mexico},
      {"nm_prospective_poisson", cas, geo, pop, "", new_mexico + "prospective: true\n"},
      {"nm_permutation", cas, geo, "", "", new_mexico + "model: permutation\n"},
      {"nh_bernoulli", read_text(scan_dir() / "NHumberside.cas"),
       read_text(scan_dir() / "NHumberside.geo"), "", read_text(scan_dir() / "NHumberside.ctl"),
       "model: bernoulli\nanalysis: spatial\ncoordinates: cartesian\ndates: none\n"},
      {"hagelloch_permutation", read_text(scan_dir() / "hag.cas"),
       read_text(scan_dir() / "hag.geo"), "", "",
       "model: permutation\ncoordinates: cartesian\nstart: 1861-11-03\nend: 1862-01-27\n"
       "max_duration: 14\n"},
  };
}

Table run(const Analysis& analysis, const std::string& more = "") {
  const std::string options = analysis.options + more;
  const auto given = [](const std::string& text, const char* name) {
    return text.empty() ? std::nullopt : std::optional(TextFile{text, name});
  };
  const auto answer = scan::run_scan({{analysis.cases, "cases"},
                                      given(analysis.places, "places"),
                                      given(analysis.population, "population"),
                                      given(analysis.controls, "controls"),
                                      std::nullopt,
                                      {options, "options"}});
  if (!answer) FAIL(answer.error().where << ": " << answer.error().message);
  CHECK(answer->refused.empty());
  return table_of(answer->csv);
}

/// "1985/1/1 to 1989/12/31" of ISO days.
std::string time_frame(const std::string& start, const std::string& end) {
  const auto plain = [](const std::string& day) {
    return std::to_string(std::stoi(day.substr(0, 4))) + "/" +
           std::to_string(std::stoi(day.substr(5, 2))) + "/" +
           std::to_string(std::stoi(day.substr(8, 2)));
  };
  return start.empty() ? "" : plain(start) + " to " + plain(end);
}

/// "1985 to 1991", as the temporal analysis is published.
std::string years_alone(const std::string& frame) {
  return frame.size() < 10 ? frame
                           : frame.substr(0, 4) + " to " + frame.substr(frame.rfind(' ') + 1, 4);
}

/// What differs between a published cluster and ours; empty = nothing.
std::string difference(const Table& ours, std::size_t row, const Table& theirs, std::size_t at,
                       bool spatial) {
  const auto text = [&](const std::string& name) { return theirs.rows[at].at(name); };
  const auto off = [&](const std::string& name) {
    return std::abs(ours.number(row, name) - theirs.number(at, name));
  };
  std::string found;
  if (ours.rows[row].at("n_locations") != text("n_locations") && text("locations") != "All")
    found += "n_locations ";
  if (off("cases") != 0) found += "cases ";
  if (off("statistic") > 2e-6) found += "statistic ";  // published with 6 decimals, others with 2
  for (const std::string name : {"expected", "obs_exp", "relative_risk"})
    if (!text(name).empty() && !(off(name) <= 0.00501)) found += name + " ";
  if (!text("population").empty() && !(off("population") <= 0.51)) found += "population ";
  const std::string frame = time_frame(ours.rows[row].at("start"), ours.rows[row].at("end"));
  if (!spatial && frame != text("time_frame") && years_alone(frame) != text("time_frame"))
    found += "time_frame ";
  if (ours.rows[row].at("locations") != text("locations")) found += "locations ";
  const double p = theirs.number(at, "p_value");
  if (off("p_value") > 4.5 * std::sqrt(2 * p * (1 - p) / 999) + 0.004) found += "p_value ";
  return found;
}

std::string shown(double number, const char* form) {
  char text[40];
  std::snprintf(text, sizeof text, form, number);
  return text;
}

std::string line_of(const Analysis& analysis, const Table& ours, std::size_t row,
                    const Table& published, std::size_t at, const std::string& found) {
  return "| " + analysis.name + " | " + std::to_string(row + 1) + " | " +
         ours.rows[row].at("n_locations") + " | " + ours.rows[row].at("cases") + " | " +
         shown(ours.number(row, "expected"), "%.2f") + " | " + published.rows[at].at("statistic") +
         " | " + shown(ours.number(row, "statistic"), "%.6f") + " | " +
         published.rows[at].at("p_value") + " | " + shown(ours.number(row, "p_value"), "%.3f") +
         " | " + (found.empty() ? "yes" : "differs: " + found) + " |\n";
}

const std::string page_head =
    "# Scan: agreement with SaTScan\n\n"
    "Made by `test_scan` (`HB_UPDATE_DOCS=1` writes it, otherwise the test fails when it differs) "
    "from the sample data in `../shared/data/surveillance/scan`: all clusters that SaTScan 10.3.2 "
    "reports, published and ours. *Same* compares number of places, cases, expected, observed / "
    "expected, relative risk, statistic (6 decimals), population, time frame and the list of "
    "places "
    "in their order; p-values agree within the error of 999 replicates. \n\n"
    "| analysis | cluster | places | cases | expected | statistic published | ours | p published | "
    "ours | same |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n";

}  // namespace

TEST_CASE("agreement: every published cluster") {
  if (!has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  const Table published = table_of(read_text(scan_dir() / "clusters.csv"));
  std::string page = page_head;
  std::size_t compared = 0;
  for (const Analysis& analysis : analyses()) {
    CAPTURE(analysis.name);
    const Table ours = run(analysis);
    std::size_t row = 0;
    for (std::size_t at = 0; at < published.rows.size(); ++at) {
      if (published.rows[at].at("analysis") != analysis.name) continue;
      ++compared;
      CAPTURE(row);
      REQUIRE(row < ours.rows.size());
      const std::string found = difference(ours, row, published, at,
                                           analysis.options.find("spatial") != std::string::npos);
      CHECK(found == "");
      page += line_of(analysis, ours, row, published, at, found);
      ++row;
    }
    // Theirs ends where no replicate lies below.
    for (; row < ours.rows.size(); ++row) CHECK(ours.number(row, "p_value") > 0.98);
  }
  CHECK(compared == published.rows.size());
  check_page("scan-agreement.md", page);
}

TEST_CASE("agreement: replicates are distributed as SaTScan's") {
  if (!has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  const Table theirs = table_of(read_text(scan_dir() / "simulated_statistic.csv"));
  for (const Analysis& analysis : analyses()) {
    CAPTURE(analysis.name);
    const Table ours = run(analysis, "output: simulated\nreplicates: 1999\n");
    std::vector<double> all;
    double mean = 0;
    for (std::size_t row = 0; row < ours.rows.size(); ++row) {
      all.push_back(ours.number(row, "statistic"));
      mean += all.back() / 1999;
    }
    REQUIRE(all.size() == 1999);
    std::ranges::sort(all);
    for (std::size_t row = 0; row < theirs.rows.size(); ++row) {
      if (theirs.rows[row].at("analysis") != analysis.name) continue;
      // sd of the maxima is about 1.3: the mean of 999 is known to 0.04, quantiles less well
      CHECK(mean == doctest::Approx(theirs.number(row, "mean")).epsilon(0.035));
      CHECK(all[999] == doctest::Approx(theirs.number(row, "q50")).epsilon(0.05));
      CHECK(all[1899] == doctest::Approx(theirs.number(row, "q95")).epsilon(0.1));
    }
  }
}

TEST_CASE("agreement: single events watched, stcd of R's surveillance") {
  if (!has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  const std::string events = read_text(scan_dir().parent_path() / "hagelloch.csv");
  for (const std::string threshold : {"30", "161"}) {
    const auto answer = scan::run_scan(
        {{events, "hagelloch.csv"},
         std::nullopt,
         std::nullopt,
         std::nullopt,
         std::nullopt,
         {"analysis: shiryaev-roberts\nx: x.loc\ny: y.loc\nt: tERU\nradius: 50\nepsilon: 0.2\n"
          "threshold: " +
              threshold,
          "options"}});
    REQUIRE(answer.has_value());
    const Table theirs = table_of(read_text(scan_dir().parent_path() / "reference" /
                                            ("hagelloch.stcd_" + threshold + ".csv")));
    const Agreement found =
        compare(table_of(answer->csv), theirs, {"i", "t", "R", "idxFA", "idxCC"}, 1e-9, 0);
    INFO(found.first);
    CHECK(found.rows == 188);
    CHECK(found.differ == 0);
  }
}

namespace {

/// log rate = level + slope · (year − 1985), fitted to 1973–1985 by Newton's method.
std::pair<double, double> fit_baseline(const Table& counts) {
  double level = std::log(5e-5), slope = 0;
  for (int step = 0; step < 50; ++step) {
    double w0 = 0, w1 = 0, w2 = 0, s0 = 0, s1 = 0;
    for (std::size_t row = 0; row < counts.rows.size(); ++row) {
      const double x = counts.number(row, "year") - 1985;
      if (x > 0) continue;
      const double mean = counts.number(row, "population") * std::exp(level + slope * x);
      const double rest = counts.number(row, "count") - mean;
      w0 += mean, w1 += mean * x, w2 += mean * x * x, s0 += rest, s1 += rest * x;
    }
    const double determinant = w0 * w2 - w1 * w1;
    level += (w2 * s0 - w1 * s1) / determinant;
    slope += (w0 * s1 - w1 * s0) / determinant;
  }
  return {level, slope};
}

}  // namespace

TEST_CASE("agreement: expectation-based clusters of the New Mexico counties, 1986-1989") {
  if (!has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  const Table counts = table_of(read_text(scan_dir() / "NM_popcas.csv"));
  const auto [level, slope] = fit_baseline(counts);
  std::string cases = "place,year,cases\n", expected = "place,year,expected\n",
              places = "place,latitude,longitude\n";
  for (std::size_t row = 0; row < counts.rows.size(); ++row) {
    const auto& fields = counts.rows[row];
    const double year = counts.number(row, "year");
    if (year < 1986 || year > 1989 || fields.at("county") == "cibola") continue;
    const double mean = counts.number(row, "population") * std::exp(level + slope * (year - 1985));
    cases += fields.at("county") + "," + fields.at("year") + "," + fields.at("count") + "\n";
    expected += fields.at("county") + "," + fields.at("year") + "," + shown(mean, "%.12g") + "\n";
  }
  const Table seats = table_of(read_text(scan_dir() / "NM_geo.csv"));
  for (const auto& row : seats.rows)
    if (row.at("county") != "cibola")
      places += row.at("county") + "," + row.at("seat_lat") + "," + row.at("seat_long") + "\n";
  const Table ours =
      run({"", cases, places, expected, "",
           "model: expectation\nprospective: true\nmax_duration: 4\nmax_zone: 1\nmax_places: 15\n"
           "replicates: 199\nmin_cases: 1\n"});
  REQUIRE(ours.rows.size() >= 2);
  const std::string names = ours.rows[0].at("locations");
  CHECK((names == "losalamos;santafe" || names == "santafe;losalamos"));
  CHECK(ours.number(0, "statistic") == doctest::Approx(9.18061699782842).epsilon(1e-6));
  CHECK(ours.number(0, "cases") == 43);
  CHECK(ours.number(0, "expected") == doctest::Approx(20.6585306310384).epsilon(1e-6));
  CHECK(ours.rows[0].at("start") == "1986-01-01");
  CHECK(ours.rows[1].at("locations") == "chaves");
  CHECK(ours.number(1, "statistic") == doctest::Approx(6.8196550).epsilon(1e-5));
  CHECK(ours.rows[1].at("start") == "1988-01-01");
}
