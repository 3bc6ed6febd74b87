#include "simulate/outbreak_catalogue.hpp"

#include "simulate/content.hpp"
#include "simulate/support.hpp"

using namespace hb;
using namespace hb::simulate;

namespace {

const char* const entry =
    "outbreaks:\n"
    "  - id: vomiting\n"
    "    disease: 其他感染性腹泻病\n"
    "    per_year: 4\n"
    "    setting: school\n"
    "    season: { 3: 1, 11: 2 }\n"
    "    shape: propagated\n"
    "    cases: [20, 60]\n"
    "    incubation_days: [1.2, 1.5]\n"
    "    r: 2\n"
    "    generation_days: 2\n"
    "    control_after_days: 5\n"
    "    seek_care: 0.5\n"
    "    reported: 0.4\n"
    "    delay_days: [1.5, 4]\n"
    "    streams: { absence: { per_case: 0.8, lead_days: 0.5 } }\n"
    "    ages: { 6-11: 8, 75+: 1 }\n";

Result<std::vector<OutbreakContent>> read(const std::string& text) {
  test::TempDir temp;
  const auto file = temp.path() / "mine.yaml";
  std::ofstream(file, std::ios::binary) << text;
  return load_outbreaks(file);
}

void check_fault(const std::string& from, const std::string& to, const std::string& where,
                 const std::string& message) {
  std::string text = entry;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  const auto outbreaks = read(text.replace(at, from.size(), to));
  REQUIRE_FALSE_MESSAGE(outbreaks, to);
  CHECK(outbreaks.error().code == ErrorCode::invalid_input);
  CHECK(outbreaks.error().where == where);
  CHECK_MESSAGE(outbreaks.error().message.find(message) != std::string::npos,
                outbreaks.error().message);
}

}  // namespace

TEST_CASE("load_outbreaks: every field arrives") {
  const auto outbreaks = read(entry);
  REQUIRE_MESSAGE(outbreaks, outbreaks.error().where, " ", outbreaks.error().message);
  REQUIRE(outbreaks->size() == 1);
  const OutbreakContent& outbreak = outbreaks->front();
  CHECK(outbreak.id == "vomiting");
  CHECK(outbreak.disease == "其他感染性腹泻病");
  CHECK(outbreak.per_year == 4);
  CHECK(outbreak.setting == Setting::school);
  CHECK(outbreak.shape == Shape::propagated);
  CHECK(outbreak.season == std::array<double, 12>{0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0});
  CHECK(outbreak.cases.median == 20);
  // 60 = 20 · exp(z · sigma), z = 1.28155: sigma = ln 3 / 1.28155 = 1.09861 / 1.28155 = 0.85725
  CHECK(outbreak.cases.sigma == doctest::Approx(0.85725).epsilon(1e-4));
  CHECK(outbreak.incubation.median == 1.2);
  CHECK(outbreak.incubation.sigma == doctest::Approx(0.405465).epsilon(1e-5));  // ln 1.5
  CHECK(outbreak.r == 2);
  CHECK(outbreak.generation_days == 2);
  CHECK(outbreak.control_after_days == 5);
  CHECK(outbreak.seek_care == 0.5);
  CHECK(outbreak.reported == 0.4);
  CHECK(outbreak.delay.median == 1.5);
  CHECK(outbreak.traces[static_cast<std::size_t>(Trace::absence)].per_case == 0.8);
  CHECK(outbreak.traces[static_cast<std::size_t>(Trace::absence)].lead_days == 0.5);
  CHECK(outbreak.traces[static_cast<std::size_t>(Trace::lab)].per_case == 0);
  REQUIRE(outbreak.ages.size() == 2);
  CHECK(outbreak.ages[1].from == 75);
  CHECK(outbreak.ages[1].until == oldest);
}

TEST_CASE("load_outbreaks: without a season all months are alike") {
  std::string text = entry;
  text.erase(text.find("    season"), std::string("    season: { 3: 1, 11: 2 }\n").size());
  const auto outbreaks = read(text);
  REQUIRE(outbreaks);
  for (const double weight : outbreaks->front().season) CHECK(weight == 1);
}

