// The resources of the district itself: institutions, places, doctors.
#include <fmt/format.h>

#include "simulate/names.hpp"
#include "simulate/resources.hpp"

namespace hb::simulate {
namespace {

constexpr std::string_view area_extension =
    R"("extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":")";
constexpr std::string_view place_system = "https://health-brain.org/fhir/CodeSystem/place-type";

void put_position(Text& out, Point point) {
  out.put(R"("position":{"longitude":)", Fixed{point.x, 4}, R"(,"latitude":)", Fixed{point.y, 4},
          '}');
}

void write_area(Batch& batch, std::string_view code, const Localized& name, std::string_view level,
                std::string_view level_zh, std::string_view parent, const Point* position) {
  Text& out = batch.line(Type::location);
  out.put(R"({"resourceType":"Location","id":"area-)", code, R"(","status":"active","name":")",
          name.zh, R"(","alias":[")", name.en,
          R"("],"mode":"instance","type":[{"coding":[{"system":")", place_system, R"(","code":")",
          level, R"(","display":")", level_zh, R"("}]}],"address":{)", area_extension, code,
          R"("}]})");
  if (position) {
    out.put(',');
    put_position(out, *position);
  }
  if (!parent.empty()) out.put(R"(,"partOf":{"reference":"Location/area-)", parent, "\"}");
  out.put("}\n");
}

void write_areas(const DistrictContent& content, const District& district, Batch& batch) {
  write_area(batch, content.code, content.name, "district", "县级区划", "", nullptr);
  for (std::size_t i = 0; i < content.streets.size(); ++i) {
    const Point centre = centroid(district.rings[i]);
    write_area(batch, content.streets[i].code, content.streets[i].name, "street", "街道",
               content.code, &centre);
  }
  for (std::size_t i = 0; i < district.communities.size(); ++i) {
    const Community& community = district.communities[i];
    const Point centre =
        point_inside(district.rings[community.street], content.map.seed, 100000 + i);
    write_area(batch, community.code, community.name, "community", "社区",
               content.streets[community.street].code, &centre);
  }
}

void write_institution(const DistrictContent& content, const Institution& institution,
                       const Institution& bureau, Batch& batch) {
  const InstitutionKind& kind = content.institutions[institution.kind];
  Text& out = batch.line(Type::organization);
  out.put(R"({"resourceType":"Organization","id":")", institution.id,
          R"(","identifier":[{"system":"urn:oid:2.16.156.10011.1.5","value":"77)",
          institution.id.substr(3), R"("}],"active":true,"type":[)", kind.type.json,
          R"(],"name":")", institution.name.zh, R"(","alias":[")", institution.name.en,
          R"("],"address":[{)", area_extension, institution.area, R"("}],"district":")",
          content.name.zh, R"("}])");
  if (&institution != &bureau)
    out.put(R"(,"partOf":{"reference":"Organization/)", bureau.id, "\"}");
  out.put("}\n");

  Text& place = batch.line(Type::location);
  place.put(R"({"resourceType":"Location","id":"loc-)", institution.id,
            R"(","status":"active","name":")", institution.name.zh,
            R"(","mode":"instance","type":[)", kind.type.json, R"(],"address":{)", area_extension,
            institution.area, R"("}]},)");
  put_position(place, institution.position);
  place.put(R"(,"managingOrganization":{"reference":"Organization/)", institution.id,
            R"("},"partOf":{"reference":"Location/area-)", institution.area, "\"}}\n");
}

void write_doctors(const Content& content, const Institution& institution, std::uint64_t seed,
                   Batch& batch) {
  for (std::size_t i = 0; i < institution.doctors; ++i) {
    const std::size_t index = institution.first_doctor + i;
    Random random(seed, stream::doctor, index);
    const Sex sex = random.chance(0.42) ? Sex::male : Sex::female;
    const int born = 1964 + static_cast<int>(random.below(36));
    const std::string family = pick_surname(content.population, random);
    const std::string given = pick_given(content.population, random, born, sex);
    batch.line(Type::practitioner)
        .put(
            R"({"resourceType":"Practitioner","id":")", doctor_id(index),
            R"(","active":true,"name":[{"text":")", family, given, R"(","family":")", family,
            R"(","given":[")", given, R"("]}],"gender":")", sex == Sex::male ? "male" : "female",
            R"(","birthDate":")", born,
            R"(","qualification":[{"code":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/qualification","code":"physician","display":"执业医师"}]},"issuer":{"reference":"Organization/)",
            institution.id, "\"}}]}\n");
  }
}

}  // namespace

void write_district(const Content& content, const District& district, std::uint64_t seed,
                    Batch& batch) {
  write_areas(content.district, district, batch);
  for (const Institution& institution : district.institutions) {
    write_institution(content.district, institution, district.institutions.front(), batch);
    write_doctors(content, institution, seed, batch);
  }
}

}  // namespace hb::simulate
