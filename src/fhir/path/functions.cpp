#include "fhir/path/functions.hpp"

#include <array>

namespace hb::fhir::path {

const Function* find_function(std::string_view name) {
  for (const auto group :
       {collection_functions(), logic_functions(), conversion_functions(), text_functions(),
        number_functions(), fhir_functions(), moment_functions(), code_functions(),
        resource_functions(), terminology_functions()})
    for (const Function& function : group)
      if (function.name == name) return &function;
  return nullptr;
}

}  // namespace hb::fhir::path
