#include "report/template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "indicators/content.hpp"
#include "indicators/phrases.hpp"

namespace hb::report {
namespace {

namespace fs = std::filesystem;
using indicators::ContentReader;

std::vector<std::string> texts_of(ContentReader& content, const YAML::Node& map, const char* key) {
  std::vector<std::string> texts;
  for (const YAML::Node& entry : content.list(map, key, false))
    texts.push_back(entry.IsScalar() ? entry.Scalar() : "");
  return texts;
}

TemplateSection read_section(ContentReader& content, const YAML::Node& entry) {
  TemplateSection section;
  section.title = content.text(entry, "title");
  for (const YAML::Node& part : content.list(entry, "parts", false))
    section.parts.push_back(
        {content.text(part, "heading", false), texts_of(content, part, "sentences")});
  section.table = texts_of(content, entry, "table");
  section.table_caption = content.text(entry, "caption", !section.table.empty());
  section.streets = content.text(entry, "streets", false);
  return section;
}

/// Text and {placeholders} by turns; false: a bracket is not closed.
bool split(const std::string& sentence,
           const std::function<void(const std::string& text, bool placeholder)>& visit) {
  for (std::size_t at = 0; at < sentence.size();) {
    const std::size_t open = sentence.find('{', at);
    if (open > at) visit(sentence.substr(at, std::min(open, sentence.size()) - at), false);
    if (open == std::string::npos) return true;
    const std::size_t close = sentence.find('}', open);
    if (close == std::string::npos) return false;
    visit(sentence.substr(open + 1, close - open - 1), true);
    at = close + 1;
  }
  return true;
}

bool is_general(const std::string& name) {
  return name == "year" || name == "last-year" || name == "area";
}

/// 69.75% · 1442.93/10万 · 85.43岁
std::string put_unit(const std::string& number, const Localized& unit) {
  if (indicators::is_no_unit(unit.zh) || unit.zh.find('=') != std::string::npos) return number;
  return indicators::append_unit({number, number}, unit).zh;
}

std::string with_unit(const ReportFigure& figure) {
  return put_unit(figure.printed, figure.measure->unit);
}

/// Fills one template; keeps what was used and what had to be left out.
class Filler {
 public:
  Filler(const ReportTemplate& report, const ReportData& data) : report_(report), data_(data) {}

  Result<FilledReport> run() {
    Document& document = out_.document;
    document.official = report_.official;
    document.title = general(report_.title);
    int number = 0;
    for (const TemplateSection& section : report_.sections) {
      ++number;
      const std::string numbered =
          report_.official ? chinese(number) + "、" + section.title : section.title;
      document.blocks.emplace_back(Heading{1, general(numbered)});
      for (const TemplatePart& part : section.parts) add_part(part);
      if (!section.table.empty()) add_table(section);
      if (!section.streets.empty()) add_streets(section.streets);
    }
    add_definitions();
    if (fault_) return unexpected(*fault_);
    return std::move(out_);
  }

 private:
  static std::string chinese(int number) {
    static constexpr const char* digits[] = {"零", "一", "二", "三", "四", "五",
                                             "六", "七", "八", "九", "十"};
    if (number <= 10) return digits[number];
    return (number < 20 ? "" : std::string(digits[number / 10])) + "十" +
           (number % 10 == 0 ? "" : digits[number % 10]);
  }

  std::string general(std::string text) const {
    const auto put = [&](const std::string& name, const std::string& value) {
      for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;)
        text.replace(at, name.size(), value);
    };
    put("{year}", std::to_string(data_.year));
    put("{last-year}", std::to_string(data_.year - 1));
    put("{area}", data_.area);
    return text;
  }

  const ReportFigure& figure(const std::string& id, int year) {
    const auto key = std::make_pair(id, year);
    const auto known = figures_.find(key);
    if (known != figures_.end()) return known->second;
    return figures_.emplace(key, data_.figure(id, year)).first->second;
  }

  /// The words of one placeholder; empty = it cannot be given (why is then set).
  std::string words(const std::string& name, std::string& why) {
    const std::size_t point = name.find('.');
    const std::string id = name.substr(0, point);
    const std::string what = point == std::string::npos ? "" : name.substr(point + 1);
    const ReportFigure& now = figure(id, data_.year);
    if (now.measure == nullptr) {
      say("there is no computed indicator “" + id + "”");
      return {};
    }
    if (now.printed.empty()) {
      why = now.measure->title.zh + "：" + (now.reason.empty() ? "没有数值" : now.reason);
      return {};
    }
    if (what.empty()) return with_unit(now);
    if (what == "value") return now.printed;
    if (what == "numerator" || what == "denominator") {
      const std::string& count = what == "numerator" ? now.numerator : now.denominator;
      if (count.empty()) why = now.measure->title.zh + "：没有计数";
      return count;
    }
    const ReportFigure& before = figure(id, data_.year - 1);
    if (what != "last" && what != "change") {
      say("“{" + name + "}” is not known");
      return {};
    }
    if (before.printed.empty()) {
      why = now.measure->title.zh + "：上年没有数值";
      return {};
    }
    return what == "last" ? with_unit(before) : change_words(now, before);
  }

