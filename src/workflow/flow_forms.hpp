#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "forms/forms.hpp"
#include "workflow/flow.hpp"

namespace hb::workflow {

/// The forms of flows, read once: what Directory::form_issues and extract ask. Members may be
/// called from many threads.
class FlowForms {
 public:
  explicit FlowForms(Clock clock) : clock_(std::move(clock)) {}

  /// What a filled-in form breaks, one sentence each; warnings do not count. A response that is not
  /// completed is not taken.
  /// errors  not_found: no such form; invalid_input: the form has faults, or an expression fails
  Result<std::vector<std::string>> issues(const Flow& flow, const std::string& form,
                                          std::string_view response);
  /// Resources that it makes, JSON each. errors  as issues()
  Result<std::vector<std::string>> extract(const Flow& flow, const std::string& form,
                                           std::string_view response);
  /// The Questionnaire, JSON. errors  not_found
  Result<std::string> text(const Flow& flow, const std::string& form) const;
  /// Everything that a filled-in form breaks, warnings too, for the page. errors  as issues()
  Result<std::vector<forms::Issue>> check(const Flow& flow, const std::string& form,
                                          std::string_view response);
  /// Paths of items that do not apply by an expression. errors  as issues()
  Result<std::vector<std::string>> disabled(const Flow& flow, const std::string& form,
                                            std::string_view response);
  /// The response with its calculated items. errors  as issues()
  Result<std::string> calculate(const Flow& flow, const std::string& form,
                                std::string_view response);
  /// A response to begin with. resources  %patient, %user, %task: JSON by name. errors  as issues()
  Result<std::string> prefill(const Flow& flow, const std::string& form,
                              std::map<std::string, std::string> resources);
  /// What the codes of a field say, as options of the questions that it is answered by, or as
  /// levels and criteria that are proposed for it, each code once. A form that cannot be read gives
  /// none.
  std::vector<std::pair<std::string, Localized>> codes(const Flow& flow, const Field& field);
  /// Forgets what was read, after the files changed.
  void forget();

 private:
  Result<std::shared_ptr<const forms::Questionnaire>> form_of(const Flow& flow,
                                                              const std::string& name);

  Clock clock_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const forms::Questionnaire>> forms_;
};

/// Faults of a form file. errors  not_found
Result<std::vector<forms::FormFault>> form_faults(const std::string& path);

}  // namespace hb::workflow
