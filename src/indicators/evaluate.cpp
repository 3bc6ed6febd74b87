#include "indicators/evaluate.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "indicators/judge.hpp"
#include "indicators/phrases.hpp"

namespace hb::indicators {
namespace {

struct StatusText {
  Status status;
  std::string_view word;
  std::string_view zh;
  std::string_view en;
};

constexpr std::array status_texts = {
    StatusText{Status::met, "met", "完成", "Met"},
    StatusText{Status::nearly, "nearly", "基本完成", "Nearly met"},
    StatusText{Status::missed, "missed", "未完成", "Missed"},
    StatusText{Status::not_decidable, "not_decidable", "暂无法判定", "Not decidable"},
};

const StatusText& text_of(Status status) { return status_texts[static_cast<std::size_t>(status)]; }

void add_sentence(Localized& reason, std::string_view zh, std::string_view en) {
  if (zh.empty()) return;
  if (!reason.en.empty()) reason.en += ' ';
  reason.zh.append(zh).append("。");
  const std::size_t begin = reason.en.size();
  reason.en.append(en).append(".");
  char& first = reason.en[begin];
  if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
}

/// Why no comparison with this target is possible; empty = numbers stand there.
Localized target_obstacle(const Cell& target) {
  const Localized who = authority_name(target.authority);
  const Localized average = average_name(target.authority);
  const Localized said = describe(target, Localized{});
  switch (target.kind) {
    case CellKind::numbers:
      return {};
    case CellKind::empty:
      return {"未列目标", "no target is stated"};
    case CellKind::assigned:
      return {"目标（" + target.text + "）由" + who.zh + "另行确定，数值未载明",
              "the target is set by " + who.en + " and its number is not stated"};
    case CellKind::average:
      return {"目标（" + target.text + "）以" + average.zh + "为参照，其数值未载明",
              "the target is “" + said.en + "”, and that average is not stated"};
    case CellKind::historic_low:
      return {"目标（" + target.text + "）未给出数值界限",
              "the target is “" + said.en + "”, which names no number"};
    case CellKind::trend_up:
    case CellKind::trend_down:
    case CellKind::trend_stable:
      return {"目标（" + target.text + "）为变化趋势，未给出基期和幅度",
              "the target is a trend (“" + said.en +
                  "”); neither its base year nor its size is stated"};
    case CellKind::unreadable:
      return {"目标“" + target.text + "”读不懂：" + target.fault.zh,
              "the target “" + target.text + "” is not understood: " + target.fault.en};
  }
  return {};
}

Localized value_obstacle(const Cell& value) {
  if (value.kind == CellKind::numbers) return {};
  if (value.kind == CellKind::empty && value.text.empty()) {
    return {"未报告数值", "no value is reported"};
  }
  if (value.kind == CellKind::empty) {
    return {"未报告数值（原表为“" + value.text + "”）",
            "no value is reported (the table prints “" + value.text + "”)"};
  }
  if (value.kind == CellKind::unreadable) {
    return {"数值“" + value.text + "”读不懂：" + value.fault.zh,
            "the value “" + value.text + "” is not understood: " + value.fault.en};
  }
  return {"数值一栏为文字（" + value.text + "），不是数值",
          "the value column holds words (" + value.text + "), not a number"};
}

/// The value as printed; where the text gives no number, the column of its own.
Cell reported_value(const Question& question, Localized& conflict) {
  Cell cell = read_value(question.value_text);
  if (!question.value) return cell;
  if (cell.kind == CellKind::numbers) {
    const bool plain =
        cell.quantities.size() == 1 && cell.quantities.front().comparison == Comparison::unstated;
    if (plain && cell.quantities.front().number != *question.value) {
      const std::string column = format_decimal(*question.value);
      conflict = {
          "数值原文“" + cell.text + "”与数值列“" + column + "”不一致",
          "the printed value “" + cell.text + "” and the value column “" + column + "” disagree"};
    }
    return cell;
  }
  Quantity quantity;
  quantity.number = *question.value;
  cell.kind = CellKind::numbers;
  cell.quantities = {quantity};
  if (cell.text.empty()) cell.text = format_decimal(*question.value);
  return cell;
}

struct Pair {
  const Quantity* target;
  const Quantity* value;
};

/// Which target number belongs to which value; empty with a reason when that is not stated.
std::vector<Pair> pair_up(const Cell& target, const Cell& value, Localized& obstacle) {
  std::vector<Pair> pairs;
  const auto& targets = target.quantities;
  const auto& values = value.quantities;
  if (targets.size() != 1 && targets.size() != values.size()) {
    const std::string t = std::to_string(targets.size());
    const std::string v = std::to_string(values.size());
    obstacle = {"目标有" + t + "个数值，完成值有" + v + "个，对应关系未注明",
                "the target has " + t + " numbers and the value " + v +
                    "; which belongs to which is not stated"};
    return pairs;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Quantity* partner = &targets[targets.size() == 1 ? 0 : i];
    const bool named = targets.size() > 1 && !partner->label.empty() && !values[i].label.empty();
    if (named) {
      const auto same = std::ranges::find(targets, values[i].label, &Quantity::label);
      if (same == targets.end()) {
        obstacle = {"“" + values[i].label + "”没有对应的目标",
                    "no target belongs to “" + values[i].label + "”"};
        return {};
      }
      partner = &*same;
    }
    pairs.push_back({partner, &values[i]});
  }
  return pairs;
}

/// Each number must reach its target: one missed is missed, else one open is open, else the worst.
Status combine(Status a, Status b) {
  const auto rank = [](Status status) {
    switch (status) {
      case Status::met:
        return 0;
      case Status::nearly:
        return 1;
      case Status::not_decidable:
        return 2;
      case Status::missed:
        return 3;
    }
    return 3;
  };
  return rank(a) >= rank(b) ? a : b;
}

Localized part_name(const Question& question, const Quantity& value, std::size_t index) {
  if (index < question.part_names.size()) return question.part_names[index];
  const std::string nth = std::to_string(index + 1);
  if (value.label.empty()) return {"第" + nth + "个数值", "value " + nth};
  return {value.label, "value " + nth + " (" + value.label + ")"};
}

void judge_pairs(const Question& question, const std::vector<Pair>& pairs, Evaluation& result) {
  result.status = Status::met;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Judgement one = judge(*pairs[i].target, *pairs[i].value, question.unit);
    result.status = combine(result.status, one.status);
    if (one.gap && (!result.gap || *one.gap < *result.gap)) result.gap = one.gap;
    if (pairs.size() == 1) {
      add_sentence(result.reason, one.reason.zh, one.reason.en);
      continue;
    }
    const Localized name = part_name(question, *pairs[i].value, i);
    const StatusText& status = text_of(one.status);
    add_sentence(result.reason, name.zh + "（" + std::string(status.zh) + "）：" + one.reason.zh,
                 name.en + " (" + std::string(status.word) + "): " + one.reason.en);
  }
}

/// The year of the value, when it is not the year of the target, or is not known.
void add_year(const Question& question, Evaluation& result) {
  if (result.value.kind != CellKind::numbers) return;
  const Quantity& first = result.value.quantities.front();
  std::optional<int> year = question.value_year;
  if (first.period) year = first.period->last;
  const std::string mark_zh = first.marked ? "（原表加注标记）" : "";
  const std::string mark_en = first.marked ? " (marked in the table)" : "";
  if (!year) {
    add_sentence(result.reason, "数值年份未注明" + mark_zh,
                 "the year of the value is not stated" + mark_en);
    return;
  }
  if (!question.target_year || *question.target_year == *year) return;
  const std::string from = std::to_string(*year);
  const std::string to = std::to_string(*question.target_year);
  add_sentence(result.reason, "数值为" + from + "年" + mark_zh + "，目标为" + to + "年",
               "the value is of " + from + mark_en + ", the target of " + to);
}

/// What the plain rule says against one target text; fills status, gap, reason, target and value.
void apply_rule(const Question& question, const std::string& target_text, Evaluation& result) {
  Localized conflict;
  result.target = read_target(target_text, question.better);
  result.value = reported_value(question, conflict);
  if (is_no_unit(question.unit.zh)) {
    result.gap_unit = {};
  } else {
    result.gap_unit = difference_unit(question.unit);
  }
  const Localized about_target = target_obstacle(result.target);
  const Localized about_value = value_obstacle(result.value);
  add_sentence(result.reason, about_target.zh, about_target.en);
  add_sentence(result.reason, about_value.zh, about_value.en);
  add_sentence(result.reason, conflict.zh, conflict.en);
  if (!result.reason.zh.empty()) return;
  Localized obstacle;
  const std::vector<Pair> pairs = pair_up(result.target, result.value, obstacle);
  if (pairs.empty()) {
    add_sentence(result.reason, obstacle.zh, obstacle.en);
    return;
  }
  judge_pairs(question, pairs, result);
}

/// The finding of an authority whose own target is not known: it decides, and the reason says what
/// the plan's own target would have said.
void apply_finding(const Standard& standard, Evaluation& result) {
  const Localized plain = std::move(result.reason);
  const StatusText& found = text_of(*standard.finding);
  const StatusText& rule = text_of(result.status);
  result.status = *standard.finding;
  result.reason = {};
  add_sentence(result.reason,
               "按" + standard.name.zh + "判定为" + std::string(found.zh) + "（" +
                   standard.authority.zh + "；" + standard.source.zh + "）",
               "judged “" + std::string(found.word) + "” by " + standard.name.en + " (" +
                   standard.authority.en + "; " + standard.source.en + ")");
  result.reason.zh += "按规划目标的通用规则为" + std::string(rule.zh) + "：" + plain.zh;
  result.reason.en += " By the plan's own target the general rule says “" + std::string(rule.word) +
                      "”: " + plain.en;
}

}  // namespace

