#include <doctest/doctest.h>

#include "crypto/mac.hpp"
#include "security/accounts.hpp"
#include "security/jwt.hpp"
#include "support/paths.hpp"
#include "support/tokens.hpp"

using namespace hb;
using namespace hb::security;
using crypto::Signature;
using hb::test::key_set;
using hb::test::signed_token;
using hb::test::TempDir;
using hb::test::web_key;

namespace {

constexpr std::int64_t second = 1'000'000;
const std::string audience = "https://hub.example/oauth/token";

struct Given {
  TempDir folder;
  Instant now{1'800'000'000LL * second};
  crypto::Key key = crypto::Key::generate(Signature::es384);
  std::unique_ptr<Accounts> accounts = open();

  Given() {
    REQUIRE(accounts->add_client(
        {"his-1", "system/*.rs", key_set(web_key(key, "k1", "P-384")), {}, {}}));
  }
  std::unique_ptr<Accounts> open() {
    AccountOptions options;
    options.clock = [this] { return now; };
    return Accounts::open((folder.path() / "accounts.db").string(), options).value();
  }
  std::int64_t seconds() const { return now.micros / second; }
  /// The claims of a sound assertion; `change` replaces one text in them.
  std::string claims(const std::string& jti, const std::string& from = "",
                     const std::string& to = "") const {
    std::string text = R"({"iss":"his-1","sub":"his-1","aud":")" + audience + R"(","exp":)" +
                       std::to_string(seconds() + 240) + R"(,"jti":")" + jti + "\"}";
    if (!from.empty()) {
      REQUIRE(text.find(from) != std::string::npos);
      text.replace(text.find(from), from.size(), to);
    }
    return text;
  }
  std::string assertion(const std::string& payload,
                        const std::string& header = R"({"alg":"ES384","kid":"k1","typ":"JWT"})") {
    return signed_token(key, Signature::es384, header, payload);
  }
  Result<Grant> ask(const std::string& token, const std::string& scope = "system/*.rs") {
    return accounts->grant(token, scope, audience, "10.0.0.9");
  }
  /// Why it was refused; "given" if it was not.
  std::string why(const std::string& token) {
    const auto grant = ask(token);
    if (grant) return "given";
    CHECK(grant.error().code == ErrorCode::forbidden);
    return grant.error().message;
  }
};

}  // namespace

TEST_CASE("client: a signed assertion gives a token of five minutes with the scope asked for") {
  Given given;
  const auto grant = given.ask(given.assertion(given.claims("a1")), "system/Patient.rs");
  REQUIRE(grant.has_value());
  CHECK(grant->seconds == 300);
  CHECK(grant->scope == "system/Patient.rs");
  CHECK(given.accounts->token(grant->token)->client == "his-1");
  given.now.micros += 299 * second;
  CHECK(given.accounts->token(grant->token));
  given.now.micros += second;
  CHECK_FALSE(given.accounts->token(grant->token));
}

TEST_CASE("client: an assertion is taken once, also after a restart") {
  Given given;
  const std::string token = given.assertion(given.claims("a1"));
  CHECK(given.why(token) == "given");
  CHECK(given.why(token) == "the assertion was taken before");
  given.accounts = given.open();
  CHECK(given.why(token) == "the assertion was taken before");
  CHECK(given.why(given.assertion(given.claims("a2"))) == "given");
  given.now.micros += 400 * second;  // forgotten, and expired all the same
  CHECK(given.why(given.assertion(given.claims("a3"))) == "given");
  CHECK(given.why(token) == "the token has expired");
}

TEST_CASE("client: alg none, symmetric and weak ones are refused, whatever the signature") {
  Given given;
  const std::string payload = given.claims("a1");
  const std::string none =
      crypto::to_base64url(R"({"alg":"none"})") + "." + crypto::to_base64url(payload) + ".";
  CHECK(given.why(none) == "the token is signed in a way that is not accepted");
  // HS256 with the public key as the secret: what a careless library would accept.
  const std::string head =
      crypto::to_base64url(R"({"alg":"HS256","kid":"k1"})") + "." + crypto::to_base64url(payload);
  const std::string forged =
      head + "." +
      crypto::to_base64url(crypto::hmac(crypto::Hash::sha256, given.key.public_pem(), head));
  CHECK(given.why(forged) == "the token is signed in a way that is not accepted");
  for (const char* alg : {"ES256", "RS256", "None", "NONE", "es384", ""})
    CHECK(given.why(given.assertion(payload, R"({"alg":")" + std::string(alg) + "\"}")) ==
          "the token is signed in a way that is not accepted");
  // An RSA algorithm for an EC key does not fit the key.
  CHECK(given.why(given.assertion(payload, R"({"alg":"RS384","kid":"k1"})")) ==
        "no key of the set has signed the token");
}

