#include "server/chapter_views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "indicators/measure_engine.hpp"
#include "server/parameters.hpp"

namespace hb::server {

namespace {

using report::ChapterEntry;
using report::ChapterFigure;

json::object table_object(const report::Table& table) {
  json::array rows;
  for (const auto& row : table.rows) {
    json::array cells;
    for (const report::SheetCell& cell : row)
      cells.push_back(json::object{
          {"text", cell.number ? fmt::format("{:.{}f}", *cell.number, cell.decimals) : cell.text},
          {"number", cell.number.has_value()}});
    rows.push_back(std::move(cells));
  }
  return {{"caption", table.caption}, {"rows", std::move(rows)}};
}

json::object bars_object(const report::Bars& bars) {
  report::Table table{bars.caption, {{"区域", bars.unit.empty() ? "数值" : bars.unit}}};
  for (const auto& [name, value] : bars.bars) table.rows.push_back({name, {value, bars.decimals}});
  return table_object(table);
}

json::object figure_object(const ChapterFigure& figure,
                           const std::vector<report::TextFigure>& shown,
                           const report::Chapter& chapter, const Services& services) {
  const auto stands = std::ranges::find(shown, figure.number, &report::TextFigure::number);
  const auto known =
      std::ranges::find(chapter.definitions, figure.anchor, &report::Definition::anchor);
  constexpr std::string_view prefix = "basis-";
  const std::string id =
      figure.anchor.starts_with(prefix) ? figure.anchor.substr(prefix.size()) : figure.anchor;
  const indicators::Measure* measure = services.measures->find(id);
  return {{"number", figure.number},
          {"indicator", id},
          {"name", texts(measure != nullptr                   ? measure->title
                         : known != chapter.definitions.end() ? Localized{known->name, known->name}
                                                              : Localized{id, id})},
          {"generated", figure.generated},
          {"printed", stands == shown.end() ? "" : stands->printed},
          {"changed", !figure.reason.empty()},
          {"reason", figure.reason}};
}

json::object entry_object(const ChapterEntry& entry, const report::Chapter& chapter,
                          const Services& services) {
  json::object out{{"key", entry.key},
                   {"section", entry.section},
                   {"heading", entry.heading},
                   {"text", entry.text}};
  json::array figures;
  if (const auto shown = report::figures_in(entry.text))
    for (const ChapterFigure& figure : entry.figures)
      figures.push_back(figure_object(figure, *shown, chapter, services));
  out["figures"] = std::move(figures);
  out["table"] = nullptr;
  if (!entry.fixed()) return out;
  const report::Block& block = entry.block.front();
  if (const auto* table = std::get_if<report::Table>(&block)) out["table"] = table_object(*table);
  if (const auto* bars = std::get_if<report::Bars>(&block)) out["table"] = bars_object(*bars);
  return out;
}

std::string chinese(const Error& error) {
  const auto begins = [&](std::string_view words) { return error.message.starts_with(words); };
  if (begins("version ")) return "稿件已有新的版本，请先查看再操作";
  if (begins("nothing is changed")) return "没有改动";
  if (begins("an entry has a text")) return "条目正文不能为空";
  if (begins("a section keeps")) return "每个部分至少保留一个条目";
  if (begins("there is no such entry")) return "没有此条目";
  if (begins("there is no such version")) return "没有此版本";
  if (begins("tables and charts")) return "表和图由指标数据生成，不能直接修改";
  if (begins("a figure is written"))
    return "数据的写法为 «编号|数值»，例如 «3|69.75%»，请检查标记是否完整";
  if (begins("the figure ")) return "数据被更改或删除，请填写理由：" + error.message;
  if (begins("figure ")) return "数据编号不属于本条目";
  return error.message;
}

}  // namespace

Result<std::unique_ptr<report::ChapterBook>> open_chapter_book(const Services& services) {
  return report::ChapterBook::open(
      (std::filesystem::path(services.hub.directory()) / "chapters.db").string());
}

Response chapter_outcome(const Error& error) {
  const Localized words{chinese(error), error.message};
  switch (error.code) {
    case ErrorCode::not_found:
      return refusal(404, "not_found", words, error.where);
    case ErrorCode::conflict:
      return refusal(409, "conflict", words, error.where);
    case ErrorCode::invalid_input:
      return refusal(400, "invalid_input", words, error.where);
    default:
      return outcome(error);
  }
}

bool OpenChapter::may_edit(const Services& services) const {
  for (const workflow::Token& token : running.instance.tokens) {
    if (token.owner.actor.empty()) continue;
    const json::object task = task_object(running, token, who, services);
    for (const json::value& move : task.at("moves").as_array())
      if (move.at("kind").as_string() == "move") return true;
  }
  return false;
}

Parsed<OpenChapter> chapter_asked(const Request& request, const Principal& principal,
                                  const Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return unexpected(id.error());
  const Response nobody = not_found({"此稿件", "such text"});
  auto book = open_chapter_book(services);
  if (!book) return unexpected(outcome(book.error()));
  auto head = (*book)->head(*id);
  if (!head) return unexpected(nobody);
  auto versions = (*book)->versions(*id);
  if (!versions || versions->empty()) return unexpected(nobody);
  const Principal who = services.flows->acting(principal);
  auto running = running_of(head->instance, who, services);
  if (!running) return unexpected(nobody);
  return OpenChapter{std::move(*book), std::move(*head), std::move(*versions), std::move(*running),
                     who};
}

json::object chapter_line(const report::ChapterHead& head, const Running& running, int newest,
                          const Services& services) {
  const json::object line = instance_line(running, services);
  json::array states = line.at("states").as_array();
  if (const json::value* end = line.if_contains("end_name"))
    states = {json::object{{"id", running.instance.end}, {"name", *end}}};
  return {{"id", head.id},
          {"report", head.report},
          {"title", head.title},
          {"official", head.official},
          {"year", head.year},
          {"area", head.area},
          {"area_name", texts(head.area.empty() ? Localized{"全部区域", "All areas"}
                                                : services.areas.name(head.area))},
          {"instance", head.instance},
          {"finished", running.instance.status != workflow::Status::active},
          {"states", std::move(states)},
          {"version", newest},
          {"by", head.by},
          {"by_name", services.flows->display(head.by)},
          {"at", format_instant(head.at)}};
}

Result<json::object> chapter_object(const OpenChapter& open, int version, Services& services) {
  const int shown = version == 0 ? open.newest() : version;
  const auto chapter = open.book->text(open.head.id, shown);
  if (!chapter) return unexpected(chapter.error());
  json::object out = chapter_line(open.head, open.running, open.newest(), services);
  out["shown"] = shown;
  out["may_edit"] = shown == open.newest() && open.may_edit(services);
  json::array versions;
  for (const report::ChapterVersion& one : open.versions) {
    json::array changed;
    for (const std::string& key : one.changed) changed.emplace_back(key);
    versions.push_back(json::object{{"number", one.number},
                                    {"by", one.by},
                                    {"by_name", services.flows->display(one.by)},
                                    {"at", format_instant(one.at)},
                                    {"note", one.note},
                                    {"changed", std::move(changed)}});
  }
  out["versions"] = std::move(versions);
  json::array entries;
  for (const ChapterEntry& entry : chapter->entries)
    entries.push_back(entry_object(entry, *chapter, services));
  out["entries"] = std::move(entries);
  out["flow"] = instance_object(open.running, open.who, services);
  return out;
}

}  // namespace hb::server
