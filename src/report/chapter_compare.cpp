// What changed between two versions of a chapter, as a reader sees it.
#include <algorithm>

#include "report/chapter.hpp"

namespace hb::report {
namespace {

bool is_word(unsigned char byte) { return std::isalnum(byte) != 0 || byte == '.' || byte == '%'; }

/// Words of letters and digits, else single characters.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    const auto first = static_cast<unsigned char>(text[at]);
    if (is_word(first)) {
      while (end < text.size() && is_word(static_cast<unsigned char>(text[end]))) ++end;
    } else {
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    }
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

void add_piece(std::vector<Piece>& pieces, Piece::Mark mark, std::string_view text) {
  if (!pieces.empty() && pieces.back().mark == mark)
    pieces.back().text += text;
  else
    pieces.push_back({mark, std::string(text)});
}

EntryChange change_of(const ChapterEntry* before, const ChapterEntry* after) {
  const ChapterEntry& shown = after != nullptr ? *after : *before;
  EntryChange change;
  change.key = shown.key;
  change.section = shown.section;
  const auto texts = [](const ChapterEntry* entry) {
    return entry == nullptr ? std::pair<std::string, std::string>()
                            : std::pair(entry->heading, printed_text(entry->text));
  };
  const auto [old_heading, old_text] = texts(before);
  const auto [new_heading, new_text] = texts(after);
  change.heading = differences(old_heading, new_heading);
  change.text = differences(old_text, new_text);
  if (before == nullptr)
    change.kind = EntryChange::Kind::added;
  else if (after == nullptr)
    change.kind = EntryChange::Kind::removed;
  else if (old_heading != new_heading || old_text != new_text)
    change.kind = EntryChange::Kind::changed;
  return change;
}

}  // namespace

std::vector<Piece> differences(std::string_view before, std::string_view after) {
  const auto a = words_of(before);
  const auto b = words_of(after);
  // Longest common subsequence; entries of a report are short, a text too long for the table is
  // shown as replaced.
  constexpr std::size_t most = 4'000'000;
  std::vector<Piece> pieces;
  if ((a.size() + 1) * (b.size() + 1) > most) {
    if (!before.empty()) add_piece(pieces, Piece::Mark::removed, before);
    if (!after.empty()) add_piece(pieces, Piece::Mark::added, after);
    return pieces;
  }
  const std::size_t width = b.size() + 1;
  std::vector<std::uint32_t> common((a.size() + 1) * width, 0);
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      common[i * width + j] =
          a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1
                       : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      add_piece(pieces, Piece::Mark::same, a[i]);
      ++i;
      ++j;
    } else if (i < a.size() &&
               (j == b.size() || common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      add_piece(pieces, Piece::Mark::removed, a[i++]);
    } else {
      add_piece(pieces, Piece::Mark::added, b[j++]);
    }
  }
  return pieces;
}

std::vector<EntryChange> compare(const Chapter& before, const Chapter& after) {
  const auto find = [](const Chapter& chapter, const std::string& key) -> const ChapterEntry* {
    const auto found = std::ranges::find(chapter.entries, key, &ChapterEntry::key);
    return found == chapter.entries.end() ? nullptr : &*found;
  };
  std::vector<EntryChange> changes;
  auto old = before.entries.begin();
  const auto pass_removed = [&] {
    for (; old != before.entries.end() && find(after, old->key) == nullptr; ++old)
      if (!old->fixed()) changes.push_back(change_of(&*old, nullptr));
  };
  for (const ChapterEntry& entry : after.entries) {
    const ChapterEntry* was = find(before, entry.key);
    if (was != nullptr) {
      pass_removed();
      if (old != before.entries.end()) ++old;
    }
    if (!entry.fixed()) changes.push_back(change_of(was, &entry));
  }
  pass_removed();
  return changes;
}

}  // namespace hb::report
