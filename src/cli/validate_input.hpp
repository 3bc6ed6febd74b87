#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb::cli {

/// One resource of a file that is validated.
struct ValidatedText {
  std::string json;    ///< as JSON, whatever the file was
  std::string source;  ///< as it stood in the file, for lines
  bool is_xml = false;
  std::size_t line = 1;  ///< of its beginning in the file
};

/// The resources of a file: lines of NDJSON (.ndjson, .jsonl), else one JSON or XML document; any
/// of these in gzip. What is no XML is an Error with line and path.
/// errors  not_found, unavailable, invalid_input: larger than 256 MB, damaged gzip, no FHIR XML
Result<std::vector<ValidatedText>> read_validated(const std::string& path);

/// Line in the file of the element at a FHIR path, or of what is nearest above it.
std::size_t line_of(const ValidatedText& text, std::string_view path);

}  // namespace hb::cli
