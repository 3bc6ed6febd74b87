#pragma once
#include "fhir/path/evaluator.hpp"

namespace hb::fhir::path {

/// One FHIRPath function. `base` of the node is its input; arguments are evaluated as it wishes.
struct Function {
  enum class Argument : std::uint8_t { expression, type };
  std::string_view name;
  std::uint8_t min_arguments;
  std::uint8_t max_arguments;
  Argument argument;
  bool (*call)(Evaluator&, const Node&, const Scope&, Sink);
};

/// nullptr when there is no such function.
const Function* find_function(std::string_view name);

// The groups of the catalogue, one file each.
std::span<const Function> collection_functions();
std::span<const Function> logic_functions();
std::span<const Function> conversion_functions();
std::span<const Function> text_functions();
std::span<const Function> number_functions();
std::span<const Function> fhir_functions();
std::span<const Function> moment_functions();
std::span<const Function> code_functions();
std::span<const Function> resource_functions();
std::span<const Function> terminology_functions();

}  // namespace hb::fhir::path
