#pragma once
#include <string>

#include "workflow/flow.hpp"

namespace hb::workflow {

enum class Language : std::uint8_t { zh, en };

/// stateDiagram-v2 of Mermaid.
std::string draw_mermaid(const Flow& flow, Language language);
/// A digraph of Graphviz.
std::string draw_dot(const Flow& flow, Language language);
/// A picture of its own: states in rows by their distance from the start, moves as right-angled
/// lines with their names, deadlines under the name of the state. The same flow gives the same
/// bytes.
std::string draw_svg(const Flow& flow, Language language);

/// Name in that language; the id where there is none.
std::string name_of(const Localized& name, const std::string& id, Language language);
/// "2 h", "2 小时".
std::string duration_words(const Duration& duration, Language language);
/// Name of an actor, also of those that every flow knows.
std::string actor_words(const Flow& flow, const std::string& id, Language language);

}  // namespace hb::workflow
