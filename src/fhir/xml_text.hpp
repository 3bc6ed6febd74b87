#pragma once
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace hb::fhir::xml_text {

/// References (&amp;) are kept as they stand and resolved by decoded(); a DOCTYPE becomes a node
/// that the reader refuses.
constexpr unsigned int parse_options =
    (pugi::parse_default | pugi::parse_doctype) & ~static_cast<unsigned int>(pugi::parse_escapes);

/// The text of an attribute with &lt; &gt; &amp; &quot; &apos; and &#…; resolved; nullopt for other
/// entities and for characters that XML does not allow.
std::optional<std::string> decoded(std::string_view raw);

/// Appends a text with everything escaped that an attribute in double quotes needs.
/// returns  false when a character stands in it that XML does not allow
bool append_escaped(std::string& xml, std::string_view text);

/// The element that begins at the start of `xml` ("<div …"), as it stands in a document known to be
/// well formed; nullopt when it is nested deeper than `depth`.
std::optional<std::string_view> markup(std::string_view xml, std::size_t depth);

}  // namespace hb::fhir::xml_text
