#include <string>

#include "indicators/phrases.hpp"
#include "indicators/target.hpp"

namespace hb::indicators {
namespace {

std::string_view sign(Comparison comparison) {
  switch (comparison) {
    case Comparison::at_least:
      return ">=";
    case Comparison::above:
      return ">";
    case Comparison::at_most:
      return "<=";
    case Comparison::below:
      return "<";
    case Comparison::about:
      return "~";
    case Comparison::between:
    case Comparison::unstated:
      return "";
  }
  return "";
}

std::string canonical(const Quantity& quantity) {
  std::string text;
  if (quantity.change) text.append(quantity.decline ? "decline" : "growth");
  text.append(sign(quantity.comparison)).append(format_decimal(quantity.number));
  if (quantity.upper) text.append("..").append(format_decimal(*quantity.upper));
  if (quantity.change) text.append(quantity.unit).append(quantity.yearly ? "/year" : "");
  if (!quantity.period) return text;
  text.append(" [").append(std::to_string(quantity.period->first));
  if (quantity.period->last != quantity.period->first) {
    text.append("-").append(std::to_string(quantity.period->last));
  }
  return text.append("]");
}

Localized with_unit(const Quantity& quantity, const Localized& unit) {
  std::string number = format_decimal(quantity.number);
  Localized text{number, number};
  if (quantity.upper) {
    text.zh += "～" + format_decimal(*quantity.upper);
    text.en += "–" + format_decimal(*quantity.upper);
  }
  return append_unit(std::move(text), quantity_unit(quantity, unit));
}

Localized bounded(Comparison comparison, const Localized& number) {
  switch (comparison) {
    case Comparison::at_least:
      return {"不低于" + number.zh, "at least " + number.en};
    case Comparison::above:
      return {"高于" + number.zh, "above " + number.en};
    case Comparison::at_most:
      return {"不高于" + number.zh, "at most " + number.en};
    case Comparison::below:
      return {"低于" + number.zh, "below " + number.en};
    case Comparison::about:
      return {"约" + number.zh, "about " + number.en};
    case Comparison::between:
    case Comparison::unstated:
      return number;
  }
  return number;
}

Localized average_text(const Cell& cell) {
  const Localized average = average_name(cell.authority);
  return bounded(cell.comparison, average);
}

}  // namespace

Localized describe(const Quantity& quantity, const Localized& unit) {
  Localized text = bounded(quantity.comparison, with_unit(quantity, unit));
  if (quantity.change) {
    text.zh =
        std::string(quantity.yearly ? "每年" : "") + (quantity.decline ? "下降" : "增长") + text.zh;
    text.en = std::string(quantity.decline ? "a reduction of " : "growth of ") + text.en +
              (quantity.yearly ? " a year" : "");
  }
  if (quantity.period && quantity.period->first == quantity.period->last) {
    const std::string year = std::to_string(quantity.period->first);
    text.zh += "（" + year + "年）";
    text.en += " (" + year + ")";
  } else if (quantity.period) {
    const std::string first = std::to_string(quantity.period->first);
    const std::string last = std::to_string(quantity.period->last);
    text.zh += "（" + first + "—" + last + "年）";
    text.en += " (" + first + "–" + last + ")";
  }
  return text;
}

std::string canonical(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::empty:
      return "none";
    case CellKind::assigned:
      return "assigned:" + cell.authority;
    case CellKind::average:
      return std::string(sign(cell.comparison)) + "average" +
             (cell.authority.empty() ? "" : ":" + cell.authority);
    case CellKind::historic_low:
      return "level:historic-low";
    case CellKind::trend_up:
      return "trend:up";
    case CellKind::trend_down:
      return "trend:down";
    case CellKind::trend_stable:
      return "trend:stable";
    case CellKind::unreadable:
      return "unreadable";
    case CellKind::numbers:
      break;
  }
  std::string text;
  for (const Quantity& quantity : cell.quantities) {
    if (!text.empty()) text += "; ";
    text += canonical(quantity);
  }
  return text;
}

Localized describe(const Cell& cell, const Localized& unit) {
  switch (cell.kind) {
    case CellKind::empty:
      return {"未列", "not stated"};
    case CellKind::assigned: {
      const Localized who = authority_name(cell.authority);
      return {"由" + who.zh + "确定", "set by " + who.en};
    }
    case CellKind::average:
      return average_text(cell);
    case CellKind::historic_low:
      return {"控制在历史低水平", "kept at a historically low level"};
    case CellKind::trend_up:
      return {"稳步提高", "rising steadily"};
    case CellKind::trend_down:
      return {"稳步下降", "falling steadily"};
    case CellKind::trend_stable:
      return {"保持稳定", "kept stable"};
    case CellKind::unreadable:
      return {"读不懂：" + cell.fault.zh, "not understood: " + cell.fault.en};
    case CellKind::numbers:
      break;
  }
  Localized text;
  for (const Quantity& quantity : cell.quantities) {
    const Localized one = describe(quantity, unit);
    const bool more = !text.zh.empty();
    text.zh += (more ? "、" : "") + quantity.label + one.zh;
    text.en += (more ? ", " : "") + one.en;
  }
  return text;
}

}  // namespace hb::indicators
