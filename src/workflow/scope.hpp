#pragma once
#include <memory>
#include <optional>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "core/principal.hpp"
#include "core/result.hpp"
#include "workflow/flow.hpp"
#include "workflow/instance.hpp"

namespace hb::workflow {

/// What expressions of a flow see: data (fields of the instance), answers (of the form of this
/// move, by linkId; codes of Codings, values of Quantities), actor (user, roles), instance (id,
/// starter, started, version), children (flow, finished, end), made (times of each move), and
/// %form, the QuestionnaireResponse. Changes of data come by update(), other things by see().
class Scope {
 public:
  /// response  JSON of a QuestionnaireResponse; empty: none
  /// errors    invalid_input: the response is no QuestionnaireResponse
  static Result<Scope> make(const Instance& instance, const Principal& principal, Instant now,
                            std::string_view response);
  ~Scope();
  Scope(Scope&&) noexcept;

  /// From now on expressions see these data.
  void update(const Instance& instance);

  /// From now on expressions see this too, under its name.
  void see(std::string_view name, boost::json::value value);

  /// errors  invalid_input: as Evaluation::test
  Result<bool> test(const Formula& formula);
  /// One value, an array of several, null for none.
  Result<boost::json::value> value(const Formula& formula);
  /// Values as they read, joined by “、” when there are several.
  Result<std::string> text(const Template& pattern);
  /// A body with its expressions replaced; members without value are left out.
  Result<boost::json::value> fill(const boost::json::value& body,
                                  const std::map<std::string, Formula>& formulas);

 private:
  struct State;
  explicit Scope(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The repetitions of a group at the top of a QuestionnaireResponse, an object of answers each.
boost::json::array rows_of(const boost::json::value& response, std::string_view group);

/// Answers of a QuestionnaireResponse by linkId. errors  invalid_input: it is none
Result<boost::json::object> answers_of(const boost::json::value& response);

}  // namespace hb::workflow
