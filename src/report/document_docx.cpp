#include <fmt/format.h>

#include <cctype>

#include "report/document.hpp"
#include "report/zip.hpp"

namespace hb::report {
namespace {

constexpr const char* xml_head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr const char* space =
    "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

/// Sizes in half points: 3号 = 16 pt, 2号 = 22 pt.
std::string style(const char* id, const char* name, const char* font, int half_points,
                  const char* paragraph, bool bold, const char* colour = "000000") {
  return fmt::format(
      "<w:style w:type=\"paragraph\" w:styleId=\"{}\"><w:name w:val=\"{}\"/><w:pPr>{}</w:pPr>"
      "<w:rPr><w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"{}\"/>"
      "{}<w:color w:val=\"{}\"/><w:sz w:val=\"{}\"/><w:szCs w:val=\"{}\"/></w:rPr></w:style>",
      id, name, paragraph, font, bold ? "<w:b/>" : "", colour, half_points, half_points);
}

std::string styles() {
  constexpr const char* line = "<w:spacing w:line=\"579\" w:lineRule=\"exact\"/>";
  const std::string indented =
      std::string(line) + "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>";
  return std::string(xml_head) + "<w:styles " + space + ">" +
         style("Normal", "Normal", "仿宋", 32, indented.c_str(), false) +
         style("Title", "Title", "宋体", 44, "<w:jc w:val=\"center\"/>", true) +
         style("Subtitle", "Subtitle", "仿宋", 32, "<w:jc w:val=\"center\"/>", false) +
         style("Organ", "Organ", "宋体", 52,
               "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"16\" w:space=\"8\" w:color=\"C7000B\"/>"
               "</w:pBdr><w:jc w:val=\"center\"/>",
               true, "C7000B") +
         style("Heading1", "heading 1", "黑体", 32,
               (indented + "<w:keepNext/><w:outlineLvl w:val=\"0\"/>").c_str(), false) +
         style("Heading2", "heading 2", "楷体", 32,
               (indented + "<w:keepNext/><w:outlineLvl w:val=\"1\"/>").c_str(), false) +
         style("Cell", "Cell", "宋体", 21, "<w:spacing w:line=\"240\" w:lineRule=\"auto\"/>",
               false) +
         style("Number", "Number", "宋体", 21,
               "<w:spacing w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"right\"/>", false) +
         style("Header", "header", "宋体", 20, "<w:jc w:val=\"right\"/>", false, "A15C00") +
         style("FooterOdd", "footer odd", "宋体", 28,
               "<w:ind w:right=\"280\"/><w:jc w:val=\"right\"/>", false) +
         style("FooterEven", "footer even", "宋体", 28, "<w:ind w:left=\"280\"/>", false) +
         style("Caption", "caption", "黑体", 24, "<w:keepNext/><w:jc w:val=\"center\"/>", false) +
         style("Sign", "Sign", "仿宋", 32, "<w:jc w:val=\"right\"/>", false) + "</w:styles>";
}

std::string run(const std::string& text, bool bold = false) {
  return fmt::format("<w:r>{}<w:t xml:space=\"preserve\">{}</w:t></w:r>",
                     bold ? "<w:rPr><w:b/></w:rPr>" : "", xml_text(text));
}

std::string paragraph(const char* style_id, const std::string& runs) {
  return fmt::format("<w:p><w:pPr><w:pStyle w:val=\"{}\"/></w:pPr>{}</w:p>", style_id, runs);
}

/// Names of bookmarks: letters, digits and _ only, at most 40.
std::string bookmark(const std::string& anchor) {
  std::string name;
  for (const char c : anchor) name.push_back(std::isalnum(static_cast<unsigned char>(c)) ? c : '_');
  return name.substr(0, 40);
}

/// Columns in twentieths of a point, 8,844 together: the width between the margins.
std::vector<int> widths_of(const Table& table) {
  const std::size_t columns = table.rows.empty() ? 1 : table.rows[0].size();
  if (columns == 7) return {2300, 820, 961, 961, 1640, 1081, 1081};  // indicators of a report
  return std::vector<int>(columns, 8844 / static_cast<int>(columns));
}

/// "— 1 —" of GB/T 9704: odd pages to the right, even ones to the left.
std::string footer(const char* style_id) {
  return std::string(xml_head) + "<w:ftr " + space + ">" +
         paragraph(style_id, run("— ") + "<w:fldSimple w:instr=\" PAGE \">" + run("1") +
                                 "</w:fldSimple>" + run(" —")) +
         "</w:ftr>";
}

struct DocxWriter {
  std::string out;
  int bookmarks = 0;

