#include "simulate/outbreak_plan.hpp"

#include <algorithm>
#include <cmath>

#include "simulate/outbreak_chooser.hpp"

namespace hb::simulate {
namespace {

constexpr double least_visit_delay = 0.02;  ///< days from onset to a visit, at least

struct Start {
  std::size_t content;
  std::uint64_t key;  ///< of the outbreak's random numbers
  Date day;
};

std::uint64_t key_of(std::size_t content, std::uint64_t number) {
  return content * 1'000'000 + number;
}

bool on_school_days(Setting setting) {
  return setting == Setting::school || setting == Setting::kindergarten ||
         setting == Setting::childcare;
}

/// Days from `first` to `last`, weighted by the season and, in schools, by whether they are taught.
Date draw_day(const OutbreakContent& content, const OutbreakSurroundings& surroundings, Date first,
              Date last, Random& random) {
  for (const bool strictly : {true, false}) {  // a season within the holidays: any day of it
    std::vector<double> cumulative;
    double sum = 0;
    for (Date day = first; day <= last; ++day.days) {
      const bool shut =
          strictly && on_school_days(content.setting) && !surroundings.school_day(day);
      sum += shut ? 0 : content.season[static_cast<std::size_t>(civil(day).month - 1)];
      cumulative.push_back(sum);
    }
    if (sum > 0)
      return {first.days + static_cast<int>(random.pick(std::span<const double>(cumulative)))};
  }
  return {last.days + 1};  // the window holds no day of the season
}

/// One seasonal wave (or as many as per_year says) for every year the window touches. A year of a
/// wave begins where its season does not run: in July when it runs over New Year.
void add_waves(std::size_t index, const OutbreakContent& content,
               const OutbreakSurroundings& surroundings, const Window& window, std::uint64_t seed,
               std::vector<Start>& starts) {
  const int month = content.season[0] > 0 && content.season[11] > 0 ? 7 : 1;
  for (int year = civil(window.first).year - 1; year <= civil(window.last).year + 1; ++year) {
    // Keyed by the year: a longer window sees the same waves.
    Random random(seed, stream::outbreak_count, key_of(index, static_cast<std::uint64_t>(year)));
    const auto waves = static_cast<int>(std::floor(content.per_year + random.unit()));
    const Date last{make_date(year + 1, month, 1)->days - 1};
    for (int wave = 0; wave < waves; ++wave)
      starts.push_back({index,
                        key_of(index, static_cast<std::uint64_t>(year * 100 + std::min(wave, 99))),
                        draw_day(content, surroundings, *make_date(year, month, 1), last, random)});
  }
}

std::vector<Start> draw_starts(std::span<const OutbreakContent> catalogue,
                               const OutbreakSurroundings& surroundings, double scale,
                               const Window& window, std::uint64_t seed) {
  std::vector<Start> starts;
  for (std::size_t index = 0; index < catalogue.size(); ++index) {
    const OutbreakContent& content = catalogue[index];
    if (content.shape == Shape::seasonal) {
      add_waves(index, content, surroundings, window, seed, starts);
      continue;
    }
    Random random(seed, stream::outbreak_count, key_of(index, 0));
    const int count = random.poisson(content.per_year * window.years * scale);
    for (int i = 0; i < count; ++i) {
      const Date day = draw_day(content, surroundings, window.first, window.last, random);
      if (day <= window.last)
        starts.push_back({index, key_of(index, static_cast<std::uint64_t>(i)), day});
    }
  }
  std::stable_sort(starts.begin(), starts.end(),
                   [](const Start& a, const Start& b) { return a.day < b.day; });
  return starts;
}

/// Lives one outbreak: its cases go into the plan, its figures are counted from them.
class Course {
 public:
  Course(const OutbreakContent& content, const OutbreakSurroundings& surroundings,
         const OutbreakDistrict& district, const Window& window, OutbreakPlan& plan, Random& random)
      : content_(content),
        surroundings_(surroundings),
        district_(district),
        window_(window),
        plan_(plan),
        random_(random) {}

  void run(PlannedOutbreak outbreak, Date start, double scale, ResidentIndex& index) {
    double wanted = draw(content_.cases, random_);
    if (content_.shape == Shape::seasonal) wanted *= scale;
    wanted = std::clamp(std::floor(wanted + 0.5), 1.0, std::max(1.0, district_.living / 2.0));
    const auto cases = static_cast<std::size_t>(wanted);
    const DiseaseContent disease = surroundings_.disease(content_.disease);
    community_ = content_.setting == Setting::hospital ? 0 : disease.community;
    const std::vector<CurveCase> curve =
        outbreak_curve(content_, cases, disease.wave_days, random_);
    // An exposure in the course of the first day, at a waking hour.
    const double begin = start.days + 0.3 + 0.5 * random_.unit();
    Chooser chooser(district_, index, content_, surroundings_, random_);
    chooser.settle(outbreak, start, cases);
    std::vector<std::optional<Chooser::Chosen>> chosen(curve.size());
    for (std::size_t i = 0; i < curve.size(); ++i) {
      const Date exposure{static_cast<int>(std::floor(begin + curve[i].exposure))};
      const double onset = begin + curve[i].onset;
      const Date onset_day{static_cast<int>(std::floor(onset))};
      if (onset_day < window_.first || onset_day > window_.last) continue;
      const auto& infector =
          curve[i].infector < 0 ? no_one_ : chosen[static_cast<std::size_t>(curve[i].infector)];
      chosen[i] = chooser.next(infector ? &*infector : nullptr, std::max(exposure, window_.first),
                               onset_day);
      if (!chosen[i]) {
        if (content_.shape == Shape::seasonal) continue;
        break;  // nobody is left
      }
      if (onsets_.empty() || exposure < outbreak.first_exposure) outbreak.first_exposure = exposure;
      add(*chosen[i], onset, outbreak);
    }
    if (!onsets_.empty()) finish(outbreak);
  }

