#include "server/limits.hpp"

#include <arpa/inet.h>

#include "server/outcome.hpp"

namespace hb::server {

std::string address_key(std::string_view address) {
  const std::string text(address);
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) != 1) return text;
  if (IN6_IS_ADDR_V4MAPPED(&six)) return text;
  return std::string(reinterpret_cast<const char*>(six.s6_addr), 8);
}

Response too_often(std::int64_t seconds) {
  Response response =
      refusal(429, "unavailable",
              {"请求过于频繁，请稍后再试", "too many requests; wait as long as Retry-After says"});
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

}  // namespace hb::server
