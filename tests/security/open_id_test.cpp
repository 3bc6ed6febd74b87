#include "security/open_id.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "crypto/mac.hpp"
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
const std::string issuer = "https://id.example";
const std::string callback = "https://hub.example/auth/bureau/callback";

/// The value of a parameter in an address or a form, as it stands there.
std::string parameter(const std::string& text, const std::string& name) {
  const std::size_t at = ("&" + text).find("&" + name + "=");
  const std::string rest = at == std::string::npos ? "" : text.substr(at + name.size() + 1);
  return rest.substr(0, rest.find('&'));
}

/// An identity provider in place of the network; what it answers can be bent.
struct FakeProvider {
  Instant now{1'800'000'000LL * second};
  crypto::Key key = crypto::Key::generate(Signature::es256);
  std::string kid = "2026-a";
  std::string shown_issuer = issuer;
  std::string alg = "ES256";
  std::string nonce, code_challenge;  ///< of the authorization request
  std::string replace, with;          ///< in the claims of the ID token
  std::string userinfo_subject = "8271";
  int key_reads = 0;
  int token_status = 200;
  WebQuestion last_token_question;

  Result<WebAnswer> answer(const WebQuestion& question) {
    if (question.url == issuer + "/.well-known/openid-configuration")
      return WebAnswer{200, R"({"issuer":")" + shown_issuer +
                                R"(","authorization_endpoint":"https://id.example/authorize",)" +
                                R"("token_endpoint":"https://id.example/token",)" +
                                R"("userinfo_endpoint":"https://id.example/me",)" +
                                R"("jwks_uri":"https://id.example/keys"})"};
    if (question.url == issuer + "/keys") {
      ++key_reads;
      return WebAnswer{200, key_set(web_key(key, kid, "P-256"))};
    }
    if (question.url == issuer + "/me")
      return WebAnswer{
          question.authorization == "Bearer at-1" ? 200 : 401,
          R"({"sub":")" + userinfo_subject +
              R"(","preferred_username":"Li.Na","name":"李娜","groups":["doctors","x"],)" +
              R"("area":"770101001"})"};
    last_token_question = question;
    // PKCE: the verifier's digest must be what the browser brought.
    const std::string verifier = parameter(question.form, "code_verifier");
    if (crypto::to_base64url(crypto::digest(crypto::Hash::sha256, verifier)) != code_challenge)
      return WebAnswer{400, R"({"error":"invalid_grant"})"};
    return WebAnswer{token_status, R"({"access_token":"at-1","id_token":")" + id_token() + "\"}"};
  }

  std::string id_token() const {
    const std::int64_t at = now.micros / second;
    std::string claims = R"({"iss":")" + issuer + R"(","sub":"8271","aud":"health-brain","exp":)" +
                         std::to_string(at + 300) + R"(,"iat":)" + std::to_string(at) +
                         R"(,"nonce":")" + nonce + "\"}";
    if (!replace.empty()) {
      REQUIRE(claims.find(replace) != std::string::npos);
      claims.replace(claims.find(replace), replace.size(), with);
    }
    return signed_token(key, Signature::es256, R"({"alg":")" + alg + R"(","kid":")" + kid + "\"}",
                        claims);
  }
};

Provider bureau() {
  Provider provider;
  provider.id = "bureau";
  provider.name = {"统一身份认证", "Bureau log-in"};
  provider.issuer = issuer;
  provider.client_id = "health-brain";
  provider.client_secret = "a secret/with+signs";
  provider.name_claim = "preferred_username";
  provider.display_claim = "name";
  provider.create = true;
  provider.manages_rights = true;
  provider.roles = {{"groups", "doctors", "general-practitioner"}, {"groups", "nurses", "nurse"}};
  provider.areas = {{"area", "", ""}};
  return provider;
}

struct Given {
  FakeProvider fake;
  OpenIdLogin login{
      {bureau()},
      [this](const WebQuestion& question, const std::string&) { return fake.answer(question); },
      [this] { return fake.now; }};

  OpenIdLogin::Answered begun() {
    const auto begun = login.begin("bureau", callback, "/residents");
    REQUIRE(begun.has_value());
    CHECK(begun->location.starts_with("https://id.example/authorize?response_type=code&"));
    CHECK(parameter(begun->location, "code_challenge_method") == "S256");
    CHECK(parameter(begun->location, "redirect_uri") ==
          "https%3A%2F%2Fhub.example%2Fauth%2Fbureau%2Fcallback");
    fake.nonce = parameter(begun->location, "nonce");
    fake.code_challenge = parameter(begun->location, "code_challenge");
    return {parameter(begun->location, "state"), "code-1", "", "", begun->browser};
  }
  std::string why(const OpenIdLogin::Answered& answered) {
    const auto finished = login.finish("bureau", answered);
    return finished ? "welcome" : finished.error().message;
  }
};

}  // namespace

