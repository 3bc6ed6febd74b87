#include "simulate/content.hpp"

#include <yaml-cpp/yaml.h>

#include "simulate/district.hpp"
#include "simulate/outbreak_content.hpp"
#include "simulate/support.hpp"

using namespace hb;
using namespace hb::test;
using namespace hb::simulate;

namespace {

/// A copy of the demo's content with one text replaced in one file.
Result<Content> changed(const std::string& file, const std::string& from, const std::string& to) {
  TempDir temp;
  for (const auto& entry : std::filesystem::directory_iterator(demo_content()))
    if (entry.path().extension() == ".yaml") std::filesystem::copy(entry.path(), temp.path());
  std::string text = read_bytes(temp.path() / file);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  std::ofstream(temp.path() / file, std::ios::binary) << text;
  return load_content(temp.path());
}

void check_fault(const Result<Content>& content, const std::string& where,
                 const std::string& message) {
  REQUIRE_FALSE(content);
  CHECK(content.error().code == ErrorCode::invalid_input);
  CHECK_MESSAGE(content.error().where.starts_with(where), content.error().where);
  CHECK_MESSAGE(content.error().message.find(message) != std::string::npos,
                content.error().message);
}

}  // namespace

TEST_CASE("load_content: the demo district is complete") {
  const auto content = load_content(demo_content());
  REQUIRE_MESSAGE(content, content.error().where, " ", content.error().message);
  CHECK(content->district.streets.size() == 18);
  CHECK(content->causes.size() >= 25);
  CHECK(content->programmes.size() == 6);
  CHECK(content->population.pyramid.at(Sex::male, 0) == doctest::Approx(0.0070 * 0.525));
  // A table by age holds until the next age: 0.065 from 45 to 54.
  CHECK(content->programmes[0].prevalence.at(Sex::female, 54) == 0.065);
  CHECK(content->programmes[0].prevalence.at(Sex::female, 55) == 0.12);
}

TEST_CASE("load_content: a fault is named with file and line") {
  check_fault(changed("district.yaml", "code: \"770101003\"", "code: \"330105003\""),
              "district.yaml:", "begin with 77");
  check_fault(changed("district.yaml", "share: 7.1", "share: many"), "district.yaml:26",
              "share needs a number");
  check_fault(changed("population.yaml", "share: 4.80", "share: 14.80"),
              "population.yaml:", "add up to 110");
  check_fault(changed("care.yaml", "drugs: { ambroxol: 0.4", "drugs: { ambroxole: 0.4"),
              "care.yaml:", "not defined: ambroxole");
  check_fault(changed("care.yaml", "community: 0.67", "community: 1.67"),
              "care.yaml:", "from 0 to 1");
  check_fault(changed("care.yaml", "zh: 急性上呼吸道感染", "zh: '急性\"感染'"),
              "care.yaml:", "quotation mark");
  check_fault(changed("programmes.yaml", "shift: [9, 5]", "shift: [9]"),
              "programmes.yaml:", "needs 2 numbers");
  check_fault(changed("vaccines.yaml", "born_from: 2024-11-01", "born_from: 2024-11-31"),
              "vaccines.yaml:", "needs a day");
  check_fault(changed("dirt.yaml", "late: 0.012", "late: 0.5"),
              "dirt.yaml:", "more than 1 when multiplied by heavy");
  check_fault(changed("dirt.yaml", "unrecorded: 0.12", "unrecorded: 12"),
              "dirt.yaml:", "from 0 to 1");
  check_fault(changed("district.yaml", "class: \"{grade}{number}班\"", "class: 班"),
              "district.yaml:", "needs {number}");
  check_fault(changed("population.yaml", "arrivals_per_1000: 30", "arrivals: 30"),
              "population.yaml:", "arrivals_per_1000");
  check_fault(changed("names.yaml", "given:", "given: ["), "names.yaml:", "is not YAML");
}

TEST_CASE("load_content: a missing folder is not found") {
  const auto content = load_content("/nowhere");
  REQUIRE_FALSE(content);
  CHECK(content.error().code == ErrorCode::not_found);
}

TEST_CASE("load_content: everybody on a report card has a group") {
  check_fault(changed("cards.yaml", "taught: [primary]", "taught: [middle]"),
              "cards.yaml:", "have 0 for those taught in: primary, need one");
  check_fault(changed("cards.yaml", "taught: [primary]", "taught: [primary, pharmacy]"),
              "cards.yaml:", "teaches nobody: pharmacy");
  check_fault(
      changed("cards.yaml", "from: 7, until: 15, code: other", "from: 8, until: 15, code: other"),
      "cards.yaml:", "have none without a school for age 7");
}

