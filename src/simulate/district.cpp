#include "simulate/district.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/utf8.hpp"

namespace hb::simulate {
namespace {

using Level = InstitutionKind::Level;
using Per = InstitutionKind::Per;

void add_communities(const DistrictContent& content, District& district) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t head = 0; head < content.community_heads.size(); ++head)
    for (std::size_t tail = 0; tail < content.community_tails.size(); ++tail)
      pairs.emplace_back(head, tail);
  Random random(content.map.seed, stream::community, 0);
  for (std::size_t i = pairs.size(); i > 1; --i)
    std::swap(pairs[i - 1], pairs[random.below(static_cast<std::uint32_t>(i))]);
  for (std::size_t street = 0; street < content.streets.size(); ++street)
    for (int number = 0; number < content.streets[street].communities; ++number) {
      const auto& [head, tail] = pairs[district.communities.size()];
      const Localized& a = content.community_heads[head];
      const Localized& b = content.community_tails[tail];
      district.communities.push_back(
          {fmt::format("{}{:03}", content.streets[street].code, number + 1),
           {a.zh + b.zh + content.community_suffix.zh, a.en + b.en + content.community_suffix.en},
           street,
           static_cast<std::size_t>(number)});
    }
}

Localized named(const InstitutionKind& kind, const DistrictContent& content,
                const StreetContent* street, const Community* community) {
  const auto fill = [&](std::string text, auto language) {
    text = fill_in(std::move(text), "{district}", stem(content.name).*language);
    if (street) text = fill_in(std::move(text), "{street}", stem(street->name).*language);
    if (community) text = fill_in(std::move(text), "{community}", stem(community->name).*language);
    return text;
  };
  return {fill(kind.name.zh, &Localized::zh), fill(kind.name.en, &Localized::en)};
}

void add_institution(const DistrictContent& content, District& district, std::size_t kind,
                     std::string area, std::size_t street, const Community* community) {
  const InstitutionKind& what = content.institutions[kind];
  const std::size_t number = district.institutions.size() + 1;
  const StreetContent* in_street = what.per == Per::district ? nullptr : &content.streets[street];
  district.institutions.push_back({fmt::format("org{:03}", number), kind,
                                   named(what, content, in_street, community), std::move(area),
                                   point_inside(district.rings[street], content.map.seed, number)});
}

/// Part of the district's children that lives in a street.
std::vector<double> shares_of_children(const DistrictContent& content, const District& district) {
  std::vector<double> shares(content.streets.size());
  const std::vector<double>& cumulative = district.household_weights[0][1];
  double before = 0;
  for (std::size_t i = 0; i < district.communities.size(); ++i) {
    shares[district.communities[i].street] += (cumulative[i] - before) / cumulative.back();
    before = cumulative[i];
  }
  return shares;
}

/// One street of so many has schools; the others send their children to the nearest of them.
std::vector<std::size_t> seats_of_schools(const District& district, int streets) {
  std::vector<std::size_t> seats(district.rings.size());
  for (std::size_t street = 0; street < seats.size(); ++street) {
    const Point home = centroid(district.rings[street]);
    double nearest = -1;
    for (std::size_t seat = 0; seat < seats.size(); seat += static_cast<std::size_t>(streets)) {
      const Point there = centroid(district.rings[seat]);
      const double away =
          (there.x - home.x) * (there.x - home.x) + (there.y - home.y) * (there.y - home.y);
      if (nearest >= 0 && away >= nearest) continue;
      nearest = away;
      seats[street] = seat;
    }
  }
  return seats;
}

