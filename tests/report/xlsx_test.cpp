#include <doctest/doctest.h>

#include <string>

#include "report/xlsx.hpp"
#include "report/zip.hpp"

using namespace hb;
using namespace hb::report;

TEST_CASE("zip: what is written is read again; damage is refused") {
  const ZipParts parts = {{"a.txt", "hello"}, {"dir/b.xml", std::string(100'000, 'x')}, {"c", ""}};
  const auto bytes = write_zip(parts);
  REQUIRE(bytes.has_value());
  CHECK(bytes->size() < 2'000);  // deflated
  CHECK(read_zip(*bytes).value() == parts);
  CHECK(write_zip(parts).value() == *bytes);
  std::string damaged = *bytes;
  damaged[40] = static_cast<char>(damaged[40] ^ 0x55);
  CHECK_FALSE(read_zip(damaged).has_value());
  CHECK_FALSE(read_zip(bytes->substr(0, bytes->size() / 2)).has_value());
  CHECK_FALSE(read_zip("no zip").has_value());
  CHECK_FALSE(read_zip(*bytes, {2, 1U << 20U}).has_value());
  CHECK_FALSE(read_zip(*bytes, {10, 1'000}).has_value());
}

TEST_CASE("xlsx: numbers stay numbers, texts are escaped, rows and columns keep their places") {
  SheetTable sheet{"指标 [2025]", {}, {30, 10}};
  sheet.rows.push_back({"name", "value", "note"});
  sheet.rows.push_back({"血压控制率 <\"&\">", {63.4, 2}, ""});
  sheet.rows.push_back({"", {-0.05, 1}, "x"});
  const auto bytes = write_xlsx({sheet});
  REQUIRE(bytes.has_value());
  const auto parts = read_zip(*bytes);
  REQUIRE(parts.has_value());
  const std::string* xml = part_of(*parts, "xl/worksheets/sheet1.xml");
  REQUIRE(xml != nullptr);
  CHECK(xml->find("<c r=\"B2\" s=\"2\"><v>63.4</v></c>") != std::string::npos);
  CHECK(xml->find("&lt;&quot;&amp;&quot;&gt;") != std::string::npos);
  const auto rows = read_xlsx(*bytes);
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 3);
  CHECK((*rows)[1][0] == "血压控制率 <\"&\">");
  CHECK((*rows)[1][1] == "63.4");
  CHECK((*rows)[2] == std::vector<std::string>{"", "-0.05", "x"});
  CHECK(xlsx_to_csv(*bytes)->starts_with("name,value,note\n"));
}

TEST_CASE("xlsx: a workbook with shared strings, left-out rows and a sheet of another name") {
  const ZipParts parts = {
      {"xl/workbook.xml",
       "<workbook xmlns:r=\"r\"><sheets><sheet name=\"s\" r:id=\"rId7\"/></sheets></workbook>"},
      {"xl/_rels/workbook.xml.rels",
       "<Relationships><Relationship Id=\"rId7\" Target=\"worksheets/other.xml\"/>"
       "</Relationships>"},
      {"xl/sharedStrings.xml",
       "<sst><si><t>a</t></si><si><r><t>b</t></r><r><t>c</t></r></si></sst>"},
      {"xl/worksheets/other.xml",
       "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c></row>"
       "<row r=\"3\"><c r=\"C3\"><v>0.28999999999999998</v></c></row></sheetData></worksheet>"}};
  const auto rows = read_xlsx(*write_zip(parts));
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 3);
  CHECK((*rows)[0][0] == "bc");
  CHECK((*rows)[1].empty());
  CHECK((*rows)[2][2] == "0.29");
  CHECK_FALSE(read_xlsx(*write_zip({{"x", "y"}})).has_value());
}
