#include "signals/comparable.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <tuple>

namespace hb::signals {
namespace {

constexpr int season_days = 28;
constexpr int year_days = 365;
constexpr int episode_days = 21;  // what was told so shortly before in one area is the same episode
constexpr std::array<std::string_view, 5> words = {"place", "disease", "area", "streams", "season"};
constexpr std::array<int, 5> weights = {8, 6, 4, 2, 1};

/// Days between the days of the year of two dates, over New Year where that is shorter.
int apart_in_year(Date a, Date b) {
  const int days = std::abs(a.days - b.days) % year_days;
  return std::min(days, year_days - days);
}

std::vector<Likeness> likeness(const Facts& a, const Facts& b) {
  std::vector<Likeness> why;
  const bool same_area = a.area == b.area;
  if (same_area && !a.place.empty() && a.place == b.place) why.push_back(Likeness::place);
  if (!a.disease.empty() && a.disease == b.disease) why.push_back(Likeness::disease);
  if (same_area) why.push_back(Likeness::area);
  if (a.streams == b.streams) why.push_back(Likeness::streams);
  constexpr int half_year = year_days / 2;
  if (a.date.days - b.date.days > half_year && apart_in_year(a.date, b.date) <= season_days)
    why.push_back(Likeness::season);
  return why;
}

/// Told again as it grew: no past episode.
bool same_episode(const Facts& a, const Facts& b) {
  const bool same_subject = a.disease == b.disease || (!a.place.empty() && a.place == b.place);
  return a.area == b.area && same_subject && a.date.days - b.date.days <= episode_days;
}

int weight_of(const Comparable& one) {
  int sum = 0;
  for (const Likeness why : one.why) sum += weights[static_cast<std::size_t>(why)];
  return sum;
}

}  // namespace

std::string_view likeness_word(Likeness likeness) {
  return words[static_cast<std::size_t>(likeness)];
}

std::vector<Comparable> comparable(const Kept& signal, std::span<const Kept> all,
                                   std::size_t most) {
  std::vector<Comparable> found;
  for (const Kept& other : all) {
    if (other.id == signal.id || other.facts.date >= signal.facts.date ||
        same_episode(signal.facts, other.facts))
      continue;
    Comparable one{&other, likeness(signal.facts, other.facts)};
    const bool alike = std::ranges::any_of(one.why, [](Likeness why) {
      return why == Likeness::place || why == Likeness::disease || why == Likeness::streams;
    });
    if (alike) found.push_back(std::move(one));
  }
  std::ranges::sort(found, [](const Comparable& a, const Comparable& b) {
    if (weight_of(a) != weight_of(b)) return weight_of(a) > weight_of(b);
    return std::tie(b.kept->facts.date, a.kept->id) < std::tie(a.kept->facts.date, b.kept->id);
  });
  if (found.size() > most) found.resize(most);
  return found;
}

}  // namespace hb::signals
