#include "security/jwt.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "crypto/bytes.hpp"

namespace hb::security {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_token = 16 * 1024;
constexpr std::size_t longest_set = 64 * 1024;
constexpr std::size_t most_keys = 50;
constexpr std::size_t shortest_modulus = 256;  // bytes

struct Algorithm {
  std::string_view name;
  crypto::Signature signature;
};
// Not here on purpose: none, and the symmetric ones, whose secret would be the public key.
constexpr Algorithm algorithms[] = {{"RS256", crypto::Signature::rs256},
                                    {"RS384", crypto::Signature::rs384},
                                    {"ES256", crypto::Signature::es256},
                                    {"ES384", crypto::Signature::es384}};

Error bad(const char* sentence) { return {ErrorCode::invalid_input, sentence, ""}; }
tl::unexpected<Error> refused(const char* sentence) { return fail(ErrorCode::forbidden, sentence); }

/// A text member; empty when absent; nullopt when it is no text.
std::optional<std::string> text(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (found == nullptr) return std::string();
  if (!found->is_string()) return std::nullopt;
  return std::string(found->get_string());
}

/// A NumericDate; false when it is no number.
bool take_time(const json::object& object, std::string_view name,
               std::optional<std::int64_t>& seconds) {
  const json::value* found = object.if_contains(name);
  if (found == nullptr) return true;
  if (!found->is_number()) return false;
  const double value = found->to_number<double>();
  if (!(value >= 0 && value < 1e11)) return false;
  seconds = static_cast<std::int64_t>(std::floor(value));
  return true;
}

bool take_audience(const json::object& claims, std::vector<std::string>& audience) {
  const json::value* found = claims.if_contains("aud");
  if (found == nullptr) return true;
  if (found->is_string()) {
    audience.emplace_back(found->get_string());
    return true;
  }
  if (!found->is_array()) return false;
  for (const json::value& one : found->get_array()) {
    if (!one.is_string()) return false;
    audience.emplace_back(one.get_string());
  }
  return true;
}

Result<json::object> object_of(std::string_view part) {
  const auto bytes = crypto::from_base64url(part);
  if (!bytes) return unexpected(bad("a part of the token is no base64url"));
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 16;
  json::value value = json::parse(*bytes, error, {}, options);
  if (error || !value.is_object()) return unexpected(bad("a part of the token is no JSON object"));
  return std::move(value.get_object());
}

Result<void> take_claims(const json::object& claims, Jwt& token) {
  for (const auto& [name, member] : {std::pair{"iss", &Jwt::issuer},
                                     {"sub", &Jwt::subject},
                                     {"jti", &Jwt::id},
                                     {"nonce", &Jwt::nonce},
                                     {"azp", &Jwt::authorized_party}}) {
    const auto value = text(claims, name);
    if (!value) return unexpected(bad("a claim of the token that must be a text is none"));
    token.*member = *value;
  }
  if (!take_audience(claims, token.audience) || !take_time(claims, "exp", token.expires) ||
      !take_time(claims, "nbf", token.not_before) || !take_time(claims, "iat", token.issued))
    return unexpected(bad("aud, exp, nbf or iat of the token is of the wrong type"));
  token.payload = json::serialize(claims);
  return {};
}

/// A key of the set; nullopt: of a kind or for a use that is not taken here.
Result<std::optional<WebKey>> web_key(const json::object& object) {
  for (const char* secret : {"d", "p", "q", "dp", "dq", "qi", "k"})
    if (object.contains(secret))
      return unexpected(bad("the key set holds a private or symmetric key: it must be replaced"));
  const auto kty = text(object, "kty");
  const auto use = text(object, "use");
  const auto kid = text(object, "kid");
  const auto alg = text(object, "alg");
  if (!kty || !use || !kid || !alg)
    return unexpected(bad("a member of a key that must be a text is none"));
  if ((*kty != "RSA" && *kty != "EC") || (!use->empty() && *use != "sig"))
    return std::optional<WebKey>();
  const bool rsa = *kty == "RSA";
  const auto crv = text(object, "crv");
  const auto first = text(object, rsa ? "n" : "x");
  const auto second = text(object, rsa ? "e" : "y");
  if (!crv || !first || !second) return unexpected(bad("a key of the set lacks its numbers"));
  const auto modulus = crypto::from_base64url(*first);
  if (rsa && (!modulus || modulus->size() < shortest_modulus))
    return unexpected(bad("an RSA key of the set is shorter than 2,048 bits"));
  if (!rsa && *crv != "P-256" && *crv != "P-384") return std::optional<WebKey>();
  auto key = crypto::Key::from_jwk(*kty, *crv, *first, *second);
  if (!key) return unexpected(key.error());
  return WebKey{*kid, *alg, std::move(*key)};
}

bool may_be(const WebKey& key, const Jwt& token) {
  const auto known = std::ranges::find(algorithms, token.alg, &Algorithm::name);
  return known != std::end(algorithms) && (token.kid.empty() || token.kid == key.id) &&
         (key.alg.empty() || key.alg == token.alg) && key.key.fits(known->signature);
}

}  // namespace

