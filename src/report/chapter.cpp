#include "report/chapter.hpp"

#include <algorithm>
#include <charconv>

namespace hb::report {
namespace {

constexpr std::string_view open_mark = "«";
constexpr std::string_view close_mark = "»";

/// A text by turns of plain pieces and figures; figure 0 is a plain piece.
struct Part {
  int figure = 0;
  std::string text;
};

Result<std::vector<Part>> parts_of(std::string_view text) {
  const auto broken = [&](std::size_t at) {
    return fail(ErrorCode::invalid_input,
                "a figure is written «number|value», such as «3|69.75%»; near: " +
                    std::string(text.substr(at, 40)),
                "text");
  };
  std::vector<Part> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find(open_mark, at);
    const std::size_t plain_end = std::min(open, text.size());
    const std::string_view plain = text.substr(at, plain_end - at);
    if (plain.find(close_mark) != std::string_view::npos) return broken(at);
    if (!plain.empty()) parts.push_back({0, std::string(plain)});
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find(close_mark, open);
    const std::size_t bar = text.find('|', open);
    if (close == std::string_view::npos || bar > close) return broken(open);
    const std::size_t first = open + open_mark.size();
    int number = 0;
    const auto read = std::from_chars(text.data() + first, text.data() + bar, number);
    if (read.ec != std::errc() || read.ptr != text.data() + bar || number <= 0) return broken(open);
    const std::string_view value = text.substr(bar + 1, close - bar - 1);
    if (value.empty() || value.find(open_mark) != std::string_view::npos) return broken(open);
    parts.push_back({number, std::string(value)});
    at = close + close_mark.size();
  }
  return parts;
}

std::string figure_mark(int number, const std::string& value) {
  return std::string(open_mark) + std::to_string(number) + "|" + value + std::string(close_mark);
}

ChapterEntry entry_of(const Paragraph& paragraph) {
  ChapterEntry entry;
  for (const Run& run : paragraph.runs) {
    if (run.bold && entry.text.empty()) {
      entry.heading += run.text;
    } else if (run.anchor.empty()) {
      entry.text += run.text;
    } else {
      const int number = static_cast<int>(entry.figures.size()) + 1;
      entry.figures.push_back({number, run.anchor, run.text, ""});
      entry.text += figure_mark(number, run.text);
    }
  }
  return entry;
}

ChapterFigure* figure_of(ChapterEntry& entry, int number) {
  const auto found = std::ranges::find(entry.figures, number, &ChapterFigure::number);
  return found == entry.figures.end() ? nullptr : &*found;
}

/// Reasons for every figure that is not printed as it was generated.
Result<void> settle_figures(ChapterEntry& entry, const std::map<int, std::string>& reasons) {
  const auto shown = figures_in(entry.text);
  if (!shown) return unexpected(shown.error());
  for (const TextFigure& one : *shown)
    if (figure_of(entry, one.number) == nullptr)
      return fail(ErrorCode::invalid_input,
                  "figure " + std::to_string(one.number) + " is not one of this entry", "text");
  for (ChapterFigure& figure : entry.figures) {
    const auto stands = std::ranges::find(*shown, figure.number, &TextFigure::number);
    const bool as_generated =
        stands != shown->end() && std::ranges::all_of(*shown, [&](const TextFigure& one) {
          return one.number != figure.number || one.printed == figure.generated;
        });
    if (as_generated) {
      figure.reason.clear();
      continue;
    }
    const auto given = reasons.find(figure.number);
    if (given != reasons.end() && !given->second.empty()) figure.reason = given->second;
    if (figure.reason.empty())
      return fail(
          ErrorCode::invalid_input,
          "the figure " + figure.generated +
              (stands == shown->end() ? " is left out" : " is printed as " + stands->printed) +
              ": say why",
          "reasons." + std::to_string(figure.number));
  }
  return {};
}

/// "1.2" → "1.2a", "1.2b", … whichever is free.
std::string free_key(const Chapter& chapter, const std::string& beside) {
  for (int n = 0;; ++n) {
    std::string key = beside + static_cast<char>('a' + n % 26);
    if (n >= 26) key += std::to_string(n / 26);
    if (std::ranges::find(chapter.entries, key, &ChapterEntry::key) == chapter.entries.end())
      return key;
  }
}

/// The definitions with what was changed by hand.
std::vector<Definition> definitions_of(const Chapter& chapter) {
  std::vector<Definition> all = chapter.definitions;
  for (const ChapterEntry& entry : chapter.entries)
    for (const ChapterFigure& figure : entry.figures) {
      if (figure.reason.empty()) continue;
      const auto shown = figures_in(entry.text);
      std::string printed = "未采用";
      if (shown)
        for (const TextFigure& one : *shown)
          if (one.number == figure.number) printed = "改为" + one.printed;
      for (Definition& definition : all)
        if (definition.anchor == figure.anchor)
          definition.facts.emplace_back("人工更改",
                                        figure.generated + printed + "；理由：" + figure.reason);
    }
  return all;
}

}  // namespace

