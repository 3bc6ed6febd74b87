#include <boost/json.hpp>

#include "report/chapter.hpp"

namespace hb::report {
namespace {

namespace json = boost::json;

json::value cell_json(const SheetCell& cell) {
  if (cell.number) return json::object{{"number", *cell.number}, {"decimals", cell.decimals}};
  return json::string(cell.text);
}

SheetCell cell_from(const json::value& value) {
  if (value.is_string()) return {std::string(value.as_string())};
  return {value.at("number").to_number<double>(),
          static_cast<int>(value.at("decimals").as_int64())};
}

json::object block_json(const Block& block) {
  if (const auto* table = std::get_if<Table>(&block)) {
    json::array rows;
    for (const auto& row : table->rows) {
      json::array cells;
      for (const SheetCell& cell : row) cells.push_back(cell_json(cell));
      rows.push_back(std::move(cells));
    }
    return {{"kind", "table"}, {"caption", table->caption}, {"rows", std::move(rows)}};
  }
  const auto& bars = std::get<Bars>(block);
  json::array list;
  for (const auto& [name, value] : bars.bars)
    list.push_back(json::object{{"name", name}, {"value", value}});
  return {{"kind", "bars"},
          {"caption", bars.caption},
          {"unit", bars.unit},
          {"decimals", bars.decimals},
          {"bars", std::move(list)}};
}

std::string text_at(const json::value& value, const char* name) {
  return std::string(value.at(name).as_string());
}

Block block_from(const json::value& value) {
  if (value.at("kind").as_string() == "table") {
    Table table{text_at(value, "caption"), {}};
    for (const json::value& row : value.at("rows").as_array()) {
      auto& cells = table.rows.emplace_back();
      for (const json::value& cell : row.as_array()) cells.push_back(cell_from(cell));
    }
    return table;
  }
  Bars bars{text_at(value, "caption"),
            text_at(value, "unit"),
            static_cast<int>(value.at("decimals").as_int64()),
            {}};
  for (const json::value& one : value.at("bars").as_array())
    bars.bars.emplace_back(text_at(one, "name"), one.at("value").to_number<double>());
  return bars;
}

ChapterEntry entry_from(const json::value& value) {
  ChapterEntry entry;
  entry.key = text_at(value, "key");
  entry.section = text_at(value, "section");
  entry.heading = text_at(value, "heading");
  entry.text = text_at(value, "text");
  for (const json::value& one : value.at("figures").as_array())
    entry.figures.push_back({static_cast<int>(one.at("number").as_int64()), text_at(one, "anchor"),
                             text_at(one, "generated"), text_at(one, "reason")});
  if (const json::value* block = value.as_object().if_contains("block"))
    entry.block.push_back(block_from(*block));
  return entry;
}

Definition definition_from(const json::value& value) {
  Definition definition{text_at(value, "anchor"), text_at(value, "name"), {}};
  for (const json::value& fact : value.at("facts").as_array())
    definition.facts.emplace_back(text_at(fact, "label"), text_at(fact, "text"));
  return definition;
}

}  // namespace

std::string chapter_json(const Chapter& chapter) {
  json::array entries;
  for (const ChapterEntry& entry : chapter.entries) {
    json::array figures;
    for (const ChapterFigure& figure : entry.figures)
      figures.push_back(json::object{{"number", figure.number},
                                     {"anchor", figure.anchor},
                                     {"generated", figure.generated},
                                     {"reason", figure.reason}});
    json::object one{{"key", entry.key},
                     {"section", entry.section},
                     {"heading", entry.heading},
                     {"text", entry.text},
                     {"figures", std::move(figures)}};
    if (entry.fixed()) one["block"] = block_json(entry.block.front());
    entries.push_back(std::move(one));
  }
  json::array definitions;
  for (const Definition& definition : chapter.definitions) {
    json::array facts;
    for (const auto& [label, text] : definition.facts)
      facts.push_back(json::object{{"label", label}, {"text", text}});
    definitions.push_back(json::object{
        {"anchor", definition.anchor}, {"name", definition.name}, {"facts", std::move(facts)}});
  }
  return json::serialize(json::object{{"title", chapter.title},
                                      {"official", chapter.official},
                                      {"entries", std::move(entries)},
                                      {"definitions", std::move(definitions)}});
}

Result<Chapter> read_chapter(std::string_view text) {
  try {
    const json::value value = json::parse(text);
    Chapter chapter;
    chapter.title = text_at(value, "title");
    chapter.official = value.at("official").as_bool();
    for (const json::value& entry : value.at("entries").as_array())
      chapter.entries.push_back(entry_from(entry));
    for (const json::value& definition : value.at("definitions").as_array())
      chapter.definitions.push_back(definition_from(definition));
    return chapter;
  } catch (const std::exception& problem) {  // Boost.JSON's way to say that a member is missing
    return fail(ErrorCode::invalid_input, std::string("not a chapter: ") + problem.what());
  }
}

}  // namespace hb::report
