#include "core/utf8.hpp"
#include "ingest/load.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

constexpr std::size_t shown_original = 64 * 1024;
constexpr std::int64_t csv_step = 1000;

/// -1 = all, as records::Store::problems takes it.
Parsed<int> state_of(const Request& request) {
  const auto word = word_of(request, "state", {"open", "corrected", "dismissed", "all"});
  if (!word) return unexpected(word.error());
  if (*word == "corrected") return static_cast<int>(records::Problem::State::corrected);
  if (*word == "dismissed") return static_cast<int>(records::Problem::State::dismissed);
  if (*word == "open") return static_cast<int>(records::Problem::State::open);
  return -1;
}

json::array fault_list(const std::vector<fhir::Fault>& faults, const scene::Catalogue& catalogue) {
  json::array list;
  for (const fhir::Fault& fault : faults)
    list.push_back(json::object{{"rule", fault.rule},
                                {"ruleText", texts(catalogue.text("problem-rule", fault.rule))},
                                {"path", fault.path},
                                {"expected", fault.expected},
                                {"found", fault.found}});
  return list;
}

Response show_problem(std::int64_t id, const Principal& principal, Services& services) {
  const auto problem = services.hub.store().problem(principal, id);
  if (!problem) return outcome(problem.error());
  json::object body = problem_object(*problem, services.catalogue);
  std::string original = problem->original.substr(0, shown_original);
  while (!original.empty() && !is_utf8(original) && original.size() + 4 > shown_original)
    original.pop_back();  // not half a character
  if (!is_utf8(original)) {
    for (char& letter : original)
      if (static_cast<unsigned char>(letter) >= 0x80) letter = '?';
  }
  body["original"] = original;
  body["cut"] = problem->length > static_cast<std::int64_t>(original.size());
  return json_response(200, body);
}

}  // namespace

/// GET /api/deliveries/{id}/problems
Response get_problems(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto state = state_of(request);
  if (!state) return state.error();
  const auto delivery = services.hub.store().delivery(principal, *id);
  if (!delivery) return outcome(delivery.error());
  std::int64_t total = 0;
  const auto problems =
      services.hub.store().problems(principal, *id, *state, page->offset(), page->size, &total);
  if (!problems) return outcome(problems.error());
  json::array items;
  for (const records::Problem& problem : *problems)
    items.push_back(problem_object(problem, services.catalogue));
  return json_response(200, list_object(total, *page, std::move(items)));
}

/// GET /api/deliveries/{id}/problems.csv: without the originals, which may hold personal data
Response get_problems_csv(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto state = state_of(request);
  if (!state) return state.error();
  const auto language = word_of(request, "lang", {"zh", "en"});
  if (!language) return language.error();
  const auto delivery = services.hub.store().delivery(principal, *id);
  if (!delivery) return outcome(delivery.error());
  const bool english = *language == "en";
  std::string rows = english ? "line,offset,type,rule,meaning,field,expected,found,state,note\r\n"
                             : "行号,字节位置,资源类型,规则,说明,字段,应为,实为,状态,备注\r\n";
  for (std::int64_t offset = 0;; offset += csv_step) {
    const auto some = services.hub.store().problems(principal, *id, *state, offset, csv_step);
    if (!some) return outcome(some.error());
    for (const records::Problem& problem : *some) {
      const json::object shown = problem_object(problem, services.catalogue);
      const Localized rule = services.catalogue.text("problem-rule", problem.rule);
      rows += std::to_string(problem.line) + "," + std::to_string(problem.offset);
      for (const std::string& cell :
           {problem.type, problem.rule, english ? rule.en : rule.zh, problem.path, problem.expected,
            problem.found, std::string(shown.at("state").get_string()), problem.note})
        rows += "," + csv_cell(cell);
      rows += "\r\n";
    }
    if (static_cast<std::int64_t>(some->size()) < csv_step) break;
  }
  return csv_response("problems-delivery-" + std::to_string(*id) + ".csv", std::move(rows));
}

/// GET /api/problems/{id}
Response get_problem(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  return show_problem(*id, principal, services);
}

/// POST /api/problems/{id}/correct {"text"}
Response correct_problem(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto text = body_text(request, "text");
  if (!text) return text.error();
  const auto correction = ingest::correct_problem(services.hub, principal, *id, **text);
  if (!correction) return outcome(correction.error());
  if (correction->accepted)
    return json_response(200, json::object{{"accepted", true},
                                           {"seq", services.handles.show(correction->seq)},
                                           {"feed", services.hub.store().last_batch()}});
  return json_response(
      200, json::object{{"accepted", false},
                        {"faults", fault_list(correction->faults, services.catalogue)}});
}

/// POST /api/problems/{id}/dismiss {"reason"}
Response dismiss_problem(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto reason = body_text(request, "reason");
  if (!reason) return reason.error();
  const auto done = ingest::dismiss_problem(services.hub, principal, *id, **reason);
  return done ? show_problem(*id, principal, services) : outcome(done.error());
}

/// POST /api/problems/{id}/reopen
Response reopen_problem(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto done = ingest::reopen_problem(services.hub, principal, *id);
  return done ? show_problem(*id, principal, services) : outcome(done.error());
}

}  // namespace hb::server