std::string_view status_word(Status status) { return text_of(status).word; }

Localized status_name(Status status) {
  return {std::string(text_of(status).zh), std::string(text_of(status).en)};
}

std::optional<Status> status_from_print(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin);
  for (const StatusText& known : status_texts) {
    if (!text.starts_with(known.zh)) continue;
    const std::string_view rest = text.substr(known.zh.size());
    if (rest.empty() || rest.starts_with("（") || rest.starts_with("(")) return known.status;
  }
  return std::nullopt;
}

Evaluation evaluate(const Question& question) {
  Evaluation result;
  const Standard* standard = question.standard ? &*question.standard : nullptr;
  const bool own_target = standard != nullptr && !standard->target_text.empty();
  apply_rule(question, own_target ? standard->target_text : question.target_text, result);
  if (own_target) {
    add_sentence(result.reason, "目标按" + standard->name.zh + "（" + standard->source.zh + "）",
                 "the target is that of " + standard->name.en + " (" + standard->source.en + ")");
  } else if (standard != nullptr && standard->finding) {
    if (standard->finding_value_text == question.value_text) {
      apply_finding(*standard, result);
    } else {
      add_sentence(result.reason,
                   standard->name.zh + "的判定是针对" + standard->finding_value_text +
                       "作出的，不适用于本数值",
                   "the finding by " + standard->name.en + " was made for " +
                       standard->finding_value_text + " and does not apply to this value");
    }
  }
  add_year(question, result);
  return result;
}

}  // namespace hb::indicators
