#pragma once
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "forms/forms.hpp"

namespace hb::forms {

/// One form made of several, so that what they share is asked once: items that stand at the same
/// place (the linkIds from the top) are one item; groups are joined. Everything else follows in the
/// order of the forms, below a line that names the form. Paths stay what they are, so that the
/// expressions of the forms go on to hold. Extraction is left out: each part is extracted alone.
///
/// forms    at least one
/// returns  the Questionnaire, JSON
/// errors   invalid_input: items at one place that are not the same question (type, definition,
///          options, repeats, limits, condition), with the place and both forms
Result<std::string> compose(std::span<const Questionnaire* const> forms);

/// What a response to the composed form says to one of its forms: a response of its own, with what
/// the form knows and what applies in it, and its calculated items.
/// errors  invalid_input: no response, or an expression fails
Result<std::string> part_of(const Questionnaire& form, std::string_view composed,
                            const Surrounding& around);

}  // namespace hb::forms
