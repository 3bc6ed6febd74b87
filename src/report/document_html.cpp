#include <fmt/format.h>

#include <algorithm>

#include "report/document.hpp"

namespace hb::report {
namespace {

constexpr const char* style = R"css(
@page { size: A4; margin: 37mm 26mm 35mm 28mm; }
@page :right { @bottom-right { content: "— " counter(page) " —"; font: 14pt SimSun, "Noto Serif CJK SC", serif; vertical-align: top; padding: 7mm 1em 0 0; } }
@page :left { @bottom-left { content: "— " counter(page) " —"; font: 14pt SimSun, "Noto Serif CJK SC", serif; vertical-align: top; padding: 7mm 0 0 1em; } }
html { background: #f2f2f2; }
body { max-width: 156mm; margin: 0 auto; padding: 37mm 26mm 35mm 28mm; background: #fff; color: #000;
  font: 16pt/28.95pt FangSong, "仿宋", "FangSong_GB2312", "Noto Serif CJK SC", "Noto Serif SC", serif; }
@media print { html { background: #fff; } body { padding: 0; max-width: none; } }
.head { text-align: center; color: #c7000b; font: 700 26pt/1.6 SimSun, "Noto Serif CJK SC", serif; letter-spacing: .08em; }
.number { text-align: center; margin: 6pt 0; }
.rule { border: 0; border-top: 2px solid #c7000b; margin: 4pt 0 24pt; }
h1 { font: 700 22pt/1.5 SimSun, "Noto Serif CJK SC", serif; text-align: center; margin: 0 0 4pt; }
.subtitle { text-align: center; margin: 0 0 20pt; }
h2 { font: 400 16pt/28.95pt SimHei, "Noto Sans CJK SC", sans-serif; margin: 12pt 0 0; text-indent: 2em; break-after: avoid; }
h3 { font: 400 16pt/28.95pt KaiTi, "Noto Serif CJK SC", serif; margin: 6pt 0 0; text-indent: 2em; break-after: avoid; }
p { margin: 0; text-indent: 2em; text-align: justify; }
a { color: inherit; text-decoration: none; border-bottom: 1px dotted #888; }
table { width: 100%; table-layout: fixed; border-collapse: collapse; font: 10.5pt/1.5 SimSun, "Noto Serif CJK SC", serif; margin: 0 0 12pt; }
.caption { font: 700 12pt/1.8 SimHei, "Noto Sans CJK SC", sans-serif; text-align: center; text-indent: 0; margin: 6pt 0 0; break-after: avoid; }
thead { display: table-header-group; }
col.name { width: 26%; } col.unit { width: 9%; } col.year { width: 11%; } col.change { width: 18%; }
th, td { border: 1px solid #444; padding: 2pt 4pt; text-align: left; overflow-wrap: anywhere; }
th { text-align: center; font-weight: 700; }
td.note { font-size: 9pt; }
td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tr { break-inside: avoid; }
figure { margin: 8pt 0 12pt; break-inside: avoid; }
figcaption { text-align: center; font: 700 12pt/1.8 SimHei, "Noto Sans CJK SC", sans-serif; }
.date { text-align: right; margin-top: 30pt; text-indent: 0; }
.basis { font: 10.5pt/1.6 SimSun, "Noto Serif CJK SC", serif; margin: 6pt 0; break-inside: avoid; }
.basis b { font-weight: 700; }
.basis dl { margin: 0; display: grid; grid-template-columns: 6em 1fr; gap: 0 6pt; }
.basis dt { color: #555; }
.basis dd { margin: 0; overflow-wrap: anywhere; }
.simulated { text-align: right; text-indent: 0; font: 10pt sans-serif; color: #a15c00; }
@media print { .simulated { display: none; } }
)css";

/// Every printed page of invented people says so, in its margin.
constexpr const char* simulated_style = R"css(
@page { @top-right { content: "模拟数据"; font: 10pt sans-serif; color: #a15c00; } }
)css";

std::string cell(const SheetCell& one, bool is_header) {
  const char* tag = is_header ? "th" : "td";
  if (one.number)
    return fmt::format("<{0} class=\"n\">{1:.{2}f}</{0}>", tag, *one.number, one.decimals);
  return fmt::format("<{0}>{1}</{0}>", tag, xml_text(one.text));
}

struct HtmlWriter {
  std::string out;

  void operator()(const Heading& heading) {
    const int level = heading.level + 1;
    out += fmt::format("<h{0}>{1}</h{0}>\n", level, xml_text(heading.text));
  }
  void operator()(const Paragraph& paragraph) {
    out += "<p>";
    for (const Run& run : paragraph.runs) {
      std::string text = xml_text(run.text);
      if (run.bold) text = "<b>" + text + "</b>";
      out += run.anchor.empty() ? text : fmt::format("<a href=\"#{}\">{}</a>", run.anchor, text);
    }
    out += "</p>\n";
  }
  void operator()(const Table& table) {
    out += "<p class=\"caption\">" + xml_text(table.caption) + "</p><table>";
    if (!table.rows.empty() && table.rows[0].size() == 7)  // indicator, unit, two years, change, …
      out +=
          "<colgroup><col class=\"name\"><col class=\"unit\"><col class=\"year\"><col "
          "class=\"year\"><col class=\"change\"><col>"
          "<col></colgroup>";
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      out += row == 0 ? "<thead><tr>" : "<tr>";
      if (table.is_note(row))
        out += fmt::format("<td class=\"note\" colspan=\"{}\">{}</td>", table.rows[0].size(),
                           xml_text(table.rows[row][0].text));
      else
        for (const SheetCell& one : table.rows[row]) out += cell(one, row == 0);
      out += row == 0 ? "</tr></thead>\n" : "</tr>\n";
    }
    out += "</table>\n";
  }
  void operator()(const Bars& bars) {
    constexpr int row = 18;
    constexpr int left = 110;
    constexpr int width = 380;
    double most = 0;
    for (const auto& [name, value] : bars.bars) most = std::max(most, value);
    if (most <= 0) return;
    const auto height = static_cast<int>(bars.bars.size()) * row + 6;
    out += fmt::format(
        "<figure><figcaption>{}</figcaption><svg viewBox=\"0 0 560 {}\" width=\"100%\" "
        "role=\"img\" font-size=\"11\">",
        xml_text(bars.caption), height);
    int y = 4;
    for (const auto& [name, value] : bars.bars) {
      out += fmt::format(
          "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><rect x=\"{}\" y=\"{}\" "
          "width=\"{:.1f}\" height=\"{}\" fill=\"#4a7ba6\"/><text x=\"{:.1f}\" y=\"{}\">{:.{}f}"
          "</text>",
          left - 6, y + 11, xml_text(name), left, y, width * value / most, row - 6,
          left + width * value / most + 5, y + 11, value, bars.decimals);
      y += row;
    }
    out += "</svg></figure>\n";
  }
  void operator()(const Definition& definition) {
    out += fmt::format("<div class=\"basis\" id=\"{}\"><b>{}</b><dl>", definition.anchor,
                       xml_text(definition.name));
    for (const auto& [label, text] : definition.facts)
      out += fmt::format("<dt>{}</dt><dd>{}</dd>", xml_text(label), xml_text(text));
    out += "</dl></div>\n";
  }
};

}  // namespace

std::string to_html(const Document& document) {
  HtmlWriter writer;
  writer.out = "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>" +
               xml_text(document.title) +
               "</title><meta name=\"viewport\" content=\"width=device-width\"><style>" + style +
               (document.simulated ? simulated_style : "") + "</style></head><body>\n";
  if (document.simulated) writer.out += "<p class=\"simulated\">模拟数据</p>\n";
  if (document.official && !document.organ.empty()) {
    writer.out += "<div class=\"head\">" + xml_text(document.organ) + "</div>\n";
    if (!document.number.empty())
      writer.out += "<div class=\"number\">" + xml_text(document.number) + "</div>\n";
    writer.out += "<hr class=\"rule\">\n";
  }
  writer.out += "<h1>" + xml_text(document.title) + "</h1>\n";
  if (!document.subtitle.empty())
    writer.out += "<p class=\"subtitle\">" + xml_text(document.subtitle) + "</p>\n";
  for (const Block& block : document.blocks) std::visit(writer, block);
  if (!document.signed_by.empty())
    writer.out += "<p class=\"date\">（" + xml_text(document.signed_by) + "）</p>\n";
  if (document.official && !document.date.empty())
    writer.out += "<p class=\"date\">" + xml_text(document.organ) + "<br>" +
                  xml_text(document.date) + "</p>\n";
  return writer.out + "</body></html>\n";
}

}  // namespace hb::report
