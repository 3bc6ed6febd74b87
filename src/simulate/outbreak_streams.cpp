// Counts by day and place: an ordinary level with weekday and season, and what outbreaks add.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "simulate/outbreak_chooser.hpp"
#include "simulate/outbreaks.hpp"

namespace hb::simulate {
namespace {

constexpr std::size_t batch_bytes = 4 << 20;
constexpr int latest_school_day = 3;  ///< days an absence is noticed later, at most

struct CountingPlace {
  std::string location;  ///< id
  std::string organization;
  std::string area;
  std::uint16_t street;
  std::uint32_t institution;  ///< no_place: the street itself
  double served = 0;          ///< residents; schools: by school year
};

struct Event {
  std::uint32_t stream, place;
  Date day;
  auto operator<=>(const Event&) const = default;
};

class Streams {
 public:
  Streams(const Outbreaks& outbreaks, const Content& content, const District& district,
          const Window& window, std::uint64_t seed)
      : outbreaks_(outbreaks),
        content_(content),
        district_(district),
        window_(window),
        seed_(seed),
        index_(outbreaks.district) {
    count_residents();
    for (const StreamContent& stream : outbreaks.surroundings.streams)
      places_.push_back(places_of(stream));
    count_pupils();
    for (const PlannedCase& fallen : outbreaks.plan.cases) add_events(fallen);
    std::sort(events_.begin(), events_.end());
  }

  Result<void> write(const std::function<Result<void>(Batch&)>& write) {
    Batch batch;
    auto event = events_.cbegin();
    for (std::uint32_t stream = 0; stream < places_.size(); ++stream)
      for (std::uint32_t place = 0; place < places_[stream].size(); ++place) {
        write_place(stream, place, event, batch);
        if (batch.lines[static_cast<std::size_t>(Type::observation)].size() < batch_bytes) continue;
        if (Result<void> written = write(batch); !written) return written;
        batch.clear();
      }
    return write(batch);
  }

 private:
  using Events = std::vector<Event>;

  void count_residents() {
    residents_.assign(outbreaks_.district.streets, 0);
    for (const auto& resident : outbreaks_.district.residents)
      if (resident.to >= window_.last) ++residents_[resident.street];
  }

  std::vector<CountingPlace> places_of(const StreamContent& stream) const {
    std::vector<CountingPlace> places;
    const auto counts = [&](const std::string& type) {
      return std::find(stream.at.begin(), stream.at.end(), type) != stream.at.end();
    };
    if (counts("street"))
      for (std::size_t i = 0; i < content_.district.streets.size(); ++i) {
        const std::string& code = content_.district.streets[i].code;
        places.push_back(
            {"area-" + code, {}, code, static_cast<std::uint16_t>(i), no_place, residents_[i]});
      }
    std::vector<double> in_street(residents_.size());
    double in_district = 0;
    for (std::uint32_t i = 0; i < district_.institutions.size(); ++i) {
      const Institution& institution = district_.institutions[i];
      const InstitutionKind& kind = content_.district.institutions[institution.kind];
      if (!counts(kind.type.code)) continue;
      const std::uint16_t street = outbreaks_.district.places[i].street;
      places.push_back({"loc-" + institution.id, institution.id, institution.area, street, i});
      (kind.per == InstitutionKind::Per::district ? in_district : in_street[street]) += 1;
    }
    double living = 0;
    for (const double count : residents_) living += count;
    for (CountingPlace& place : places) {  // people are shared among those who serve them
      if (place.institution == no_place) continue;
      const std::size_t kind = district_.institutions[place.institution].kind;
      const bool whole = content_.district.institutions[kind].per == InstitutionKind::Per::district;
      place.served =
          whole ? living / in_district : residents_[place.street] / in_street[place.street];
    }
    return places;
  }

  void count_pupils() {
    first_school_year_ = school_year_of(window_.first);
    for (int year = first_school_year_; year <= school_year_of(window_.last); ++year) {
      std::vector<std::size_t>& pupils = pupils_.emplace_back();
      for (std::uint32_t i = 0; i < district_.institutions.size(); ++i)
        pupils.push_back(index_.pupils(i, *make_date(year, 10, 1)));
    }
  }

  void add_events(const PlannedCase& fallen) {
    const PlannedOutbreak& outbreak = outbreaks_.plan.outbreaks[fallen.outbreak];
    const OutbreakContent& entry = outbreaks_.catalogue[outbreak.content];
    const DiseaseContent& disease = outbreaks_.diseases[outbreak.content];
    Random random(seed_, stream::traces,
                  (static_cast<std::uint64_t>(fallen.person) << 24) | fallen.outbreak);
    for (std::size_t trace = 0; trace < trace_count; ++trace) {
      const int events = random.poisson(entry.traces[trace].per_case);
      std::string code = outbreaks_.surroundings.traces[trace];
      if (trace == static_cast<std::size_t>(Trace::pharmacy)) code = disease.pharmacy;
      if (trace == static_cast<std::size_t>(Trace::lab)) code = disease.lab;
      const auto stream = static_cast<std::uint32_t>(outbreaks_.surroundings.stream(code));
      if (events == 0 || stream >= places_.size()) continue;
      for (int i = 0; i < events; ++i) {
        const double ahead = entry.traces[trace].lead_days + random.unit() - 0.5;
        const Date day = counting_day(
            stream, std::max(fallen.onset_day,
                             Date{fallen.visit_day.days - static_cast<int>(std::lround(ahead))}));
        const std::uint32_t place = place_for(stream, fallen, random);
        if (day >= window_.first && day <= window_.last && place != no_place)
          events_.push_back({stream, place, day});
      }
    }
  }

