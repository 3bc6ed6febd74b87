#pragma once
#include <string>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/signature.hpp"

namespace hb::test {

/// A P-256 or P-384 key as a JSON Web Key, made from its PEM form: the point is the end of the DER.
inline std::string web_key(const crypto::Key& key, std::string_view kid, std::string_view crv) {
  const std::string pem = key.public_pem();
  std::string text;
  for (const char c : pem.substr(26, pem.find("-----END") - 26))
    if (c != '\n' && c != '=') text += c == '+' ? '-' : c == '/' ? '_' : c;
  const std::string der = crypto::from_base64url(text).value();
  const std::size_t half = crv == "P-256" ? 32 : 48;
  const std::string point = der.substr(der.size() - 2 * half);
  return R"({"kty":"EC","crv":")" + std::string(crv) + R"(","kid":")" + std::string(kid) +
         R"(","x":")" + crypto::to_base64url(point.substr(0, half)) + R"(","y":")" +
         crypto::to_base64url(point.substr(half)) + "\"}";
}

inline std::string key_set(const std::string& keys) { return R"({"keys":[)" + keys + "]}"; }

/// header.payload.signature; header and payload as given.
inline std::string signed_token(const crypto::Key& key, crypto::Signature how,
                                std::string_view header, std::string_view payload) {
  const std::string text = crypto::to_base64url(header) + "." + crypto::to_base64url(payload);
  return text + "." + crypto::to_base64url(key.sign(how, text));
}

}  // namespace hb::test
