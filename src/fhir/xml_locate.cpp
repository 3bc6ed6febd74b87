#include <algorithm>
#include <charconv>
#include <pugixml.hpp>
#include <string>

#include "fhir/xml.hpp"
#include "fhir/xml_text.hpp"

namespace hb::fhir {
namespace {

/// The child with a name (a prefix is passed over), counted from 0.
pugi::xml_node child_of(const pugi::xml_node& node, std::string_view name, std::size_t index) {
  for (const pugi::xml_node& child : node.children()) {
    std::string_view found = child.name();
    const std::size_t colon = found.find(':');
    if (colon != std::string_view::npos) found.remove_prefix(colon + 1);
    if (found == name && index-- == 0) return child;
  }
  return {};
}

}  // namespace

std::size_t xml_line_of(std::string_view xml, std::string_view path) {
  pugi::xml_document document;
  std::string text(xml);
  if (!document.load_buffer_inplace(text.data(), text.size(), xml_text::parse_options,
                                    pugi::encoding_utf8))
    return 1;
  pugi::xml_node node = document.document_element();
  std::size_t dot = path.find('.');
  while (dot != std::string_view::npos) {
    path.remove_prefix(dot + 1);
    dot = path.find('.');
    std::string_view name = path.substr(0, dot);
    std::size_t index = 0;
    const std::size_t bracket = name.find('[');
    if (bracket != std::string_view::npos) {
      std::from_chars(name.data() + bracket + 1, name.data() + name.size(), index);
      name = name.substr(0, bracket);
    }
    if (name.starts_with('_')) name.remove_prefix(1);
    pugi::xml_node next = child_of(node, name, index);
    // A resource inside stands in an element of its own: contained, resource.
    if (!next && node.first_child() && !node.first_child().next_sibling())
      next = child_of(node.first_child(), name, index);
    if (!next) break;
    node = next;
  }
  const auto offset = std::max<std::ptrdiff_t>(node.offset_debug(), 0);
  return static_cast<std::size_t>(1 + std::count(xml.begin(), xml.begin() + offset, '\n'));
}

}  // namespace hb::fhir