TEST_CASE("load_outbreaks: a fault is named with file and line") {
  check_fault("per_year: 4", "per_year: -1", "mine.yaml:4", "per_year");
  check_fault("setting: school", "setting: academy", "mine.yaml:5", "one of school, kindergarten");
  check_fault("11: 2", "13: 2", "mine.yaml:6", "no month");
  check_fault("3: 1, 11: 2", "3: 0", "mine.yaml:6", "above 0");
  check_fault("shape: propagated", "shape: round", "mine.yaml:7", "one of point, continuous");
  check_fault("cases: [20, 60]", "cases: [20, 6]", "mine.yaml:8", "90th percentile");
  check_fault("cases: [20, 60]", "cases: [20]", "mine.yaml:8", "two numbers");
  check_fault("[1.2, 1.5]", "[1.2, 0.5]", "mine.yaml:9", "dispersion");
  check_fault("    r: 2\n", "", "mine.yaml:2", "lacks the field r");
  check_fault("shape: propagated", "shape: point", "mine.yaml:10", "does not belong to the shape");
  check_fault("seek_care: 0.5", "seek_care: 1.5", "mine.yaml:13", "from 0 to 1");
  check_fault("absence:", "absense:", "mine.yaml:16", "one of fever_clinic");
  check_fault("lead_days: 0.5", "lead: 0.5", "mine.yaml:16", "no field known");
  check_fault("6-11: 8", "11-6: 8", "mine.yaml:17", "age band");
  check_fault("75+: 1", "10-14: 1", "mine.yaml:17", "overlaps");
  check_fault("seek_care", "seeks_care", "mine.yaml:13", "no field known");
  check_fault("    reported: 0.4\n", "    reported: 0.4\n    reported: 0.5\n", "mine.yaml:15",
              "twice");
  check_fault("outbreaks:", "outbreak:", "mine.yaml:2", "no field known");
  check_fault("ages: {", "ages: [", "mine.yaml:17", "is not YAML");
}

TEST_CASE("load_outbreaks: an id twice, a missing file") {
  const std::string text = entry;
  const auto twice = read(text + text.substr(text.find("  - id")));
  REQUIRE_FALSE(twice);
  CHECK(twice.error().where == "mine.yaml:18");
  const auto missing = load_outbreaks("/nowhere/outbreaks.yaml");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::not_found);
}

TEST_CASE("load_outbreaks: the district's own catalogue holds what a demonstration needs") {
  const auto outbreaks = load_outbreaks(test::demo_content() / "outbreaks.yaml");
  REQUIRE_MESSAGE(outbreaks, outbreaks.error().where, " ", outbreaks.error().message);
  bool vomiting = false, influenza = false, hfmd = false, imported = false;
  std::set<Setting> settings;
  std::set<Shape> shapes;
  for (const OutbreakContent& outbreak : *outbreaks) {
    settings.insert(outbreak.setting);
    shapes.insert(outbreak.shape);
    vomiting |= outbreak.disease == "其他感染性腹泻病" && outbreak.setting == Setting::school;
    influenza |= outbreak.disease == "流行性感冒" && outbreak.shape == Shape::seasonal;
    hfmd |= outbreak.disease == "手足口病";
    imported |= outbreak.setting == Setting::import;
  }
  CHECK((vomiting && influenza && hfmd && imported));
  CHECK(settings.size() == setting_names.size());
  CHECK(shapes.size() == shape_names.size());
}

TEST_CASE("load_outbreaks: another catalogue of the same form is read") {
  if (!test::has_shared()) {
    MESSAGE("skipped: no second catalogue here");
    return;
  }
  const auto outbreaks = load_outbreaks(test::shared_dir() / "data/outbreaks/catalogue.yaml");
  REQUIRE_MESSAGE(outbreaks, outbreaks.error().where, " ", outbreaks.error().message);
  CHECK(outbreaks->size() >= 10);
}
