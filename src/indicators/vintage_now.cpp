#include "indicators/vintage_now.hpp"

#include "indicators/decimal.hpp"
#include "indicators/measure_value.hpp"

namespace hb::indicators {
namespace {

struct ChangeWords {
  VintageChange change;
  std::string_view word;
  Localized text;
};
const ChangeWords all_changes[] = {
    {VintageChange::none, "none", {"", ""}},
    {VintageChange::unchanged, "unchanged", {"未变", "unchanged"}},
    {VintageChange::definition, "definition", {"口径定义已变更", "the definition has changed"}},
    {VintageChange::records, "records", {"数据已变化", "the records have changed"}},
    {VintageChange::not_computed, "not-computed", {"目前不能计算", "no number now"}}};

Result<void> refuse_internal(const std::string& id) {
  return fail(ErrorCode::forbidden, "“" + id + "” is internal (visible: internal): not published",
              "indicator-internal");
}

VintageDifference with_words(VintageDifference found) {
  for (const ChangeWords& one : all_changes)
    if (one.change == found.change) found.words = one.text;
  return found;
}

}  // namespace

std::string_view change_word(VintageChange change) {
  for (const ChangeWords& one : all_changes)
    if (one.change == change) return one.word;
  return "none";
}

Result<void> check_publishable(const Measure& measure) {
  return measure.internal ? refuse_internal(measure.id) : Result<void>{};
}

Result<void> check_publishable(const Definition& definition) {
  return definition.is_public ? Result<void>{} : refuse_internal(definition.id);
}

Vintage vintage_of(const MeasureCell& cell, const Measure& measure) {
  Vintage vintage;
  vintage.cell = {measure.id, cell.area, format_period(cell.period)};
  vintage.version = measure.version;
  vintage.fingerprint = measure.fingerprint;
  vintage.computed = true;
  vintage.value = printed(measure, cell.figure.value);
  vintage.lower = printed(measure, cell.figure.lower);
  vintage.upper = printed(measure, cell.figure.upper);
  vintage.feed = static_cast<std::int64_t>(cell.feed);
  return vintage;
}

Result<Vintage> computed_now(const CellSource& cells, const Measure& measure, const Period& period,
                             const std::string& area) {
  const auto found = cells({&measure, period, area, By::none});
  if (!found) return unexpected(found.error());
  MeasureCell none;
  none.period = period;
  Vintage vintage = vintage_of(found->empty() ? none : found->front(), measure);
  vintage.cell.area = area;
  return vintage;
}

Result<VintageDifference> difference_of(const Vintage& vintage, const MeasureEngine& engine,
                                        const CellSource& cells) {
  VintageDifference found;
  if (!vintage.computed) return with_words(found);
  found.change = VintageChange::not_computed;
  const Measure* measure = engine.find(vintage.cell.indicator);
  const auto period = parse_period(vintage.cell.period);
  if (measure == nullptr || !period) return with_words(found);
  const auto now = computed_now(cells, *measure, *period, vintage.cell.area);
  if (!now) return unexpected(now.error());
  found.now = now->value;
  const auto former = parse_decimal(vintage.value);
  const auto present = parse_decimal(now->value);
  if (former && present) found.difference = format_decimal(subtract(*present, *former));
  if (measure->version != vintage.version || measure->fingerprint != vintage.fingerprint)
    found.change = VintageChange::definition;
  else if (former && present)
    found.change = *former != *present ? VintageChange::records : VintageChange::unchanged;
  return with_words(found);
}

}  // namespace hb::indicators