  void add_part(const TemplatePart& part) {
    Paragraph paragraph;
    if (!part.heading.empty() && report_.official)
      out_.document.blocks.emplace_back(Heading{2, general(part.heading)});
    else if (!part.heading.empty())
      paragraph.runs.push_back({general(part.heading), "", true});
    for (const std::string& sentence : part.sentences) add_sentence(general(sentence), paragraph);
    mend_end(paragraph);
    const std::size_t titled = report_.official || part.heading.empty() ? 0 : 1;
    if (paragraph.runs.size() > titled) out_.document.blocks.emplace_back(std::move(paragraph));
  }

  void add_sentence(const std::string& sentence, Paragraph& paragraph) {
    std::vector<Run> runs;
    std::string why;
    const bool sound = split(sentence, [&](const std::string& text, bool placeholder) {
      if (!placeholder) {
        runs.push_back({text, "", false});
        return;
      }
      const std::string id = text.substr(0, text.find('.'));
      runs.push_back({words(text, why), "basis-" + id, false});
      mention(id);
    });
    if (!sound) say("a bracket is not closed: " + sentence);
    if (!why.empty()) {
      out_.omitted.push_back(why);
      if (sentence.ends_with("。")) mend_end(paragraph);  // what stood before it is the end now
      return;
    }
    mend_level(runs);
    paragraph.runs.insert(paragraph.runs.end(), runs.begin(), runs.end());
  }

  /// A sentence whose end was left out ends where it stands: ； becomes 。
  static void mend_end(Paragraph& paragraph) {
    constexpr std::string_view half = "；";
    if (paragraph.runs.empty()) return;
    std::string& last = paragraph.runs.back().text;
    if (last.ends_with(half)) last.replace(last.size() - half.size(), half.size(), "。");
  }

  /// 比上年持平 is said 与上年持平.
  static void mend_level(std::vector<Run>& runs) {
    constexpr std::string_view than = "比上年";
    for (std::size_t i = 1; i < runs.size(); ++i) {
      std::string& before = runs[i - 1].text;
      if (runs[i].text == "持平" && before.ends_with(than))
        before.replace(before.size() - than.size(), than.size(), "与上年");
    }
  }

  void mention(const std::string& id) {
    if (std::ranges::find(mentioned_, id) == mentioned_.end()) mentioned_.push_back(id);
  }

  /// notes  where given, a figure that cannot be given has the number of its reason there: a
  ///        sentence in a narrow column would make the row tall
  std::vector<SheetCell> row_of(const std::string& id, std::vector<std::string>* notes = nullptr) {
    const ReportFigure& now = figure(id, data_.year);
    const ReportFigure& before = figure(id, data_.year - 1);
    if (now.measure == nullptr) {
      say("there is no computed indicator “" + id + "”");
      return {};
    }
    mention(id);
    const int decimals = now.measure->decimals;
    const auto cell = [&](const ReportFigure& one) {
      if (one.value) return SheetCell(*one.value, decimals);
      if (one.reason.empty()) return SheetCell("—");
      return SheetCell(notes != nullptr ? note_of(one.reason, *notes) : one.reason);
    };
    const bool both = now.value && before.value;
    return {now.measure->title.zh,
            now.measure->unit.zh,
            cell(now),
            cell(before),
            both ? change_words(now, before) : "—",
            now.target.empty() ? "—" : now.target,
            now.status.empty() ? "—" : now.status};
  }

  /// "注2": the reason's place among the notes, where it is put when it is not there.
  static std::string note_of(const std::string& reason, std::vector<std::string>& notes) {
    auto at = std::ranges::find(notes, reason);
    if (at == notes.end()) at = notes.insert(notes.end(), reason);
    return fmt::format("注{}", at - notes.begin() + 1);
  }

  std::vector<SheetCell> header() const {
    return {"指标",
            "单位",
            std::to_string(data_.year) + "年",
            std::to_string(data_.year - 1) + "年",
            "比上年",
            "目标",
            "状态"};
  }

  void add_table(const TemplateSection& section) {
    Table table{general(section.table_caption), {header()}};
    std::vector<std::string> notes;
    for (const std::string& id : section.table) table.rows.push_back(row_of(id, &notes));
    std::string below;
    for (std::size_t i = 0; i < notes.size(); ++i)
      below += fmt::format("{}注{}：{}", i > 0 ? "；" : "", i + 1, notes[i]);
    if (!below.empty()) table.rows.push_back({below});
    out_.document.blocks.emplace_back(std::move(table));
  }

  void add_streets(const std::string& id) {
    const ReportFigure& now = figure(id, data_.year);
    if (now.measure == nullptr) return say("there is no computed indicator “" + id + "”");
    auto streets = data_.streets(id);
    if (streets.empty()) {
      out_.omitted.push_back(now.measure->title.zh + "：没有街道数值");
      return;
    }
    std::ranges::stable_sort(streets, std::greater<>(), &std::pair<std::string, double>::second);
    mention(id);
    out_.document.blocks.emplace_back(Bars{
        fmt::format("{}年各街道{}（{}）", data_.year, now.measure->title.zh, now.measure->unit.zh),
        now.measure->unit.zh, now.measure->decimals, std::move(streets)});
  }

