#include <boost/json.hpp>
#include <fstream>
#include <iterator>

#include "workflow/cursor.hpp"
#include "workflow/simulate.hpp"

namespace hb::workflow {
namespace {

namespace json = boost::json;

constexpr int max_item_depth = 32;

std::uint64_t below(std::mt19937_64& random, std::uint64_t count) { return random() % count; }

json::object option_of(const json::array& options, std::mt19937_64& random) {
  json::object answer;
  const json::value& option = options[below(random, options.size())];
  for (const auto& [name, value] : option.as_object())
    if (std::string_view(name).starts_with("value")) answer[name] = value;
  return answer;
}

json::object answer_of(const json::object& item, std::string_view type, Instant now,
                       std::mt19937_64& random) {
  const json::value* options = item.if_contains("answerOption");
  if (options != nullptr && options->is_array() && !options->get_array().empty())
    return option_of(options->get_array(), random);
  const Date day{day_in_shanghai(now).days - static_cast<std::int32_t>(below(random, 7))};
  if (type == "boolean") return {{"valueBoolean", below(random, 2) == 1}};
  if (type == "integer") return {{"valueInteger", static_cast<std::int64_t>(below(random, 20))}};
  if (type == "decimal") return {{"valueDecimal", static_cast<double>(below(random, 2000)) / 10.0}};
  if (type == "date") return {{"valueDate", format_date(day)}};
  if (type == "dateTime") return {{"valueDateTime", format_instant(now)}};
  if (type == "quantity")
    return {{"valueQuantity", {{"value", static_cast<std::int64_t>(below(random, 200))}}}};
  if (type == "choice" || type == "open-choice") return {{"valueCoding", {{"code", "x"}}}};
  return {{"valueString", "330105"}};
}

json::array items_of(const json::object& holder, Instant now, std::mt19937_64& random, int depth) {
  json::array out;
  const json::value* items = holder.if_contains("item");
  if (items == nullptr || !items->is_array() || depth > max_item_depth) return out;
  for (const json::value& one : items->get_array()) {
    const json::object& item = one.as_object();
    const std::string type(item.at("type").as_string());
    json::object filled{{"linkId", item.at("linkId")}};
    if (type == "display") continue;
    if (type != "group") filled["answer"] = json::array{answer_of(item, type, now, random)};
    if (json::array inner = items_of(item, now, random, depth + 1); !inner.empty())
      filled["item"] = std::move(inner);
    out.push_back(std::move(filled));
  }
  return out;
}

}  // namespace

Result<std::string> random_response(const std::filesystem::path& questionnaire, Instant now,
                                    std::mt19937_64& random) {
  std::ifstream in(questionnaire, std::ios::binary);
  if (!in) return fail(ErrorCode::not_found, "there is no such form", questionnaire.string());
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  try {
    const json::value body = json::parse(text);
    json::object response{{"resourceType", "QuestionnaireResponse"}, {"status", "completed"}};
    response["item"] = items_of(body.as_object(), now, random, 0);
    return json::serialize(response);
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid_input, std::string("not a Questionnaire: ") + error.what(),
                questionnaire.string());
  }
}

void load_crews(const std::filesystem::path& file, SimulateOptions& options,
                std::vector<Fault>& faults) {
  Document document(file.string());
  const auto duration = [](const Cursor& at) {
    const Result<Duration> read = parse_duration(at.scalar());
    if (!read || read->working || read->days > 0) {
      at.fault("expected minutes or hours, such as 10 min");
      return Duration{1, 0, false};
    }
    return *read;
  };
  if (const auto node = read_document(file, document)) {
    const Cursor root(document, *node, "", place_of(*node));
    if (root.only({"schema", "every", "actors"})) {
      if (root.text("schema", true) != "flow-actors-1")
        root.fault("schema", "expected flow-actors-1");
      if (root.has("every")) options.every = duration(root.child("every"));
      for (const auto& [id, at] : root.entries("actors")) {
        if (!at.only({"people", "takes", "calendar"})) continue;
        Crew crew;
        crew.people = at.whole("people", 1, true).value_or(1);
        const auto takes = at.items("takes");
        if (takes.size() == 2) {
          crew.least = duration(takes[0]);
          crew.most = duration(takes[1]);
        }
        if (takes.size() != 2 || crew.most.minutes < crew.least.minutes)
          at.fault("takes", "expected the shortest and the longest time, such as [5 min, 2 h]");
        crew.calendar = at.text("calendar");
        options.crews[id] = crew;
      }
    }
  }
  faults.insert(faults.end(), document.faults().begin(), document.faults().end());
}

}  // namespace hb::workflow
