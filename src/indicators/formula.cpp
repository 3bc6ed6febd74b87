#include "indicators/formula.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "indicators/decimal.hpp"

namespace hb::indicators {
namespace {

constexpr int deepest = 32;

/// Recursive descent; the first fault sticks.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Ranged> whole() {
    const Ranged value = sum(0);
    skip();
    if (!fault_ && at_ != text_.size()) say("not expected here");
    if (fault_) return unexpected(*fault_);
    return value;
  }

 private:
  void say(const char* what) {
    if (!fault_)
      fault_ = Error{ErrorCode::invalid_input, std::string("the formula: ") + what,
                     "character " + std::to_string(at_ + 1)};
  }
  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char wanted) {
    skip();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  Ranged sum(int depth) {
    Ranged left = product(depth);
    while (!fault_) {
      if (take('+')) {
        const Ranged right = product(depth);
        left = {left.value + right.value, left.lower + right.lower, left.upper + right.upper};
      } else if (take('-')) {
        const Ranged right = product(depth);
        left = {left.value - right.value, left.lower - right.upper, left.upper - right.lower};
      } else {
        break;
      }
    }
    return left;
  }

  Ranged product(int depth) {
    Ranged left = power(depth);
    while (!fault_) {
      if (take('*')) {
        left = corners(left, power(depth), [](long double a, long double b) { return a * b; });
      } else if (take('/')) {
        const Ranged right = power(depth);
        if (right.lower <= 0 && right.upper >= 0) {
          say("division by 0");
          break;
        }
        left = corners(left, right, [](long double a, long double b) { return a / b; });
      } else {
        break;
      }
    }
    return left;
  }

  Ranged power(int depth) {
    const Ranged base = atom(depth);
    if (fault_ || !take('^')) return base;
    const Ranged exponent = atom(depth);
    if (base.lower < 0) {
      say("a power of a negative number");
      return base;
    }
    return corners(base, exponent, [](long double a, long double b) { return std::pow(a, b); });
  }

  Ranged atom(int depth) {
    if (depth > deepest) {
      say("nested too deeply");
      return {};
    }
    if (take('(')) {
      const Ranged inner = sum(depth + 1);
      if (!take(')')) say("a bracket is not closed");
      return inner;
    }
    if (take('-')) {
      const Ranged inner = atom(depth + 1);
      return {-inner.value, -inner.upper, -inner.lower};
    }
    return number();
  }

  Ranged number() {
    skip();
    const std::size_t begin = at_;
    while (at_ < text_.size() && ((text_[at_] >= '0' && text_[at_] <= '9') || text_[at_] == '.'))
      ++at_;
    const auto read = parse_decimal(text_.substr(begin, at_ - begin));
    if (!read) {
      at_ = begin;
      say("a number is expected");
      return {};
    }
    const long double scale = std::pow(10.0L, static_cast<long double>(read->scale));
    const long double value = static_cast<long double>(read->scaled) / scale;
    const long double half = read->scale > 0 ? 0.5L / scale : 0.0L;
    return {value, value - half, value + half};
  }

  template <class Function>
  static Ranged corners(const Ranged& a, const Ranged& b, const Function& function) {
    const long double all[] = {function(a.lower, b.lower), function(a.lower, b.upper),
                               function(a.upper, b.lower), function(a.upper, b.upper)};
    const auto [least, most] = std::minmax_element(std::begin(all), std::end(all));
    return {function(a.value, b.value), *least, *most};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<Error> fault_;
};

}  // namespace

Result<Ranged> evaluate_formula(std::string_view text) { return Parser(text).whole(); }

long double round_half_up(long double value, int decimals) {
  const long double scale = std::pow(10.0L, static_cast<long double>(decimals));
  const long double scaled = std::abs(value) * scale;
  const long double rounded = std::floor(scaled + 0.5L + scaled * 1e-12L);
  return std::copysign(rounded / scale, value);
}

}  // namespace hb::indicators
