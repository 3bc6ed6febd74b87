#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"
#include "indicators/decimal.hpp"

namespace hb::indicators {

/// Which way an indicator improves.
enum class Better : std::uint8_t { higher, lower, none };

/// How a number bounds. 以上, 以下, 以内, 不低于 and 不高于 include the bound; 超过, 不满, 高于 and
/// 低于 exclude it (Civil Code of the PRC, art. 1259: “以上”“以下”“以内”“届满”, 包括本数;
/// “不满”“超过”“以外”, 不包括本数).
enum class Comparison : std::uint8_t {
  unstated,  ///< a plain number: of a target, the direction comes from `better`; of a value, exact
  at_least,
  above,
  at_most,
  below,
  between,  ///< number … upper, both included
  about,    ///< 左右: how far off still counts is not stated
};

/// First and last calendar year, equal for one year.
struct Years {
  int first;
  int last;
  friend bool operator==(const Years&, const Years&) = default;
};

/// One number of a cell with all that is written around it.
struct Quantity {
  std::string label;  ///< "药品抽检合格率"; empty when none is written
  Comparison comparison = Comparison::unstated;
  Decimal number;
  std::optional<Decimal> upper;  ///< of `between`
  std::string unit;              ///< glued on: "%", "‰", "万人"; empty when none is written
  std::optional<Years> period;   ///< (2016-2020年), (2019年)
  bool change = false;           ///< a growth or reduction (年增长21.1%), not a level
  bool yearly = false;           ///< … per year
  bool decline = false;          ///< … downwards
  bool marked = false;           ///< ∗: the table says something special of it
  std::string remark;            ///< other text in brackets: "含铁路疾控"
};

/// What a cell of a target or value column says.
enum class CellKind : std::uint8_t {
  empty,     ///< nothing, "-", "—", "/"
  numbers,   ///< one or several quantities
  assigned,  ///< 省下达指标, 由省指定, 达到省定目标: a number somebody else sets
  average,  ///< 低于全省平均水平, 不低于省平均: relative to an average not stated here
  historic_low,  ///< 持续控制在历史低水平
  trend_up,      ///< 稳步提高
  trend_down,    ///< 稳步下降
  trend_stable,  ///< 保持稳定
  unreadable,    ///< see fault
};

struct Cell {
  CellKind kind = CellKind::empty;
  std::string text;                              ///< as written, outer white space removed
  std::vector<Quantity> quantities;              ///< of kind numbers, at least one
  Comparison comparison = Comparison::unstated;  ///< of kind average
  std::string authority;  ///< of assigned and average: "province", "city", "country", "district",
                          ///< "superior"
  Localized fault;        ///< of unreadable: what was not understood, and where
};

/// A target cell. A plain number takes its direction from `better` (stays unstated for `none`).
/// Never fails: what is not understood is CellKind::unreadable with the reason. Full-width forms,
/// spaces inside numbers (10 700), units glued on and footnote marks are understood.
/// source  docs/indicators.md lists every form
Cell read_target(std::string_view text, Better better);

/// A value cell. Unlike in a target, text before a number is its label.
Cell read_value(std::string_view text);

/// The parsed target for machines: ">=92.3", "<0.047", ">=26 [2016-2020]", "growth>=21.1%/year",
/// "assigned:province", "<average:province", "trend:up", "level:historic-low", "none",
/// "unreadable"; several quantities joined by "; ".
std::string canonical(const Cell& cell);

/// The same for people: {"不低于92.3", "at least 92.3"}; unit is put behind numbers that carry
/// none.
Localized describe(const Cell& cell, const Localized& unit);

}  // namespace hb::indicators
