#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "client.hpp"
#include "district.hpp"
#include "indicators/report_book.hpp"
#include "log_in.hpp"
#include "report/zip.hpp"

/// What the pages hand out as documents is what other programs open: PDF with text that can be
/// found, DOCX with whole parts.
using namespace hb::test;
namespace json = boost::json;

namespace {

bool has(const char* program) { return access(program, X_OK) == 0; }

/// What a program writes to its output.
std::string said_by(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> part{};
  std::size_t count = 0;
  while ((count = fread(part.data(), 1, part.size(), pipe)) > 0) text.append(part.data(), count);
  REQUIRE(pclose(pipe) == 0);
  return text;
}

/// The text of a PDF, which poppler reads.
std::string text_of_pdf(const std::string& bytes) {
  const TempDir directory;
  const std::filesystem::path file = directory.path() / "a.pdf";
  std::ofstream(file, std::ios::binary) << bytes;
  CHECK(said_by("pdfinfo " + file.string()).find("Page size:       59") !=
        std::string::npos);  // A4
  return said_by("pdftotext -layout " + file.string() + " -");
}

bool can_print() {
  if (has("/usr/bin/chromium") && has("/usr/bin/pdftotext")) return true;
  MESSAGE("skipped: Chromium and pdftotext are not both on this machine");
  return false;
}

/// Opening tags of an element in a part of a DOCX.
std::size_t count_of(const std::string& text, const std::string& tag) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find("<" + tag, at)) != std::string::npos; ++at)
    if (const char next = text[at + tag.size() + 1]; next == ' ' || next == '>' || next == '/')
      ++count;
  return count;
}

/// Every element that is opened is closed: tags of a part without attributes' content.
bool is_balanced(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = xml.find('<'); at != std::string::npos; at = xml.find('<', at + 1)) {
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = xml.substr(at + 1, end - at - 1);
    if (tag.starts_with("?") || tag.ends_with("/")) continue;
    const std::string name = tag.substr(0, tag.find_first_of(" \n"));
    if (name.starts_with("/")) {
      if (open.empty() || open.back() != name.substr(1)) return false;
      open.pop_back();
    } else {
      open.push_back(name);
    }
  }
  return open.empty();
}

void check_docx(const std::string& bytes, const std::string& title) {
  const auto parts = hb::report::read_zip(bytes);
  REQUIRE(parts.has_value());
  for (const auto& [name, text] : *parts) {
    CAPTURE(name);
    CHECK(text.starts_with("<?xml"));
    CHECK(is_balanced(text));
  }
  for (const char* name : {"[Content_Types].xml", "_rels/.rels", "word/styles.xml"})
    CHECK(hb::report::part_of(*parts, name) != nullptr);
  const std::string* const body = hb::report::part_of(*parts, "word/document.xml");
  REQUIRE(body != nullptr);
  CHECK(body->find(title) != std::string::npos);
  // Every row of a table has as many cells as the table has columns, or one note over all of them.
  for (std::size_t at = body->find("<w:tbl>"); at != std::string::npos;
       at = body->find("<w:tbl>", at + 1)) {
    const std::string table = body->substr(at, body->find("</w:tbl>", at) - at);
    const std::size_t notes = count_of(table, "w:gridSpan");
    CHECK(count_of(table, "w:tc") ==
          (count_of(table, "w:tr") - notes) * count_of(table, "w:gridCol") + notes);
  }
  const std::string* const header = hb::report::part_of(*parts, "word/header1.xml");
  REQUIRE(header != nullptr);
  CHECK(header->find("模拟数据") != std::string::npos);
}

}  // namespace

TEST_CASE("GET /api/reports/{id}: PDF with Chinese text and page numbers, DOCX with whole parts") {
  const auto port = district().port();
  for (const auto& [report, title] : {std::pair{"yearly-health-report", "2025年居民健康状况报告"},
                                      {"yearbook-chapter", "卫生"}}) {
    CAPTURE(report);
    const std::string path = std::string("/api/reports/") + report + "?year=2025&area=770101";
    const Answer document = get(port, path + "&format=docx");
    REQUIRE(document.status == 200);
    check_docx(document.body, title);
    if (!can_print()) continue;
    const Answer pdf = get(port, path + "&format=pdf");
    REQUIRE(pdf.status == 200);
    CHECK(pdf.header("content-type").find("application/pdf") == 0);
    REQUIRE(pdf.body.starts_with("%PDF-"));
    const std::string text = text_of_pdf(pdf.body);
    CHECK(text.find(title) != std::string::npos);
    CHECK(text.find("模拟数据") != std::string::npos);
    std::string close = text;  // the space between the signs is the typesetter's
    std::erase(close, ' ');
    CHECK(close.find("—1—") != std::string::npos);
  }
}

TEST_CASE("GET /api/chapters/{id}/document: the draft as PDF and DOCX says that it is none yet") {
  District place;
  const auto accounts = accounts_of(place);
  add_user(*accounts, "he.qing", {"bureau-department"}, {"*"});
  const LoggedIn in = log_in(place.port(), "he.qing");
  auto book = hb::indicators::ReportBook::open((place.store() / "figures.db").string());
  hb::indicators::Vintage population;
  population.cell = {"population", "770101", "2025"};
  population.value = "1120000";
  REQUIRE((*book)->publish_computed(population, "sun.li", "").has_value());
  const Answer made =
      ask(place.port(), "POST", "/api/chapters",
          R"({"report":"yearbook-chapter","year":2025,"area":"770101"})", in.both());
  CAPTURE(made.body);
  REQUIRE(made.status == 201);
  const std::string path =
      "/api/chapters/" + std::to_string(made.json().at("id").as_int64()) + "/document?format=";
  const Answer document = ask(place.port(), "GET", path + "docx", "", in.cookie);
  REQUIRE(document.status == 200);
  check_docx(document.body, "未签发");
  if (!can_print()) return;
  const Answer pdf = ask(place.port(), "GET", path + "pdf", "", in.cookie);
  REQUIRE(pdf.status == 200);
  const std::string text = text_of_pdf(pdf.body);
  CHECK(text.find("未签发") != std::string::npos);
  CHECK(text.find("1120000") != std::string::npos);
}
