#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace hb::fhir {

struct XmlLimits {
  std::size_t bytes = std::size_t{64} << 20;  ///< of the text
  std::size_t depth = 64;                     ///< levels of FHIR elements
  std::size_t markup_depth = 128;             ///< levels of XHTML inside a narrative
};

/// FHIR XML → FHIR JSON, driven by the R4 definitions: lists, primitives with id and extensions,
/// contained resources and Bundles. Numbers keep their digits, a narrative its markup. A root
/// element with a prefix (f:Patient) is taken as well; comments and schema locations outside
/// narratives are dropped. UTF-8 or GB18030. No DOCTYPE, hence no entities beyond XML's own five.
///
/// returns  one line of JSON, members in the order of the document
/// errors   invalid_input: not XML, a DOCTYPE, another namespace, an element or attribute the type
///          does not have, text between elements, a number or boolean that is none, limits;
///          where = "line 12, Patient.name[1].given"
Result<std::string> xml_to_json(std::string_view xml, const XmlLimits& limits = {});

/// FHIR JSON → FHIR XML in the order of the definitions, one line, with XML declaration.
/// errors   invalid_input: not JSON, no known resourceType, an unknown element, a JSON kind that
///          does not fit, a narrative that is no XML; where = "Patient.name[1].given"
Result<std::string> json_to_xml(std::string_view json, const XmlLimits& limits = {});

/// Line (from 1) of the element with a path such as "Patient.name[1].given[0]" in FHIR XML; where
/// it is not there, that of the last element on the way to it.
std::size_t xml_line_of(std::string_view xml, std::string_view path);

}  // namespace hb::fhir
