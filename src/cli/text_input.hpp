#pragma once
#include <string>

#include "core/result.hpp"

namespace hb::cli {

/// A file of text, or stdin for "-". errors  invalid_input with where = the path
Result<std::string> read_text_input(const std::string& path);
/// Its name in messages: "stdin" for "-".
std::string text_input_name(const std::string& path);

}  // namespace hb::cli
