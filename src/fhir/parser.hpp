#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "core/result.hpp"

namespace hb::fhir {

using Json = simdjson::dom::element;

/// A parsed resource. The views live as long as the Parser's last parse.
struct Resource {
  Json root;
  std::string_view type;  ///< "Patient"
  std::string_view id;
};

/// Why a resource was not taken: what a person needs to mend it.
struct Fault {
  std::string rule;      ///< stable code: "not-json", "not-fhir", "unknown-type", "required",
                         ///< "wrong-type", "bad-date", "bad-id", "bad-identity-number", …
  std::string path;      ///< FHIR path of the field: "Patient.birthDate", empty = whole line
  std::string expected;  ///< what was expected, English, one phrase: "a date such as 2020-02-28"
  std::string found;     ///< what stood there, shortened to 40 characters; never for identifying fields
};

/// Reads one resource from JSON text (simdjson DOM). Reused for speed: one Parser per thread.
class Parser {
 public:
  /// `json` must have simdjson::SIMDJSON_PADDING readable bytes behind it (PaddedText does).
  /// errors  a Fault: not-json, not-fhir, unknown-type, bad-id
  tl::expected<Resource, Fault> parse(std::string_view json);

 private:
  simdjson::dom::parser parser_;
};

bool is_resource_type(std::string_view name);

}  // namespace hb::fhir
