#include "search/parameters.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "core/check.hpp"
#include "fhir/definitions.hpp"

namespace hb::search {
namespace {

struct ComponentRow {
  Kind kind;
  std::string_view expression;
};
struct ParameterRow {
  std::string_view type;
  std::string_view code;
  Kind kind;
  std::string_view expression;
  std::string_view targets;
  std::uint16_t first_component;
  std::uint16_t component_count;
};
#include "search_parameters.inc"

/// The table is made from the definitions, so an expression that does not parse is our mistake.
fhir::Expression parsed(std::string_view text, fhir::TypeId focus) {
  Result<fhir::Expression> expression = fhir::Expression::parse(text);
  HB_CHECK(expression);
  if (focus != fhir::no_type) expression->bind(focus);
  return std::move(*expression);
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    found.push_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return found;
}

Parameter parameter_of(const ParameterRow& row, std::string_view type, fhir::TypeId focus) {
  Parameter parameter{
      type, row.code, row.kind, row.expression, parsed(row.expression, focus), words(row.targets),
      {}};
  for (std::size_t i = 0; i < row.component_count; ++i) {
    const ComponentRow& part = component_rows[row.first_component + i];
    parameter.parts.push_back({part.kind, parsed(part.expression, fhir::no_type)});
  }
  return parameter;
}

std::vector<Parameter> build(std::string_view type) {
  const fhir::TypeId focus = fhir::definitions::find_type(type);
  std::vector<Parameter> parameters;
  for (const ParameterRow& row : parameter_rows) {
    if (row.type == type || row.type == "Resource")
      parameters.push_back(parameter_of(row, fhir::definitions::type(focus).name, focus));
  }
  std::ranges::sort(parameters, {}, &Parameter::code);
  return parameters;
}

}  // namespace

std::string_view kind_name(Kind kind) {
  static constexpr std::string_view names[] = {
      "token", "reference", "string", "date", "uri", "quantity", "number", "composite", "special"};
  return names[static_cast<std::size_t>(kind)];
}

const std::vector<Parameter>& parameters_of(std::string_view type) {
  static std::mutex mutex;
  static std::map<std::string, std::vector<Parameter>, std::less<>> built;
  static const std::vector<Parameter> none;
  if (!fhir::is_resource_type(type)) return none;
  const std::scoped_lock lock(mutex);
  auto found = built.find(type);
  if (found == built.end()) found = built.emplace(std::string(type), build(type)).first;
  return found->second;
}

bool can_be_indexed(Kind kind) { return kind != Kind::composite && kind != Kind::special; }

bool some_type_indexes(std::string_view code) {
  return std::ranges::any_of(parameter_rows, [code](const ParameterRow& row) {
    return row.code == code && can_be_indexed(row.kind);
  });
}

const Parameter* find_parameter(std::string_view type, std::string_view code) {
  const std::vector<Parameter>& all = parameters_of(type);
  const auto found = std::ranges::lower_bound(all, code, {}, &Parameter::code);
  return found == all.end() || found->code != code ? nullptr : &*found;
}

}  // namespace hb::search
