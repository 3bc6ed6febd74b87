#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "fhir/parser.hpp"

namespace hb::fhir {

/// A FHIRPath expression, parsed once into a tree. The whole grammar is parsed; a function that is
/// not there yet is refused here, by name, never at run time.
class Expression {
 public:
  struct Node;
  /// errors  invalid_input: message says what was expected, where = "column 7"
  static Result<Expression> parse(std::string_view text);
  ~Expression();
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;
  const Node& root() const { return *root_; }

 private:
  explicit Expression(std::unique_ptr<Node> root);
  std::unique_ptr<Node> root_;
};

// The helper who writes this folder completes: Value, Collection, EvaluationContext (constants,
// resource type, resolver of getResourceKey/getReferenceKey), evaluate().

}  // namespace hb::fhir
