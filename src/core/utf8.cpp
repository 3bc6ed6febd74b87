#include "core/utf8.hpp"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "core/check.hpp"

namespace hb {
namespace {

/// Length of the well-formed sequence that starts at text[0] (Unicode 15, table 3-7); 0 if none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  if (!follows(1)) return 0;
  if (lead < 0xE0) return 2;
  const unsigned char second = byte(1);
  if (lead == 0xE0 && second < 0xA0) return 0;  // overlong
  if (lead == 0xED && second > 0x9F) return 0;  // surrogate
  if (lead == 0xF0 && second < 0x90) return 0;  // overlong
  if (lead == 0xF4 && second > 0x8F) return 0;  // above U+10FFFF
  if (!follows(2)) return 0;
  if (lead < 0xF0) return 3;
  return follows(3) ? 4 : 0;
}

bool eight_ascii(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return (word & 0x8080808080808080ULL) == 0;
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

/// One ICU transliterator for the program: it is slow to make, not thread safe, and asked once per
/// character; what it said is kept.
class PinyinTable {
 public:
  static PinyinTable& instance() {
    static PinyinTable table;
    return table;
  }

  std::string syllable(UChar32 code_point) {
    {
      const std::shared_lock lock(mutex_);
      const auto known = syllables_.find(code_point);
      if (known != syllables_.end()) return known->second;
    }
    const std::unique_lock lock(mutex_);
    icu::UnicodeString text(code_point);
    transliterator_->transliterate(text);
    text.toLower().trim();
    std::string utf8;
    text.toUTF8String(utf8);
    return syllables_.emplace(code_point, std::move(utf8)).first->second;
  }

 private:
  PinyinTable() {
    UErrorCode status = U_ZERO_ERROR;
    transliterator_.reset(
        icu::Transliterator::createInstance("Han-Latin; Latin-ASCII", UTRANS_FORWARD, status));
    HB_CHECK(U_SUCCESS(status));
  }

  std::shared_mutex mutex_;
  std::unique_ptr<icu::Transliterator> transliterator_;
  std::unordered_map<UChar32, std::string> syllables_;
};

bool is_han(UChar32 code_point) {
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(code_point, &status) == USCRIPT_HAN && U_SUCCESS(status);
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::size_t position = 0;
  while (position < text.size()) {
    if (position + 8 <= text.size() && eight_ascii(text.data() + position)) {
      position += 8;
      continue;
    }
    const std::size_t length = sequence_length(text.substr(position));
    if (length == 0) return false;
    position += length;
  }
  return true;
}

Result<std::string> gb18030_to_utf8(std::string_view bytes) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, CloseConverter> converter(ucnv_open("gb18030", &status));
  HB_CHECK(U_SUCCESS(status));
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  std::vector<UChar> units(64 * 1024);
  std::string utf8;
  utf8.reserve(bytes.size() + bytes.size() / 2);
  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  do {
    status = U_ZERO_ERROR;
    UChar* target = units.data();
    ucnv_toUnicode(converter.get(), &target, units.data() + units.size(), &source, end, nullptr,
                   true, &status);
    if (U_FAILURE(status) && status != U_BUFFER_OVERFLOW_ERROR) {
      return fail(ErrorCode::invalid_input, "the bytes are not GB18030 text",
                  "byte " + std::to_string(source - bytes.data()));
    }
    icu::UnicodeString(false, units.data(), static_cast<std::int32_t>(target - units.data()))
        .toUTF8String(utf8);
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  return utf8;
}

std::string pinyin(std::string_view utf8) {
  std::string result;
  bool after_han = false;
  const auto text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 code_point = text.char32At(i);
    const bool han = is_han(code_point);
    const bool space = u_isUWhiteSpace(code_point) != 0;
    if ((han || after_han || space) && !result.empty() && result.back() != ' ') result += ' ';
    if (!space) result += PinyinTable::instance().syllable(code_point);
    after_han = han;
  }
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

std::string fold(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCCasefoldInstance(status);
  HB_CHECK(U_SUCCESS(status));
  const icu::UnicodeString folded =
      nfkc->normalize(icu::UnicodeString::fromUTF8(
                          icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size()))),
                      status);
  icu::UnicodeString kept;
  for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    const UChar32 code_point = folded.char32At(i);
    if (u_isUWhiteSpace(code_point) == 0) kept.append(code_point);
  }
  std::string result;
  kept.toUTF8String(result);
  return result;
}

std::string_view next_code_point(std::string_view text, std::size_t& position) {
  if (position >= text.size()) return {};
  const std::size_t length = std::max<std::size_t>(1, sequence_length(text.substr(position)));
  const std::string_view character = text.substr(position, length);
  position += length;
  return character;
}

}  // namespace hb
