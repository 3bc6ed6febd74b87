// Somebody with a register of the whole population tries to find people again in an export of a
// simulated district, where it is known who is who.
#include <algorithm>
#include <charconv>
#include <random>

#include "exchange/pseudonym.hpp"
#include "given_export.hpp"
#include "simulate/simulate.hpp"

using namespace hb;
using namespace hb::test;

namespace {

struct Registered {
  std::int64_t resident;
  std::string sex;
  Date birth;
  int age;  ///< at the end of 2025
  std::string area;
};

const Date as_of = *make_date(2025, 12, 31);

/// What the attacker has: everybody with exact birth date and community.
std::vector<Registered> register_of(const ingest::Hub& hub) {
  const auto set = hub.tables().query(Principal::system("test"),
                                      "SELECT resident_id, gender, birth_date, area FROM resident "
                                      "WHERE coalesce(active, true)");
  REQUIRE(set.has_value());
  std::vector<Registered> all;
  for (const auto& row : set->rows) {
    const auto* birth = std::get_if<Date>(&row[2]);
    const auto text = [](const tables::Value& value) {
      const auto* known = std::get_if<std::string>(&value);
      return known == nullptr ? std::string() : *known;
    };
    if (birth == nullptr) continue;
    all.push_back({std::get<std::int64_t>(row[0]), text(row[1]), *birth,
                   age_in_years(*birth, as_of), text(row[3])});
  }
  return all;
}

/// "40-44", "85+", "7" or "*", read as an attacker reads it.
bool fits_age(int age, const std::string& shown) {
  if (shown == "*") return true;
  int first = 0;
  const char* end = shown.data() + shown.size();
  const auto [rest, error] = std::from_chars(shown.data(), end, first);
  if (error != std::errc{}) return false;
  if (rest == end) return age == first;
  if (*rest == '+') return age >= first;
  int last = 0;
  std::from_chars(rest + 1, end, last);
  return age >= first && age <= last;
}

bool fits(const Registered& one, const std::vector<std::string>& row) {
  return (row[1] == "*" || row[1] == one.sex) && fits_age(one.age, row[2]) &&
         (row[3] == "*" || one.area.starts_with(row[3]));
}

/// Share of records for which one blind choice among those who fit hits the right person.
double linked(const std::vector<std::vector<std::string>>& records,
              const std::vector<Registered>& people,
              const std::map<std::string, std::int64_t>& truth, std::mt19937& random) {
  std::size_t right = 0;
  std::map<std::vector<std::string>, std::vector<std::int64_t>> found;
  for (const auto& row : records) {
    const std::vector<std::string> shown(row.begin() + 1, row.end());
    auto [fitting, added] = found.try_emplace(shown);
    if (added)
      for (const Registered& one : people)
        if (fits(one, row)) fitting->second.push_back(one.resident);
    if (fitting->second.empty()) continue;
    right += fitting->second[random() % fitting->second.size()] == truth.at(row[0]) ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(records.size());
}

/// The same without any protection: exact birth date, sex and community.
double linked_plainly(const std::vector<std::vector<std::string>>& records,
                      const std::vector<Registered>& people,
                      const std::map<std::string, std::int64_t>& truth, std::mt19937& random) {
  std::map<std::tuple<std::string, int, std::string>, std::vector<std::int64_t>> same;
  std::map<std::int64_t, const Registered*> by_id;
  for (const Registered& one : people) {
    same[{one.sex, one.birth.days, one.area}].push_back(one.resident);
    by_id[one.resident] = &one;
  }
  std::size_t right = 0;
  for (const auto& row : records) {
    const auto who = by_id.find(truth.at(row[0]));
    if (who == by_id.end()) continue;
    const auto& fitting = same.at({who->second->sex, who->second->birth.days, who->second->area});
    right += fitting[random() % fitting.size()] == who->first ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(records.size());
}

using Intervals = std::vector<int>;

Intervals intervals(std::vector<int> days) {
  std::ranges::sort(days);
  Intervals gaps;
  for (std::size_t i = 1; i < days.size(); ++i) gaps.push_back(days[i] - days[i - 1]);
  return gaps;
}

}  // namespace

TEST_CASE("attack: a register links an export of a simulated district no better than it says") {
  const TempDir directory;
  simulate::Options options;
  options.residents = 6000;
  options.years = 1;
  options.seed = 23;
  options.directory = directory.path() / "d";
  options.content = source_dir() / "scenes/demo-district";
  const auto made = simulate::simulate(options);
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message));
  const auto hub = open_store(directory.path() / "s");
  auto info = hub->store().info();
  info.simulated = true;
  REQUIRE(hub->store().set_info(info).has_value());
  REQUIRE(ingest::load(*hub, {options.directory.string()}, {}).has_value());

