#pragma once
#include <vector>

#include <boost/json/array.hpp>

#include "core/result.hpp"
#include "forms/questionnaire.hpp"

namespace hb::forms {

/// Values of an expression as answers of an item: numbers rounded to whole ones for an integer, a
/// code as the Coding of its option.
/// errors  invalid_input: a value that the item cannot have
Result<boost::json::array> answers_from(const Item& item,
                                        const std::vector<boost::json::value>& values);

}  // namespace hb::forms