TEST_CASE("OpenID: code flow with PKCE, state and nonce; claims become an account's fields") {
  Given given;
  const auto finished = given.login.finish("bureau", given.begun());
  REQUIRE(finished.has_value());
  CHECK(finished->return_to == "/residents");
  CHECK(finished->vouched.provider == "bureau");
  CHECK(finished->vouched.subject == "8271");
  CHECK(finished->vouched.user.name == "li.na");
  CHECK(finished->vouched.user.display == "李娜");
  CHECK(finished->vouched.user.roles == std::vector<std::string>{"general-practitioner"});
  CHECK(finished->vouched.user.areas == std::vector<std::string>{"770101001"});
  // RFC 6749 §2.3.1: both parts are form-encoded before base64.
  CHECK(given.fake.last_token_question.authorization ==
        "Basic " + crypto::to_base64("health-brain:a%20secret%2Fwith%2Bsigns"));
  CHECK(given.fake.last_token_question.form.find("secret") == std::string::npos);
}

TEST_CASE("OpenID: state: one of ours, once, in the browser that began, within ten minutes") {
  Given given;
  auto answered = given.begun();
  auto forged = answered;
  forged.state = "guess";
  CHECK(given.why(forged) == "the state is not one that was given out");
  CHECK(given.why(answered) == "welcome");
  CHECK(given.why(answered) == "the state is not one that was given out");
  auto other = given.begun();
  other.browser = "another browser";
  CHECK(given.why(other).find("another browser") != std::string::npos);
  auto late = given.begun();
  given.fake.now.micros += 601 * second;
  CHECK(given.why(late) == "the log-in took longer than ten minutes");
  auto mixed = given.begun();
  mixed.issuer = "https://evil.example";
  CHECK(given.why(mixed) == "the answer is of another issuer");
  auto denied = given.begun();
  denied.error = "access_denied";
  CHECK(given.why(denied) == "the identity provider refused the log-in");
  CHECK_FALSE(given.login.finish("nobody", given.begun()));
  CHECK(given.login.begin("nobody", callback, "/").error().code == ErrorCode::not_found);
}