  const auto plan = given_plan(source_dir() / "scenes/core/exports/hypertension-care.yaml");
  const auto outcome = given_export(*hub, plan, directory.path() / "out");
  const auto records = rows_of_file(directory.path() / "out/person.csv");
  REQUIRE(records.size() > 100);
  const auto people = register_of(*hub);
  const exchange::Pseudonyms names(known_key(), plan.shift_days);
  std::map<std::string, std::int64_t> truth;
  for (const Registered& one : people) truth[names.name("person", one.resident)] = one.resident;
  for (const auto& row : records) REQUIRE(truth.contains(row[0]));

  std::mt19937 random(42);
  const double plain = linked_plainly(records, people, truth, random);
  double marketer = 0;  // mean of 20 attacks
  for (int attack = 0; attack < 20; ++attack)
    marketer += linked(records, people, truth, random) / 20;
  MESSAGE(records.size() << " records of " << people.size() << " people; linked without protection "
                         << plain << ", with it " << marketer << " (stated "
                         << outcome.risk.marketer << "); suppressed " << outcome.suppressed
                         << ", loss " << outcome.loss << ", smallest class "
                         << outcome.risk.smallest_class);
  CHECK(plain > 0.8);  // the attack works where nothing is done
  CHECK(marketer < 1.0 / static_cast<double>(plan.k));
  // Binomial: three standard deviations around what the report states.
  const double trials = 20.0 * static_cast<double>(records.size());
  const double sd = std::sqrt(outcome.risk.marketer * (1 - outcome.risk.marketer) / trials);
  CHECK(std::abs(marketer - outcome.risk.marketer) < 3 * sd + 0.001);

  // Who knows that the target is among the records, and picks one of those that fit.
  std::map<std::vector<std::string>, std::vector<std::string>> in_class;
  for (const auto& row : records)
    in_class[std::vector<std::string>(row.begin() + 1, row.end())].push_back(row[0]);
  std::size_t right = 0;
  for (int attack = 0; attack < 20; ++attack)
    for (const auto& row : records) {
      const auto& fitting = in_class[std::vector<std::string>(row.begin() + 1, row.end())];
      right += fitting[random() % fitting.size()] == row[0] ? 1 : 0;
    }
  const double prosecutor = static_cast<double>(right) / trials;
  MESSAGE("who knows that the target is there is right in "
          << prosecutor << " (stated " << outcome.risk.prosecutor_average << ")");
  CHECK(prosecutor < 1.0 / static_cast<double>(plan.k));

  // The limit that is stated in docs/research-export.md: intervals are kept, so who knows all days
  // of somebody's visits finds the person. This is not protected against, and measured.
  std::map<std::string, std::vector<int>> days;
  for (const auto& row : rows_of_file(directory.path() / "out/encounter.csv"))
    days[row[0]].push_back(parse_date(row[3])->days);
  std::size_t tried = 0;
  std::size_t single = 0;
  for (const auto& [shown, members] : in_class)
    for (const std::string& member : members) {
      if (days[member].size() < 3) continue;
      ++tried;
      const auto pattern = intervals(days[member]);
      single += std::ranges::count_if(members, [&](const std::string& other) {
                  return intervals(days[other]) == pattern;
                }) == 1;
    }
  REQUIRE(tried > 0);
  MESSAGE("who knows all days of at least three visits finds "
          << static_cast<double>(single) / static_cast<double>(tried) << " of " << tried);
}
