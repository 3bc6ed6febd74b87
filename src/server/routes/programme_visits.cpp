#include <algorithm>
#include <chrono>
#include <thread>

#include "crypto/digest.hpp"
#include "forms/compose.hpp"
#include "ingest/write.hpp"
#include "programmes/enrolment.hpp"
#include "programmes/visit.hpp"
#include "server/flow_body.hpp"
#include "server/flow_views.hpp"
#include "server/flows.hpp"
#include "server/parameters.hpp"
#include "server/programmes.hpp"

/// A resident's programmes: enrolments, what is due, and the visit that does it.
namespace hb::server {

namespace {

using programmes::Board;
using programmes::Chosen;
using programmes::DueRow;
using programmes::Enrolment;
using programmes::Standing;

/// A resident whom the asker sees, and the Patient behind.
struct Person {
  records::Resident resident;
  std::string patient;  ///< id
  std::string json;
};

Parsed<Person> person_of(const Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return unexpected(id.error());
  auto person = services.hub.store().person(principal, *id);
  if (!person) return unexpected(person_outcome(person.error()));
  Person out{person->resident, "", R"({"resourceType":"Patient","id":"none"})"};
  if (person->patient) {
    out.patient = person->patient->id;
    out.json = person->patient->json;
  }
  return out;
}

/// The newest enrolment of each programme; one that goes on counts before one that has ended.
Result<std::vector<Enrolment>> enrolments_of(const Principal& principal, ResidentId id,
                                             Services& services) {
  const auto versions = services.hub.store().of_resident(principal, id);
  if (!versions) return unexpected(versions.error());
  std::vector<Enrolment> newest;
  for (const records::StoredVersion& version : *versions) {
    if (version.type != "EpisodeOfCare") continue;
    auto one = programmes::read_enrolment(services.programmes->library(), version.json);
    if (!one) continue;
    const auto known = std::ranges::find(newest, one->programme, &Enrolment::programme);
    const auto rank = [](const Enrolment& of) {
      return std::pair(!of.until.has_value(), of.since.value_or(Date{}));
    };
    if (known == newest.end())
      newest.push_back(std::move(*one));
    else if (rank(*known) <= rank(*one))
      *known = std::move(*one);
  }
  return newest;
}

Parsed<Board> due_of_person(const Person& person, const Principal& principal, Services& services) {
  auto board = programmes::make_board(services.programmes->library(), services.hub.tables(),
                                      principal, services.today(), person.resident.id);
  if (!board) return unexpected(outcome(board.error()));
  return std::move(*board);
}

/// What is to be done, of what the asker may do: those asked for, else all that is due.
struct Choice {
  std::vector<Chosen> chosen;
  std::vector<const DueRow*> rows;       ///< of the chosen
  std::vector<const DueRow*> available;  ///< all that the asker may do
};

Parsed<Choice> choose(const Board& board, const std::vector<std::string>& wanted,
                      const Principal& principal, const Services& services) {
  const programmes::Library& library = services.programmes->library();
  Choice choice;
  std::vector<std::string> left = wanted;
  for (const DueRow& row : board.rows) {
    const programmes::Programme& programme = library.all()[row.programme];
    if (!may_act(programme, principal)) continue;
    const programmes::Service& service = programme.services[row.service];
    choice.available.push_back(&row);
    const auto asked = std::ranges::find(left, service_id(programme, service));
    const bool is_due = row.due.standing == Standing::due || row.due.standing == Standing::overdue;
    if (wanted.empty() ? !is_due : asked == left.end()) continue;
    if (asked != left.end()) left.erase(asked);
    choice.chosen.push_back({&programme, &service});
    choice.rows.push_back(&row);
  }
  if (left.empty()) return choice;
  return unexpected(refusal(404, "not_found",
                            {"此居民没有可由您完成的服务“" + left.front() + "”",
                             "the resident has no service “" + left.front() + "” that you may do"},
                            "services"));
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    if (comma > at) words.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return words;
}

forms::Surrounding around(const Person& person, const Principal& principal,
                          const Services& services) {
  const json::object user{
      {"resourceType", "Practitioner"},
      {"id", "user"},
      {"name", json::array{json::object{{"text", services.flows->display(principal.user)}}}}};
  Instant now = services.clock();
  // In a simulated store "today" is its last day, at the same time of day.
  constexpr std::int64_t day_micros = 86'400'000'000;
  const Date day = services.today();
  now.micros += (day.days - day_in_shanghai(now).days) * day_micros;
  return {now, {{"patient", person.json}, {"user", json::serialize(user)}}};
}

/// One form for the chosen services. errors  a response that says why
Parsed<std::pair<std::string, forms::Questionnaire>> form_of(const Choice& choice,
                                                             const Services& services) {
  auto text = programmes::visit_form(services.programmes->library(), choice.chosen);
  if (!text) return unexpected(outcome(text.error()));
  std::vector<forms::FormFault> faults;
  auto form = forms::read(*text, faults);
  if (!form)
    return unexpected(
        outcome({ErrorCode::invalid_input,
                 "these forms cannot be filled in together: " + faults.front().message,
                 faults.front().path}));
  return std::pair(std::move(*text), std::move(*form));
}

json::array rows_array(const std::vector<const DueRow*>& rows, const Services& services) {
  json::array list;
  for (const DueRow* row : rows) list.push_back(due_object(services.programmes->library(), *row));
  return list;
}

/// What a request to check or keep a visit says.
struct Asked {
  Person person;
  Board board;
  Choice choice;
  std::string response;
  std::string key;
};

Parsed<std::unique_ptr<Asked>> asked_of(const Request& request, const Principal& principal,
                                        Services& services, bool with_key) {
  FlowBody body(request, {"services", "response", "key"});
  auto asked = std::make_unique<Asked>();
  asked->key = body.text("key", with_key);
  asked->response = body.object("response");
  std::vector<std::string> wanted;
  if (const json::array* list = body.array_at("services"))
    for (const json::value& one : *list) {
      if (one.is_string()) wanted.emplace_back(one.get_string());
    }
  if (wanted.empty()) body.refuse("services", {"至少一项服务", "at least one service"});
  if (asked->response.empty())
    body.refuse("response", {"QuestionnaireResponse", "a QuestionnaireResponse"});
  if (!body.ok()) return unexpected(body.refused());
  auto person = person_of(request, principal, services);
  if (!person) return unexpected(person.error());
  asked->person = std::move(*person);
  auto board = due_of_person(asked->person, principal, services);
  if (!board) return unexpected(board.error());
  asked->board = std::move(*board);
  auto choice = choose(asked->board, wanted, principal, services);
  if (!choice) return unexpected(choice.error());
  asked->choice = std::move(*choice);
  return asked;
}

Response refused_form(const std::vector<forms::Issue>& issues) {
  return json_response(
      422, json::object{
               {"error", json::object{{"code", "form"},
                                      {"message", "the form does not hold: " + issues.front().path +
                                                      ": " + issues.front().message},
                                      {"messageZh", "表单有误：" + issues.front().message},
                                      {"where", issues.front().path},
                                      {"issues", issues_array(issues)}}}});
}

/// Until the lists know of what was just written, so that the next look shows it; not for long.
void wait_for_tables(BatchId batch, const Services& services) {
  constexpr auto longest = std::chrono::seconds(2);
  constexpr auto pause = std::chrono::milliseconds(10);
  const auto end = std::chrono::steady_clock::now() + longest;
  while (services.feed.reached() < batch && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(pause);
}

/// Writes all of it as one commit; answers with the feed number from which lists know of it.
Response write_all(const Principal& principal, const std::vector<std::string>& texts, int status,
                   Services& services) {
  const auto written = ingest::write(services.hub, principal, texts);
  if (!written) return outcome(written.error());
  for (const ingest::Written& one : *written)
    if (!one.faults.empty())
      return outcome({ErrorCode::invalid_input,
                      one.faults.front().path + ": " + one.faults.front().expected, "response"});
  const BatchId batch = services.hub.store().last_batch();
  wait_for_tables(batch, services);
  return json_response(
      status, json::object{{"written", static_cast<std::int64_t>(texts.size())}, {"feed", batch}});
}

json::object enrolment_object(const Enrolment& one, const programmes::Programme& programme,
                              const Person& person, const Principal& principal,
                              const Services& services) {
  const programmes::Library& library = services.programmes->library();
  json::object object{{"id", programme.id},
                      {"title", texts(programme.title)},
                      {"source", texts(programme.source)},
                      {"may", may_act(programme, principal)}};
  if (one.since) object["since"] = format_date(*one.since);
  if (one.until) object["until"] = format_date(*one.until);
  if (one.status_since) object["statusSince"] = format_date(*one.status_since);
  if (!one.reason.empty()) object["reason"] = one.reason;
  if (const programmes::Status* status = library.status(one.status))
    object["status"] = json::object{{"id", status->id}, {"title", texts(status->title)}};
  json::array next;
  for (const programmes::Status& status : library.statuses())
    if (std::ranges::find(status.after, one.status) != status.after.end())
      next.push_back(json::value(status.id));
  object["next"] = std::move(next);
  object["deceased"] = person.resident.deceased.has_value();
  return object;
}

}  // namespace

/// GET /api/residents/{id}/programmes
Response get_resident_programmes(Request& request, const Principal& principal, Services& services) {
  const auto person = person_of(request, principal, services);
  if (!person) return person.error();
  const auto enrolments = enrolments_of(principal, person->resident.id, services);
  if (!enrolments) return person_outcome(enrolments.error());
  const auto board = due_of_person(*person, principal, services);
  if (!board) return board.error();
  const programmes::Library& library = services.programmes->library();
  json::array items;
  json::array others;
  for (std::size_t at = 0; at < library.all().size(); ++at) {
    const programmes::Programme& programme = library.all()[at];
    const auto one = std::ranges::find(*enrolments, programme.id, &Enrolment::programme);
    if (one == enrolments->end()) {
      if (may_act(programme, principal))
        others.push_back(json::object{{"id", programme.id}, {"title", texts(programme.title)}});
      continue;
    }
    json::object object = enrolment_object(*one, programme, *person, principal, services);
    json::array due;
    for (const DueRow& row : board->rows)
      if (row.programme == at) due.push_back(due_object(library, row));
    object["services"] = std::move(due);
    items.push_back(std::move(object));
  }
  return json_response(200, json::object{{"day", format_date(board->day)},
                                         {"items", std::move(items)},
                                         {"others", std::move(others)}});
}

/// POST /api/residents/{id}/programmes {"programme","status","date","reason"}
Response post_resident_programme(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"programme", "status", "date", "reason"});
  programmes::Change change;
  change.programme = body.text("programme", true);
  change.status = body.text("status", true);
  change.reason = body.text("reason", false, 600);
  const std::string date = body.text("date", true);
  const Result<Date> day = parse_date(date);
  if (body.ok() && !day) body.refuse("date", {"日期，如 2026-11-21", "a day, such as 2026-11-21"});
  if (!body.ok()) return body.refused();
  change.day = *day;
  const programmes::Programme* programme = services.programmes->library().find(change.programme);
  if (programme != nullptr && !may_act(*programme, principal))
    return refusal(403, "forbidden",
                   {"您的角色不负责此专项", "your role does not act for this programme"},
                   "programme");
  const auto person = person_of(request, principal, services);
  if (!person) return person.error();
  if (person->patient.empty())
    return outcome({ErrorCode::conflict, "the resident's own record has not arrived yet", "id"});
  const auto enrolments = enrolments_of(principal, person->resident.id, services);
  if (!enrolments) return person_outcome(enrolments.error());
  const auto one = std::ranges::find(*enrolments, change.programme, &Enrolment::programme);
  change.patient = person->patient;
  if (!principal.organizations.empty() && principal.organizations.front() != "*")
    change.organization = principal.organizations.front();
  if (principal.practitioners.size() == 1) change.practitioner = principal.practitioners.front();
  change.id = "e" + crypto::sha256_hex(change.patient + "|" + change.programme + "|" + date + "|" +
                                       change.status)
                        .substr(0, 31);
  const auto text =
      programmes::change(services.programmes->library(), one == enrolments->end() ? nullptr : &*one,
                         change, services.today());
  if (!text) return outcome(text.error());
  return write_all(principal, {*text}, 200, services);
}

