// What an indicator is made of, where it is made of others: formulas and composite indices.
#include <algorithm>

#include "server/measures.hpp"

namespace hb::server {

namespace {

using indicators::Composite;
using indicators::Measure;
using indicators::MeasureCell;
using indicators::PartFigure;

constexpr int score_decimals = 4;  // of what lies between 0 and 1

json::value rounded(const Measure& measure, const std::optional<double>& value) {
  if (!value) return nullptr;
  return std::stod(indicators::printed(measure, value));
}

json::value score(const std::optional<double>& value) {
  if (!value) return nullptr;
  Measure four;
  four.decimals = score_decimals;
  return rounded(four, value);
}

json::value count(const std::optional<indicators::Sum>& sum) {
  if (!sum) return nullptr;
  return sum->decimal ? json::value(sum->number()) : json::value(sum->n);
}

json::value contribution(const Measure& index, const PartFigure& part) {
  const auto& composite = index.derivation->composite;
  const bool adds = composite && composite->aggregation == stats::Aggregation::arithmetic;
  return adds ? rounded(index, part.contribution) : score(part.contribution);
}

json::object part_object(const Services& services, const Measure& index, const std::string& id,
                         const PartFigure* part) {
  const Measure& measure = *services.measures->find(id);
  const indicators::Figure none = indicators::no_figure({});
  const indicators::Figure& figure = part != nullptr ? part->figure : none;
  json::object object{{"id", id},
                      {"title", texts(measure.title)},
                      {"unit", texts(measure.unit)},
                      {"decimals", measure.decimals},
                      {"value", rounded(measure, figure.value)},
                      {"lower", rounded(measure, figure.lower)},
                      {"upper", rounded(measure, figure.upper)},
                      {"numerator", count(figure.numerator)},
                      {"denominator", count(figure.denominator)},
                      {"reason", figure.reason ? texts_or_null(*figure.reason) : nullptr},
                      {"weight", nullptr},
                      {"better", nullptr},
                      {"normalisation", nullptr},
                      {"least", nullptr},
                      {"most", nullptr},
                      {"target", nullptr},
                      {"normalised", part != nullptr ? score(part->normalised) : nullptr},
                      {"contribution", part != nullptr ? contribution(index, *part) : nullptr}};
  if (!index.derivation->composite) return object;
  const auto& components = index.derivation->composite->components;
  const stats::CompositePart& rule =
      std::ranges::find(components, id, &indicators::Component::measure)->part;
  object["weight"] = part != nullptr && part->weight ? score(part->weight) : score(rule.weight);
  object["better"] = rule.higher_is_better ? "higher" : "lower";
  object["normalisation"] = indicators::normalisation_word(rule.normalisation);
  if (rule.normalisation == stats::Normalisation::min_max) {
    object["least"] = rule.least;
    object["most"] = rule.most;
  }
  if (rule.normalisation == stats::Normalisation::target_share) object["target"] = rule.target;
  return object;
}

}  // namespace

json::value derivation_value(const Services& services, const Measure& measure,
                             const MeasureCell& cell) {
  if (!measure.derivation) return nullptr;
  const auto text_of = [](const std::optional<indicators::FormulaSide>& side) -> json::value {
    return side ? json::value(side->text) : json::value(nullptr);
  };
  json::object object{{"kind", measure.derivation->composite ? "composite" : "formula"},
                      {"numerator", nullptr},
                      {"denominator", nullptr},
                      {"value", nullptr},
                      {"aggregation", nullptr},
                      {"missing", nullptr},
                      {"weights_from", nullptr},
                      {"draws", nullptr},
                      {"seed", nullptr}};
  if (const auto& formula = measure.derivation->formula) {
    object["numerator"] = text_of(formula->numerator);
    object["denominator"] = text_of(formula->denominator);
    if (!formula->text.empty()) object["value"] = formula->text;
  } else {
    const Composite& composite = *measure.derivation->composite;
    object["aggregation"] = indicators::aggregation_word(composite.aggregation);
    object["missing"] = indicators::missing_word(composite.missing);
    object["weights_from"] = texts(composite.weights_from);
    if (composite.draws > 0) {
      object["draws"] = composite.draws;
      object["seed"] = composite.seed;
    }
  }
  json::array differs;
  for (const indicators::BasisDifference& one : measure.derivation->differs)
    differs.push_back(json::object{{"field", one.field}, {"why", texts(one.why)}});
  object["differs"] = std::move(differs);
  json::array parts;
  for (const std::string& id : measure.derivation->measures()) {
    const auto part = std::ranges::find_if(
        cell.parts, [&](const PartFigure& one) { return one.measure->id == id; });
    parts.push_back(
        part_object(services, measure, id, part == cell.parts.end() ? nullptr : &*part));
  }
  object["parts"] = std::move(parts);
  return object;
}

json::array row_parts(const Measure& measure, const MeasureCell& cell) {
  json::array parts;
  for (const PartFigure& part : cell.parts)
    parts.push_back(json::object{{"id", part.measure->id},
                                 {"value", rounded(*part.measure, part.figure.value)},
                                 {"normalised", score(part.normalised)},
                                 {"contribution", contribution(measure, part)}});
  return parts;
}

}  // namespace hb::server
