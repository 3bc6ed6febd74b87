// What clients and providers of identity send: the first byte picks a token or a set of keys. Any
// text gives an error, or a token whose parts are those that came, or keys that can be used.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "security/jwt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hb::security;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 2 == 0) {
    const auto token = read_jwt(text);
    if (!token) {
      if (token.error().message.empty()) std::abort();
      return 0;
    }
    if (!text.starts_with(token->signed_part) || text[token->signed_part.size()] != '.')
      std::abort();
    JwtDemands demands;
    demands.algorithms = {"RS256", "RS384", "ES256", "ES384"};
    if (prove_jwt(*token, {}, demands, hb::Instant{1'760'000'000'000'000}))
      std::abort();  // nothing is proven without a key
    return 0;
  }
  const auto keys = read_web_keys(text);
  if (keys ? keys->empty() : keys.error().message.empty()) std::abort();
  return 0;
}