Result<std::vector<WebKey>> read_web_keys(std::string_view text) {
  if (text.size() > longest_set) return unexpected(bad("the key set is longer than 64 KB"));
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  const json::value* keys =
      !error && value.is_object() ? value.get_object().if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array())
    return unexpected(bad("a key set is a JSON object with an array \"keys\" (RFC 7517)"));
  if (keys->get_array().size() > most_keys)
    return unexpected(bad("the key set has more than 50 keys"));
  std::vector<WebKey> read;
  for (const json::value& one : keys->get_array()) {
    if (!one.is_object()) return unexpected(bad("a key of the set is no JSON object"));
    auto key = web_key(one.get_object());
    if (!key) return unexpected(key.error());
    if (*key) read.push_back(std::move(**key));
  }
  if (read.empty())
    return unexpected(bad("the key set has no RSA, P-256 or P-384 key for signatures"));
  return read;
}

Result<Jwt> read_jwt(std::string_view text_of_token) {
  const std::size_t first = text_of_token.find('.');
  const std::size_t last = text_of_token.rfind('.');
  if (text_of_token.size() > longest_token || first == text_of_token.npos || first == last ||
      text_of_token.find('.', first + 1) != last)
    return unexpected(bad("a token is three parts separated by points, 16 KB at most"));
  const auto header = object_of(text_of_token.substr(0, first));
  if (!header) return unexpected(header.error());
  const auto claims = object_of(text_of_token.substr(first + 1, last - first - 1));
  if (!claims) return unexpected(claims.error());
  const auto signature = crypto::from_base64url(text_of_token.substr(last + 1));
  const auto alg = text(*header, "alg");
  const auto kid = text(*header, "kid");
  if (!signature || !alg || !kid) return unexpected(bad("the header of the token is not sound"));
  if (header->contains("crit"))
    return unexpected(bad("the token asks for an extension that is not known here"));
  Jwt token;
  token.alg = *alg;
  token.kid = *kid;
  token.signed_part = std::string(text_of_token.substr(0, last));
  token.signature = *signature;
  if (Result<void> taken = take_claims(*claims, token); !taken) return unexpected(taken.error());
  return token;
}

bool has_key_for(const Jwt& token, const std::vector<WebKey>& keys) {
  return std::ranges::any_of(keys, [&](const WebKey& key) { return may_be(key, token); });
}

Result<void> prove_jwt(const Jwt& token, const std::vector<WebKey>& keys, const JwtDemands& demands,
                       Instant now) {
  if (std::ranges::find(demands.algorithms, token.alg) == demands.algorithms.end())
    return refused("the token is signed in a way that is not accepted");
  const auto known = std::ranges::find(algorithms, token.alg, &Algorithm::name);
  if (known == std::end(algorithms)) return refused("the token's alg is not known");
  const bool signed_well = std::ranges::any_of(keys, [&](const WebKey& key) {
    return may_be(key, token) &&
           key.key.verify(known->signature, token.signed_part, token.signature);
  });
  if (!signed_well) return refused("no key of the set has signed the token");
  if (demands.issuer.empty() || token.issuer != demands.issuer)
    return refused("the token is of another issuer");
  if (std::ranges::find(token.audience, demands.audience) == token.audience.end())
    return refused("the token is meant for somebody else");
  const std::int64_t second = now.micros / 1'000'000;
  if (!token.expires) return refused("the token never expires");
  if (second >= *token.expires + demands.leeway_seconds) return refused("the token has expired");
  if (demands.longest_seconds > 0 &&
      *token.expires > second + demands.longest_seconds + demands.leeway_seconds)
    return refused("the token expires too far in the future");
  if ((token.not_before && *token.not_before > second + demands.leeway_seconds) ||
      (token.issued && *token.issued > second + demands.leeway_seconds))
    return refused("the token is not valid yet");
  return {};
}

}  // namespace hb::security
