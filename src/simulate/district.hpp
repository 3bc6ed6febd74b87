#pragma once
#include <array>
#include <string>
#include <vector>

#include "simulate/content.hpp"
#include "simulate/geometry.hpp"
#include "simulate/random.hpp"

namespace hb::simulate {

struct Community {
  std::string code;  ///< 12 digits
  Localized name;
  std::size_t street;
  std::size_t number;  ///< within the street, from 0
};

struct Institution {
  std::string id;  ///< "org001"
  std::size_t kind;
  Localized name;
  std::string area;  ///< code of its seat, 6, 9 or 12 digits
  Point position;
  std::size_t first_doctor = 0, doctors = 0;
};

/// Who can be chosen at a place, with cumulative weights.
struct Choice {
  std::vector<std::size_t> institutions;
  std::vector<double> cumulative;
  void add(std::size_t institution, double weight) {
    institutions.push_back(institution);
    cumulative.push_back((cumulative.empty() ? 0 : cumulative.back()) + weight);
  }
  std::size_t pick(Random& random) const { return institutions[random.pick(cumulative)]; }
};

/// The schools of one kind: which of them serve a street, and their size.
struct SchoolsOfKind {
  std::size_t kind;
  std::vector<std::vector<std::size_t>> by_street;  ///< institutions
  std::vector<int> classes;                         ///< of one grade in a school there, per street
};

/// The invented district of a content folder, furnished for a number of residents. The places do
/// not depend on the seed of a run.
struct District {
  std::vector<Ring> rings;  ///< per street
  std::vector<Community> communities;
  std::vector<Institution> institutions;
  std::size_t doctors = 0;
  std::vector<Choice> primary;  ///< per community: institutions of level community that serve it
  Choice hospitals;
  std::vector<std::size_t>
      managing;  ///< per community: the institution in charge (per street first)
  std::vector<SchoolsOfKind> schools;
  std::size_t review_office = 0;  ///< where report cards are finally reviewed (last office listed)
  /// Cumulative weights of communities for a household: [elders][children].
  std::array<std::array<std::vector<double>, 2>, 2> household_weights;
};

/// errors  invalid_input: the content gives no hospital, or a community no institution
Result<District> build_district(const DistrictContent& content, std::uint32_t residents);

/// "青梧街道" → "青梧", "Qingwu Subdistrict" → "Qingwu": what {street} and {district} stand for.
Localized stem(const Localized& name);
std::string fill_in(std::string text, std::string_view key, std::string_view value);

/// GeoJSON FeatureCollection, EPSG:4326: the district and communities without geometry, the streets
/// as polygons; properties code, name, name_en, level, parent, simulated.
std::string areas_geojson(const DistrictContent& content, const District& district);

}  // namespace hb::simulate
