#include "server/openapi.hpp"

// The file itself is put into the program (HB_OPENAPI_FILE comes from src/CMakeLists.txt): raw
// string literals would need a generated copy of it.
__asm__(
    ".section .rodata\n"
    ".global hb_openapi_begin\n"
    ".global hb_openapi_end\n"
    "hb_openapi_begin:\n"
    ".incbin \"" HB_OPENAPI_FILE
    "\"\n"
    "hb_openapi_end:\n"
    ".byte 0\n"
    ".text\n");

extern "C" {
extern const char hb_openapi_begin[];
extern const char hb_openapi_end[];
}

namespace hb::server {

std::string_view openapi_yaml() {
  return {hb_openapi_begin, static_cast<std::size_t>(hb_openapi_end - hb_openapi_begin)};
}

}  // namespace hb::server
