#include "server/timeline.hpp"

#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>

#include "core/date.hpp"
#include "fhir/fhirpath.hpp"

namespace hb::server {

namespace {

/// Alternatives: the first that gives something is taken.
using Choices = std::vector<fhir::Expression>;

struct Field {
  const char* key;
  std::string TimelineText::*target;
};
constexpr Field fields[] = {
    {"title", &TimelineText::title},   {"detail", &TimelineText::detail},
    {"code", &TimelineText::code},     {"organization", &TimelineText::organization},
    {"status", &TimelineText::status},
};

struct Rule {
  Choices date;
  std::vector<Choices> texts;  // one per field
};

Result<Choices> read_choices(const YAML::Node& node, const std::string& place) {
  Choices choices;
  if (!node) return choices;
  const auto add = [&](const YAML::Node& item) -> Result<void> {
    if (!item.IsScalar())
      return fail(ErrorCode::invalid_input, "expected a FHIRPath expression", place);
    auto expression = fhir::Expression::parse(item.Scalar());
    if (!expression) {
      return fail(
          ErrorCode::invalid_input, expression.error().message,
          place + ":" + std::to_string(item.Mark().line + 1) + " " + expression.error().where);
    }
    choices.push_back(std::move(*expression));
    return {};
  };
  if (!node.IsSequence()) {
    if (Result<void> added = add(node); !added) return unexpected(added.error());
    return choices;
  }
  for (const YAML::Node& item : node)
    if (Result<void> added = add(item); !added) return unexpected(added.error());
  return choices;
}

/// Texts and numbers of all items, joined by a comma.
std::string text_of(fhir::Evaluation& evaluation, const fhir::Expression& expression,
                    const fhir::Value& root) {
  std::string line;
  const Result<void> done = evaluation.each(expression, root, [&line](const fhir::Value& value) {
    const std::optional<fhir::Value> plain = fhir::system_value(value);
    if (!plain || std::holds_alternative<fhir::Element>(*plain)) return true;
    std::string text;
    if (const auto* words = std::get_if<std::string_view>(&*plain)) {
      text = *words;
    } else {
      text = fhir::to_json(*plain);
      if (text.size() >= 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
    }
    if (!text.empty() && text.front() == '@') text.erase(0, 1);
    if (!text.empty()) line += (line.empty() ? "" : ", ") + text;
    return line.size() < 400;
  });
  return done ? line : std::string{};
}

std::string first_of(fhir::Evaluation& evaluation, const Choices& choices,
                     const fhir::Value& root) {
  for (const fhir::Expression& choice : choices)
    if (std::string text = text_of(evaluation, choice, root); !text.empty()) return text;
  return {};
}

/// The day in Shanghai of an instant; dates and partial dates as they stand.
std::string day_of(const std::string& when) {
  if (when.size() <= 10) return when;
  const Result<Instant> instant = parse_instant(when);
  return instant ? format_date(day_in_shanghai(*instant)) : when.substr(0, 10);
}

/// Comparable as text: instants in UTC, days as midnight in Shanghai.
std::string sort_key(const std::string& when) {
  if (when.size() > 10)
    if (const Result<Instant> instant = parse_instant(when)) return format_instant(*instant);
  if (when.size() == 10)
    if (const Result<Instant> midnight = parse_instant(when + "T00:00:00+08:00"))
      return format_instant(*midnight);
  return when;
}

}  // namespace

struct Timeline::State {
  std::map<std::string, Rule, std::less<>> rules;
};

Timeline::Timeline(std::unique_ptr<State> state) : state_(std::move(state)) {}
Timeline::~Timeline() = default;
Timeline::Timeline(Timeline&&) noexcept = default;

Result<Timeline> Timeline::load(const std::filesystem::path& file) {
  auto state = std::make_unique<State>();
  try {
    const YAML::Node document = YAML::LoadFile(file.string());
    const YAML::Node types = document["types"];
    if (!types || !types.IsMap())
      return fail(ErrorCode::invalid_input, "expected a map `types`", file.string());
    for (const auto& entry : types) {
      const auto type = entry.first.as<std::string>();
      const std::string place = file.string();
      Rule rule;
      auto date = read_choices(entry.second["date"], place);
      if (!date) return unexpected(date.error());
      rule.date = std::move(*date);
      for (const Field& field : fields) {
        auto choices = read_choices(entry.second[field.key], place);
        if (!choices) return unexpected(choices.error());
        rule.texts.push_back(std::move(*choices));
      }
      state->rules.emplace(type, std::move(rule));
    }
  } catch (const YAML::BadFile&) {
    return fail(ErrorCode::not_found, "cannot be read", file.string());
  } catch (const YAML::Exception& error) {
    return fail(ErrorCode::invalid_input, error.msg,
                file.string() + ":" + std::to_string(error.mark.line + 1));
  }
  return Timeline(std::move(state));
}

bool Timeline::shows(std::string_view type) const { return state_->rules.count(type) > 0; }

TimelineText Timeline::read(std::string_view type, std::string_view json) const {
  TimelineText line;
  const auto rule = state_->rules.find(type);
  if (rule == state_->rules.end()) return line;
  // Parser and evaluation keep their memory: a person has hundreds of resources.
  thread_local fhir::Parser parser;
  thread_local fhir::Evaluation evaluation;
  thread_local std::string padded;
  padded.assign(json);
  padded.append(simdjson::SIMDJSON_PADDING, '\0');
  const auto resource = parser.parse(std::string_view(padded).substr(0, json.size()));
  if (!resource) return line;
  evaluation.reset(*resource);
  const fhir::Value root = fhir::Evaluation::root(*resource);
  const std::string when = first_of(evaluation, rule->second.date, root);
  line.date = day_of(when);
  line.sort = sort_key(when);
  for (std::size_t i = 0; i < std::size(fields); ++i)
    line.*fields[i].target = first_of(evaluation, rule->second.texts[i], root);
  return line;
}

}  // namespace hb::server