void add_schools(const DistrictContent& content, District& district, std::size_t kind,
                 std::uint32_t residents) {
  const SchoolContent& school = *content.institutions[kind].school;
  const std::vector<double> shares = shares_of_children(content, district);
  const std::vector<std::size_t> seats = seats_of_schools(district, school.streets);
  SchoolsOfKind schools{kind, std::vector<std::vector<std::size_t>>(seats.size()),
                        std::vector<int>(seats.size(), 1)};
  for (std::size_t seat = 0; seat < seats.size(); ++seat) {
    double share = 0;
    for (std::size_t street = 0; street < seats.size(); ++street)
      if (seats[street] == seat) share += shares[street];
    if (!(share > 0)) continue;  // nobody comes here
    const double grade = residents * share * school.per_grade * school.attending;
    const double children = grade * static_cast<double>(school.grades.size());
    const auto places = static_cast<std::size_t>(content.streets[seat].communities);
    const auto count = std::clamp<std::size_t>(
        static_cast<std::size_t>(std::floor(children / school.places + 0.5)), 1, places);
    for (std::size_t n = 0; n < count; ++n) {
      std::size_t at = 0;  // the first community of the street, then evenly on
      while (district.communities[at].street != seat) ++at;
      const Community& community = district.communities[at + n * places / count];
      schools.by_street[seat].push_back(district.institutions.size());
      add_institution(content, district, kind, community.code, seat, &community);
    }
    schools.classes[seat] = std::max(
        1,
        static_cast<int>(std::floor(grade / static_cast<double>(count) / school.class_size + 0.5)));
  }
  for (std::size_t street = 0; street < seats.size(); ++street) {
    schools.by_street[street] = schools.by_street[seats[street]];
    schools.classes[street] = schools.classes[seats[street]];
  }
  district.schools.push_back(std::move(schools));
}

void add_institutions(const DistrictContent& content, District& district, std::uint32_t residents) {
  std::size_t seat = 0;  // district institutions go round the first streets
  for (std::size_t kind = 0; kind < content.institutions.size(); ++kind) {
    const InstitutionKind& what = content.institutions[kind];
    if (what.per == Per::district) {
      const std::size_t street = seat++ % content.streets.size();
      add_institution(content, district, kind, content.streets[street].code, street, nullptr);
    } else if (what.per == Per::street) {
      if (what.school)
        add_schools(content, district, kind, residents);
      else
        for (std::size_t street = 0; street < content.streets.size(); ++street)
          add_institution(content, district, kind, content.streets[street].code, street, nullptr);
    } else {
      for (const Community& community : district.communities)
        if (community.number % static_cast<std::size_t>(what.every) == 0)
          add_institution(content, district, kind, community.code, community.street, &community);
    }
  }
}

bool serves(const Institution& institution, const InstitutionKind& kind,
            const Community& community) {
  if (kind.per == Per::district) return true;
  if (kind.per == Per::street) return community.code.starts_with(institution.area);
  const std::size_t seat =
      community.number - community.number % static_cast<std::size_t>(kind.every);
  return institution.area == fmt::format("{}{:03}", community.code.substr(0, 9), seat + 1);
}

void add_choice(Choice& choice, std::size_t institution, double weight) {
  const double before = choice.cumulative.empty() ? 0 : choice.cumulative.back();
  choice.institutions.push_back(institution);
  choice.cumulative.push_back(before + weight);
}

Result<void> add_choices(const DistrictContent& content, District& district) {
  for (std::size_t i = 0; i < district.institutions.size(); ++i) {
    const InstitutionKind& kind = content.institutions[district.institutions[i].kind];
    if (kind.level == Level::hospital) add_choice(district.hospitals, i, kind.weight);
    if (kind.level == Level::office) district.review_office = i;
  }
  if (district.hospitals.institutions.empty())
    return fail(ErrorCode::invalid_input, "the institutions hold no hospital", "district.yaml");
  for (const Community& community : district.communities) {
    Choice choice;
    std::size_t managing = district.institutions.size();
    for (std::size_t i = 0; i < district.institutions.size(); ++i) {
      const InstitutionKind& kind = content.institutions[district.institutions[i].kind];
      if (kind.level != Level::community || !serves(district.institutions[i], kind, community))
        continue;
      add_choice(choice, i, kind.weight);
      if (managing == district.institutions.size() || kind.per == Per::street) managing = i;
    }
    if (choice.institutions.empty())
      return fail(ErrorCode::invalid_input,
                  "no institution of level community serves " + community.code, "district.yaml");
    district.primary.push_back(std::move(choice));
    district.managing.push_back(managing);
  }
  return {};
}

