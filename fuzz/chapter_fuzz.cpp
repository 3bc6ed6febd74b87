// Chapters of reports: a chapter as JSON that can be read is written and read to the same again;
// texts that people edit («1|69.75%») either say what is wrong or print without their marks, and
// two texts are compared so that their pieces give both of them again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "report/chapter.hpp"

namespace {

using namespace hb::report;

std::string joined(const std::vector<Piece>& pieces, Piece::Mark without) {
  std::string text;
  for (const Piece& piece : pieces)
    if (piece.mark != without) text += piece.text;
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4000) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto chapter = read_chapter(text)) {
    const std::string written = chapter_json(*chapter);
    const auto again = read_chapter(written);
    if (!again || chapter_json(*again) != written) std::abort();
    (void)document_of(*chapter);
    (void)compare(*chapter, *again);
  } else if (chapter.error().message.empty()) {
    std::abort();
  }
  const auto figures = figures_in(text);
  if (!figures && figures.error().message.empty()) std::abort();
  (void)printed_text(text);
  const std::size_t middle = text.find('\n');
  const std::string_view before = text.substr(0, middle);
  const std::string_view after =
      middle == std::string_view::npos ? std::string_view() : text.substr(middle + 1);
  const std::vector<Piece> pieces = differences(before, after);
  if (joined(pieces, Piece::Mark::added) != before) std::abort();
  if (joined(pieces, Piece::Mark::removed) != after) std::abort();
  return 0;
}
