#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace hb::crypto {

/// How something is signed. ed25519 and sm2 sign what the program makes itself (anchors of the
/// audit chain); the others are those of tokens (RFC 7518), and no others are ever accepted.
enum class Signature : std::uint8_t { ed25519, sm2, rs256, rs384, es256, es384 };

/// A public key or a key pair. Copies share the key.
class Key {
 public:
  /// errors  invalid_input: no PEM, or a kind of key that no Signature here takes
  static Result<Key> from_pem(std::string_view pem);
  /// A public key as JSON Web Key (RFC 7517), its members as base64url. kty "RSA": n, e; "EC": crv
  /// (P-256, P-384), x, y.
  /// errors  invalid_input
  static Result<Key> from_jwk(std::string_view kty, std::string_view crv, std::string_view n_or_x,
                              std::string_view e_or_y);
  static Key generate(Signature signature);

  std::string public_pem() const;
  std::string private_pem() const;  ///< only of a pair
  bool fits(Signature signature) const;

  /// Signs; only of a pair that fits. EC signatures are r ‖ s, as RFC 7518 §3.4 has them.
  std::string sign(Signature signature, std::string_view message) const;
  /// False also when the key does not fit the kind of signature: a token's header cannot choose.
  bool verify(Signature signature, std::string_view message, std::string_view sign) const;

 private:
  struct Raw;
  explicit Key(std::shared_ptr<Raw> raw) : raw_(std::move(raw)) {}
  std::shared_ptr<Raw> raw_;
};

}  // namespace hb::crypto
