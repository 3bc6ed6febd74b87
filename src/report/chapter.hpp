#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "report/document.hpp"

/// A report as offices pass it on: entries of text that are edited one by one. A figure in a text
/// is written «3|69.75%»: its number within the entry and what is printed. The number leads to the
/// indicator and to what was generated, so that a figure changed by hand is known as one.
namespace hb::report {

struct ChapterFigure {
  int number = 0;         ///< within its entry, from 1
  std::string anchor;     ///< of its definition: "basis-visits"
  std::string generated;  ///< as the template printed it: "69.75%"
  std::string reason;  ///< why it is printed otherwise or left out; empty: it stands as generated
};

struct ChapterEntry {
  std::string key;      ///< "1.2"; added ones "1.2a"; never given twice within a chapter
  std::string section;  ///< title of the section it stands in
  std::string heading;  ///< 【概况】; may be empty
  std::string text;     ///< with «n|…» for figures
  std::vector<ChapterFigure> figures;
  /// A table or chart: not edited by hand; empty for text.
  std::vector<Block> block;

  bool fixed() const { return !block.empty(); }
};

struct Chapter {
  std::string title;
  bool official = false;
  std::vector<ChapterEntry> entries;
  std::vector<Definition> definitions;
};

/// A filled report, taken apart.
Chapter chapter_of(const Document& document);
/// The document of a chapter: figures link to their definitions, where changes by hand stand with
/// what was generated and why.
Document document_of(const Chapter& chapter);

/// One change of one entry.
struct ChapterEdit {
  std::string entry;  ///< key of the one changed, or behind which one is added
  bool add = false;
  bool remove = false;
  std::string heading;
  std::string text;
  std::map<int, std::string> reasons;  ///< of figures changed or left out
};
/// errors  not_found: no such entry; invalid_input: a table, text that is empty or cannot be read,
///         a figure that is not of the entry, a figure changed or left out without a reason
Result<Chapter> edited(Chapter chapter, const ChapterEdit& edit);

/// A piece of a text against an earlier one.
struct Piece {
  enum class Mark : std::uint8_t { same, added, removed } mark = Mark::same;
  std::string text;
};
struct EntryChange {
  enum class Kind : std::uint8_t { same, changed, added, removed } kind = Kind::same;
  std::string key;
  std::string section;
  std::vector<Piece> heading;
  std::vector<Piece> text;  ///< figures as they are printed
};
/// What became of every text entry, in the order of the later chapter; what was removed stands
/// where it stood.
std::vector<EntryChange> compare(const Chapter& before, const Chapter& after);

/// Differences of two texts by figures, words of letters and digits, and single characters.
std::vector<Piece> differences(std::string_view before, std::string_view after);

/// The figures of a text, in their order. errors  invalid_input: «…» that cannot be read
struct TextFigure {
  int number = 0;
  std::string printed;
};
Result<std::vector<TextFigure>> figures_in(std::string_view text);
/// The text as it is printed: «3|69.75%» becomes 69.75%.
std::string printed_text(std::string_view text);

/// A chapter as JSON, and back. errors  invalid_input: not such a text
std::string chapter_json(const Chapter& chapter);
Result<Chapter> read_chapter(std::string_view json);

}  // namespace hb::report
