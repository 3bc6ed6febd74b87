#pragma once
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace hb {

bool is_utf8(std::string_view text);

/// GB18030 (and its subsets GBK, GB2312) to UTF-8; errors invalid_input when the bytes are not GB18030.
Result<std::string> gb18030_to_utf8(std::string_view bytes);

/// 张伟 → "zhang wei": toneless pinyin of each Han character, other letters lower-cased and kept.
std::string pinyin(std::string_view utf8);

/// NFKC, lower case, white space removed: what two spellings of one name share.
std::string fold(std::string_view utf8);

/// Code points of valid UTF-8, each as its own UTF-8 string_view into text.
/// (For character bigrams.)
std::string_view next_code_point(std::string_view text, std::size_t& position);

}  // namespace hb
