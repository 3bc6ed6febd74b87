#include "indicators/words.hpp"

#include "core/utf8.hpp"

namespace hb::indicators {
namespace {

using enum TokenKind;

struct Word {
  std::string_view text;
  TokenKind kind;
  Comparison comparison = Comparison::unstated;
  std::string_view detail = {};
};

/// The vocabulary of target cells in Chinese plans. Order does not matter: the longest match
/// counts.
constexpr Word words[] = {
    {"≥", prefix, Comparison::at_least},
    {"≧", prefix, Comparison::at_least},
    {"⩾", prefix, Comparison::at_least},
    {">=", prefix, Comparison::at_least},
    {"≤", prefix, Comparison::at_most},
    {"≦", prefix, Comparison::at_most},
    {"⩽", prefix, Comparison::at_most},
    {"<=", prefix, Comparison::at_most},
    {">", prefix, Comparison::above},
    {"<", prefix, Comparison::below},
    {"不低于", prefix, Comparison::at_least},
    {"不少于", prefix, Comparison::at_least},
    {"不小于", prefix, Comparison::at_least},
    {"不得低于", prefix, Comparison::at_least},
    {"不得少于", prefix, Comparison::at_least},
    {"至少", prefix, Comparison::at_least},
    {"大于等于", prefix, Comparison::at_least},
    {"不高于", prefix, Comparison::at_most},
    {"不超过", prefix, Comparison::at_most},
    {"不多于", prefix, Comparison::at_most},
    {"不大于", prefix, Comparison::at_most},
    {"不得高于", prefix, Comparison::at_most},
    {"不得超过", prefix, Comparison::at_most},
    {"至多", prefix, Comparison::at_most},
    {"小于等于", prefix, Comparison::at_most},
    {"高于", prefix, Comparison::above},
    {"超过", prefix, Comparison::above},
    {"大于", prefix, Comparison::above},
    {"多于", prefix, Comparison::above},
    {"超", prefix, Comparison::above},
    {"低于", prefix, Comparison::below},
    {"小于", prefix, Comparison::below},
    {"少于", prefix, Comparison::below},
    {"不满", prefix, Comparison::below},
    {"未满", prefix, Comparison::below},
    {"不足", prefix, Comparison::below},
    {"约", prefix, Comparison::about},
    {"大约", prefix, Comparison::about},
    {"近", prefix, Comparison::about},
    {"以上", suffix, Comparison::at_least},
    {"及以上", suffix, Comparison::at_least},
    {"以下", suffix, Comparison::at_most},
    {"及以下", suffix, Comparison::at_most},
    {"以内", suffix, Comparison::at_most},
    {"之内", suffix, Comparison::at_most},
    {"以外", suffix, Comparison::above},
    {"左右", suffix, Comparison::about},
    {"上下", suffix, Comparison::about},
    {"保持在", keep},
    {"保持", keep},
    {"维持在", keep},
    {"维持", keep},
    {"稳定在", keep},
    {"控制在", keep},
    {"持续控制在", keep},
    {"达到", keep},
    {"达", keep},
    {"提高到", keep},
    {"提高至", keep},
    {"提升到", keep},
    {"提升至", keep},
    {"增加到", keep},
    {"上升到", keep},
    {"下降到", keep},
    {"下降至", keep},
    {"降低到", keep},
    {"降低至", keep},
    {"降到", keep},
    {"降至", keep},
    {"完成", keep},
    {"年", yearly},
    {"每年", yearly},
    {"年均", yearly},
    {"年平均", yearly},
    {"逐年", manner},
    {"增长", rise},
    {"提高", rise},
    {"提升", rise},
    {"上升", rise},
    {"增加", rise},
    {"改善", rise},
    {"下降", fall},
    {"降低", fall},
    {"减少", fall},
    {"稳步", manner},
    {"逐步", manner},
    {"持续", manner},
    {"不断", manner},
    {"有所", manner},
    {"进一步", manner},
    {"明显", manner},
    {"保持稳定", stable},
    {"基本稳定", stable},
    {"保持基本稳定", stable},
    {"历史低水平", historic},
    {"历史较低水平", historic},
    {"历史最低水平", historic},
    {"历史低位", historic},
    {"国家", authority, {}, "country"},
    {"全国", authority, {}, "country"},
    {"省", authority, {}, "province"},
    {"全省", authority, {}, "province"},
    {"省级", authority, {}, "province"},
    {"市", authority, {}, "city"},
    {"全市", authority, {}, "city"},
    {"市级", authority, {}, "city"},
    {"区", authority, {}, "district"},
    {"全区", authority, {}, "district"},
    {"区级", authority, {}, "district"},
    {"上级", authority, {}, "superior"},
    {"由", by},
    {"按", by},
    {"按照", by},
    {"以", by},
    {"下达", assign},
    {"指定", assign},
    {"核定", assign},
    {"确定", assign},
    {"规定", assign},
    {"要求", assign},
    {"定", assign},
    {"指标", goal},
    {"目标", goal},
    {"任务", goal},
    {"标准", goal},
    {"的指标", goal},
    {"的目标", goal},
    {"目标值", goal},
    {"平均水平", average},
    {"平均值", average},
    {"平均", average},
    {"均值", average},
    {"%", unit},
    {"‰", unit},
    {"百分点", unit},
    {"个百分点", unit},
    {"/10万", unit},
    {"/10 万", unit},
    {"/ 10万", unit},
    {"/ 10 万", unit},
    {"/万", unit},
    {"人", unit},
    {"万人", unit},
    {"人次", unit},
    {"万人次", unit},
    {"张", unit},
    {"岁", unit},
    {"元", unit},
    {"万元", unit},
    {"亿元", unit},
    {"个", unit},
    {"家", unit},
    {"套", unit},
    {"万套", unit},
    {"所", unit},
    {"名", unit},
    {"例", unit},
    {"件", unit},
    {"分", unit},
    {"天", unit},
    {"万", unit},
    {"m2", unit},
    {"m²", unit},
    {"万m2", unit},
    {"万m²", unit},
    {"平方米", unit},
    {"万平方米", unit},
    {"ug/m3", unit},
    {"μg/m3", unit},
    {"μg/m³", unit},
    {"µg/m³", unit},
    {"微克/立方米", unit},
    {"人/亿元", unit},
    {"剂次", unit},
    {"万剂次", unit},
    {"、", separator},
    {";", separator},
    {"，", separator},
    {",", separator},
    {"/", separator},
    {"\n", separator},
    {"~", range},
    {"至", range},
    {"–", range},
    {"—", dash},
    {"－", dash},
    {"-", dash},
    {"−", dash},
    {"(", open},
    {")", close},
    {"∗", mark},
    {"*", mark},
    {"※", mark},
    {"†", mark},
    {"#", mark},
    {"△", mark},
    {"▲", mark},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

char32_t decode(std::string_view c) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(c[i]); };
  if (c.size() == 3) return (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
  if (c.size() == 2) return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
  return c.size() == 1 ? byte(0) : U'\xFFFD';
}

/// Full-width letters, digits and signs become ASCII, except the comma, which never parts
/// thousands.
std::string normalise(std::string_view utf8) {
  std::string text;
  for (std::size_t position = 0; position < utf8.size();) {
    const std::string_view piece = next_code_point(utf8, position);
    const char32_t c = decode(piece);
    const bool full_width = c >= 0xFF01 && c <= 0xFF5E && c != 0xFF0C;
    if (full_width) {
      text += static_cast<char>(c - 0xFF00 + 0x20);
    } else if (c == 0x3000 || c == 0xA0 || c == 0x2009 || c == 0x202F) {
      text += ' ';  // ideographic, no-break and thin spaces
    } else if (c != 0xFEFF && c != 0x200B) {
      text += piece;
    }
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && is_digit(text[at + count])) ++count;
  return count;
}

/// The end of the number that begins at `at`; its digits without group separators go to `digits`.
std::size_t scan_number(std::string_view text, std::size_t at, std::string& digits) {
  std::size_t count = digits_at(text, at);
  digits.append(text.substr(at, count));
  std::size_t end = at + count;
  while (count >= 1 && count <= 3 && end < text.size() && (text[end] == ' ' || text[end] == ',') &&
         digits_at(text, end + 1) == 3) {
    digits.append(text.substr(end + 1, 3));
    end += 4;
    count = 3;
  }
  if (end >= text.size() || text[end] != '.') return end;
  // Scanned tables print "66. 96": one space behind the point belongs to the number.
  const std::size_t space = end + 1 < text.size() && text[end + 1] == ' ' ? 1 : 0;
  const std::size_t behind = digits_at(text, end + 1 + space);
  if (behind == 0) return end;
  digits.append(".").append(text.substr(end + 1 + space, behind));
  return end + 1 + space + behind;
}

const Word* longest_word(std::string_view rest) {
  const Word* best = nullptr;
  for (const Word& word : words) {
    if (rest.starts_with(word.text) && (best == nullptr || word.text.size() > best->text.size())) {
      best = &word;
    }
  }
  return best;
}

/// A hyphen is a sign at the beginning or behind a comparison, a range between numbers, else a
/// dash.
TokenKind kind_of_dash(const std::vector<Token>& before, std::string_view rest) {
  const bool number_follows = !rest.empty() && is_digit(rest.front());
  if (!number_follows || before.empty()) return dash;
  const TokenKind last = before.back().kind;
  return last == number || last == unit ? range : dash;
}

bool is_sign(const std::vector<Token>& before, std::string_view rest) {
  if (rest.size() < 2 || rest.front() != '-' || !is_digit(rest[1])) return false;
  if (before.empty()) return true;
  const TokenKind last = before.back().kind;
  return last == prefix || last == separator || last == keep;
}

std::size_t add_number(Tokens& result, std::size_t at) {
  std::string digits;
  std::size_t from = at;
  if (result.text[at] == '-') digits = result.text[from++];
  const std::size_t end = scan_number(result.text, from, digits);
  const std::optional<Decimal> value = parse_decimal(digits);
  if (!value && result.bad_number == std::string::npos) result.bad_number = at;
  result.tokens.push_back({number, at, end, Comparison::unstated, {}, value.value_or(Decimal{})});
  return end;
}

}  // namespace

std::string_view Tokens::of(std::size_t first, std::size_t last) const {
  if (first >= last || first >= tokens.size()) return {};
  const std::size_t begin = tokens[first].begin;
  return std::string_view(text).substr(begin, tokens[last - 1].end - begin);
}

Tokens tokenize(std::string_view utf8) {
  Tokens result;
  result.text = normalise(utf8);
  const std::string_view text = result.text;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (is_space(rest.front())) {
      ++at;
      continue;
    }
    if (is_digit(rest.front()) || is_sign(result.tokens, rest)) {
      at = add_number(result, at);
      continue;
    }
    Token token{other, at, at};
    if (const Word* word = longest_word(rest)) {
      token.kind = word->kind;
      token.comparison = word->comparison;
      token.detail = word->detail;
      at += word->text.size();
      if (token.kind == dash) token.kind = kind_of_dash(result.tokens, text.substr(at));
    } else {
      next_code_point(text, at);
    }
    token.end = at;
    result.tokens.push_back(token);
  }
  return result;
}

}  // namespace hb::indicators
