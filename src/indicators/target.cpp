#include "indicators/target.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "core/utf8.hpp"
#include "indicators/words.hpp"

namespace hb::indicators {
namespace {

using enum TokenKind;

constexpr std::size_t max_cell_bytes = 600;  // a printed cell is a line; longer text is no cell
constexpr std::size_t max_quantities = 16;

struct Span {
  std::size_t first;
  std::size_t last;  ///< one behind
};

bool is_lead(TokenKind kind) {
  return kind == prefix || kind == keep || kind == yearly || kind == rise || kind == fall ||
         kind == manner;
}

/// A recursive-descent reader of one cell; grammar in docs/indicators.md.
class Reader {
 public:
  Reader(const Tokens& tokens, bool is_target) : tokens_(tokens), is_target_(is_target) {}

  Cell read() {
    Cell cell;
    if (all_of_kinds({dash, separator, range})) return cell;
    if (tokens_.bad_number != std::string::npos) {
      fault(cell, tokens_.bad_number, tokens_.text.size(), "数字超过15位或小数超过9位",
            "a number has more than 15 digits or 9 decimals");
      return cell;
    }
    const bool has_number =
        std::ranges::any_of(list(), [](const Token& token) { return token.kind == number; });
    if (has_number) {
      read_numbers(cell);
    } else {
      read_phrase(cell);
    }
    return cell;
  }

 private:
  const std::vector<Token>& list() const { return tokens_.tokens; }
  TokenKind kind(std::size_t i) const { return i < list().size() ? list()[i].kind : other; }

  bool all_of_kinds(std::initializer_list<TokenKind> kinds) const {
    return std::ranges::all_of(list(), [&](const Token& token) {
      return std::ranges::find(kinds, token.kind) != kinds.end();
    });
  }

  /// Marks the cell unreadable; [begin, end) in bytes of the normalised text.
  void fault(Cell& cell, std::size_t begin, std::size_t end, std::string zh, std::string en) const {
    if (cell.kind == CellKind::unreadable) return;  // the first fault says most
    std::size_t character = 1;
    for (std::size_t at = 0; at < begin && at < tokens_.text.size(); ++character) {
      next_code_point(tokens_.text, at);
    }
    const std::string piece = tokens_.text.substr(begin, end - begin);
    const std::string nth = std::to_string(character);
    cell.kind = CellKind::unreadable;
    cell.quantities.clear();
    cell.fault = {"第" + nth + "个字“" + piece + "”：" + std::move(zh),
                  "character " + nth + " “" + piece + "”: " + std::move(en)};
  }

  void fault_at(Cell& cell, Span span, std::string zh, std::string en) const {
    const std::size_t begin =
        span.first < list().size() ? list()[span.first].begin : tokens_.text.size();
    const std::size_t end = span.first < span.last ? list()[span.last - 1].end : begin;
    fault(cell, begin, end, std::move(zh), std::move(en));
  }

  std::size_t skip(std::size_t at, std::initializer_list<TokenKind> kinds) const {
    while (at < list().size() && std::ranges::find(kinds, list()[at].kind) != kinds.end()) ++at;
    return at;
  }

  // ---- cells without a number -------------------------------------------------------------------

  void read_phrase(Cell& cell) const {
    if (assigned(cell) || average_level(cell) || historic_level(cell) || trend(cell)) return;
    fault_at(cell, {0, list().size()}, "不是已知的目标写法", "not a known way to write a target");
  }

  /// assigned := (keep | by)* authority (assign goal? | goal)
  bool assigned(Cell& cell) const {
    std::size_t at = skip(0, {keep, by});
    if (kind(at) != authority) return false;
    const std::string_view level = list()[at++].detail;
    const std::size_t behind = skip(at, {assign, goal});
    if (behind == at || behind - at > 2 || behind != list().size()) return false;
    cell.kind = CellKind::assigned;
    cell.authority = level;
    return true;
  }

  /// average := keep* prefix? authority? average suffix?
  bool average_level(Cell& cell) const {
    std::size_t at = skip(0, {keep});
    Comparison comparison = Comparison::unstated;
    if (kind(at) == prefix) comparison = list()[at++].comparison;
    std::string_view level;
    if (kind(at) == authority) level = list()[at++].detail;
    if (kind(at) != average) return false;
    ++at;
    if (kind(at) == suffix && comparison == Comparison::unstated) {
      comparison = list()[at++].comparison;
    }
    if (at != list().size()) return false;
    cell.kind = CellKind::average;
    cell.authority = level;
    cell.comparison = comparison;
    return true;
  }

  /// historic := (keep | manner)* historic suffix?
  bool historic_level(Cell& cell) const {
    std::size_t at = skip(0, {keep, manner});
    if (kind(at) != historic) return false;
    if (kind(++at) == suffix) ++at;
    if (at != list().size()) return false;
    cell.kind = CellKind::historic_low;
    return true;
  }

