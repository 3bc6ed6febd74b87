#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/compartments.hpp"
#include "core/result.hpp"
#include "records/types.hpp"

/// Which stored versions belong to which compartments.
namespace hb::records {

/// By the codes in the resource itself: every object with a `code`, wherever it stands.
/// errors  invalid_input: not JSON
Result<Compartments::Set> compartments_of(const Compartments& compartments, std::string_view json);

/// By their own codes and by what they belong to, for all versions of all resources of one person
/// (the same order as given). All versions of a resource share its label. What refers to a labelled
/// resource is labelled too, and keeps its label when it is deleted; a labelled resource labels the
/// visit, order, parts and focus it names: neither a gap nor a link gives it away. A Patient is
/// never labelled. errors  invalid_input: not JSON
Result<std::vector<Compartments::Set>> compartments_of_person(
    const Compartments& compartments, const std::vector<StoredVersion>& versions);

/// Names everything that decides about labels: codes of the compartments and the way they spread.
/// Labels that were kept under another name are not those of today.
std::string labels_fingerprint(const Compartments& compartments);

}  // namespace hb::records
