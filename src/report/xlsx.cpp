#include "report/xlsx.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

#include "core/csv.hpp"
#include "report/zip.hpp"

namespace hb::report {
namespace {

constexpr const char* head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr std::size_t most_rows = 100'000;
constexpr std::size_t most_columns = 1'000;
constexpr int header_style = 7;  // styles 0–6 are numbers with so many decimals

std::string column_name(std::size_t index) {
  std::string name;
  for (std::size_t rest = index + 1; rest > 0; rest = (rest - 1) / 26)
    name.insert(name.begin(), static_cast<char>('A' + (rest - 1) % 26));
  return name;
}

/// "AB12" → 27; nullopt when it is no reference.
std::optional<std::size_t> column_of(std::string_view reference) {
  std::size_t column = 0;
  std::size_t at = 0;
  while (at < reference.size() && reference[at] >= 'A' && reference[at] <= 'Z' && at < 4)
    column = column * 26 + static_cast<std::size_t>(reference[at++] - 'A' + 1);
  if (at == 0 || column > most_columns) return std::nullopt;
  return column - 1;
}

std::string styles() {
  std::string formats;
  std::string cells;
  for (int decimals = 0; decimals <= 6; ++decimals) {
    formats +=
        fmt::format("<numFmt numFmtId=\"{}\" formatCode=\"0{}{}\"/>", 170 + decimals,
                    decimals > 0 ? "." : "", std::string(static_cast<std::size_t>(decimals), '0'));
    cells += fmt::format(
        "<xf numFmtId=\"{}\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
        "applyNumberFormat=\"1\"/>",
        170 + decimals);
  }
  return std::string(head) +
         "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
         "<numFmts count=\"7\">" +
         formats +
         "</numFmts><fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
         "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
         "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
         "<fill><patternFill patternType=\"gray125\"/></fill></fills>"
         "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
         "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/>"
         "</cellStyleXfs><cellXfs count=\"8\">" +
         cells +
         "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\">"
         "<alignment wrapText=\"1\" vertical=\"top\"/></xf></cellXfs></styleSheet>";
}

std::string cell_xml(const SheetCell& cell, const std::string& place, bool is_header) {
  if (cell.number) {
    const int decimals = std::clamp(cell.decimals, 0, 6);
    return fmt::format("<c r=\"{}\" s=\"{}\"><v>{}</v></c>", place, decimals, *cell.number);
  }
  if (cell.text.empty()) return {};
  const std::string style = is_header ? fmt::format(" s=\"{}\"", header_style) : "";
  return fmt::format("<c r=\"{}\"{} t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                     place, style, xml_text(cell.text));
}

std::string sheet_xml(const SheetTable& sheet) {
  std::string out =
      std::string(head) +
      "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
      "<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" "
      "topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView>"
      "</sheetViews>";
  const std::size_t width = sheet.rows.empty() ? 0 : sheet.rows.front().size();
  if (width > 0) {
    out += "<cols>";
    for (std::size_t i = 0; i < width; ++i)
      out += fmt::format("<col min=\"{0}\" max=\"{0}\" width=\"{1}\" customWidth=\"1\"/>", i + 1,
                         i < sheet.widths.size() ? sheet.widths[i] : 12);
    out += "</cols>";
  }
  out += "<sheetData>";
  for (std::size_t row = 0; row < sheet.rows.size(); ++row) {
    out += fmt::format("<row r=\"{}\">", row + 1);
    for (std::size_t column = 0; column < sheet.rows[row].size(); ++column)
      out += cell_xml(sheet.rows[row][column], column_name(column) + std::to_string(row + 1),
                      row == 0);
    out += "</row>";
  }
  return out + "</sheetData></worksheet>";
}

std::string sheet_name(const std::string& given) {
  std::string name;
  for (const char c : given)
    name.push_back(std::string_view("[]:*?/\\").find(c) == std::string_view::npos ? c : ' ');
  std::size_t count = 0;
  for (std::size_t at = 0; at < name.size(); ++at)
    if ((static_cast<unsigned char>(name[at]) & 0xC0U) != 0x80U && ++count > 31) {
      name.resize(at);
      break;
    }
  return name.empty() ? "Sheet" : name;
}

std::string number_text(const std::string& text) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size()) return text;
  return fmt::format("{}", value);
}

std::vector<std::string> shared_strings(const ZipParts& parts) {
  std::vector<std::string> texts;
  const std::string* part = part_of(parts, "xl/sharedStrings.xml");
  pugi::xml_document document;
  if (part == nullptr || !document.load_buffer(part->data(), part->size())) return texts;
  for (const pugi::xml_node& item : document.child("sst").children("si")) {
    std::string text = item.child("t").text().get();
    for (const pugi::xml_node& run : item.children("r")) text += run.child("t").text().get();
    texts.push_back(std::move(text));
  }
  return texts;
}

std::string cell_text(const pugi::xml_node& cell, const std::vector<std::string>& shared) {
  const std::string_view type = cell.attribute("t").value();
  if (type == "inlineStr") {
    std::string text = cell.child("is").child("t").text().get();
    for (const pugi::xml_node& run : cell.child("is").children("r"))
      text += run.child("t").text().get();
    return text;
  }
  const std::string value = cell.child("v").text().get();
  if (type == "s") {
    std::size_t index = shared.size();
    std::from_chars(value.data(), value.data() + value.size(), index);
    return index < shared.size() ? shared[index] : "";
  }
  return type.empty() || type == "n" ? number_text(value) : value;
}

/// The part that the first sheet of the workbook is in.
std::string first_sheet(const ZipParts& parts) {
  const std::string* book = part_of(parts, "xl/workbook.xml");
  const std::string* links = part_of(parts, "xl/_rels/workbook.xml.rels");
  pugi::xml_document workbook;
  pugi::xml_document relations;
  if (book == nullptr || links == nullptr || !workbook.load_buffer(book->data(), book->size()) ||
      !relations.load_buffer(links->data(), links->size()))
    return "xl/worksheets/sheet1.xml";
  const std::string id =
      workbook.child("workbook").child("sheets").child("sheet").attribute("r:id").value();
  for (const pugi::xml_node& one : relations.child("Relationships").children("Relationship")) {
    if (one.attribute("Id").value() != id) continue;
    const std::string target = one.attribute("Target").value();
    return target.starts_with('/') ? target.substr(1) : "xl/" + target;
  }
  return "xl/worksheets/sheet1.xml";
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out.push_back(c);
    }
  }
  return out;
}