  /// The next day the stream is counted on; beyond the window when there is none soon.
  Date counting_day(std::uint32_t stream, Date day) const {
    if (!outbreaks_.surroundings.streams[stream].school_days) return day;
    for (int later = 0; later <= latest_school_day; ++later, ++day.days)
      if (outbreaks_.surroundings.school_day(day)) return day;
    return {window_.last.days + 1};
  }

  /// The case's school if it counts there, else a place of the street, else any that counts.
  std::uint32_t place_for(std::uint32_t stream, const PlannedCase& fallen, Random& random) const {
    const std::vector<CountingPlace>& places = places_[stream];
    const StreamContent& content = outbreaks_.surroundings.streams[stream];
    std::vector<std::uint32_t> near;
    const std::uint16_t street = outbreaks_.district.residents[fallen.person].street;
    for (std::uint32_t i = 0; i < places.size(); ++i) {
      if (content.school_days && places[i].institution == fallen.school) return i;
      if (places[i].street == street && serves_street(places[i])) near.push_back(i);
    }
    if (content.school_days || places.empty()) return no_place;
    if (near.empty()) return random.below(static_cast<std::uint32_t>(places.size()));
    return near[random.below(static_cast<std::uint32_t>(near.size()))];
  }

  bool serves_street(const CountingPlace& place) const {
    if (place.institution == no_place) return true;
    const std::size_t kind = district_.institutions[place.institution].kind;
    return content_.district.institutions[kind].per != InstitutionKind::Per::district;
  }

  double served(const StreamContent& stream, const CountingPlace& place, Date day) const {
    if (!stream.school_days) return place.served;
    const auto year = static_cast<std::size_t>(school_year_of(day) - first_school_year_);
    return static_cast<double>(pupils_[year][place.institution]);
  }

  void write_place(std::uint32_t stream, std::uint32_t place, Events::const_iterator& event,
                   Batch& batch) {
    const StreamContent& content = outbreaks_.surroundings.streams[stream];
    const CountingPlace& at = places_[stream][place];
    Random random(seed_, stream::counted, stream * 1'000'000ull + place);
    const auto level = [&](double spread) {
      return portable_exp(spread * random.normal() - spread * spread / 2);
    };
    const double per_person = content.per_1000 / 1000 * level(content.place_spread);
    for (Date day = window_.first; day <= window_.last; ++day.days) {
      int count = 0;
      if (!content.school_days || outbreaks_.surroundings.school_day(day)) {
        const double mean = served(content, at, day) * per_person *
                            content.months[static_cast<std::size_t>(civil(day).month - 1)] *
                            content.weekdays[static_cast<std::size_t>(weekday_of(day))];
        count = random.poisson(mean * level(content.spread));
      }
      for (; event != events_.end() && *event == Event{stream, place, day}; ++event) ++count;
      if (count > 0) put(batch, content, at, day, count);
    }
  }

  static void put(Batch& batch, const StreamContent& content, const CountingPlace& at, Date day,
                  int count) {
    const YearMonthDay parts = civil(day);
    Text& out = batch.line(Type::observation);
    out.put(
        R"({"resourceType":"Observation","id":"n-)", content.code.code, '-', at.location, '-',
        Padded{static_cast<std::uint64_t>(parts.year * 10000 + parts.month * 100 + parts.day), 8},
        R"(","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":")",
        at.area, R"("}],"status":"final","category":[{"coding":[)", content.code.coding,
        R"(]}],"code":)", content.code.json, R"(,"subject":{"reference":"Location/)", at.location,
        R"("},"effectiveDateTime":")", day, '"');
    if (!at.organization.empty())
      out.put(R"(,"performer":[{"reference":"Organization/)", at.organization, "\"}]");
    out.put(R"(,"valueInteger":)", count, "}\n");
  }

  static int school_year_of(Date day) {
    const YearMonthDay parts = civil(day);
    return parts.month >= 9 ? parts.year : parts.year - 1;
  }

  const Outbreaks& outbreaks_;
  const Content& content_;
  const District& district_;
  Window window_;
  std::uint64_t seed_;
  ResidentIndex index_;
  std::vector<double> residents_;  ///< per street, on the last day
  std::vector<std::vector<CountingPlace>> places_;
  int first_school_year_ = 0;
  std::vector<std::vector<std::size_t>> pupils_;  ///< per school year and institution
  Events events_;
};

}  // namespace

Result<void> write_streams(const Outbreaks& outbreaks, const Content& content,
                           const District& district, const Window& window, std::uint64_t seed,
                           const std::function<Result<void>(Batch&)>& write) {
  return Streams(outbreaks, content, district, window, seed).write(write);
}

}  // namespace hb::simulate