TEST_CASE("load_content: diseases of report cards are in the list of codes, in the same class") {
  const auto content = load_content(demo_content());
  REQUIRE(content);
  const auto surroundings = load_surroundings(demo_content(), *content);
  REQUIRE(surroundings);
  std::map<std::string, std::string> listed;
  const YAML::Node lists =
      YAML::LoadFile((source_dir() / "scenes/core/codes/diseases.yaml").string());
  for (const YAML::Node& list : lists["lists"])
    for (const YAML::Node& code : list["codes"])
      listed[code["code"].as<std::string>()] = code["class"].as<std::string>();
  const auto check = [&](const CardContent& card) {
    const std::string letter = card.legal_class == 'O' ? "other" : std::string(1, card.legal_class);
    CHECK_MESSAGE(listed[card.disease.code] == letter, card.disease.code);
  };
  int cards = 0;
  for (const Cause& cause : content->causes)
    if (cause.card) check(*cause.card), ++cards;
  CHECK(cards > 15);
  for (const DiseaseContent& disease : surroundings->diseases) check(disease.card);
  CHECK(surroundings->diseases.size() > 35);
  check(surroundings->other.card);
}

TEST_CASE("district: every community has its own code and name, and somebody in charge") {
  const auto content = load_content(demo_content());
  REQUIRE(content);
  const auto district = build_district(content->district, 50000);
  REQUIRE(district);
  std::set<std::string> codes, names;
  for (const Community& community : district->communities) {
    codes.insert(community.code);
    names.insert(community.name.zh);
    CHECK(community.code.size() == 12);
  }
  CHECK(codes.size() == district->communities.size());
  CHECK(names.size() == district->communities.size());
  for (std::size_t i = 0; i < district->communities.size(); ++i) {
    const Institution& managing = district->institutions[district->managing[i]];
    CHECK(district->communities[i].code.starts_with(managing.area));
    CHECK(district->primary[i].institutions.size() == 2);  // the street's centre and a station
  }
}

TEST_CASE("district: streets share whole borders and do not overlap") {
  const auto content = load_content(demo_content());
  REQUIRE(content);
  const auto rings = tile(content->district.map, 18);
  REQUIRE(rings.size() == 18);
  std::map<std::pair<std::pair<double, double>, std::pair<double, double>>, int> edges;
  double total = 0;
  for (const Ring& ring : rings) {
    CHECK(ring.size() >= 12);
    CHECK(signed_area(ring) > 0);
    CHECK(contains(ring, point_inside(ring, 1, 1)));
    total += signed_area(ring);
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const Point a = ring[i], b = ring[(i + 1) % ring.size()];
      CHECK((a.x != b.x || a.y != b.y));
      ++edges[{{a.x, a.y}, {b.x, b.y}}];
    }
  }
  // An inner edge is walked once in each direction; the rest is the outer border, one closed ring
  // whose area is the sum of the streets: nothing overlaps and no gap is left.
  std::map<std::pair<double, double>, std::pair<double, double>> border;
  for (const auto& [edge, count] : edges) {
    CHECK(count == 1);
    if (!edges.count({edge.second, edge.first})) border[edge.first] = edge.second;
  }
  Ring outer;
  auto at = border.begin()->first;
  do {
    outer.push_back({at.first, at.second});
    at = border.at(at);
  } while (at != border.begin()->first && outer.size() <= border.size());
  CHECK(outer.size() == border.size());
  CHECK(signed_area(outer) == doctest::Approx(total).epsilon(1e-9));
}

TEST_CASE("district: the committed areas.geojson is what the content makes") {
  const auto content = load_content(demo_content());
  REQUIRE(content);
  const auto district = build_district(content->district, 1);
  REQUIRE(district);
  CHECK(areas_geojson(content->district, *district) ==
        read_bytes(demo_content() / "areas.geojson"));
}

TEST_CASE("district: no invented name is a real one") {
  const auto file = shared_dir() / "data/admin-codes";
  if (!has_shared()) {
    MESSAGE("skipped: the official code list is not here");
    return;
  }
  std::string official;
  for (const char* name : {"provinces.csv", "cities.csv", "areas.csv", "streets_zhejiang.csv"}) {
    const std::string text = read_bytes(file / name);
    REQUIRE(text.size() > 100);
    official += text;
  }
  CHECK(official.find("\n77") == std::string::npos);  // no code begins with 77
  const auto content = load_content(demo_content());
  REQUIRE(content);
  std::vector<std::string> names{content->district.name.zh};
  for (const StreetContent& street : content->district.streets) names.push_back(street.name.zh);
  for (const std::string& name : names) {
    CHECK_MESSAGE(official.find(name) == std::string::npos, name);
    // Not even the stem is part of a real name.
    CHECK_MESSAGE(official.find(stem({name, ""}).zh) == std::string::npos, name);
  }
  // Institutions are named after the invented places.
  const auto district = build_district(content->district, 1000);
  REQUIRE(district);
  for (const Institution& institution : district->institutions) {
    bool invented = false;
    for (const std::string& name : names)
      invented = invented || institution.name.zh.find(stem({name, ""}).zh) != std::string::npos;
    CHECK_MESSAGE(invented, institution.name.zh);
  }
}
