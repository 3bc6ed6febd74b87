#include "indicators/derived_file.hpp"

#include <algorithm>
#include <charconv>

namespace hb::indicators {
namespace {

constexpr std::pair<std::string_view, stats::Normalisation> normalisations[] = {
    {"min-max", stats::Normalisation::min_max},
    {"z-score", stats::Normalisation::z_score},
    {"target", stats::Normalisation::target_share},
    {"rank", stats::Normalisation::rank}};
constexpr std::pair<std::string_view, stats::Aggregation> aggregations[] = {
    {"arithmetic", stats::Aggregation::arithmetic}, {"geometric", stats::Aggregation::geometric}};
constexpr std::pair<std::string_view, stats::Missing> missing_rules[] = {
    {"refuse", stats::Missing::refuse}, {"renormalise", stats::Missing::renormalise}};
constexpr std::string_view basis_fields[] = {"population", "area", "year", "date"};
constexpr int least_draws = 1000;
constexpr int most_draws = 10'000;

template <class T, std::size_t N>
std::string_view word_of(T value, const std::pair<std::string_view, T> (&known)[N]) {
  for (const auto& [word, one] : known)
    if (one == value) return word;
  return "";
}

template <class T, std::size_t N>
T choice(ContentReader& content, const YAML::Node& map, const char* key,
         const std::pair<std::string_view, T> (&known)[N]) {
  const std::string word = content.text(map, key);
  std::string all;
  for (const auto& [name, value] : known) {
    if (name == word) return value;
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  content.fault(map, std::string("“") + key + "” is one of: " + all);
  return known[0].second;
}

double number(ContentReader& content, const YAML::Node& map, const char* key) {
  const std::string text = content.text(map, key);
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size())
    content.fault(map, std::string("“") + key + "” is not a number");
  return value;
}

Expression expression(ContentReader& content, const YAML::Node& at, const std::string& text) {
  auto read = read_expression(text);
  if (read) return std::move(*read);
  content.fault(at, read.error().message + " (" + read.error().where + ")");
  return {};
}

FormulaSide read_side(ContentReader& content, const YAML::Node& formula, const char* key,
                      std::vector<std::string>& measures) {
  const YAML::Node node = content.child(formula, key);
  FormulaSide side;
  side.name = content.localized(node, "name");
  side.text = content.text(node, "is");
  const Expression read = expression(content, node, side.text);
  auto counts = as_counts(read);
  if (counts)
    side.counts = std::move(*counts);
  else
    content.fault(node, counts.error().message);
  add_measures(read, measures);
  return side;
}

Formula read_formula(ContentReader& content, const YAML::Node& node) {
  Formula formula;
  if (node["value"].IsDefined()) {
    if (node["numerator"].IsDefined() || node["denominator"].IsDefined())
      content.fault(node, "a formula has a “value”, or a “numerator” and “denominator”");
    formula.text = content.text(node, "value");
    formula.value = expression(content, node, formula.text);
    add_measures(formula.value, formula.measures);
    if (formula.measures.empty()) content.fault(node, "the formula names no indicator");
    return formula;
  }
  formula.numerator = read_side(content, node, "numerator", formula.measures);
  if (node["denominator"].IsDefined())
    formula.denominator = read_side(content, node, "denominator", formula.measures);
  return formula;
}

Component read_component(ContentReader& content, const YAML::Node& node) {
  Component component;
  component.line = line_of(node);
  component.measure = content.text(node, "of");
  component.part.weight = number(content, node, "weight");
  const std::string better = content.text(node, "better");
  component.part.higher_is_better = better == "higher";
  if (better != "higher" && better != "lower")
    content.fault(node, "“better” of a component is higher or lower");
  const YAML::Node scale = content.child(node, "normalise");
  component.part.normalisation = choice(content, scale, "method", normalisations);
  if (component.part.normalisation == stats::Normalisation::min_max) {
    component.part.least = number(content, scale, "least");
    component.part.most = number(content, scale, "most");
  }
  if (component.part.normalisation == stats::Normalisation::target_share)
    component.part.target = number(content, scale, "target");
  return component;
}

Composite read_composite(ContentReader& content, const YAML::Node& node) {
  Composite composite;
  composite.aggregation = choice(content, node, "aggregation", aggregations);
  composite.missing = choice(content, node, "missing", missing_rules);
  composite.weights_from = content.localized(node, "weights_from");
  for (const YAML::Node& one : content.list(node, "components")) {
    Component component = read_component(content, one);
    if (std::ranges::find(composite.components, component.measure, &Component::measure) !=
        composite.components.end())
      content.fault(one, "“" + component.measure + "” stands twice");
    composite.components.push_back(std::move(component));
  }
  if (const Result<void> sound = stats::check_composite(composite.rule()); !sound)
    content.fault(node, sound.error().message);
  if (const YAML::Node uncertainty = node["uncertainty"]; uncertainty.IsDefined()) {
    composite.draws = content.whole(uncertainty, "draws").value_or(0);
    composite.seed = static_cast<std::uint64_t>(content.whole(uncertainty, "seed").value_or(0));
    if (composite.draws < least_draws || composite.draws > most_draws)
      content.fault(uncertainty, "“draws” is 1000 to 10000");
  }
  return composite;
}

std::vector<BasisDifference> read_differs(ContentReader& content, const YAML::Node& node) {
  std::vector<BasisDifference> differs;
  for (const YAML::Node& one : content.list(node, "differs", false)) {
    BasisDifference difference;
    difference.line = line_of(one);
    difference.field = content.text(one, "field");
    if (std::ranges::find(basis_fields, difference.field) == std::end(basis_fields))
      content.fault(one, "“field” is one of: population, area, year, date");
    difference.why = content.localized(one, "why");
    differs.push_back(std::move(difference));
  }
  return differs;
}

}  // namespace

std::string_view normalisation_word(stats::Normalisation normalisation) {
  return word_of(normalisation, normalisations);
}
std::string_view aggregation_word(stats::Aggregation aggregation) {
  return word_of(aggregation, aggregations);
}
std::string_view missing_word(stats::Missing missing) { return word_of(missing, missing_rules); }

std::shared_ptr<const Derivation> read_derivation(ContentReader& content, const YAML::Node& root) {
  const YAML::Node formula = root["formula"];
  const YAML::Node composite = root["composite"];
  if (!formula.IsDefined() && !composite.IsDefined()) return nullptr;
  const YAML::Node node = formula.IsDefined() ? formula : composite;
  if (formula.IsDefined() && composite.IsDefined())
    content.fault(root, "an indicator has a “formula” or is a “composite”, not both");
  if (root["numerator"].IsDefined() || root["denominator"].IsDefined() || root["list"].IsDefined())
    content.fault(root, "an indicator made of others has no SQL of its own");
  auto made = std::make_shared<Derivation>();
  made->line = line_of(node);
  if (!node.IsMap()) {
    content.fault(root, "“formula” and “composite” are mappings");
    return made;
  }
  if (formula.IsDefined())
    made->formula = read_formula(content, formula);
  else
    made->composite = read_composite(content, composite);
  made->differs = read_differs(content, node);
  return made;
}

}  // namespace hb::indicators
