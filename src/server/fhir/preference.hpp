#pragma once
#include <string>
#include <string_view>

#include "server/fhir/answer.hpp"

namespace hb::server::fhir_api {

/// What a client wants back of what it wrote: the header Prefer.
enum class Return : std::uint8_t { unsaid, minimal, representation, outcome };

inline Return wanted_return(const Request& request) {
  const std::string_view prefer = request.header("prefer");
  const auto says = [prefer](std::string_view word) { return prefer.find(word) != prefer.npos; };
  if (says("return=minimal")) return Return::minimal;
  if (says("return=representation")) return Return::representation;
  if (says("return=OperationOutcome")) return Return::outcome;
  return Return::unsaid;
}

/// The outcome of a write that went well.
inline std::string outcome_of_write(int status) {
  const std::string what = status == 201   ? "the resource was created"
                           : status == 204 ? "the resource was deleted"
                                           : "this is the resource now";
  return outcome_text({{"information", "informational", what, ""}});
}

}  // namespace hb::server::fhir_api
