#include "crypto/bytes.hpp"

#include <openssl/evp.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>

#include "core/check.hpp"

namespace hb::crypto {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Writes bytes in digits of `bits` each, most significant first.
std::string to_digits(std::string_view bytes, std::string_view alphabet, int bits) {
  std::string text;
  std::uint32_t waiting = 0;
  int count = 0;
  for (const char c : bytes) {
    waiting = waiting << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= bits; count -= bits)
      text += alphabet[waiting >> (count - bits) & ((1U << bits) - 1)];
  }
  if (count > 0) text += alphabet[waiting << (bits - count) & ((1U << bits) - 1)];
  return text;
}

std::optional<std::string> from_digits(std::string_view text, std::string_view alphabet, int bits) {
  std::string bytes;
  std::uint32_t waiting = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    waiting = waiting << bits | static_cast<std::uint32_t>(digit);
    count += bits;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(waiting >> count & 0xFF);
  }
  if (count >= bits || (waiting & ((1U << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

void fill_random(char* to, std::size_t count) {
  HB_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(to), static_cast<int>(count)) == 1);
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  fill_random(bytes.data(), count);
  return bytes;
}

std::string random_token(std::size_t bytes) { return to_base64url(random_bytes(bytes)); }

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

std::string to_hex(std::string_view bytes) { return to_digits(bytes, hex_digits, 4); }

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  return from_digits(text, hex_digits, 4);
}

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string to_base64url(std::string_view bytes) { return to_digits(bytes, base64url, 6); }

std::optional<std::string> from_base64url(std::string_view text) {
  return from_digits(text, base64url, 6);
}

std::string to_base32(std::string_view bytes) { return to_digits(bytes, base32, 5); }

}  // namespace hb::crypto