  void operator()(const Heading& heading) {
    out += paragraph(heading.level <= 1 ? "Heading1" : "Heading2", run(heading.text));
  }
  void operator()(const Paragraph& one) {
    std::string runs;
    for (const Run& piece : one.runs) {
      const std::string text = run(piece.text, piece.bold);
      runs += piece.anchor.empty()
                  ? text
                  : fmt::format("<w:hyperlink w:anchor=\"{}\" w:history=\"1\">{}</w:hyperlink>",
                                bookmark(piece.anchor), text);
    }
    out += paragraph("Normal", runs);
  }
  void operator()(const Table& table) {
    out += paragraph("Caption", run(table.caption));
    out +=
        "<w:tbl><w:tblPr><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblBorders>"
        "<w:top w:val=\"single\" w:sz=\"4\"/><w:left w:val=\"single\" w:sz=\"4\"/>"
        "<w:bottom w:val=\"single\" w:sz=\"4\"/><w:right w:val=\"single\" w:sz=\"4\"/>"
        "<w:insideH w:val=\"single\" w:sz=\"4\"/><w:insideV w:val=\"single\" w:sz=\"4\"/>"
        "</w:tblBorders><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>";
    const std::vector<int> widths = widths_of(table);
    for (const int width : widths) out += fmt::format("<w:gridCol w:w=\"{}\"/>", width);
    out += "</w:tblGrid>";
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      out += row == 0 ? "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
                      : "<w:tr><w:trPr><w:cantSplit/></w:trPr>";
      if (table.is_note(row)) {
        out += fmt::format(
                   "<w:tc><w:tcPr><w:tcW w:w=\"8844\" w:type=\"dxa\"/><w:gridSpan "
                   "w:val=\"{}\"/></w:tcPr>",
                   widths.size()) +
               paragraph("Cell", run(table.rows[row][0].text)) + "</w:tc></w:tr>";
        continue;
      }
      for (std::size_t at = 0; at < table.rows[row].size(); ++at) {
        const SheetCell& cell = table.rows[row][at];
        const std::string text =
            cell.number ? fmt::format("{:.{}f}", *cell.number, cell.decimals) : cell.text;
        out += fmt::format("<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/></w:tcPr>",
                           at < widths.size() ? widths[at] : 1000) +
               paragraph(cell.number ? "Number" : "Cell", run(text, row == 0)) + "</w:tc>";
      }
      out += "</w:tr>";
    }
    out += "</w:tbl>" + paragraph("Normal", "");
  }
  void operator()(const Bars& bars) {
    Table table{bars.caption, {{"区域", bars.unit.empty() ? "数值" : bars.unit}}};
    for (const auto& [name, value] : bars.bars)
      table.rows.push_back({name, {value, bars.decimals}});
    (*this)(table);
  }
  void operator()(const Definition& definition) {
    ++bookmarks;
    out += paragraph(
        "Cell", fmt::format("<w:bookmarkStart w:id=\"{0}\" w:name=\"{1}\"/>{2}"
                            "<w:bookmarkEnd w:id=\"{0}\"/>",
                            bookmarks, bookmark(definition.anchor), run(definition.name, true)));
    for (const auto& [label, text] : definition.facts)
      out += paragraph("Cell", run(label + "：" + text));
  }
};

}  // namespace

