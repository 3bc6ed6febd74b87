#include <boost/json.hpp>

#include "exchange/research_export.hpp"

namespace hb::exchange {
namespace {

namespace json = boost::json;

/// Four decimals: more would say nothing.
double part(double value) {
  return static_cast<double>(static_cast<long long>(value * 1e4 + 0.5)) / 1e4;
}

json::object people(const ResearchOutcome& outcome) {
  return {{"population", outcome.population},
          {"chosen", outcome.chosen},
          {"exported", outcome.exported},
          {"suppressed", outcome.suppressed}};
}

json::array identifiers(const ResearchOutcome& outcome) {
  json::array all;
  for (const ResearchOutcome::Identifier& one : outcome.identifiers)
    all.push_back(json::object{{"name", one.name},
                               {"level", one.level},
                               {"levels", one.levels},
                               {"loss", part(one.loss)}});
  return all;
}

json::object risk(const ReidentificationRisk& risk) {
  json::array sizes;
  for (const auto& [size, classes] : risk.classes_of_size)
    sizes.push_back(json::object{{"size", size}, {"classes", classes}});
  return {{"classes", risk.classes},
          {"smallestClass", risk.smallest_class},
          {"prosecutorHighest", part(risk.prosecutor_highest)},
          {"prosecutorAverage", part(risk.prosecutor_average)},
          {"journalistHighest", part(risk.journalist_highest)},
          {"marketer", part(risk.marketer)},
          {"classesOfSize", std::move(sizes)}};
}

json::array diversity(const ResearchOutcome& outcome) {
  json::array all;
  for (const auto& [name, one] : outcome.diversity)
    all.push_back(json::object{{"attribute", name},
                               {"leastDistinct", one.least_distinct},
                               {"leastEntropy", part(one.least_entropy)},
                               {"highestShare", part(one.highest_share)},
                               {"alikeClasses", one.alike_classes},
                               {"alikePeople", one.alike_people}});
  return all;
}

const char* word(ExportColumn::As as) {
  switch (as) {
    case ExportColumn::As::keep:
      return "keep";
    case ExportColumn::As::shift:
      return "shift";
    case ExportColumn::As::key:
      return "key";
    case ExportColumn::As::prefix:
      return "prefix";
    case ExportColumn::As::round:
      return "round";
  }
  return "";
}

json::array tables(const ResearchOutcome& outcome) {
  json::array all;
  for (const auto& [table, rows] : outcome.tables) {
    json::array columns;
    for (const ExportColumn& column : table.columns) {
      json::object one{{"column", column.column}, {"as", word(column.as)}};
      if (column.as == ExportColumn::As::prefix) one["length"] = column.length;
      if (column.as == ExportColumn::As::round) one["to"] = column.to;
      columns.push_back(std::move(one));
    }
    all.push_back(
        json::object{{"table", table.table}, {"rows", rows}, {"columns", std::move(columns)}});
  }
  return all;
}

}  // namespace

std::string report_json(const ResearchOutcome& outcome) {
  const json::object report{
      {"schema", "research-report-1"},
      {"export", outcome.plan},
      {"title", json::object{{"zh", outcome.title.zh}, {"en", outcome.title.en}}},
      {"approval", outcome.approval},
      {"madeBy", outcome.user},
      {"purpose", outcome.purpose},
      {"made", format_instant(outcome.made)},
      {"asOf", format_date(outcome.as_of)},
      {"k", outcome.k},
      {"shiftDays", outcome.shift_days},
      {"people", people(outcome)},
      {"quasiIdentifiers", identifiers(outcome)},
      {"informationLoss", part(outcome.loss)},
      {"combinations", outcome.combinations},
      {"risk", risk(outcome.risk)},
      {"sensitive", diversity(outcome)},
      {"tables", tables(outcome)}};
  return json::serialize(report) + "\n";
}

}  // namespace hb::exchange