  /// What every figure means, that figures link to; and the sheet of all of them.
  void add_definitions() {
    out_.sheet.name = std::to_string(data_.year) + "年指标";
    out_.sheet.widths = {36, 10, 12, 12, 18, 16, 12};
    out_.sheet.rows.push_back(header());
    out_.document.blocks.emplace_back(Heading{1, "附：指标口径与数据来源"});
    for (const std::string& id : mentioned_) {
      const ReportFigure& now = figure(id, data_.year);
      if (now.measure == nullptr) continue;
      out_.sheet.rows.push_back(row_of(id));
      const indicators::Measure& measure = *now.measure;
      Definition entry{"basis-" + id, measure.title.zh, {}};
      entry.facts = {{"数值", now.printed.empty() ? now.reason : with_unit(now)},
                     {"人口口径", measure.basis.population.zh},
                     {"统计范围", measure.basis.area.zh},
                     {"统计年度", measure.basis.year.zh},
                     {"日期口径", measure.basis.date.zh},
                     {"定义", fmt::format("{} 第{}版，{}", measure.id, measure.version,
                                          measure.source.title.zh)},
                     {"数据来源", now.origin}};
      if (now.lower && now.upper)
        entry.facts.insert(entry.facts.begin() + 1,
                           {"95%区间", fmt::format("{:.{}f}～{:.{}f}", *now.lower, measure.decimals,
                                                   *now.upper, measure.decimals)});
      out_.document.blocks.emplace_back(std::move(entry));
    }
  }

  void say(std::string message) {
    if (!fault_) fault_ = Error{ErrorCode::invalid_input, std::move(message), report_.file};
  }

  const ReportTemplate& report_;
  const ReportData& data_;
  FilledReport out_;
  std::map<std::pair<std::string, int>, ReportFigure> figures_;
  std::vector<std::string> mentioned_;
  std::optional<Error> fault_;
};

}  // namespace

std::string change_words(const ReportFigure& now, const ReportFigure& before) {
  if (!now.value || !before.value) return {};
  const int decimals = now.measure->decimals;
  // Of the printed numbers, so that a reader can check it.
  const double scale = std::pow(10.0, decimals);
  const double a = std::round(*now.value * scale) / scale;
  const double b = std::round(*before.value * scale) / scale;
  const double difference = a - b;
  if (std::abs(difference) < 0.5 / scale) return "持平";
  const std::string size = fmt::format("{:.{}f}", std::abs(difference), decimals);
  const Localized& unit = now.measure->unit;
  if (unit.zh == "%") return (difference > 0 ? "上升" : "下降") + size + "个百分点";
  if (unit.zh == "岁") return (difference > 0 ? "提高" : "下降") + size + "岁";
  if (b == 0) return (difference > 0 ? "增加" : "减少") + put_unit(size, unit);
  return fmt::format("{}{:.2f}%", difference > 0 ? "增长" : "下降", std::abs(100 * difference / b));
}

Result<ReportTemplate> load_template(const fs::path& file) {
  const auto root = indicators::read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  if (content.text(*root, "schema") != "report-1") content.fault(*root, "“schema” is not report-1");
  ReportTemplate report;
  report.file = file.string();
  report.id = content.text(*root, "id");
  report.name = content.localized(*root, "name");
  report.official = content.text(*root, "form") == "official";
  report.title = content.text(*root, "title");
  report.flow = content.text(*root, "flow", false);
  for (const YAML::Node& entry : content.list(*root, "sections"))
    report.sections.push_back(read_section(content, entry));
  if (!content.ok()) return unexpected(content.error());
  return report;
}

Result<ReportTemplate> find_template(const fs::path& scenes_dir, const std::string& id) {
  std::error_code ignored;
  std::set<std::string> known;
  for (const fs::directory_entry& scene : fs::directory_iterator(scenes_dir, ignored))
    for (const fs::directory_entry& file :
         fs::directory_iterator(scene.path() / "reports", ignored)) {
      if (file.path().extension() != ".yaml") continue;
      if (file.path().stem() == id) return load_template(file.path());
      known.insert(file.path().stem().string());
    }
  std::string all;
  for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
  return fail(ErrorCode::not_found, "there is no such report; the scenes have: " + all, id);
}

std::vector<std::string> ids_of(const ReportTemplate& report) {
  std::vector<std::string> ids;
  const auto add = [&](const std::string& id) {
    if (!id.empty() && !is_general(id) && std::ranges::find(ids, id) == ids.end())
      ids.push_back(id);
  };
  for (const TemplateSection& section : report.sections) {
    for (const TemplatePart& part : section.parts)
      for (const std::string& sentence : part.sentences)
        split(sentence, [&](const std::string& text, bool placeholder) {
          if (placeholder) add(text.substr(0, text.find('.')));
        });
    for (const std::string& id : section.table) add(id);
    add(section.streets);
  }
  return ids;
}

Result<FilledReport> fill(const ReportTemplate& report, const ReportData& data) {
  return Filler(report, data).run();
}

}  // namespace hb::report
