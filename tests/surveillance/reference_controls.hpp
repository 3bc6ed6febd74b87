#pragma once
#include <string>
#include <string_view>

namespace hb::test {

/// The first call in an R text, "algo.glrpois(c.ARL=5, mu0=list(S=1))  range=…", as YAML: calls of
/// list become maps, those of c lists; what is not name=value ("other controls default") goes.
class RControl {
 public:
  explicit RControl(std::string_view text) : text_(text) {}

  std::string yaml() {
    at_ = text_.find('(');
    return at_ == std::string_view::npos ? std::string() : arguments(true) + "\n";
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_spaces() {
    while (peek() == ' ') ++at_;
  }

  /// From "(" to behind its ")".
  std::string arguments(bool named) {
    std::string inside;
    ++at_;
    while (peek() != ')' && peek() != '\0') {
      const std::string one = argument(named);
      if (!one.empty()) inside += (inside.empty() ? "" : ", ") + one;
      skip_spaces();
      if (peek() == ',') ++at_;
    }
    ++at_;
    return (named ? "{" : "[") + inside + (named ? "}" : "]");
  }

  std::string argument(bool named) {
    skip_spaces();
    if (!named) return value();
    const std::size_t begin = at_;
    while (peek() != '=' && peek() != ',' && peek() != ')' && peek() != '\0') ++at_;
    std::string name(text_.substr(begin, at_ - begin));
    if (peek() != '=') return {};
    ++at_;
    while (!name.empty() && name.back() == ' ') name.pop_back();
    skip_spaces();
    return name + ": " + value();
  }

  std::string value() {
    skip_spaces();
    const std::size_t begin = at_;
    if (peek() == '"' || peek() == '\'') {
      const char quote = peek();
      for (++at_; peek() != quote && peek() != '\0'; ++at_) {
      }
      ++at_;
      return std::string(text_.substr(begin, at_ - begin));
    }
    while (peek() != ',' && peek() != ')' && peek() != '(' && peek() != '\0') ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (peek() == '(') return arguments(word == "list");
    return std::string(word);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace hb::test