void add_household_weights(const DistrictContent& content, District& district) {
  for (int elders = 0; elders < 2; ++elders)
    for (int children = 0; children < 2; ++children) {
      double sum = 0;
      Random random(content.map.seed, stream::community_size, 0);
      for (const Community& community : district.communities) {
        const StreetContent& street = content.streets[community.street];
        double weight = street.share / street.communities * (0.6 + 0.8 * random.unit());
        if (elders) weight *= street.elders;
        if (children) weight *= street.children;
        district.household_weights[elders][children].push_back(sum += weight);
      }
    }
}

void add_doctors(const DistrictContent& content, District& district, std::uint32_t residents) {
  for (Institution& institution : district.institutions) {
    const InstitutionKind& kind = content.institutions[institution.kind];
    double served = residents;
    if (kind.per == Per::street) served /= static_cast<double>(content.streets.size());
    if (kind.per == Per::community)
      served *= kind.every / static_cast<double>(district.communities.size());
    institution.first_doctor = district.doctors;
    if (kind.level == Level::school || kind.level == Level::other) continue;
    institution.doctors = 1 + static_cast<std::size_t>(std::floor(served * kind.staff / 1000));
    district.doctors += institution.doctors;
  }
}

std::string feature(std::string_view code, const Localized& name, std::string_view level,
                    std::string_view parent, std::string_view geometry) {
  return fmt::format(
      R"({{"type":"Feature","properties":{{"code":"{}","name":"{}","name_en":"{}","level":"{}","parent":{},"simulated":true}},"geometry":{}}})",
      code, name.zh, name.en, level, parent.empty() ? "null" : fmt::format("\"{}\"", parent),
      geometry);
}

std::string polygon(const Ring& ring) {
  std::string points;
  for (std::size_t i = 0; i <= ring.size(); ++i) {
    const Point p = ring[i % ring.size()];
    points += fmt::format("{}[{:.5f},{:.5f}]", i ? "," : "", p.x, p.y);
  }
  return R"({"type":"Polygon","coordinates":[[)" + points + "]]}";
}

}  // namespace

Localized stem(const Localized& name) {
  Localized result{name.zh, name.en.substr(0, name.en.rfind(' '))};
  for (const std::string_view suffix : {"街道", "社区", "区"})
    if (result.zh.ends_with(suffix)) {
      result.zh.resize(result.zh.size() - suffix.size());
      break;
    }
  return result;
}

std::string fill_in(std::string text, std::string_view key, std::string_view value) {
  for (std::size_t at = text.find(key); at != std::string::npos;
       at = text.find(key, at + value.size()))
    text.replace(at, key.size(), value);
  return text;
}

Result<District> build_district(const DistrictContent& content, std::uint32_t residents) {
  District district;
  district.rings = tile(content.map, content.streets.size());
  add_communities(content, district);
  add_household_weights(content, district);
  add_institutions(content, district, residents);
  const Result<void> chosen = add_choices(content, district);
  if (!chosen) return unexpected(chosen.error());
  add_doctors(content, district, residents);
  return district;
}

std::string areas_geojson(const DistrictContent& content, const District& district) {
  std::string text = "{\"type\":\"FeatureCollection\",\"features\":[\n";
  text += feature(content.code, content.name, "district", "", "null");
  for (std::size_t i = 0; i < content.streets.size(); ++i)
    text += ",\n" + feature(content.streets[i].code, content.streets[i].name, "street",
                            content.code, polygon(district.rings[i]));
  for (const Community& community : district.communities)
    text += ",\n" + feature(community.code, community.name, "community",
                            content.streets[community.street].code, "null");
  return text + "\n]}\n";
}

}  // namespace hb::simulate
