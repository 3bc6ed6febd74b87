// What stands before the records: clients with keys, identity providers, limits, demo accounts.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

#include "client.hpp"
#include "crypto/mac.hpp"
#include "district.hpp"
#include "log_in.hpp"
#include "server/listener.hpp"
#include "support/tokens.hpp"

using namespace hb;
using namespace hb::test;
using crypto::Signature;

namespace {

std::int64_t seconds_now() { return system_clock()().micros / 1'000'000; }

const std::string form_type = "Content-Type: application/x-www-form-urlencoded\r\n";

std::string location_of(const Answer& answer) { return answer.header("location"); }

/// A small OpenID provider on a port of its own, as OpenID Connect Core 1.0 has it: it logs in one
/// person without asking and hands out codes that are good once, for the verifier they were made
/// for.
class TestProvider {
 public:
  TestProvider() {
    server::Application application;
    application.plan = [](const server::Request&) { return server::BodyPlan{10'000, {}, {}}; };
    application.handle = [this](server::Request& request) { return answer(request); };
    application.should_wait = [](const server::Request&) { return false; };
    server::ListenerOptions options;
    options.port = 0;
    listener_ = std::move(*server::Listener::start(options, std::move(application)));
  }
  std::string issuer() const { return "http://127.0.0.1:" + std::to_string(listener_->port()); }
  std::uint16_t port() const { return listener_->port(); }

 private:
  server::Response answer(server::Request& request) {
    server::Response response;
    response.content_type = "application/json";
    const std::string page = request.segments.empty() ? "" : request.segments.back();
    if (page == "openid-configuration")
      response.body = R"({"issuer":")" + issuer() + R"(","authorization_endpoint":")" + issuer() +
                      R"(/authorize","token_endpoint":")" + issuer() + R"(/token","jwks_uri":")" +
                      issuer() + R"(/keys"})";
    if (page == "keys") response.body = key_set(web_key(key_, "k1", "P-256"));
    if (page == "authorize") {
      nonce_ = request.query("nonce").value_or("");
      challenge_ = request.query("code_challenge").value_or("");
      code_ = crypto::random_token();
      response.status = 303;
      response.headers.emplace_back(
          "Location", std::string(request.query("redirect_uri").value_or("")) + "?code=" + code_ +
                          "&state=" + std::string(request.query("state").value_or("")));
    }
    if (page == "token") {
      server::Request form;
      server::parse_target("/?" + request.body, form);
      const std::string verifier(form.query("code_verifier").value_or(""));
      const bool right =
          !code_.empty() && form.query("code") == code_ &&
          crypto::to_base64url(crypto::digest(crypto::Hash::sha256, verifier)) == challenge_ &&
          request.header("authorization") == "Basic " + crypto::to_base64("health-brain:s3cret");
      code_.clear();
      response.status = right ? 200 : 400;
      response.body = right ? R"({"access_token":"a","id_token":")" + id_token() + "\"}" : "{}";
    }
    return response;
  }
  std::string id_token() const {
    return signed_token(
        key_, Signature::es256, R"({"alg":"ES256","kid":"k1"})",
        R"({"iss":")" + issuer() + R"(","sub":"8271","aud":"health-brain","nonce":")" + nonce_ +
            R"(","preferred_username":"li.na","name":"李娜","groups":["nurses"],"exp":)" +
            std::to_string(seconds_now() + 60) + "}");
  }

  crypto::Key key_ = crypto::Key::generate(Signature::es256);
  std::string nonce_, challenge_, code_;
  std::unique_ptr<server::Listener> listener_;
};

void describe(const std::filesystem::path& folder, const std::string& issuer) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "secret") << "s3cret";
  std::ofstream(folder / "bureau.yaml")
      << "schema: identity-provider-1\nid: bureau\nname: { zh: 统一身份认证, en: Bureau }\nissuer: "
      << issuer << "\nclient_id: health-brain\nclient_secret_file: " << (folder / "secret").string()
      << "\nscopes: [profile]\naccount: { name: preferred_username, display: name, create: true }\n"
         "rights:\n  roles: [ { claim: groups, equals: nurses, role: nurse } ]\n";
}

}  // namespace

