#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "indicators/decimal.hpp"
#include "indicators/target.hpp"

namespace hb::indicators {

enum class TokenKind : std::uint8_t {
  number,
  prefix,     ///< a comparison that stands before its number: ≥, 不低于
  suffix,     ///< … behind it: 以上
  keep,       ///< 保持在, 控制在, 达到: says that a number comes, changes nothing
  yearly,     ///< 年, 每年, 年均 before a change
  rise,       ///< 增长, 提高
  fall,       ///< 下降, 降低
  manner,     ///< 稳步, 持续
  stable,     ///< 保持稳定
  historic,   ///< 历史低水平
  authority,  ///< 省, 全省, 国家: detail = level
  by,         ///< 由, 按
  assign,     ///< 下达, 指定, 定
  goal,       ///< 指标, 目标, 任务
  average,    ///< 平均水平
  unit,       ///< %, ‰, 万人
  separator,  ///< 、;，
  range,      ///< - ~ 至 between numbers
  open,
  close,
  mark,   ///< ∗
  dash,   ///< a dash that is no sign and no range
  other,  ///< any other text, one code point
};

struct Token {
  TokenKind kind = TokenKind::other;
  std::size_t begin = 0;  ///< bytes of the normalised text
  std::size_t end = 0;
  Comparison comparison = Comparison::unstated;  ///< of prefix and suffix
  std::string_view detail;                       ///< level of an authority
  Decimal number;
};

struct Tokens {
  std::string text;  ///< normalised: full-width forms made ASCII, outer white space removed
  std::vector<Token> tokens;
  std::size_t bad_number = std::string::npos;  ///< where a number has too many digits

  std::string_view of(std::size_t first, std::size_t last) const;  ///< text of tokens [first, last)
};

/// Splits a cell into words and numbers; longest word first. Groups of three digits parted by one
/// space or comma are one number. Never fails: unknown characters are `other`.
Tokens tokenize(std::string_view utf8);

}  // namespace hb::indicators
