#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "core/result.hpp"
#include "fhir/fhirpath.hpp"

/// Forms: FHIR Questionnaires with the part of Structured Data Capture that docs/forms.md names.
namespace hb::forms {

enum class ItemType : std::uint8_t {
  group,
  display,
  boolean,
  decimal,
  integer,
  date,
  date_time,
  time,
  string,
  text,
  url,
  choice,
  open_choice,
  attachment,
  reference,
  quantity
};
std::string_view word(ItemType type);

/// An expression of a form, parsed once.
struct Expression {
  std::string text;
  std::shared_ptr<const fhir::Expression> parsed;
  explicit operator bool() const { return parsed != nullptr; }
};

struct EnableWhen {
  std::string question;
  std::string op;             ///< exists = != > < >= <=
  boost::json::value answer;  ///< the value itself: a Coding, a number, …
};

struct Constraint {
  std::string key;
  bool is_error = true;  ///< else a warning
  Expression expression;
  std::string human;
};

/// A value that an extracted resource gets beside the answers (SDC definitionExtractValue).
struct GivenValue {
  std::string definition;    ///< "…/StructureDefinition/Observation#Observation.status"
  boost::json::value fixed;  ///< null: the expression says it
  Expression expression;
};

struct Option {
  boost::json::value value;     ///< Coding, text, number, date
  std::optional<double> score;  ///< ordinalValue
};

struct Item {
  std::string id;  ///< linkId
  std::string text;
  ItemType type = ItemType::group;
  bool required = false;
  bool repeats = false;
  bool read_only = false;
  std::optional<std::int64_t> max_length;
  std::optional<std::int64_t> min_length;
  std::optional<std::int64_t> min_occurs;
  std::optional<std::int64_t> max_occurs;
  boost::json::value min_value;  ///< null: none
  boost::json::value max_value;
  std::string regex;
  std::vector<boost::json::value> units;  ///< Codings allowed; empty: any
  std::vector<Option> options;
  std::string value_set;
  std::vector<EnableWhen> enable;
  bool enable_all = true;        ///< behaviour: all, else any
  Expression enable_expression;  ///< SDC enableWhenExpression
  std::vector<boost::json::value> initial;
  std::string initial_name;  ///< "valueCoding", for each of `initial`
  Expression initial_expression;
  Expression calculated;
  std::vector<Constraint> constraints;
  std::vector<std::string> templates;  ///< ids of contained resources to be extracted
  std::string definition;              ///< the element that the item is, and is extracted to
  std::string makes;                   ///< type of the resource that it makes (extraction context)
  std::vector<GivenValue> given;
  std::vector<Item> items;
};

/// A place in a form that is not as it should be.
struct FormFault {
  std::string path;  ///< linkIds: "bp/systolic"; empty: the form
  std::string message;
  friend bool operator==(const FormFault&, const FormFault&) = default;
};

struct Questionnaire {
  std::string id;
  std::string url;
  std::string version;
  std::string title;
  boost::json::value source;
  std::vector<Item> items;
  std::vector<Constraint> constraints;
  std::vector<std::string> templates;
  std::string makes;
  std::vector<GivenValue> given;
  /// Contained resources by "#id".
  const boost::json::object* contained(std::string_view id) const;
  const Item* find(std::string_view link_id) const;
};

/// Reads a Questionnaire. All faults are added: what it cannot mean (types, names that stand twice,
/// enableWhen on questions that are not there, expressions that do not parse, …).
/// returns  nullopt when there was one
std::optional<Questionnaire> read(std::string_view json, std::vector<FormFault>& faults);

/// "answer[x]" name of values of this type: "valueCoding".
std::string_view value_name(ItemType type);

}  // namespace hb::forms
