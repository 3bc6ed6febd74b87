#pragma once
#include <string_view>

namespace hb::server {

/// src/server/openapi.yaml as it was when the program was built.
std::string_view openapi_yaml();

}  // namespace hb::server