bool looks_like_xlsx(std::string_view bytes) { return bytes.starts_with("PK\x03\x04"); }

Result<std::string> write_xlsx(const std::vector<SheetTable>& sheets) {
  if (sheets.empty()) return fail(ErrorCode::invalid_input, "a workbook needs a sheet");
  std::string types =
      std::string(head) +
      "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
      "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package."
      "relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
      "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-"
      "officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" "
      "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>";
  std::string book =
      std::string(head) +
      "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
      "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>";
  constexpr const char* relation_type =
      "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
  std::string links =
      std::string(head) +
      "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
  ZipParts parts;
  for (std::size_t i = 0; i < sheets.size(); ++i) {
    types += fmt::format(
        "<Override PartName=\"/xl/worksheets/sheet{}.xml\" ContentType=\"application/vnd."
        "openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>",
        i + 1);
    book += fmt::format("<sheet name=\"{}\" sheetId=\"{}\" r:id=\"rId{}\"/>",
                        xml_text(sheet_name(sheets[i].name)), i + 1, i + 1);
    links += fmt::format(
        "<Relationship Id=\"rId{}\" Type=\"{}worksheet\" Target=\"worksheets/sheet{}.xml\"/>",
        i + 1, relation_type, i + 1);
    parts.emplace_back(fmt::format("xl/worksheets/sheet{}.xml", i + 1), sheet_xml(sheets[i]));
  }
  links += fmt::format(
      "<Relationship Id=\"rId{}\" Type=\"{}styles\" Target=\"styles.xml\"/></Relationships>",
      sheets.size() + 1, relation_type);
  const std::string root =
      std::string(head) +
      "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
      "<Relationship Id=\"rId1\" Type=\"" +
      relation_type + "officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
  ZipParts all = {{"[Content_Types].xml", types + "</Types>"},
                  {"_rels/.rels", root},
                  {"xl/workbook.xml", book + "</sheets></workbook>"},
                  {"xl/_rels/workbook.xml.rels", links},
                  {"xl/styles.xml", styles()}};
  all.insert(all.end(), parts.begin(), parts.end());
  return write_zip(all);
}

Result<std::vector<std::vector<std::string>>> read_xlsx(std::string_view bytes) {
  const auto parts = read_zip(bytes);
  if (!parts) return unexpected(parts.error());
  const std::string name = first_sheet(*parts);
  const std::string* part = part_of(*parts, name);
  if (part == nullptr)
    return fail(ErrorCode::invalid_input, "the file is no XLSX workbook: it has no sheet");
  pugi::xml_document document;
  if (!document.load_buffer(part->data(), part->size()))
    return fail(ErrorCode::invalid_input, "the sheet is no XML", name);
  const std::vector<std::string> shared = shared_strings(*parts);
  std::vector<std::vector<std::string>> rows;
  for (const pugi::xml_node& row : document.child("worksheet").child("sheetData").children("row")) {
    std::size_t number = rows.size() + 1;
    if (const auto given = row.attribute("r").as_ullong(); given > number) number = given;
    if (number > most_rows)
      return fail(ErrorCode::invalid_input, "a sheet holds at most 100,000 rows", name);
    rows.resize(number);
    std::vector<std::string>& fields = rows.back();
    for (const pugi::xml_node& cell : row.children("c")) {
      const std::string reference = cell.attribute("r").value();
      const auto column = reference.empty() ? fields.size() : column_of(reference);
      if (!column || *column >= most_columns)
        return fail(ErrorCode::invalid_input, "a sheet holds at most 1,000 columns", reference);
      if (fields.size() <= *column) fields.resize(*column + 1);
      fields[*column] = cell_text(cell, shared);
    }
  }
  return rows;
}

Result<std::string> xlsx_to_csv(std::string_view bytes) {
  const auto rows = read_xlsx(bytes);
  if (!rows) return unexpected(rows.error());
  std::string csv;
  for (const std::vector<std::string>& row : *rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string flat = row[i];  // a line break in a cell would shift the lines behind it
      for (char& c : flat)
        if (c == '\n' || c == '\r') c = ' ';
      csv += (i > 0 ? "," : "") + csv_field(flat);
    }
    csv += "\n";
  }
  return csv;
}

}  // namespace hb::report
