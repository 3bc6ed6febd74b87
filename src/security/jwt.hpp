#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"
#include "crypto/signature.hpp"

namespace hb::security {

/// A public key of a JSON Web Key Set (RFC 7517).
struct WebKey {
  std::string id;   ///< "kid"; may be empty
  std::string alg;  ///< "alg"; empty: any that the key fits
  crypto::Key key;
};

/// Reads {"keys":[…]}. Keys of a kind or use that is not taken here (symmetric, encryption) are
/// left out; a key with private members makes the whole set invalid. errors  invalid_input: no such
/// JSON, no usable key, a private key, over 64 KB or 50 keys
Result<std::vector<WebKey>> read_web_keys(std::string_view json);

/// A JSON Web Token (RFC 7519) in compact form, taken apart; nothing is proven by that.
struct Jwt {
  std::string alg;
  std::string kid;
  std::string signed_part;  ///< header.payload as they came
  std::string signature;
  // Claims; absent ones are empty.
  std::string issuer, subject, id, nonce, authorized_party;
  std::vector<std::string> audience;
  std::optional<std::int64_t> expires, not_before, issued;  ///< seconds since 1970
  std::string payload;                                      ///< all claims, JSON
};

/// errors  invalid_input: over 16 KB, not three parts of base64url, no JSON objects, a member of
///         another type than RFC 7519 says, or a "crit" header, which nothing here understands
Result<Jwt> read_jwt(std::string_view text);

struct JwtDemands {
  std::vector<std::string_view> algorithms;  ///< accepted ones of RS256, RS384, ES256, ES384
  std::string_view issuer;
  std::string_view audience;
  std::int64_t leeway_seconds = 30;  ///< of clocks
  std::int64_t longest_seconds = 0;  ///< "exp" may lie this far ahead; 0: any
};

/// Proves a token: the signature by a key of the set (the header's alg only chooses among the
/// accepted ones, and must fit the key), issuer, audience, times.
/// errors  forbidden: one sentence for the operator's log; never shown to who sent it
Result<void> prove_jwt(const Jwt& token, const std::vector<WebKey>& keys, const JwtDemands& demands,
                       Instant now);

/// Whether the set has a key that the token may be signed with; if not, the set may be old.
bool has_key_for(const Jwt& token, const std::vector<WebKey>& keys);

}  // namespace hb::security
