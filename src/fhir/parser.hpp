#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "core/result.hpp"

namespace hb::fhir {

using Json = simdjson::dom::element;

/// Nothing of FHIR is nested deeper; deeper JSON is refused before anybody walks it.
constexpr std::size_t max_depth = 64;

/// Whether a resource has extensions beside primitives (_birthDate).
enum class Beside : std::uint8_t { unknown, none, some };

/// A parsed resource. The views live as long as the Parser's last parse.
struct Resource {
  Json root;
  std::string_view type;  ///< "Patient"
  std::string_view id;
  std::string_view source{};  ///< the JSON text whose root this is; empty = not known
  Beside beside = Beside::unknown;
};

/// What a broken rule does to the resource.
enum class Level : std::uint8_t {
  off,         ///< nothing: the rule is not asked
  warn,        ///< the resource is taken, the fault counted
  quarantine,  ///< put aside until a person has looked at it and sends it on, changed or not
  reject,      ///< not taken before it is mended
};

/// What is wrong with a resource: what a person needs to mend it.
struct Fault {
  std::string rule;      ///< stable code: "not-json", "not-fhir", "unknown-type", "required",
                         ///< "wrong-type", "bad-date", "bad-id", "bad-identity-number",
                         ///< "unknown-element", "repeated", "empty", "bad-value", "too-deep"
  std::string path;      ///< FHIR path of the field: "Patient.birthDate", empty = whole line
  std::string expected;  ///< what was expected, English, one phrase: "a date such as 2020-02-28"
  std::string
      found;  ///< what stood there, shortened to 40 characters; never for identifying fields
  Level level = Level::reject;
};

/// A copy of a text with the padding behind it that the Parser needs.
class PaddedText {
 public:
  PaddedText() = default;
  explicit PaddedText(std::string_view text) { assign(text); }
  void assign(std::string_view text) {
    size_ = text.size();
    bytes_.assign(text);
    bytes_.append(simdjson::SIMDJSON_PADDING, '\0');
  }
  std::string_view view() const { return std::string_view(bytes_).substr(0, size_); }

 private:
  std::string bytes_;
  std::size_t size_ = 0;
};

/// Reads one resource from JSON text (simdjson DOM). Reused for speed: one Parser per thread.
class Parser {
 public:
  /// `json` must have simdjson::SIMDJSON_PADDING readable bytes behind it (PaddedText does).
  /// errors  a Fault: not-json, too-deep, not-fhir, unknown-type, required (no id), bad-id
  tl::expected<Resource, Fault> parse(std::string_view json);

  /// Only JSON, of any kind. errors  a Fault: not-json, too-deep
  tl::expected<Json, Fault> parse_json(std::string_view json);

 private:
  simdjson::dom::parser parser_;
};

/// A resource inside parsed JSON (an entry of a Bundle).
/// errors  a Fault: not-fhir, unknown-type, required (no id), bad-id
tl::expected<Resource, Fault> as_resource(Json element);

/// Looks through the JSON text of a resource; `some` where a text only looks so.
Beside look_beside(std::string_view json);

bool is_resource_type(std::string_view name);

/// [A-Za-z0-9-.], 1 to 64 characters.
bool is_resource_id(std::string_view text);

/// At most 40 characters (code points) of a value, with "…" when it is longer.
std::string shorten(std::string_view text);

}  // namespace hb::fhir