TEST_CASE("SMART: a registered client trades its assertion for a token that reads, and only once") {
  District place;
  const auto accounts = accounts_of(place);
  add_user(*accounts, "li.na", {"nurse"}, {"*"});
  const auto key = crypto::Key::generate(Signature::es384);
  REQUIRE(
      accounts->add_client({"his-1", "system/*.rs", key_set(web_key(key, "k1", "P-384")), {}, {}}));
  const std::uint16_t port = place.port();
  const std::string metadata = get(port, "/.well-known/smart-configuration").body;
  CHECK(get(port, "/fhir/.well-known/smart-configuration").body == metadata);
  const std::string endpoint = "http://127.0.0.1:" + std::to_string(port) + "/oauth/token";
  CHECK(boost::json::parse(metadata).at("token_endpoint").as_string() == endpoint);

  const auto form = [&](const std::string& audience, const std::string& scope = "system%2F*.rs") {
    static int number = 0;
    return "grant_type=client_credentials&scope=" + scope +
           "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A"
           "jwt-bearer&client_assertion=" +
           signed_token(key, Signature::es384, R"({"alg":"ES384","kid":"k1"})",
                        R"({"iss":"his-1","sub":"his-1","aud":")" + audience + R"(","exp":)" +
                            std::to_string(seconds_now() + 200) + R"(,"jti":"j)" +
                            std::to_string(++number) + "\"}");
  };
  const auto post = [&](const std::string& body) {
    return ask(port, "POST", "/oauth/token", body, form_type);
  };
  const std::string sound = form(endpoint);
  const Answer given = post(sound);
  REQUIRE(given.status == 200);
  CHECK(given.json().at("token_type") == "bearer");
  CHECK(given.json().at("expires_in") == 300);
  CHECK(given.header("cache-control") == "no-store");
  const std::string bearer =
      "Authorization: Bearer " + std::string(given.json().at("access_token").as_string()) + "\r\n";
  CHECK(ask(port, "GET", "/api/status", "", bearer).status == 200);
  CHECK(ask(port, "GET", "/api/users", "", bearer).status == 403);

  const Answer replayed = post(sound);
  CHECK(replayed.status == 401);
  CHECK(replayed.json().at("error") == "invalid_client");
  CHECK(post(form("https://other.example/oauth/token")).body == replayed.body);  // says no more
  CHECK(post(form(endpoint, "user%2F*.rs")).json().at("error") == "invalid_scope");
  CHECK(post("grant_type=password").json().at("error") == "unsupported_grant_type");
  CHECK(post("grant_type=client_credentials").json().at("error") == "invalid_client");
  CHECK(ask(port, "POST", "/oauth/token", "{}").json().at("error") == "invalid_request");
  CHECK(post(std::string(70'000, 'a')).status == 413);
}

TEST_CASE("OpenID: from the log-in page through the provider into a session") {
  District place;
  add_user(*accounts_of(place), "an.quan", {"security-admin"}, {"*"});
  const TestProvider provider;
  const TempDir folder;
  describe(folder.path(), provider.issuer());
  place.options().identity_providers = folder.path().string();
  place.restart();
  const std::uint16_t port = place.port();
  CHECK(get(port, "/api/log-in").json().at("providers").as_array().at(0).at("id") == "bureau");

  const auto begin = [&](const std::string& to) {
    return get(port, "/auth/bureau/start?to=" + to);
  };
  const Answer begun = begin("/residents");
  REQUIRE(begun.status == 303);
  const std::string cookie = begun.header("set-cookie");
  CHECK(cookie.find("; Path=/auth; HttpOnly; SameSite=Lax; Max-Age=600") != std::string::npos);
  const std::string browser = "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
  const auto at_provider = [&](const Answer& answer) {
    const std::string to = location_of(answer).substr(provider.issuer().size());
    const std::string back = location_of(get(provider.port(), to));
    return back.substr(back.find("/auth/"));
  };
  const std::string back = at_provider(begun);
  // Somebody else's browser, which was made to follow the link, gets no session.
  CHECK(location_of(get(port, back)) == "/?login=refused");
  const Answer second = begin("/residents");
  const std::string second_cookie = second.header("set-cookie");
  const std::string second_browser =
      "Cookie: " + second_cookie.substr(0, second_cookie.find(';')) + "\r\n";
  const std::string second_back = at_provider(second);
  CHECK(location_of(ask(port, "GET", second_back, "", browser)) == "/?login=refused");

  const Answer third = begin("/residents");
  const std::string third_cookie = third.header("set-cookie");
  const std::string own = "Cookie: " + third_cookie.substr(0, third_cookie.find(';')) + "\r\n";
  const std::string third_back = at_provider(third);
  Connection raw(port);
  raw.send("GET " + third_back + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + own + "\r\n");
  const std::string head = raw.read_until("\r\n\r\n");  // with two cookies
  CHECK(head.find("Location: /residents\r\n") != std::string::npos);
  CHECK(head.find("hb_login=; Path=/auth; HttpOnly; SameSite=Lax; Max-Age=0\r\n") !=
        std::string::npos);
  const std::size_t at = head.find("hb_session=");
  REQUIRE(at != std::string::npos);
  const std::string session = head.substr(at, head.find(';', at) - at);
  CHECK(ask(port, "GET", "/api/session", "", "Cookie: " + session + "\r\n").json().at("user") ==
        "li.na");
  CHECK(location_of(ask(port, "GET", third_back, "", own)) == "/?login=refused");  // once
  const auto user = accounts_of(place)->user("li.na");
  REQUIRE(user.has_value());
  CHECK(user->roles == std::vector<std::string>{"nurse"});
  CHECK(user->display == "李娜");
  CHECK(get(port, "/auth/nobody/start").status == 404);
  // Nowhere else than here does a log-in lead.
  for (const char* to : {"//evil.example", "https://evil.example", "/%5Cevil.example", "evil"}) {
    const Answer bent = begin(to);
    const std::string set = bent.header("set-cookie");
    const std::string kept = "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
    CHECK(location_of(ask(port, "GET", at_provider(bent), "", kept)) == "/");
  }
}

TEST_CASE("OpenID: a provider that is not there is said so, and nobody is logged in") {
  District place;
  add_user(*accounts_of(place), "an.quan", {"security-admin"}, {"*"});
  const TempDir folder;
  describe(folder.path(), "http://127.0.0.1:1");
  place.options().identity_providers = folder.path().string();
  place.restart();
  CHECK(location_of(get(place.port(), "/auth/bureau/start")) == "/?login=unavailable");
}

TEST_CASE("Limits: an account and an address may ask so often; then 429 with Retry-After") {
  District place;
  const auto accounts = accounts_of(place);
  add_user(*accounts, "li.na", {"epidemiologist"}, {"*"});
  add_user(*accounts, "wang.wei", {"epidemiologist"}, {"*"});
  place.options().requests_per_second = 0.5;  // 5 at once for an account, 20 for an address
  place.options().clock = [now = system_clock()()] { return now; };  // nothing comes back
  place.restart();
  const std::uint16_t port = place.port();
  const LoggedIn user = log_in(port, "li.na");
  const LoggedIn other = log_in(port, "wang.wei");
  int served = 0;
  Answer refused;
  for (int i = 0; i < 8; ++i) {
    const Answer answer = ask(port, "GET", "/api/areas", "", user.cookie);
    served += answer.status == 200 ? 1 : 0;
    if (answer.status == 429) refused = answer;
  }
  CHECK(served == 5);
  CHECK(refused.status == 429);
  CHECK(std::stoi(refused.header("retry-after")) >= 1);
  CHECK(ask(port, "GET", "/api/areas", "", other.cookie).status == 200);
  int turned_away = 0;
  for (int i = 0; i < 20; ++i) turned_away += get(port, "/healthz").status == 429 ? 1 : 0;
  CHECK(turned_away == 11);  // of 20: 2 log-ins, 8 and 1 readings came before, 9 were left
}

TEST_CASE("Limits: comparing passwords never takes all workers") {
  District place;
  add_user(*accounts_of(place), "li.na", {"epidemiologist"}, {"*"});
  server::ListenerOptions options;
  options.worker_threads = 2;
  place.restart(options);
  const std::uint16_t port = place.port();
  std::atomic<int> busy{0};
  std::vector<std::jthread> guessers;
  for (int i = 0; i < 6; ++i)
    guessers.emplace_back([&] {
      for (int k = 0; k < 3; ++k)
        busy += try_log_in(port, "nobody", "Wrong-password-1").status == 429 ? 1 : 0;
    });
  std::chrono::steady_clock::duration slowest{};
  for (int i = 0; i < 10; ++i) {
    const auto began = std::chrono::steady_clock::now();
    CHECK(get(port, "/healthz").status == 200);
    slowest = std::max(slowest, std::chrono::steady_clock::now() - began);
  }
  guessers.clear();
  CHECK(busy > 0);
  CHECK(slowest < std::chrono::seconds(2));
}

TEST_CASE(
    "Demo accounts: shown on this machine's log-in page of a simulated store, as long as made") {
  District place;
  const auto accounts = accounts_of(place);
  add_user(*accounts, "nurse", {"nurse"}, {"*"});
  const std::uint16_t port = place.port();
  CHECK(get(port, "/api/log-in").json().at("demo").is_null());
  std::ofstream(place.store() / "demo-accounts.json")
      << R"({"password":")" << password << R"(","accounts":["nurse","nobody"]})";
  const auto demo = get(port, "/api/log-in").json().at("demo");
  CHECK(demo.at("password").as_string() == password);
  REQUIRE(demo.at("accounts").as_array().size() == 1);
  CHECK(demo.at("accounts").as_array().at(0).at("name") == "nurse");
  REQUIRE(accounts->lock("nurse", true));
  CHECK(get(port, "/api/log-in").json().at("demo").is_null());
  REQUIRE(accounts->lock("nurse", false));
  // A proxy says that the browser is elsewhere: not shown.
  server::ListenerOptions behind;
  behind.https = true;
  place.restart(behind);
  CHECK(ask(place.port(), "GET", "/api/log-in", "", "X-Forwarded-For: 10.1.2.3\r\n")
            .json()
            .at("demo")
            .is_null());
}
