#include "crypto/one_time_code.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/check.hpp"
#include "crypto/bytes.hpp"

namespace hb::crypto {
namespace {

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

}  // namespace

std::int64_t code_step(Instant at) { return at.micros / 1'000'000 / code_seconds; }

std::string one_time_code(std::string_view secret, std::int64_t step) {
  unsigned char counter[8];
  for (int i = 0; i < 8; ++i) counter[i] = static_cast<unsigned char>(step >> (56 - 8 * i));
  unsigned char mac[20];
  unsigned int length = 0;
  HB_CHECK(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter, sizeof counter,
                mac, &length) != nullptr);
  const int at = mac[19] & 15;  // dynamic truncation, RFC 4226 §5.3
  const std::uint32_t number = (mac[at] & 0x7FU) << 24 | mac[at + 1] << 16 | mac[at + 2] << 8 |
                               static_cast<std::uint32_t>(mac[at + 3]);
  return fmt::format("{:06}", number % 1'000'000);
}

std::optional<std::int64_t> matching_step(std::string_view secret, std::string_view code,
                                          Instant now, std::int64_t last_used) {
  std::optional<std::int64_t> found;
  for (std::int64_t step = code_step(now) - 1; step <= code_step(now) + 1; ++step)
    if (equal_in_constant_time(one_time_code(secret, step), code) && step > last_used) found = step;
  return found;
}

std::string code_uri(std::string_view secret, std::string_view issuer, std::string_view account) {
  return fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}", percent_encoded(issuer),
                     percent_encoded(account), to_base32(secret));
}

}  // namespace hb::crypto