 private:
  void add(const Chooser::Chosen& chosen, double onset, PlannedOutbreak& outbreak) {
    PlannedCase fallen{};
    fallen.person = chosen.person;
    fallen.outbreak = static_cast<std::uint32_t>(plan_.outbreaks.size());
    fallen.onset_day = {static_cast<int>(std::floor(onset))};
    fallen.onset = static_cast<float>(onset - std::floor(onset));
    fallen.school = chosen.school;
    fallen.group = chosen.group;
    if (chosen.school == no_place && district_.enrolment)
      if (const auto enrolment = district_.enrolment(chosen.person, fallen.onset_day)) {
        fallen.school = enrolment->place;
        fallen.group = enrolment->group;
      }
    seek_care(fallen, onset);
    onsets_.push_back(fallen.onset_day);
    ++outbreak.cases;
    if (fallen.reported) ++outbreak.reported;
    plan_.cases.push_back(fallen);
  }

  /// The delay from onset to report is drawn as a whole; diagnosis lies shortly before the report.
  void seek_care(PlannedCase& fallen, double onset) {
    const bool seeks = random_.chance(content_.seek_care);
    const bool reported = random_.chance(content_.reported);
    const double delay = draw(content_.delay, random_);
    const double wait = std::clamp(random_.exponential(surroundings_.report_hours), 0.1, 23.0) / 24;
    const double visit = onset + std::max(least_visit_delay, delay - wait);
    fallen.community = random_.chance(community_);
    const auto& hours =
        fallen.community ? surroundings_.community_hours : surroundings_.hospital_hours;
    const auto hour = static_cast<int>(random_.pick(std::span<const double>(hours)));
    const int minute = hour * 60 + static_cast<int>(random_.below(60));
    fallen.visit_day = {static_cast<int>(std::floor(visit))};
    if (!seeks || fallen.visit_day > window_.last ||
        fallen.visit_day > district_.residents[fallen.person].to)
      return;
    fallen.visit_minute = minute;
    fallen.wait = static_cast<std::int32_t>(wait * 1440);
    fallen.reported = reported && fallen.report_day() <= window_.last;
  }

  void finish(PlannedOutbreak& outbreak) {
    std::sort(onsets_.begin(), onsets_.end());
    outbreak.first_onset = onsets_.front();
    outbreak.last_onset = onsets_.back();
    if (onsets_.size() >= 3) outbreak.third_onset = onsets_[2];
    plan_.outbreaks.push_back(outbreak);
  }

  const OutbreakContent& content_;
  const OutbreakSurroundings& surroundings_;
  const OutbreakDistrict& district_;
  const Window& window_;
  OutbreakPlan& plan_;
  Random& random_;
  double community_ = 0;  ///< share seen at the community level
  std::optional<Chooser::Chosen> no_one_;
  std::vector<Date> onsets_;
};

/// Numbers outbreaks by first exposure, sorts cases by person.
void arrange(OutbreakPlan& plan) {
  std::vector<std::uint32_t> order(plan.outbreaks.size()), place(plan.outbreaks.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return plan.outbreaks[a].first_exposure < plan.outbreaks[b].first_exposure;
  });
  std::vector<PlannedOutbreak> sorted;
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    sorted.push_back(plan.outbreaks[order[i]]);
    place[order[i]] = i;
  }
  plan.outbreaks = std::move(sorted);
  for (PlannedCase& fallen : plan.cases) fallen.outbreak = place[fallen.outbreak];
  std::sort(plan.cases.begin(), plan.cases.end(), [](const PlannedCase& a, const PlannedCase& b) {
    return a.person != b.person ? a.person < b.person : a.outbreak < b.outbreak;
  });
}

}  // namespace

std::span<const PlannedCase> OutbreakPlan::of(std::uint32_t person) const {
  const auto begin = std::lower_bound(
      cases.begin(), cases.end(), person,
      [](const PlannedCase& fallen, std::uint32_t number) { return fallen.person < number; });
  auto end = begin;
  while (end != cases.end() && end->person == person) ++end;
  return {begin, end};
}

OutbreakPlan plan_outbreaks(std::span<const OutbreakContent> catalogue,
                            const OutbreakSurroundings& surroundings,
                            const OutbreakDistrict& district, const Window& window,
                            std::uint64_t seed) {
  OutbreakPlan plan;
  if (catalogue.empty() || district.residents.empty()) return plan;
  const double scale = district.living / catalogue_residents;
  ResidentIndex index(district);
  for (const Start& start : draw_starts(catalogue, surroundings, scale, window, seed)) {
    Random random(seed, stream::outbreak, start.key);
    PlannedOutbreak outbreak;
    outbreak.content = start.content;
    Course(catalogue[start.content], surroundings, district, window, plan, random)
        .run(outbreak, start.day, scale, index);
  }
  arrange(plan);
  return plan;
}

}  // namespace hb::simulate
