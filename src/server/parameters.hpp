#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/period.hpp"
#include "server/outcome.hpp"

namespace hb::server {

// Readers of query parameters and captured path parts. Each refuses with a 400 that names the
// parameter and says in both languages what was expected.

struct Page {
  std::int64_t number = 1;  ///< from 1
  std::int64_t size = 50;   ///< 1–200
  std::int64_t offset() const { return (number - 1) * size; }
};
Parsed<Page> page_of(const Request& request);

/// A whole number within [low, high]; nullopt when the parameter is absent or empty.
Parsed<std::optional<std::int64_t>> number_of(const Request& request, std::string_view name,
                                              std::int64_t low, std::int64_t high);
/// The captured {name} as a whole number.
Parsed<std::int64_t> captured_number(const Request& request, std::string_view name);

/// One of the words; empty when absent.
Parsed<std::string> word_of(const Request& request, std::string_view name,
                            std::initializer_list<std::string_view> words);

/// A member of the JSON body that must be a text with something in it; nullopt when it may be and
/// is absent.
Parsed<std::optional<std::string>> body_text(const Request& request, std::string_view name,
                                             bool required = true);

/// A member of the JSON body that must be true or false.
Parsed<bool> body_flag(const Request& request, std::string_view name);
/// A member of the JSON body that is a list of texts; empty when absent.
Parsed<std::vector<std::string>> body_words(const Request& request, std::string_view name);

/// Free text of at most 200 bytes; empty when absent.
Parsed<std::string> text_of(const Request& request, std::string_view name);

/// Prefix of an area code: up to 12 digits; empty = all.
Parsed<std::string> area_of(const Request& request);

/// "period"; `fallback` when absent.
Parsed<Period> period_of(const Request& request, const std::string& fallback);

}  // namespace hb::server
