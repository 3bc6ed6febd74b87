// Reports on their way through the offices: begun, edited entry by entry, passed on.
#include <fmt/format.h>

#include "indicators/measure_cells.hpp"
#include "server/chapter_routes.hpp"
#include "server/chapter_views.hpp"
#include "server/figure_views.hpp"
#include "server/flow_body.hpp"
#include "server/report_pages.hpp"

namespace hb::server {

namespace {

using report::ChapterEdit;

Response show(const Request& request, const Principal& principal, Services& services, int status) {
  const auto open = chapter_asked(request, principal, services);
  if (!open) return json_response(200, json::object{{"gone", true}});  // it lies with others now
  const auto object = chapter_object(*open, 0, services);
  if (!object) return chapter_outcome(object.error());
  return json_response(status, *object);
}

/// The same report of a year and area that is on its way already.
Result<std::int64_t> on_its_way(const report::ChapterBook& book, const report::ChapterHead& head,
                                const Services& services) {
  const auto heads = book.heads();
  if (!heads) return unexpected(heads.error());
  for (const report::ChapterHead& other : *heads) {
    if (other.report != head.report || other.year != head.year || other.area != head.area) continue;
    const auto instance = services.flows->find(other.instance);
    if (instance && instance->status == workflow::Status::active) return other.id;
  }
  return 0;
}

std::string fields_of(const report::ChapterHead& head, std::int64_t id) {
  return json::serialize(json::object{{"area", head.area},
                                      {"title", head.title},
                                      {"report", head.report},
                                      {"year", head.year},
                                      {"chapter", id},
                                      {"official", head.official}});
}

ChapterEdit edit_of(FlowBody& body) {
  ChapterEdit edit;
  edit.entry = body.text("entry", true, 40);
  const std::string act = body.text("act", true);
  edit.add = act == "add";
  edit.remove = act == "remove";
  if (body.ok() && !edit.add && !edit.remove && act != "change")
    body.refuse("act", {"change、add 或 remove", "change, add or remove"});
  edit.heading = body.text("heading", false, 400);
  edit.text = body.text("text", false, 20'000);
  if (const json::object* reasons = body.object_at("reasons"))
    for (const auto& [number, reason] : *reasons) {
      const std::string name(number);
      if (reason.is_string() && !name.empty() && name.size() < 6 &&
          name.find_first_not_of("0123456789") == std::string::npos)
        edit.reasons[std::stoi(name)] = std::string(reason.as_string()).substr(0, 2000);
    }
  return edit;
}

}  // namespace

/// POST /api/chapters {report, year, area, organ, number}: filled with the figures of the year
Response post_chapter(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"report", "year", "area", "organ", "number"});
  report::ChapterHead head;
  head.report = body.text("report", true);
  head.year = body.whole("year", true).value_or(0);
  head.area = body.text("area", true, 12);
  head.organ = body.text("organ", false, 200);
  head.number = body.text("number", false, 200);
  if (body.ok() && (head.year < 1949 || head.year > 2100))
    body.refuse("year", {"1949–2100 的年份", "a year from 1949 to 2100"});
  if (body.ok() && head.area.find_first_not_of("0123456789") != std::string::npos)
    body.refuse("area", {"区划代码", "an area code"});
  if (!body.ok()) return body.refused();
  if (!indicators::may_read(principal, head.area))
    return outcome(
        {ErrorCode::forbidden, "this area is outside the areas that you may see", "area"});
  const auto form = report::find_template(scenes_of(services), head.report);
  if (!form || form->flow.empty())
    return not_found({"可流转的该报告", "such report that goes through offices"});
  const auto filled = filled_report(services, *form, head.area, head.year);
  if (!filled) return outcome(filled.error());
  auto book = open_chapter_book(services);
  if (!book) return outcome(book.error());
  head.title = filled->document.title;
  head.official = form->official;
  head.by = principal.user;
  head.at = services.flows->now();
  const auto other = on_its_way(**book, head, services);
  if (!other) return outcome(other.error());
  if (*other > 0)
    return refusal(
        409, "conflict",
        {"同一区域、年度的该报告正在流转，稿件编号 " + std::to_string(*other),
         "this report of the area and year is on its way already: text " + std::to_string(*other)},
        "report");
  const Principal who = services.flows->acting(principal);
  std::optional<Response> refused;
  const auto id = (*book)->add(head, report::chapter_of(filled->document),
                               [&](std::int64_t next) -> Result<std::string> {
                                 workflow::StartCommand command;
                                 command.key = fmt::format("chapter-{}-{}", next, head.at.micros);
                                 command.data = json::parse(fields_of(head, next)).as_object();
                                 const auto made = services.flows->begin(form->flow, command, who);
                                 if (made) return made->id;
                                 refused = flow_refusal(made.error(), form->flow);
                                 return unexpected(made.error().error());
                               });
  if (!id) return refused ? *refused : chapter_outcome(id.error());
  services.hub.store().note_audit(principal, "write", fmt::format("chapter {} version 1", *id));
  request.captures = {{"id", std::to_string(*id)}};
  return show(request, principal, services, 201);
}

/// POST /api/chapters/{id}/versions {seen, entry, act, heading, text, reasons, note}
Response post_chapter_version(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"seen", "entry", "act", "heading", "text", "reasons", "note"});
  const auto seen = body.whole("seen", true);
  const ChapterEdit edit = edit_of(body);
  const std::string note = body.text("note", false, 2000);
  if (!body.ok()) return body.refused();
  const auto open = chapter_asked(request, principal, services);
  if (!open) return open.error();
  if (!open->may_edit(services))
    return refusal(403, "forbidden",
                   {"稿件现在不由您办理，不能修改", "the text is not yours to edit at this step"},
                   "instance");
  const auto made =
      open->book->edit(open->head.id, *seen, edit, principal.user, services.flows->now(), note);
  if (!made) return chapter_outcome(made.error());
  services.hub.store().note_audit(
      principal, "write", fmt::format("chapter {} version {}", open->head.id, made->number));
  return show(request, principal, services, 200);
}

/// POST /api/chapters/{id}/acts {version, token, seen, move, reason, key}: the text that was seen,
/// and no other, is passed on
Response post_chapter_act(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"version", "token", "seen", "move", "reason", "key"});
  const auto version = body.whole("version", true);
  const std::string move = body.text("move", true);
  workflow::Command command = command_of(move);
  command.token = body.whole("token", true).value_or(0);
  command.seen = body.whole("seen", true);
  command.reason = body.text("reason", false, 4000);
  command.key = body.text("key", true);
  if (!body.ok()) return body.refused();
  const auto open = chapter_asked(request, principal, services);
  if (!open) return open.error();
  std::optional<Response> refused;
  const auto done = open->book->holding(open->head.id, *version, [&]() -> Result<void> {
    const auto made = services.flows->act(open->head.instance, command, open->who);
    if (made) return {};
    refused = flow_refusal(made.error(), open->head.instance);
    return unexpected(made.error().error());
  });
  const records::Store& store = services.hub.store();
  if (!done) {
    store.note_audit(principal, "refused", move + fmt::format(" of chapter {}", open->head.id));
    return refused ? *refused : chapter_outcome(done.error());
  }
  store.note_audit(principal, "act",
                   move + fmt::format(" of chapter {} version {}", open->head.id, *version));
  return show(request, principal, services, 200);
}

}  // namespace hb::server