  /// trend := (keep | manner | yearly)* (rise | fall) | manner* stable
  bool trend(Cell& cell) const {
    const std::size_t at = skip(0, {keep, manner, yearly});
    if (at + 1 != list().size()) return false;
    if (kind(at) == rise)
      cell.kind = CellKind::trend_up;
    else if (kind(at) == fall)
      cell.kind = CellKind::trend_down;
    else if (kind(at) == stable)
      cell.kind = CellKind::trend_stable;
    else
      return false;
    return true;
  }

  // ---- cells with numbers -----------------------------------------------------------------------

  /// numbers := item (separator item)*; separators in brackets do not part items.
  std::vector<Span> segments() const {
    std::vector<Span> spans{{0, 0}};
    int depth = 0;
    for (std::size_t i = 0; i < list().size(); ++i) {
      if (list()[i].kind == open) ++depth;
      if (list()[i].kind == close && depth > 0) --depth;
      if (list()[i].kind == separator && depth == 0) {
        spans.back().last = i;
        spans.push_back({i + 1, i + 1});
      }
    }
    spans.back().last = list().size();
    if (spans.size() > 1 && spans.back().first == spans.back().last) spans.pop_back();
    return spans;
  }

  void read_numbers(Cell& cell) const {
    cell.kind = CellKind::numbers;
    std::vector<std::string> names;    // of numbers still to come, first first
    std::vector<std::string> pending;  // names whose number has not begun
    for (const Span span : segments()) {
      const std::size_t at = first_number(span);
      if (at == span.last) {
        if (!names.empty()) return wrong_names(cell, span);
        pending.push_back(label(span));
        continue;
      }
      if (cell.quantities.size() == max_quantities) {
        return fault_at(cell, span, "数值过多", "too many numbers");
      }
      std::optional<Quantity> quantity = item(cell, span, at);
      if (!quantity) return;
      if (!quantity->label.empty() && !names.empty()) return wrong_names(cell, span);
      if (!pending.empty()) {
        names = std::exchange(pending, {});
        names.push_back(quantity->label);
      }
      if (!names.empty()) {
        quantity->label = names.front();
        names.erase(names.begin());
      }
      cell.quantities.push_back(std::move(*quantity));
    }
    if (!names.empty() || !pending.empty()) return wrong_names(cell, {0, list().size()});
    check_labels(cell);
  }

  void wrong_names(Cell& cell, Span span) const {
    fault_at(cell, span, "名称与数值的个数不一致", "names and numbers do not pair up");
  }

  /// In a target a text before a number is only a name when every one of several numbers has one.
  void check_labels(Cell& cell) const {
    if (!is_target_) return;
    const auto named = std::ranges::count_if(
        cell.quantities, [](const Quantity& quantity) { return !quantity.label.empty(); });
    const bool all =
        cell.quantities.size() > 1 && static_cast<std::size_t>(named) == cell.quantities.size();
    if (named > 0 && !all) {
      fault_at(cell, {0, list().size()}, "数字前的文字不明",
               "the text before the number is unknown");
    }
  }

  std::size_t first_number(Span span) const {
    int depth = 0;
    for (std::size_t i = span.first; i < span.last; ++i) {
      if (list()[i].kind == open) ++depth;
      if (list()[i].kind == close && depth > 0) --depth;
      if (list()[i].kind == number && depth == 0) return i;
    }
    return span.last;
  }

  std::string label(Span span) const {
    std::string_view text = tokens_.of(span.first, span.last);
    for (bool cut = true; cut;) {
      cut = false;
      for (const std::string_view end : {"分别为", "分别", "为", "是", ":", " "}) {
        if (!text.ends_with(end)) continue;
        text.remove_suffix(end.size());
        cut = true;
      }
    }
    return std::string(text);
  }

  /// item := label? lead number unit? (range number unit?)? (suffix | unit | mark | brackets)*
  std::optional<Quantity> item(Cell& cell, Span span, std::size_t at) const {
    Quantity quantity;
    std::size_t begin = at;
    while (begin > span.first && is_lead(list()[begin - 1].kind)) --begin;
    quantity.label = label({span.first, begin});
    if (!lead(cell, {begin, at}, quantity)) return std::nullopt;
    quantity.number = list()[at++].number;
    if (kind(at) == unit && at < span.last) quantity.unit = unit_of(at++);
    if (at + 1 < span.last && kind(at) == range && kind(at + 1) == number) {
      if (!upper_end(cell, span, at, quantity)) return std::nullopt;
    }
    if (!behind(cell, {at, span.last}, quantity)) return std::nullopt;
    return quantity;
  }

  std::string unit_of(std::size_t at) const {
    const std::string_view text = tokens_.of(at, at + 1);
    if (text.starts_with("/") && text.find("10") != text.npos) return "1/10万";
    return text == "/万" ? "1/万" : std::string(text);
  }

  bool upper_end(Cell& cell, Span span, std::size_t& at, Quantity& quantity) const {
    const Decimal upper = list()[at + 1].number;
    if (quantity.comparison != Comparison::unstated || upper < quantity.number) {
      fault_at(cell, {at - 1, at + 2}, "区间写法有矛盾", "the range contradicts itself");
      return false;
    }
    quantity.upper = upper;
    quantity.comparison = Comparison::between;
    at += 2;
    if (at < span.last && kind(at) == unit) quantity.unit = unit_of(at++);
    return true;
  }

