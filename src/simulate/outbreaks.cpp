#include "simulate/outbreaks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulate/schools.hpp"

namespace hb::simulate {

Result<Outbreaks> load_outbreak_content(const std::filesystem::path& directory,
                                        const std::filesystem::path& catalogue,
                                        const Content& content) {
  Outbreaks outbreaks;
  Result<OutbreakSurroundings> surroundings = load_surroundings(directory, content);
  if (!surroundings) return unexpected(surroundings.error());
  outbreaks.surroundings = std::move(*surroundings);
  if (catalogue == "none") return outbreaks;
  Result<std::vector<OutbreakContent>> entries =
      load_outbreaks(catalogue.empty() ? directory / "outbreaks.yaml" : catalogue);
  if (!entries) return unexpected(entries.error());
  outbreaks.catalogue = std::move(*entries);
  for (const OutbreakContent& entry : outbreaks.catalogue)
    outbreaks.diseases.push_back(outbreaks.surroundings.disease(entry.disease));
  return outbreaks;
}

namespace {

std::uint16_t street_of(const Content& content, const std::string& area) {
  const auto& streets = content.district.streets;
  for (std::size_t i = 0; i < streets.size(); ++i)
    if (area.starts_with(streets[i].code)) return static_cast<std::uint16_t>(i);
  return 0;
}

/// Schools by the type of organisation, hospitals by their level; the others are no settings.
OutbreakDistrict::Place describe(const Content& content, const Institution& institution) {
  const InstitutionKind& kind = content.district.institutions[institution.kind];
  OutbreakDistrict::Place place{Setting::district, street_of(content, institution.area)};
  if (kind.level == InstitutionKind::Level::hospital) {
    place.setting = Setting::hospital;
    place.weight = kind.weight;
  }
  if (kind.level != InstitutionKind::Level::school) return place;
  for (const Setting setting : {Setting::school, Setting::kindergarten, Setting::childcare})
    if (kind.type.code == setting_names[static_cast<std::size_t>(setting)]) place.setting = setting;
  return place;
}

}  // namespace

OutbreakDistrict outbreak_district(const Content& content, const District& district,
                                   const Population& population, const Window& window,
                                   std::uint64_t seed) {
  OutbreakDistrict described;
  described.streets = content.district.streets.size();
  described.living = population.living;
  for (const Institution& institution : district.institutions)
    described.places.push_back(describe(content, institution));
  described.residents.resize(population.people.size());
  for (std::uint32_t index = 0; index < population.households.size(); ++index) {
    const Household& home = population.households[index];
    const Date settled = home.former != home.community ? home.moved : Date{-1'000'000};
    const auto street = static_cast<std::uint16_t>(district.communities[home.community].street);
    for (std::uint32_t person = home.first; person < home.first + home.size; ++person) {
      const Person& who = population.people[person];
      const Stay stay = stay_of(who, home, window);
      described.residents[person] = {who.birth, stay.from, stay.to,       index,
                                     settled,   street,    home.community};
    }
  }
  described.enrolment = [&content, &district, &population, seed](
                            std::uint32_t person, Date day) -> std::optional<Enrolment> {
    const auto schooling = school_of(content, district, population, seed, person, day);
    if (!schooling) return std::nullopt;
    return Enrolment{static_cast<std::uint32_t>(schooling->institution),
                     static_cast<std::uint16_t>(static_cast<int>(schooling->grade) * class_numbers +
                                                schooling->number)};
  };
  return described;
}

void plan(Outbreaks& outbreaks, const Content& content, const District& district,
          const Population& population, const Window& window, std::uint64_t seed) {
  outbreaks.district = outbreak_district(content, district, population, window, seed);
  outbreaks.plan =
      plan_outbreaks(outbreaks.catalogue, outbreaks.surroundings, outbreaks.district, window, seed);
}

std::string outbreak_id(std::size_t index) { return fmt::format("ob-{:04}", index + 1); }

std::string place_name(const Outbreaks& outbreaks, const PlannedOutbreak& outbreak,
                       const Content& content) {
  const Setting setting = outbreaks.catalogue[outbreak.content].setting;
  const bool market = setting == Setting::market;
  if ((!market && setting != Setting::workplace) || outbreak.street == no_street) return {};
  const Localized& name = market ? outbreaks.surroundings.market : outbreaks.surroundings.workplace;
  const std::string street = stem(content.district.streets[outbreak.street].name).zh;
  return fill_in(fill_in(name.zh, "{street}", street), "{number}",
                 std::to_string(outbreak.number + 1));
}

std::string outbreaks_csv(const Outbreaks& outbreaks, const Content& content,
                          const District& district) {
  std::string text =
      "outbreak,catalogue_id,disease,area,place,first_exposure,first_onset,third_onset,last_onset,"
      "true_cases,reported_cases\n";
  for (std::size_t i = 0; i < outbreaks.plan.outbreaks.size(); ++i) {
    const PlannedOutbreak& outbreak = outbreaks.plan.outbreaks[i];
    const OutbreakContent& entry = outbreaks.catalogue[outbreak.content];
    const std::string& area = outbreak.street == no_street
                                  ? content.district.code
                                  : content.district.streets[outbreak.street].code;
    const std::string place = outbreak.place == no_place ? place_name(outbreaks, outbreak, content)
                                                         : district.institutions[outbreak.place].id;
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", outbreak_id(i), entry.id,
                        entry.disease, area, place, format_date(outbreak.first_exposure),
                        format_date(outbreak.first_onset),
                        outbreak.third_onset ? format_date(*outbreak.third_onset) : "",
                        format_date(outbreak.last_onset), outbreak.cases, outbreak.reported);
  }
  return text;
}

std::string cases_csv(const Outbreaks& outbreaks) {
  std::vector<std::uint32_t> order(outbreaks.plan.cases.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto& cases = outbreaks.plan.cases;
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (cases[a].outbreak != cases[b].outbreak) return cases[a].outbreak < cases[b].outbreak;
    if (cases[a].onset_day != cases[b].onset_day) return cases[a].onset_day < cases[b].onset_day;
    return cases[a].person < cases[b].person;
  });
  std::string text = "outbreak,resident,onset,report\n";
  for (const std::uint32_t i : order)
    text += fmt::format("{},p{:07},{},{}\n", outbreak_id(cases[i].outbreak), cases[i].person + 1,
                        format_date(cases[i].onset_day),
                        cases[i].reported ? format_date(cases[i].report_day()) : "");
  return text;
}

}  // namespace hb::simulate