/// GET /api/residents/{id}/visit?services=hypertension/follow-up,…
Response get_visit(Request& request, const Principal& principal, Services& services) {
  const auto wanted = text_of(request, "services");
  if (!wanted) return wanted.error();
  const auto person = person_of(request, principal, services);
  if (!person) return person.error();
  const auto board = due_of_person(*person, principal, services);
  if (!board) return board.error();
  const auto choice = choose(*board, split(*wanted), principal, services);
  if (!choice) return choice.error();
  json::object body{{"day", format_date(board->day)},
                    {"services", rows_array(choice->rows, services)},
                    {"available", rows_array(choice->available, services)},
                    {"questionnaire", nullptr},
                    {"response", nullptr}};
  if (choice->chosen.empty()) return json_response(200, body);
  const auto form = form_of(*choice, services);
  if (!form) return form.error();
  const auto first = forms::prefill(form->second, around(*person, principal, services));
  if (!first) return outcome(first.error());
  body["questionnaire"] = json::parse(form->first);
  body["response"] = json::parse(*first);
  return json_response(200, body);
}

/// POST /api/residents/{id}/visit/check {"services","response"}: calculated items and issues
Response check_visit(Request& request, const Principal& principal, Services& services) {
  const auto asked = asked_of(request, principal, services, false);
  if (!asked) return asked.error();
  const auto form = form_of((*asked)->choice, services);
  if (!form) return form.error();
  const forms::Surrounding about = around((*asked)->person, principal, services);
  const auto calculated = forms::calculate(form->second, (*asked)->response, about);
  if (!calculated) return outcome(calculated.error());
  const auto issues = forms::validate(form->second, *calculated, about);
  if (!issues) return outcome(issues.error());
  return json_response(
      200, json::object{{"response", json::parse(*calculated)}, {"issues", issues_array(*issues)}});
}

/// POST /api/residents/{id}/visit {"services","response","key"}: all of it, or nothing
Response post_visit(Request& request, const Principal& principal, Services& services) {
  const auto asked = asked_of(request, principal, services, true);
  if (!asked) return asked.error();
  if ((*asked)->person.patient.empty())
    return outcome({ErrorCode::conflict, "the resident's own record has not arrived yet", "id"});
  programmes::VisitFacts facts{(*asked)->person.patient, "", "", (*asked)->key};
  if (!principal.organizations.empty() && principal.organizations.front() != "*")
    facts.organization = principal.organizations.front();
  if (principal.practitioners.size() == 1) facts.practitioner = principal.practitioners.front();
  const auto visit = programmes::make_visit(services.programmes->library(), (*asked)->choice.chosen,
                                            (*asked)->response,
                                            around((*asked)->person, principal, services), facts);
  if (!visit) return outcome(visit.error());
  if (!visit->issues.empty()) return refused_form(visit->issues);
  return write_all(principal, visit->resources, 201, services);
}

}  // namespace hb::server