  /// lead := (keep | manner)* (yearly? (rise | fall))? (prefix | keep)*
  bool lead(Cell& cell, Span span, Quantity& quantity) const {
    for (std::size_t i = span.first; i < span.last; ++i) {
      switch (kind(i)) {
        case yearly:
          quantity.yearly = true;
          break;
        case rise:
          quantity.change = true;
          break;
        case fall:
          quantity.change = quantity.decline = true;
          break;
        case prefix:
          if (!compare(cell, i, quantity)) return false;
          break;
        default:
          break;  // keep and manner change nothing
      }
    }
    if (quantity.yearly && !quantity.change) {
      fault_at(cell, span, "“年”后缺少增长或下降", "“a year” without growth or reduction");
      return false;
    }
    return true;
  }

  bool compare(Cell& cell, std::size_t at, Quantity& quantity) const {
    const Comparison stated = list()[at].comparison;
    if (quantity.comparison != Comparison::unstated && quantity.comparison != stated) {
      fault_at(cell, {at, at + 1}, "与另一个界限词矛盾", "contradicts another bound");
      return false;
    }
    quantity.comparison = stated;
    return true;
  }

  /// What stands behind the number: in any order, each at most once, nothing else.
  bool behind(Cell& cell, Span span, Quantity& quantity) const {
    for (std::size_t at = span.first; at < span.last;) {
      if (kind(at) == suffix) {
        if (!compare(cell, at, quantity)) return false;
        ++at;
      } else if (kind(at) == unit && quantity.unit.empty()) {
        quantity.unit = unit_of(at++);
      } else if (kind(at) == mark) {
        quantity.marked = true;
        ++at;
      } else if (kind(at) == open) {
        const std::size_t end = closing(at, span.last);
        if (end == span.last) {
          fault_at(cell, {at, span.last}, "括号没有结束", "a bracket is not closed");
          return false;
        }
        brackets({at + 1, end}, quantity);
        at = end + 1;
      } else {
        fault_at(cell, {at, span.last}, "读不懂", "not understood");
        return false;
      }
    }
    return true;
  }

  std::size_t closing(std::size_t at, std::size_t last) const {
    while (at < last && kind(at) != close) ++at;
    return at;
  }

  std::optional<int> year_at(std::size_t at) const {
    if (kind(at) != number) return std::nullopt;
    const Decimal& value = list()[at].number;
    const bool plausible = value.scale == 0 && value.scaled >= 1900 && value.scaled <= 2100;
    return plausible ? std::optional<int>(static_cast<int>(value.scaled)) : std::nullopt;
  }

  /// brackets := year 年? | year range year 年? | 含 … | 不含 … | any remark
  void brackets(Span span, Quantity& quantity) const {
    const std::optional<int> first = year_at(span.first);
    std::size_t at = span.first + 1;
    std::optional<int> last = first;
    if (first && at < span.last && (kind(at) == range || kind(at) == dash)) {
      last = year_at(at + 1);
      at += 2;
    }
    if (at < span.last && tokens_.of(at, at + 1) == "年") ++at;
    if (first && last && *first <= *last && at == span.last) {
      quantity.period = Years{*first, *last};
      return;
    }
    const std::string_view text = tokens_.of(span.first, span.last);
    if (text.starts_with("不含")) {
      if (quantity.comparison == Comparison::at_least) quantity.comparison = Comparison::above;
      if (quantity.comparison == Comparison::at_most) quantity.comparison = Comparison::below;
    }
    quantity.remark = text;
  }

  const Tokens& tokens_;
  bool is_target_;
};

Cell read_cell(std::string_view text, bool is_target) {
  Cell cell;
  if (!is_utf8(text)) {
    cell.kind = CellKind::unreadable;
    cell.fault = {"不是UTF-8文字", "not UTF-8 text"};
    return cell;
  }
  if (text.size() > max_cell_bytes) {
    cell.kind = CellKind::unreadable;
    cell.fault = {"文字过长", "the text is too long for a cell"};
    return cell;
  }
  const Tokens tokens = tokenize(text);
  cell = Reader(tokens, is_target).read();
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos) {
    cell.text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  }
  return cell;
}

}  // namespace

Cell read_target(std::string_view text, Better better) {
  Cell cell = read_cell(text, true);
  for (Quantity& quantity : cell.quantities) {
    if (quantity.comparison != Comparison::unstated) continue;
    if (quantity.change)
      quantity.comparison = Comparison::at_least;  // of the growth or reduction
    else if (better == Better::higher)
      quantity.comparison = Comparison::at_least;
    else if (better == Better::lower)
      quantity.comparison = Comparison::at_most;
  }
  if (cell.kind == CellKind::average && cell.comparison == Comparison::unstated) {
    if (better == Better::higher) cell.comparison = Comparison::at_least;
    if (better == Better::lower) cell.comparison = Comparison::at_most;
  }
  return cell;
}

Cell read_value(std::string_view text) { return read_cell(text, false); }

}  // namespace hb::indicators