TEST_CASE("client: wrong key, wrong audience, other client, changed claims") {
  Given given;
  const std::string header = R"({"alg":"ES384","kid":"k1"})";
  const auto other = crypto::Key::generate(Signature::es384);
  CHECK(given.why(signed_token(other, Signature::es384, header, given.claims("a1"))) ==
        "no key of the set has signed the token");
  CHECK(given.why(given.assertion(given.claims("a1"), R"({"alg":"ES384","kid":"k2"})")) ==
        "no key of the set has signed the token");
  CHECK(given.why(given.assertion(given.claims("a1", "hub.example", "other.example"))) ==
        "the token is meant for somebody else");
  CHECK(given.why(given.assertion(given.claims("a1", R"("iss":"his-1")", R"("iss":"his-2")"))) ==
        "the assertion is of no client that is registered");
  CHECK(given.why(given.assertion(given.claims("a1", R"("sub":"his-1")", R"("sub":"root")"))) ==
        "the assertion is of no client that is registered");
  std::string changed = given.assertion(given.claims("a1"));
  const std::size_t first = changed.find('.');
  changed = changed.substr(0, first + 1) + crypto::to_base64url(given.claims("b9")) +
            changed.substr(changed.rfind('.'));
  CHECK(given.why(changed) == "no key of the set has signed the token");
  CHECK(given.why(given.assertion(given.claims("a1"))) == "given");
}

TEST_CASE("client: times: expired, too far ahead, not yet, without an end") {
  Given given;
  const std::string end = std::to_string(given.seconds() + 240);
  const auto ending = [&](std::int64_t in) {
    return given.assertion(
        given.claims("t" + std::to_string(in), end, std::to_string(given.seconds() + in)));
  };
  CHECK(given.why(ending(-31)) == "the token has expired");
  CHECK(given.why(ending(-29)) == "given");  // clocks may differ by half a minute
  CHECK(given.why(ending(330)) == "given");
  CHECK(given.why(ending(331)) == "the token expires too far in the future");
  CHECK(given.why(given.assertion(given.claims("a1", R"("exp":)" + end + ",", ""))) ==
        "the token never expires");
  const std::string later = std::to_string(given.seconds() + 31);
  for (const char* claim : {"nbf", "iat"})
    CHECK(given.why(given.assertion(
              given.claims("a1", "{", R"({")" + std::string(claim) + "\":" + later + ","))) ==
          "the token is not valid yet");
  CHECK(given.why(given.assertion(given.claims("a1", R"("jti":"a1")", R"("jti":"")"))) ==
        "the assertion has no jti of 1 to 200 bytes");
}

TEST_CASE("client: what is no token at all") {
  Given given;
  const std::string good = given.assertion(given.claims("a1"));
  for (const std::string& token :
       {std::string(), std::string("a.b"), std::string("a.b.c.d"), std::string(".."), good + "=",
        good + ".x", std::string(20'000, 'a'),
        given.assertion(given.claims("a1"), R"({"alg":"ES384","crit":["x"]})"),
        given.assertion(given.claims("a1"), R"(["ES384"])"),
        given.assertion(given.claims("a1", R"("jti":"a1")", R"("jti":7)")),
        given.assertion(given.claims("a1", std::to_string(given.seconds() + 240), R"("soon")"))})
    CHECK_FALSE(given.ask(token).has_value());
  CHECK(given.why(good) == "given");
}

TEST_CASE("client: never more than its scope; nothing that fits is said so") {
  Given given;
  REQUIRE(given.accounts->add_client({"lab",
                                      "system/Observation.rs system/Patient.r",
                                      key_set(web_key(given.key, "k1", "P-384")),
                                      {},
                                      {}}));
  const auto ask = [&](const std::string& jti, const std::string& scope) {
    std::string payload = given.claims(jti);
    for (std::size_t at; (at = payload.find("his-1")) != std::string::npos;)
      payload.replace(at, 5, "lab");
    return given.ask(given.assertion(payload), scope);
  };
  CHECK(ask("1", "system/Observation.r system/Patient.rs openid system/Patient.r")->scope ==
        "system/Observation.r system/Patient.r");
  CHECK(ask("2", "system/*.rs").error().code == ErrorCode::invalid_input);
  CHECK(ask("3", "").error().where == "scope");
  CHECK(ask("4", "system/Observation.cruds").error().code == ErrorCode::invalid_input);
}

TEST_CASE("client: registered with public keys alone, once; removed with its tokens") {
  Given given;
  const std::string keys = key_set(web_key(given.key, "k1", "P-384"));
  CHECK(given.accounts->add_client({"his-1", "system/*.rs", keys, {}, {}}).error().code ==
        ErrorCode::conflict);
  CHECK(given.accounts->add_client({"his 2", "system/*.rs", keys, {}, {}}).error().where ==
        "client");
  CHECK_FALSE(given.accounts->add_client({"his-2", "user/*.rs", keys, {}, {}}));
  for (const std::string& wrong :
       {std::string("{}"), std::string("x"), key_set(""), key_set(R"({"kty":"oct","k":"AAAA"})"),
        key_set(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})"),
        key_set(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})")})
    CHECK_FALSE(given.accounts->add_client({"his-2", "system/*.rs", wrong, {}, {}}));
  std::string with_secret = web_key(given.key, "k1", "P-384");
  with_secret.insert(1, R"("d":"AAAA",)");
  CHECK(given.accounts->add_client({"his-2", "system/*.rs", key_set(with_secret), {}, {}})
            .error()
            .message.find("private") != std::string::npos);

  const std::string token = given.ask(given.assertion(given.claims("a1")))->token;
  CHECK(given.accounts->token(token));
  REQUIRE(given.accounts->remove_client("his-1"));
  CHECK_FALSE(given.accounts->token(token));
  CHECK_FALSE(given.ask(given.assertion(given.claims("a2"))));
  CHECK(given.accounts->remove_client("his-1").error().code == ErrorCode::not_found);
  CHECK(given.accounts->clients()->empty());
}
