#include "workflow/schedule.hpp"

namespace hb::workflow {

namespace {

constexpr std::int64_t micros_per_minute = 60'000'000;

Occasion of_month(const Schedule& schedule, int year, int month) {
  const std::string day = format_date(*make_date(year, month, schedule.day));
  const Instant midnight = *parse_instant(day + "T00:00:00+08:00");
  return {{midnight.micros + schedule.minute * micros_per_minute}, day.substr(0, 7)};
}

}  // namespace

Occasion last_occasion(const Schedule& schedule, Instant now) {
  const YearMonthDay today = civil(day_in_shanghai(now));
  const Occasion this_month = of_month(schedule, today.year, today.month);
  return this_month.at <= now ? this_month : before(schedule, this_month);
}

Occasion before(const Schedule& schedule, const Occasion& occasion) {
  const YearMonthDay day = civil(day_in_shanghai(occasion.at));
  return day.month == 1 ? of_month(schedule, day.year - 1, 12)
                        : of_month(schedule, day.year, day.month - 1);
}

std::string key_of(const Flow& flow, const Occasion& occasion) {
  return "each/" + flow.id + "/" + occasion.period;
}

}  // namespace hb::workflow
