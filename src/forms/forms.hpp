#pragma once
#include <map>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "core/date.hpp"
#include "core/result.hpp"
#include "forms/questionnaire.hpp"

namespace hb::forms {

/// What is wrong with a filled-in form, for the person who fills it in.
struct Issue {
  bool is_error = true;  ///< else a warning
  std::string
      rule;  ///< stable: unknown-item, twice, required, disabled, type, repeats, option, unit,
             ///< length, range, pattern, occurs, constraint, calculated, not-a-response, other-form
  std::string path;     ///< linkIds with the number of a repetition: "drug[2]/dose"
  std::string message;  ///< English, or the words of the constraint
  friend bool operator==(const Issue&, const Issue&) = default;
};

struct Surrounding {
  Instant now;
  std::map<std::string, std::string> resources;  ///< %patient, %user …: JSON by name
};

/// Everything that a QuestionnaireResponse breaks. A response that is not completed or amended may
/// lack required answers. Expressions of constraints see their item's own response; %resource is
/// the response, %score the points of the answers by linkId (ordinalValue of their options). errors
/// invalid_input: an expression of the form fails
Result<std::vector<Issue>> validate(const Questionnaire& form, std::string_view response,
                                    const Surrounding& around);

/// The response with all calculated items as their expressions say, until nothing changes. An
/// expression sees the group that holds its item (the response, at the top).
/// errors  invalid_input: no response, an expression fails, or they never settle
Result<std::string> calculate(const Questionnaire& form, std::string_view response,
                              const Surrounding& around);

/// A response to begin with: initial values and initial expressions (over %patient and others that
/// are given), then calculate().
Result<std::string> prefill(const Questionnaire& form, const Surrounding& around);

/// Resources that a completed response makes by the form's templates (SDC template-based
/// extraction) and then by its definitions (definition-based extraction): a transaction Bundle, PUT
/// for those with an id, POST for others.
/// errors  invalid_input: an expression fails, a template makes no resource, or a value does not
///         fit the element that its item's definition names
Result<std::string> extract(const Questionnaire& form, std::string_view response,
                            const Surrounding& around);

}  // namespace hb::forms
