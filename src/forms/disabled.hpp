#pragma once
#include "forms/forms.hpp"

namespace hb::forms {

/// Items with an enableWhenExpression that do not apply now, by their paths, for whoever shows the
/// form; enableWhen can be followed without asking. Items of groups that hold nothing yet are not
/// looked at.
/// errors  invalid_input: no response, or an expression fails
Result<std::vector<std::string>> disabled_items(const Questionnaire& form,
                                                std::string_view response,
                                                const Surrounding& around);

}  // namespace hb::forms
