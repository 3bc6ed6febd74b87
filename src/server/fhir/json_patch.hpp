#pragma once
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace hb::server::fhir_api {

/// A resource changed by a JSON Patch (RFC 6902). Numbers that nobody changes keep their digits as
/// they were written, members their order.
/// errors  invalid_input: the patch is not one, or asks for too much; conflict: a test failed, or
///         there is nothing at a path. `where` is the place in the patch: "[2] /name/0/family"
Result<std::string> json_patched(std::string_view resource, std::string_view patch);

}  // namespace hb::server::fhir_api
