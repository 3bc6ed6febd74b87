// Request targets: whatever is taken has no part that climbs out of a directory.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/http.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  hb::server::Request request;
  if (!hb::server::parse_target(target, request)) return 0;
  for (const auto& part : request.segments)
    if (part == "." || part == ".." || part.find('/') != part.npos || part.find('\0') != part.npos)
      std::abort();
  (void)hb::server::is_loopback_host(target);
  return 0;
}
