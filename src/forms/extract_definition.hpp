#pragma once
#include <boost/json/array.hpp>

#include "forms/filled.hpp"

namespace hb::forms {

/// Definition-based extraction (SDC): resources that the form's extraction contexts make of the
/// answers, as entries of a transaction Bundle. A context on the form makes one, on a group one for
/// each repetition, on a question one for each answer; a context without any answer makes none.
/// errors  invalid_input: an expression fails, or a value does not fit its element
/// source  HL7 Structured Data Capture 3.0, “Form Data Extraction”, definition-based extraction
Result<boost::json::array> extract_by_definition(const Questionnaire& form, Filled& filled);

}  // namespace hb::forms