Result<std::string> to_docx(const Document& document) {
  DocxWriter writer;
  if (document.official && !document.organ.empty())
    writer.out += paragraph("Organ", run(document.organ));
  if (document.official && !document.number.empty())
    writer.out += paragraph("Subtitle", run(document.number));
  writer.out += paragraph("Title", run(document.title));
  if (!document.subtitle.empty()) writer.out += paragraph("Subtitle", run(document.subtitle));
  for (const Block& block : document.blocks) std::visit(writer, block);
  if (!document.signed_by.empty())
    writer.out += paragraph("Sign", run("（" + document.signed_by + "）"));
  if (document.official && !document.date.empty())
    writer.out += paragraph("Sign", run(document.organ)) + paragraph("Sign", run(document.date));
  // A4; margins of GB/T 9704 in twentieths of a point: 37, 26, 35, 28 mm.
  const std::string body =
      std::string(xml_head) + "<w:document " + space +
      " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><w:body>" +
      writer.out +
      "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId4\"/><w:headerReference "
      "w:type=\"even\" r:id=\"rId4\"/><w:footerReference w:type=\"default\" r:id=\"rId2\"/>"
      "<w:footerReference w:type=\"even\" r:id=\"rId3\"/><w:pgSz w:w=\"11906\" "
      "w:h=\"16838\"/><w:pgMar w:top=\"2098\" w:right=\"1474\" "
      "w:bottom=\"1985\" w:left=\"1588\" w:header=\"851\" w:footer=\"992\" w:gutter=\"0\"/>"
      "</w:sectPr></w:body></w:document>";
  constexpr const char* office =
      "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
  constexpr const char* package = "http://schemas.openxmlformats.org/package/2006/";
  return write_zip(
      {{"[Content_Types].xml",
        std::string(xml_head) + "<Types xmlns=\"" + package +
            "content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxml"
            "formats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"applic"
            "ation/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd."
            "openxmlformats-officedocument.wordprocessingml.document.main+xml\"/><Override "
            "PartName=\"/word/styles.xml\" ContentType=\"application/vnd.openxmlformats-office"
            "document.wordprocessingml.styles+xml\"/><Override PartName=\"/word/settings.xml\" "
            "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.settings"
            "+xml\"/><Override PartName=\"/word/footer1.xml\" ContentType=\"application/vnd."
            "openxmlformats-officedocument.wordprocessingml.footer+xml\"/><Override "
            "PartName=\"/word"
            "/footer2.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.word"
            "processingml.footer+xml\"/><Override PartName=\"/word/header1.xml\" ContentType=\""
            "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml\"/></"
            "Types>"},
       {"_rels/.rels", std::string(xml_head) + "<Relationships xmlns=\"" + package +
                           "relationships\"><Relationship Id=\"rId1\" Type=\"" + office +
                           "officeDocument\" Target=\"word/document.xml\"/></Relationships>"},
       {"word/document.xml", body},
       {"word/styles.xml", styles()},
       {"word/_rels/document.xml.rels",
        std::string(xml_head) + "<Relationships xmlns=\"" + package +
            "relationships\"><Relationship Id=\"rId1\" Type=\"" + office +
            "styles\" Target=\"styles.xml\"/><Relationship Id=\"rId2\" Type=\"" + office +
            "footer\" Target=\"footer1.xml\"/><Relationship Id=\"rId3\" Type=\"" + office +
            "footer\" Target=\"footer2.xml\"/><Relationship Id=\"rId4\" Type=\"" + office +
            "header\" Target=\"header1.xml\"/><Relationship Id=\"rId5\" Type=\"" + office +
            "settings\" Target=\"settings.xml\"/></Relationships>"},
       {"word/settings.xml",
        std::string(xml_head) + "<w:settings " + space + "><w:evenAndOddHeaders/></w:settings>"},
       {"word/footer1.xml", footer("FooterOdd")},
       {"word/footer2.xml", footer("FooterEven")},
       {"word/header1.xml", std::string(xml_head) + "<w:hdr " + space + ">" +
                                paragraph("Header", run(document.simulated ? "模拟数据" : "")) +
                                "</w:hdr>"}});
}

}  // namespace hb::report
