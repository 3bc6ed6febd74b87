#include "indicators/publication_list.hpp"

#include "indicators/content.hpp"

namespace hb::indicators {
namespace {

std::vector<std::string> texts_of(ContentReader& content, const YAML::Node& node, const char* key) {
  std::vector<std::string> texts;
  for (const YAML::Node& one : content.list(node, key)) {
    if (one.IsScalar())
      texts.push_back(one.Scalar());
    else
      content.fault(one, std::string("“") + key + "” holds texts");
  }
  if (texts.empty()) content.fault(node, std::string("“") + key + "” names none");
  return texts;
}

PublicationLine read_line(ContentReader& content, const YAML::Node& node) {
  PublicationLine line;
  line.area = content.text(node, "area");
  line.streets = content.flag(node, "streets");
  line.indicators = texts_of(content, node, "indicators");
  for (const std::string& text : texts_of(content, node, "periods")) {
    const Result<Period> period = parse_period(text);
    if (period)
      line.periods.push_back(*period);
    else
      content.fault(node, "“" + text + "” is no period");
  }
  return line;
}

/// The cells that one line asks for one indicator and period.
Result<std::vector<MeasureCell>> cells_for(const CellSource& cells, const Measure& measure,
                                           const PublicationLine& line, const Period& period) {
  auto found = cells({&measure, period, line.area, line.streets ? By::area : By::none});
  if (found)
    std::erase_if(*found,
                  [](const MeasureCell& one) { return one.area_unknown || !one.figure.value; });
  return found;
}

}  // namespace

Result<PublicationList> read_publications(const std::filesystem::path& file) {
  const Result<YAML::Node> root = read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  PublicationList list;
  if (content.text(*root, "schema") != "publications-1")
    content.fault(*root, "“schema” is not publications-1");
  list.title = content.localized(*root, "title");
  list.by = content.text(*root, "by");
  list.reason = content.text(*root, "reason");
  for (const YAML::Node& node : content.list(*root, "figures"))
    list.lines.push_back(read_line(content, node));
  if (!content.ok()) return unexpected(content.error());
  return list;
}

Result<std::vector<PublishedLine>> publish_list(const PublicationList& list,
                                                const MeasureEngine& engine,
                                                const CellSource& cells, ReportBook& book,
                                                const std::string& by) {
  std::vector<PublishedLine> out;
  for (const PublicationLine& line : list.lines)
    for (const std::string& id : line.indicators) {
      const Measure* const measure = engine.find(id);
      if (measure == nullptr)
        return fail(ErrorCode::not_found, "there is no computed indicator “" + id + "”", id);
      for (const Period& period : line.periods) {
        if (const auto may = check_publishable(*measure); !may) {
          out.push_back({{id, line.area, format_period(period)}, unexpected(may.error())});
          continue;
        }
        const auto found = cells_for(cells, *measure, line, period);
        if (!found) return unexpected(found.error());
        for (const MeasureCell& cell : *found) {
          const Vintage made = vintage_of(cell, *measure);
          out.push_back({made.cell, book.publish_computed(made, by, list.reason)});
        }
      }
    }
  return out;
}

}  // namespace hb::indicators
