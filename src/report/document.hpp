#pragma once
#include <string>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "report/xlsx.hpp"

namespace hb::report {

/// A piece of a paragraph; a figure carries the name of its entry in the list of definitions.
struct Run {
  std::string text;
  std::string anchor;  ///< "basis-visits"; empty = plain text
  bool bold = false;
};

struct Heading {
  int level = 1;  ///< 1 = section, 2 = part of one
  std::string text;
};
struct Paragraph {
  std::vector<Run> runs;
};
struct Table {
  std::string caption;
  /// The first one is the header; a row of one cell is a note over all columns.
  std::vector<std::vector<SheetCell>> rows;
  bool is_note(std::size_t row) const { return rows[row].size() == 1 && rows[0].size() > 1; }
};
/// Bars with names, drawn in HTML and PDF; a table in DOCX.
struct Bars {
  std::string caption;
  std::string unit;
  int decimals = 0;
  std::vector<std::pair<std::string, double>> bars;
};
/// An entry that figures link to.
struct Definition {
  std::string anchor;
  std::string name;
  std::vector<std::pair<std::string, std::string>> facts;  ///< label, text
};
using Block = std::variant<Heading, Paragraph, Table, Bars, Definition>;

struct Document {
  std::string title;
  std::string subtitle;    ///< "（2025年）"; may be empty
  std::string organ;       ///< who issues it; official form: the red head
  std::string number;      ///< 发文字号; may be empty
  std::string date;        ///< 2026年3月1日
  std::string signed_by;   ///< of a yearbook chapter, in brackets at the end
  bool official = true;    ///< official form (GB/T 9704), else the plain form of a yearbook
  bool simulated = false;  ///< made of invented people: said on every page
  std::vector<Block> blocks;
};

/// One HTML file that needs nothing else, laid out for A4 with the margins of GB/T 9704.
std::string to_html(const Document& document);

/// A DOCX document (Office Open XML) with headings, internal links and tables.
/// errors  those of write_zip
Result<std::string> to_docx(const Document& document);

/// Prints HTML as PDF with the browser of the system. errors  unavailable: there is none, or it
/// fails
Result<void> html_to_pdf(const std::string& html, const std::string& pdf_path);

}  // namespace hb::report
