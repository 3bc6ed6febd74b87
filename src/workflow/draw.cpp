#include "workflow/draw.hpp"

#include <algorithm>
#include <array>

namespace hb::workflow {
namespace {

/// Names in Mermaid: no hyphens, no quotes.
std::string plain_id(const std::string& id) {
  std::string text = id;
  std::ranges::replace(text, '-', '_');
  return "s_" + text;
}

std::string without(std::string text, std::string_view unwanted) {
  std::erase_if(text, [&](char c) { return unwanted.find(c) != std::string_view::npos; });
  return text;
}

std::string in_quotes(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

/// Fork of a move with several targets, in both languages of diagrams.
std::string fork_id(const State& state, const Move& move) {
  return plain_id(state.id) + "__" + plain_id(move.id);
}

}  // namespace

std::string name_of(const Localized& name, const std::string& id, Language language) {
  const std::string& text = language == Language::zh ? name.zh : name.en;
  return text.empty() ? id : text;
}

std::string duration_words(const Duration& duration, Language language) {
  if (language == Language::en) return format_duration(duration);
  const std::string number = std::to_string(duration.days > 0            ? duration.days
                                            : duration.minutes % 60 == 0 ? duration.minutes / 60
                                                                         : duration.minutes);
  const bool hours = duration.days == 0 && duration.minutes % 60 == 0;
  if (duration.days > 0) return number + (duration.working ? "个工作日" : "日");
  return number + (duration.working ? "工作" : "") + (hours ? "小时" : "分钟");
}

std::string actor_words(const Flow& flow, const std::string& id, Language language) {
  if (const Actor* actor = flow.actor(id)) return name_of(actor->name, id, language);
  constexpr std::array<std::array<std::string_view, 3>, 5> known = {{
      {"owner", "经办人", "owner"},
      {"starter", "发起人", "starter"},
      {"superior", "上级", "superior"},
      {"system", "系统", "system"},
      {"clock", "到时自动", "clock"},
  }};
  for (const auto& [name, zh, en] : known)
    if (name == id) return std::string(language == Language::zh ? zh : en);
  return id;
}

std::string draw_mermaid(const Flow& flow, Language language) {
  std::string out = "stateDiagram-v2\n";
  for (const State& state : flow.states) {
    if (state.join != Join::none) {
      out += "  state " + plain_id(state.id) + " <<join>>\n";
      continue;
    }
    std::string label = name_of(state.name, state.id, language);
    for (const ClockRule& clock : state.clocks)
      label += "<br/>≤ " + duration_words(clock.within, language);
    out += "  " + plain_id(state.id) + " : " + label + "\n";
  }
  out += "  [*] --> " + plain_id(flow.first) + "\n";
  for (const State& state : flow.states) {
    for (const Move& move : state.moves) {
      const std::string label = without(name_of(move.name, move.id, language), ":;#");
      if (move.to.size() == 1) {
        out +=
            "  " + plain_id(state.id) + " --> " + plain_id(move.to.front()) + " : " + label + "\n";
        continue;
      }
      const std::string fork = fork_id(state, move);
      out += "  state " + fork + " <<fork>>\n";
      out += "  " + plain_id(state.id) + " --> " + fork + " : " + label + "\n";
      for (const std::string& to : move.to) out += "  " + fork + " --> " + plain_id(to) + "\n";
    }
    if (state.join != Join::none)
      out += "  " + plain_id(state.id) + " --> " + plain_id(state.join_to) + "\n";
    if (state.final) out += "  " + plain_id(state.id) + " --> [*]\n";
  }
  return out;
}

std::string draw_dot(const Flow& flow, Language language) {
  std::string out =
      "digraph " + in_quotes(flow.id) + " {\n  rankdir=TB;\n" +
      "  node [shape=box, style=rounded, fontname=\"Noto Sans CJK SC\"];\n" +
      "  edge [fontname=\"Noto Sans CJK SC\", fontsize=10];\n" +
      "  start [shape=circle, label=\"\", style=filled, fillcolor=black, width=0.2];\n";
  out += "  start -> " + in_quotes(flow.first) + ";\n";
  for (const State& state : flow.states) {
    std::string label = name_of(state.name, state.id, language);
    for (const ClockRule& clock : state.clocks)
      label += " ≤ " + duration_words(clock.within, language);
    const char* shape = state.join != Join::none ? ", shape=diamond"
                        : state.final            ? ", peripheries=2"
                                                 : "";
    out += "  " + in_quotes(state.id) + " [label=" + in_quotes(label) + shape + "];\n";
  }
  for (const State& state : flow.states) {
    for (const Move& move : state.moves)
      for (const std::string& to : move.to)
        out += "  " + in_quotes(state.id) + " -> " + in_quotes(to) +
               " [label=" + in_quotes(name_of(move.name, move.id, language)) +
               (move.to.size() > 1 ? ", style=bold" : "") + "];\n";
    if (state.join != Join::none)
      out += "  " + in_quotes(state.id) + " -> " + in_quotes(state.join_to) + ";\n";
  }
  return out + "}\n";
}

}  // namespace hb::workflow
