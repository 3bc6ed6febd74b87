#include "workflow/load_effects.hpp"

#include <charconv>

namespace hb::workflow {
namespace {

Formula formula_of(const Cursor& at, std::string text) {
  Formula formula{std::move(text), at.at(), nullptr};
  auto parsed = fhir::Expression::parse(formula.text);
  if (parsed) {
    formula.parsed = std::make_shared<const fhir::Expression>(std::move(*parsed));
  } else {
    at.fault("not FHIRPath: " + parsed.error().message + ", " + parsed.error().where + " of “" +
             formula.text + "”");
  }
  return formula;
}

/// Where the brace that begins at `from` ends; texts in quotes may hold braces.
std::size_t end_of_brace(std::string_view text, std::size_t from) {
  bool quoted = false;
  for (std::size_t i = from + 1; i < text.size(); ++i) {
    if (text[i] == '\'' && text[i - 1] != '\\') quoted = !quoted;
    if (text[i] == '}' && !quoted) return i;
  }
  return std::string_view::npos;
}

Template template_of(const Cursor& at, const std::string& text) {
  Template pattern;
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t open = text.find('{', from);
    if (open > from) pattern.pieces.push_back({text.substr(from, open - from), {}});
    if (open == std::string::npos) break;
    const std::size_t close = end_of_brace(text, open);
    if (close == std::string::npos) {
      at.fault("a { without its } in “" + text + "”");
      break;
    }
    pattern.pieces.push_back({"", formula_of(at, text.substr(open + 1, close - open - 1))});
    from = close + 1;
  }
  return pattern;
}

/// YAML as JSON; texts in braces are expressions, remembered by their text.
boost::json::value body_of(const Cursor& at, std::map<std::string, Formula>& formulas) {
  const YAML::Node& node = at.node();
  if (node.IsMap()) {
    boost::json::object object;
    for (const auto& [key, value] : at.entries()) object[key] = body_of(value, formulas);
    return object;
  }
  if (node.IsSequence()) {
    boost::json::array array;
    for (const Cursor& item : at.items()) array.push_back(body_of(item, formulas));
    return array;
  }
  if (at.is_null()) return nullptr;
  const std::string& text = node.Scalar();
  if (text.size() > 2 && text.front() == '{' && text.back() == '}') {
    const std::string expression = text.substr(1, text.size() - 2);
    formulas.emplace(text, formula_of(at, expression));
    return boost::json::string(text);
  }
  if (node.Tag() == "!") return boost::json::string(text);  // quoted
  if (text == "true" || text == "false") return text == "true";
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status == std::errc() && end == text.data() + text.size() && !text.empty()) {
    if (number == static_cast<double>(static_cast<std::int64_t>(number)))
      return static_cast<std::int64_t>(number);
    return number;
  }
  return boost::json::string(text);
}

void read_text(const Cursor& at, Effect& effect) {
  effect.to = at.text("to", true);
  const Cursor text = at.child("text", true);
  if (text.is_null() || !text.only({"zh", "en"})) return;
  effect.zh = template_of(text.child("zh"), text.text("zh", true));
  effect.en = template_of(text.child("en"), text.text("en", true));
}

void read_start_effect(const Cursor& at, Effect& effect) {
  effect.flow = at.text("flow", true);
  effect.as = at.text("as", true);
  if (!effect.as.empty() && !is_id(effect.as))
    at.fault("as", "“" + effect.as + "” is no name: expected small letters, digits and hyphens");
  for (const auto& [name, value] : at.entries("data")) effect.data[name] = formula_at(value);
}

void read_resource(const Cursor& at, Effect& effect) {
  if (!at.node().IsMap()) return at.fault("expected a resource");
  (void)at.text("resourceType", true);
  if (at.has("id")) at.fault("id", "the id of a created resource is given by the engine");
  effect.body = body_of(at, effect.formulas);
}

}  // namespace

Formula formula_at(const Cursor& at) {
  std::string text = at.scalar();
  if (text.empty()) {
    if (at.node().IsScalar()) at.fault("an expression is missing");
    return {};
  }
  return formula_of(at, std::move(text));
}

Effect read_effect(const Cursor& at) {
  Effect effect;
  effect.at = at.at();
  if (!at.only({"message", "task", "create", "start"})) return effect;
  const auto entries = at.entries();
  if (entries.size() != 1) {
    at.fault("expected one of message, task, create or start");
    return effect;
  }
  const auto& [kind, what] = entries.front();
  if (kind == "message" && what.only({"to", "text"})) {
    effect.kind = Effect::Kind::message;
    read_text(what, effect);
  } else if (kind == "task" && what.only({"to", "text"})) {
    effect.kind = Effect::Kind::task;
    read_text(what, effect);
  } else if (kind == "create") {
    effect.kind = Effect::Kind::create;
    read_resource(what, effect);
  } else if (kind == "start" && what.only({"flow", "as", "data"})) {
    effect.kind = Effect::Kind::start;
    read_start_effect(what, effect);
  }
  return effect;
}

}  // namespace hb::workflow
