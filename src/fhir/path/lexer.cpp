#include "fhir/path/lexer.hpp"

#include <array>

namespace hb::fhir::path {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    std::vector<Token> tokens;
    while (true) {
      if (auto skipped = skip_space(); !skipped) return unexpected(skipped.error());
      Token token;
      token.column = at_ + 1;
      if (at_ == text_.size()) {
        tokens.push_back(std::move(token));
        return tokens;
      }
      if (auto read = next(token); !read) return unexpected(read.error());
      tokens.push_back(std::move(token));
    }
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  unexpected<Error> refuse(std::string message) const {
    return fail(ErrorCode::invalid_input, std::move(message), "column " + std::to_string(at_ + 1));
  }

  Result<void> skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (c == '/' && peek(1) == '/') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (c == '/' && peek(1) == '*') {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return refuse("the comment does not end");
        at_ = end + 2;
      } else {
        break;
      }
    }
    return {};
  }

  Result<void> next(Token& token) {
    const char c = peek();
    if (is_letter(c)) {
      token.kind = Token::Kind::word;
      while (is_letter(peek()) || is_digit(peek())) token.text += text_[at_++];
      return {};
    }
    if (is_digit(c)) return number(token);
    if (c == '\'') return quoted(token, '\'', Token::Kind::text);
    if (c == '`') return quoted(token, '`', Token::Kind::delimited);
    if (c == '"') return quoted(token, '"', Token::Kind::delimited);
    if (c == '@') return moment(token);
    if (c == '$') return variable(token);
    if (c == '%') return constant(token);
    return symbol(token);
  }

  Result<void> number(Token& token) {
    token.kind = Token::Kind::number;
    while (is_digit(peek())) token.text += text_[at_++];
    if (peek() == '.' && is_digit(peek(1))) {
      token.text += text_[at_++];
      while (is_digit(peek())) token.text += text_[at_++];
    }
    return {};
  }

  Result<void> quoted(Token& token, char quote, Token::Kind kind) {
    token.kind = kind;
    const std::size_t begin = at_++;
    while (true) {
      if (at_ >= text_.size()) {
        at_ = begin;
        return refuse("the quoted text does not end");
      }
      const char c = text_[at_++];
      if (c == quote) return {};
      if (c != '\\') {
        token.text += c;
      } else if (auto read = escape(token.text); !read) {
        return read;
      }
    }
  }

  Result<void> escape(std::string& out) {
    constexpr std::string_view names = "`'\"\\/fnrt";
    constexpr std::string_view values = "`'\"\\/\f\n\r\t";
    const char c = peek();
    if (const auto found = names.find(c); found != std::string_view::npos && c != '\0') {
      out += values[found];
      ++at_;
      return {};
    }
    unsigned code = 0;
    if (c != 'u')
      return refuse("an escape is one of \\` \\' \\\" \\\\ \\/ \\f \\n \\r \\t \\uXXXX");
    if (!hex(1, code)) return refuse("\\u needs four hexadecimal digits");
    at_ += 5;
    if (code >= 0xD800 && code < 0xE000) {
      unsigned low = 0;
      const bool pair = code < 0xDC00 && peek() == '\\' && peek(1) == 'u' && hex(2, low) &&
                        low >= 0xDC00 && low < 0xE000;
      if (!pair) return refuse("\\u names half a character: \\uD83D\\uDE00 is whole");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      at_ += 6;
    }
    append_utf8(out, code);
    return {};
  }

  /// Four hexadecimal digits from `from` on.
  bool hex(std::size_t from, unsigned& code) const {
    code = 0;
    for (std::size_t i = from; i < from + 4; ++i) {
      const char digit = peek(i);
      const unsigned value =
          is_digit(digit)                ? static_cast<unsigned>(digit - '0')
          : digit >= 'a' && digit <= 'f' ? static_cast<unsigned>(digit - 'a' + 10)
          : digit >= 'A' && digit <= 'F' ? static_cast<unsigned>(digit - 'A' + 10)
                                         : 16u;
      if (value > 15) return false;
      code = code * 16 + value;
    }
    return true;
  }

  void time_part(Token& token) {
    while (is_digit(peek()) || peek() == ':' || (peek() == '.' && is_digit(peek(1))))
      token.text += text_[at_++];
  }

  Result<void> moment(Token& token) {
    token.kind = Token::Kind::moment;
    ++at_;
    if (peek() == 'T') {
      token.text += text_[at_++];
      time_part(token);
      return {};
    }
    while (is_digit(peek()) || (peek() == '-' && is_digit(peek(1)))) token.text += text_[at_++];
    if (token.text.empty())
      return refuse("a date such as @2020-02-28 or a time such as @T14:30 is expected");
    if (peek() != 'T') return {};
    token.text += text_[at_++];
    time_part(token);
    if (token.text.back() == 'T') return {};
    if (peek() == 'Z') {
      token.text += text_[at_++];
    } else if ((peek() == '+' || peek() == '-') && is_digit(peek(1)) && is_digit(peek(2)) &&
               peek(3) == ':') {
      token.text.append(text_.substr(at_, 6));
      at_ += std::min<std::size_t>(6, text_.size() - at_);
    }
    return {};
  }

  Result<void> variable(Token& token) {
    token.kind = Token::Kind::variable;
    token.text += text_[at_++];
    while (is_letter(peek())) token.text += text_[at_++];
    if (token.text == "$this" || token.text == "$index" || token.text == "$total") return {};
    return refuse("$this, $index or $total is expected");
  }

  Result<void> constant(Token& token) {
    ++at_;
    if (peek() == '`' || peek() == '\'') {
      if (auto read = quoted(token, peek(), Token::Kind::constant); !read) return read;
    } else {
      while (is_letter(peek()) || is_digit(peek())) token.text += text_[at_++];
    }
    token.kind = Token::Kind::constant;
    if (token.text.empty()) return refuse("a name is expected behind %");
    return {};
  }

  Result<void> symbol(Token& token) {
    constexpr std::array<std::string_view, 4> doubles = {"!=", "!~", "<=", ">="};
    constexpr std::string_view singles = "()[]{},.+-*/&|=~<>";
    token.kind = Token::Kind::symbol;
    for (const std::string_view pair : doubles)
      if (text_.substr(at_).starts_with(pair)) token.text = pair;
    if (token.text.empty() && singles.find(peek()) != std::string_view::npos) token.text = peek();
    if (token.text.empty()) return refuse("this character has no meaning in FHIRPath");
    at_ += token.text.size();
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view text) { return Lexer(text).run(); }

}  // namespace hb::fhir::path
