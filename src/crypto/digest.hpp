#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/mac.hpp"

namespace hb::crypto {

/// SHA-256 of a stream: names a delivery, so that the same file twice counts once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  std::string hex();  ///< ends the stream: 64 lower-case hex digits

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view bytes);

/// 128-bit fingerprint (XXH3) of a body: equal bodies of one resource are one version. Not for
/// security: it decides only between "the same again" and "a new version" of one id.
struct Fingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};
Fingerprint fingerprint(std::string_view bytes);

/// 63-bit key (never negative, never 0) of "Type/id": what indexes and tables store instead of a
/// text id. Two ids may share a key: records compare the id itself.
std::int64_t resource_key(std::string_view type, std::string_view id);

/// HMAC cut to 63 bits: a word of a name or an identifier as it stands in the search index, where
/// nobody without the secret can read or guess it.
std::int64_t keyed_token(std::string_view secret, std::string_view word, Hash hash = Hash::sha256);

}  // namespace hb::crypto