Result<std::vector<TextFigure>> figures_in(std::string_view text) {
  const auto parts = parts_of(text);
  if (!parts) return unexpected(parts.error());
  std::vector<TextFigure> figures;
  for (const Part& part : *parts)
    if (part.figure > 0) figures.push_back({part.figure, part.text});
  return figures;
}

std::string printed_text(std::string_view text) {
  const auto parts = parts_of(text);
  if (!parts) return std::string(text);
  std::string out;
  for (const Part& part : *parts) out += part.text;
  return out;
}

Chapter chapter_of(const Document& document) {
  Chapter chapter;
  chapter.title = document.title;
  chapter.official = document.official;
  std::string section, heading;
  int sections = 0, entries = 0;
  const auto add = [&](ChapterEntry entry) {
    entry.section = section;
    if (entry.heading.empty()) entry.heading = std::exchange(heading, "");
    entry.key = std::to_string(sections) + "." + std::to_string(++entries);
    chapter.entries.push_back(std::move(entry));
  };
  for (const Block& block : document.blocks) {
    if (const auto* title = std::get_if<Heading>(&block)) {
      if (title->level > 1) {
        heading = title->text;
        continue;
      }
      section = title->text;
      ++sections;
      entries = 0;
    } else if (const auto* paragraph = std::get_if<Paragraph>(&block)) {
      add(entry_of(*paragraph));
    } else if (const auto* definition = std::get_if<Definition>(&block)) {
      chapter.definitions.push_back(*definition);
    } else {
      ChapterEntry entry;
      entry.block.push_back(block);
      add(std::move(entry));
    }
  }
  return chapter;
}

Document document_of(const Chapter& chapter) {
  Document document;
  document.title = chapter.title;
  document.official = chapter.official;
  std::string section;
  for (const ChapterEntry& entry : chapter.entries) {
    if (entry.section != section) {
      section = entry.section;
      document.blocks.emplace_back(Heading{1, section});
    }
    if (entry.fixed()) {
      document.blocks.push_back(entry.block.front());
      continue;
    }
    Paragraph paragraph;
    if (!entry.heading.empty() && chapter.official)
      document.blocks.emplace_back(Heading{2, entry.heading});
    else if (!entry.heading.empty())
      paragraph.runs.push_back({entry.heading, "", true});
    const auto parts = parts_of(entry.text);
    for (const Part& part : parts ? *parts : std::vector<Part>{{0, entry.text}}) {
      const auto figure = std::ranges::find(entry.figures, part.figure, &ChapterFigure::number);
      paragraph.runs.push_back(
          {part.text, figure == entry.figures.end() ? "" : figure->anchor, false});
    }
    document.blocks.emplace_back(std::move(paragraph));
  }
  if (!chapter.definitions.empty())
    document.blocks.emplace_back(Heading{1, "附：指标口径与数据来源"});
  for (Definition& definition : definitions_of(chapter))
    document.blocks.emplace_back(std::move(definition));
  return document;
}

Result<Chapter> edited(Chapter chapter, const ChapterEdit& edit) {
  const auto found = std::ranges::find(chapter.entries, edit.entry, &ChapterEntry::key);
  if (found == chapter.entries.end())
    return fail(ErrorCode::not_found, "there is no such entry", edit.entry);
  if (edit.remove) {
    if (std::ranges::count(chapter.entries, found->section, &ChapterEntry::section) == 1)
      return fail(ErrorCode::invalid_input, "a section keeps at least one entry", edit.entry);
    chapter.entries.erase(found);
    return chapter;
  }
  if (edit.text.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(ErrorCode::invalid_input, "an entry has a text", "text");
  if (edit.add) {
    ChapterEntry entry;
    entry.key = free_key(chapter, edit.entry);
    entry.section = found->section;
    entry.heading = edit.heading;
    entry.text = edit.text;
    if (Result<void> settled = settle_figures(entry, {}); !settled)
      return unexpected(settled.error());
    chapter.entries.insert(found + 1, std::move(entry));
    return chapter;
  }
  if (found->fixed())
    return fail(ErrorCode::invalid_input, "tables and charts are made from figures", edit.entry);
  found->heading = edit.heading;
  found->text = edit.text;
  if (Result<void> settled = settle_figures(*found, edit.reasons); !settled)
    return unexpected(settled.error());
  return chapter;
}

}  // namespace hb::report
