#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb::fhir::path {

struct Token {
  enum class Kind : std::uint8_t {
    end,
    word,       ///< identifier or keyword
    delimited,  ///< `identifier`; text without the back-ticks
    text,       ///< 'string', unescaped
    number,     ///< as written
    moment,     ///< @…, without the @
    variable,   ///< $this
    constant,   ///< %name, without the %
    symbol,     ///< one of ( ) [ ] { } , . + - * / & | = ~ < > != !~ <= >=
  };
  Kind kind = Kind::end;
  std::string text;
  std::size_t column = 1;  ///< 1-based, in bytes
};

/// errors  invalid_input, where = "column 7"
Result<std::vector<Token>> tokenize(std::string_view text);

}  // namespace hb::fhir::path
