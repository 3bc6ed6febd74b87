#include "fhir/check_narrative.hpp"

#include <algorithm>
#include <array>
#include <pugixml.hpp>

#include "fhir/xml_text.hpp"

namespace hb::fhir {
namespace {

constexpr std::size_t most_levels = 128;

constexpr std::string_view elements[] = {
    "a",          "abbr", "acronym", "address", "area", "b",     "bdo",      "big",
    "blockquote", "br",   "caption", "cite",    "code", "col",   "colgroup", "dd",
    "del",        "dfn",  "div",     "dl",      "dt",   "em",    "h1",       "h2",
    "h3",         "h4",   "h5",      "h6",      "hr",   "i",     "img",      "ins",
    "kbd",        "li",   "map",     "ol",      "p",    "pre",   "q",        "samp",
    "small",      "span", "strong",  "sub",     "sup",  "table", "tbody",    "td",
    "tfoot",      "th",   "thead",   "tr",      "tt",   "ul",    "var"};
constexpr std::string_view attributes[] = {
    "abbr",        "accesskey",   "align",    "alt",       "axis",   "bgcolor", "border",
    "cellpadding", "cellspacing", "char",     "charoff",   "cite",   "class",   "colspan",
    "coords",      "dir",         "frame",    "headers",   "height", "href",    "hreflang",
    "id",          "lang",        "longdesc", "name",      "nowrap", "rel",     "rev",
    "rowspan",     "rules",       "scope",    "shape",     "span",   "src",     "start",
    "style",       "summary",     "tabindex", "title",     "type",   "usemap",  "valign",
    "value",       "width",       "xml:lang", "xml:space", "xmlns"};

template <std::size_t N>
bool contains(const std::string_view (&list)[N], std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

Fault fault(std::string rule, std::string expected, std::string_view found) {
  return {std::move(rule), "", std::move(expected), shorten(found)};
}

/// A link that runs a program.
bool is_script(std::string_view link) {
  std::string scheme;
  for (const char c : link.substr(0, 32))
    if (static_cast<unsigned char>(c) > ' ') scheme += c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  return scheme.starts_with("javascript:") || scheme.starts_with("vbscript:");
}

std::optional<Fault> walk(const pugi::xml_node& node, std::size_t level, bool& visible) {
  if (level > most_levels) return fault("txt-1", "at most 128 levels of markup", "");
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_doctype) return fault("txt-1", "no DOCTYPE", "");
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
      visible = visible || std::string_view(child.value()).find_first_not_of(" \t\r\n") !=
                               std::string_view::npos;
    if (child.type() != pugi::node_element) continue;
    const std::string_view name = child.name();
    if (!contains(elements, name))
      return fault("txt-1", "only the elements of XHTML for text, tables, links and images", name);
    visible = visible || name == "img";
    for (const pugi::xml_attribute& attribute : child.attributes()) {
      const std::string_view key = attribute.name();
      if (!contains(attributes, key) && !key.starts_with("xmlns:"))
        return fault("txt-1", "no such attribute in a narrative", key);
      if ((key == "href" || key == "src") && is_script(attribute.value()))
        return fault("txt-1", "a link that runs no program", attribute.value());
    }
    if (auto inner = walk(child, level + 1, visible)) return inner;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Fault> narrative_fault(std::string_view markup) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(
      markup.data(), markup.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  const pugi::xml_node root = document.first_child();
  if (!parsed || std::string_view(root.name()) != "div" || root.next_sibling())
    return fault("txt-1", "one well-formed <div>", "");
  bool visible = false;
  if (auto found = walk(document, 0, visible)) return found;
  if (!visible) return fault("txt-2", "a narrative with text or an image", "");
  return std::nullopt;
}

}  // namespace hb::fhir
