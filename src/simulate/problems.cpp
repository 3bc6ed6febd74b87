#include "simulate/problems.hpp"

#include <fmt/format.h>

#include "simulate/names.hpp"
#include "simulate/resources.hpp"

namespace hb::simulate {

const char* const dirty_rules[10] = {
    "bad-identity-number", "bad-date", "required",        "unknown-type", "not-json",
    "wrong-type",          "bad-date", "unknown-element", "required",     "bad-id"};

namespace {

std::string patient(std::uint32_t n, const std::string& identity, const std::string& name,
                    const std::string& birth) {
  return fmt::format(
      R"({{"resourceType":"Patient","id":"dirty-{}","identifier":[{{"system":"urn:oid:2.16.156.10011.1.3","value":"{}"}}],"name":[{{"text":"{}"}}],"gender":"female","birthDate":{}}})",
      n, identity, name, birth);
}

std::string visit(const std::string& id, const std::string& person, const std::string& status,
                  const std::string& start, const std::string& organization) {
  return fmt::format(
      R"({{"resourceType":"Encounter","id":"{}",{}"class":{{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}},"subject":{{"reference":"Patient/{}"}},"period":{{"start":"{}"}},"serviceProvider":{{"reference":"Organization/{}"}}}})",
      id, status, person, start, organization);
}

/// One faulty line of the kind n mod 10; the order is that of dirty_rules.
std::string faulty(std::uint32_t n, const std::string& person, const std::string& name,
                   const std::string& identity, const std::string& organization) {
  const std::string finished = R"("status":"finished",)";
  switch (n % 10) {
    case 0: {
      std::string wrong = identity;
      wrong.back() = wrong.back() == '5' ? '6' : '5';
      return patient(n, wrong, name, "\"1962-04-11\"");
    }
    case 1:
      return patient(n, identity, name, "\"2020-02-30\"");
    case 2:
      return fmt::format(
          R"({{"resourceType":"Observation","id":"dirty-{}","code":{{"coding":[{{"system":"http://loinc.org","code":"8310-5"}}]}},"subject":{{"reference":"Patient/{}"}},"effectiveDateTime":"2025-11-03","valueQuantity":{{"value":37.2,"unit":"Cel"}}}})",
          n, person);
    case 3:
      return fmt::format(R"({{"resourceType":"Pateint","id":"dirty-{}","gender":"male"}})", n);
    case 4: {
      const std::string whole = visit(fmt::format("dirty-{}", n), person, finished,
                                      "2025-11-04T09:10:00+08:00", organization);
      return whole.substr(0, whole.size() * 2 / 3);
    }
    case 5:
      return patient(n, identity, name, "19620411");
    case 6:
      return visit(fmt::format("dirty-{}", n), person, finished, "2025-11-31T09:10:00+08:00",
                   organization);
    case 7: {
      std::string line = patient(n, identity, name, "\"1962-04-11\"");
      line.insert(line.size() - 1, R"(,"bloodType":"A")");
      return line;
    }
    case 8:
      return visit(fmt::format("dirty-{}", n), person, "", "2025-11-05T10:00:00+08:00",
                   organization);
    default:
      return visit(fmt::format("dirty_{}", n), person, finished, "2025-11-06T15:20:00+08:00",
                   organization);
  }
}

}  // namespace

std::string dirty_lines(const Content& content, const District& district,
                        const Population& population, const Window& window, std::uint32_t count,
                        std::uint64_t seed) {
  Random random(seed, stream::problem, 0);
  std::string lines;
  const std::uint32_t people = population.living + population.died;  // the others left
  const std::string& clinic = district.institutions[district.primary[0].institutions[0]].id;
  const auto living = [&] {  // at least one is: residents >= 1
    std::uint32_t number = random.below(people);
    while (population.people[number].died) number = (number + 1) % people;
    return number;
  };
  std::string person;
  for (std::uint32_t n = 0; n < count; ++n) {
    for (int good = 0; good < 2; ++good) {
      const std::uint32_t number = living();
      person = fmt::format("p{:07}", number + 1);
      const Date day = std::max(population.people[number].birth,
                                Date{window.last.days - static_cast<int>(random.below(30))});
      lines +=
          visit(fmt::format("dirty-good-{}-{}", n, good), person, R"("status":"finished",)",
                fmt::format("{}T{:02}:15:00+08:00", format_date(day), 8 + random.below(9)), clinic);
      lines += '\n';
    }
    const std::string name = pick_surname(content.population, random) +
                             pick_given(content.population, random, 1962, Sex::female);
    const std::string identity =
        identity_number(content.district.code, *make_date(1962, 4, 11), random.below(500) * 2);
    lines += faulty(n, person, name, identity, clinic) + "\n";
  }
  return lines;
}

}  // namespace hb::simulate
