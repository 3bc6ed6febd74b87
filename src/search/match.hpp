#pragma once
#include "core/result.hpp"
#include "search/query.hpp"

namespace hb::search {

/// Does one value answer what one operand asks? Kinds that do not fit each other: no.
/// source  R4, search.html 3.1.1.4.4–3.1.1.4.12
bool matches(const Value& value, const Operand& operand, Modifier modifier);

/// Does the resource answer a condition without chain? errors  as Evaluation
Result<bool> matches(const Clause& clause, fhir::Evaluation& evaluation, const fhir::Value& root);

/// Texts as string search compares them: no case, no accents, no white space at the ends.
std::string search_fold(std::string_view text);

}  // namespace hb::search
