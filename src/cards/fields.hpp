#pragma once
#include <boost/json.hpp>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb::cards {

/// What a person fills in on a card, by name; absent = not filled in. Besides the fields of
/// card_fields(): "patient", "organization" and "practitioner" (ids).
using Fields = std::map<std::string, std::string, std::less<>>;

/// A field of the card's extension (docs/fhir-extensions.md).
struct FieldKind {
  std::string_view name;    ///< url inside the extension: "onsetDate"
  std::string_view member;  ///< "valueDate"
  bool required = false;
};
std::span<const FieldKind> card_fields();

/// What stands on a card.
/// errors  not_found: this is no card
Result<Fields> fields_of(std::string_view composition);

/// Names of what has to be there and is not: the required fields, patient and organization, and the
/// school of a child in kindergarten or a pupil.
std::vector<std::string> missing(const Fields& fields);

/// Fields that two states of a card say differently.
struct Change {
  std::string field;
  std::string from;  ///< empty: was not there
  std::string to;    ///< empty: is not there any more
  friend bool operator==(const Change&, const Change&) = default;
};
std::vector<Change> changes(const Fields& before, const Fields& after);

/// Puts fields into a Composition; an empty value takes the field out, others stay as they are.
/// errors  invalid_input with the name of the field: there is none of this name
Result<void> put_fields(boost::json::object& composition, const Fields& fields);

}  // namespace hb::cards