TEST_CASE("OpenID: an ID token that is not for this log-in, this client, this time") {
  Given given;
  const auto bent = [&](const std::string& from, const std::string& to) {
    const auto answered = given.begun();
    given.fake.replace = from.empty() ? given.fake.nonce : from;
    given.fake.with = to;
    std::string said = given.why(answered);
    given.fake.replace.clear();
    return said;
  };
  CHECK(bent("", "another nonce") == "the ID token was made for another log-in");
  CHECK(bent(R"("aud":"health-brain")", R"("aud":"other")") ==
        "the token is meant for somebody else");
  CHECK(bent(R"("aud":"health-brain")", R"("aud":["health-brain","other"])") ==
        "the ID token was made for another party");
  CHECK(bent(R"("aud":"health-brain")", R"("aud":["health-brain","other"],"azp":"health-brain")") ==
        "welcome");
  CHECK(bent(R"("iss":"https://id.example")", R"("iss":"https://evil.example")") ==
        "the token is of another issuer");
  CHECK(bent(R"("sub":"8271")", R"("sub":"")") == "the ID token names nobody");
  const std::string end = std::to_string(given.fake.now.micros / second + 300);
  CHECK(bent(end, "1000") == "the token has expired");
  given.fake.alg = "none";
  CHECK(bent("", given.fake.nonce) == "the token is signed in a way that is not accepted");
  given.fake.alg = "ES256";
  given.fake.userinfo_subject = "somebody else";
  CHECK(bent(R"("sub":"8271")", R"("sub":"8271")") ==
        "the person's claims are about somebody else");
}

TEST_CASE("OpenID: PKCE: a code that another browser began with is of no use") {
  Given given;
  const auto answered = given.begun();
  given.fake.code_challenge = "of another verifier";
  CHECK(given.why(answered) == "the identity provider answered with status 400");
}

TEST_CASE("OpenID: new keys of the provider are found by themselves, forged ones are not trusted") {
  Given given;
  CHECK(given.why(given.begun()) == "welcome");
  CHECK(given.fake.key_reads == 1);
  given.fake.key = crypto::Key::generate(Signature::es256);
  given.fake.kid = "2026-b";
  given.fake.now.micros += 30 * second;
  CHECK(given.why(given.begun()) == "no key of the set has signed the token");  // looked just now
  CHECK(given.fake.key_reads == 1);
  given.fake.now.micros += 31 * second;
  CHECK(given.why(given.begun()) == "welcome");
  CHECK(given.fake.key_reads == 2);
  // The same kid with another key: no reason to look again, and not believed.
  const auto answered = given.begun();
  given.fake.key = crypto::Key::generate(Signature::es256);
  CHECK(given.why(answered) == "no key of the set has signed the token");
}

TEST_CASE("OpenID: a provider that names another issuer is not asked further") {
  Given given;
  given.fake.shown_issuer = "https://evil.example";
  const auto begun = given.login.begin("bureau", callback, "/");
  REQUIRE_FALSE(begun.has_value());
  CHECK(begun.error().message == "the identity provider names another issuer");
}

TEST_CASE("vouched: linked or made, never taken over by name; rights follow; locked stays out") {
  const TempDir folder;
  AccountOptions options;
  options.cost = {.kibibytes = 64, .passes = 1, .lanes = 1};
  const auto accounts = Accounts::open((folder.path() / "accounts.db").string(), options).value();
  Vouched who{"bureau", "8271", {}, true, true};
  who.user.name = "li.na";
  who.user.roles = {"nurse"};
  who.user.areas = {"770101"};
  const auto id = accounts->log_in_vouched(who, "10.0.0.1");
  REQUIRE(id.has_value());
  CHECK(accounts->session(*id)->user.name == "li.na");
  CHECK_FALSE(accounts->session(*id)->user.must_change);
  who.user.roles = {"vaccinator"};
  REQUIRE(accounts->log_in_vouched(who, "10.0.0.1"));
  CHECK(accounts->user("li.na")->roles == std::vector<std::string>{"vaccinator"});
  // Another subject with the same wish for a name does not get her account.
  Vouched thief = who;
  thief.subject = "666";
  CHECK(accounts->log_in_vouched(thief, "10.0.0.1").error().code == ErrorCode::forbidden);
  thief.create = false;
  thief.user.name = "somebody";
  CHECK(accounts->log_in_vouched(thief, "10.0.0.1").error().code == ErrorCode::forbidden);
  CHECK(accounts->link("bureau", "666", "nobody").error().code == ErrorCode::not_found);
  REQUIRE(accounts->link("bureau", "666", "li.na"));
  CHECK(accounts->link("bureau", "666", "li.na").error().code == ErrorCode::conflict);
  thief.user.roles.clear();
  CHECK_FALSE(accounts->log_in_vouched(thief, "10.0.0.1"));  // nothing that it could do
  thief.manages_rights = false;
  CHECK(accounts->log_in_vouched(thief, "10.0.0.1"));
  REQUIRE(accounts->lock("li.na", true));
  CHECK(accounts->log_in_vouched(who, "10.0.0.1").error().code == ErrorCode::forbidden);
  REQUIRE(accounts->lock("li.na", false));
  REQUIRE(accounts->unlink("bureau", "li.na"));
  CHECK(accounts->log_in_vouched(who, "10.0.0.1").error().code == ErrorCode::forbidden);
}

TEST_CASE("read_providers: descriptions, secrets apart, and what is wrong with them") {
  const TempDir folder;
  const auto read = [&](const std::string& text) {
    std::ofstream(folder.path() / "bureau.yaml") << text;
    return read_providers(folder.path().string());
  };
  const std::string base =
      "schema: identity-provider-1\nid: bureau\nname: { zh: 登录, en: Log in }\n"
      "issuer: https://id.example\nclient_id: hb\n";
  CHECK(read(base)->front().client_secret.empty());
  std::ofstream(folder.path() / "secret") << "s3cret\n";
  const auto whole =
      read(base + "client_secret_file: " + (folder.path() / "secret").string() +
           "\nauthentication: form\nscopes: [profile]\naccount: { name: sub, create: true }\n"
           "rights:\n  roles:\n    - { claim: groups, equals: d, role: nurse }\n  areas:\n    - "
           "{ claim: area }\n");
  REQUIRE(whole.has_value());
  CHECK(whole->front().client_secret == "s3cret");
  CHECK(whole->front().secret_in_form);
  CHECK(whole->front().roles.front().gives == "nurse");
  const auto fault = [&](const std::string& more) { return read(base + more).error().message; };
  CHECK(fault("client_secret: abc\n") == "client_secret: is not known");
  CHECK(fault("client_secret_env: HB_NO_SUCH_VARIABLE\n") == "client_secret_env: is not set");
  CHECK(fault("client_secret_file: /nonexistent\n") == "client_secret_file: cannot be read");
  CHECK(fault("account: { create: true, name: sub }\n").starts_with("rights: is missing"));
  CHECK(fault("rights: { roles: [ { claim: groups } ] }\n") ==
        "rights.roles: a rule lacks its role");
  CHECK(fault("rights: { areas: [ { claim: a } ] }\n") == "rights.roles: is missing");
  CHECK(fault("authentication: none\n") == "authentication: must be basic or form");
  CHECK(read("schema: identity-provider-1\n").error().message == "id: is missing");
  CHECK(read("a: [").error().where.find("bureau.yaml:") == 0);
  CHECK_FALSE(read_providers("/nonexistent"));
}

TEST_CASE("read_providers: the descriptions that come with the program can be read") {
  const auto providers =
      read_providers((hb::test::source_dir() / "config/identity-providers").string());
  REQUIRE_MESSAGE(providers.has_value(),
                  providers.error().where << ": " << providers.error().message);
  CHECK(providers->size() == 2);
}
