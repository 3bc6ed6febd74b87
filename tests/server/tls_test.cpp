#include "server/tls.hpp"

#include <doctest/doctest.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <memory>

#include "certificate.hpp"
#include "client.hpp"
#include "server/http_client.hpp"
#include "server/listener.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::server;
using namespace std::chrono_literals;
using test::Connection;

namespace {

/// A listener that speaks TLS and answers with the peer's address.
struct Given {
  test::TempDir folder;
  std::string certificate = (folder.path() / "server.pem").string();
  std::string key = (folder.path() / "server.key").string();
  std::unique_ptr<Listener> listener;

  explicit Given(ListenerOptions options = {}) {
    test::write_certificate(certificate, key);
    options.tls_certificate = certificate;
    options.tls_key = key;
    options.port = 0;
    Application application;
    application.plan = [](const Request&) { return BodyPlan{1u << 20, {}, {}}; };
    application.handle = [](Request& request) {
      Response response;
      response.body = request.body.empty() ? request.from : std::to_string(request.body.size());
      return response;
    };
    application.should_wait = [](const Request&) { return false; };
    auto started = Listener::start(options, std::move(application));
    REQUIRE_MESSAGE(started.has_value(), started.error().message);
    listener = std::move(*started);
  }
  std::string url(const std::string& host = "127.0.0.1") const {
    return "https://" + host + ":" + std::to_string(listener->port()) + "/x";
  }
};

/// A TLS client of the library itself. returns  what came back; empty: no handshake
std::string raw_exchange(std::uint16_t port, int version, const char* ciphers,
                         const std::string& request) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);  // the client would take anything
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  if (ciphers != nullptr) REQUIRE(SSL_CTX_set_cipher_list(context.get(), ciphers) == 1);
  BIO* bio = BIO_new_connect(("127.0.0.1:" + std::to_string(port)).c_str());
  REQUIRE(BIO_do_connect(bio) == 1);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  SSL_set_bio(ssl.get(), bio, bio);
  if (SSL_connect(ssl.get()) != 1) return "";
  SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));
  std::string answer(65536, '\0');
  const int read = SSL_read(ssl.get(), answer.data(), static_cast<int>(answer.size()));
  answer.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
  return answer;
}

const std::string plain_get =
    "GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n";

}  // namespace

TEST_CASE("TLS: served with the given certificate; who does not trust it is not served") {
  const Given given;
  const auto answer = ask_web({given.url(), "", ""}, given.certificate);
  REQUIRE_MESSAGE(answer.has_value(), answer.error().message);
  CHECK(answer->status == 200);
  CHECK(answer->body == "127.0.0.1");
  const std::string large(700'000, 'a');
  CHECK(ask_web({given.url(), large, ""}, given.certificate)->body == "700000");
  CHECK_FALSE(ask_web({given.url(), "", ""}, ""));                            // not a known root
  CHECK_FALSE(ask_web({given.url("localhost"), "", ""}, given.certificate));  // not its name
}

TEST_CASE("TLS: 1.2 and 1.3 with modern ciphers; HSTS; a header does not name the peer") {
  const Given given;
  const std::uint16_t port = given.listener->port();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::string answer = raw_exchange(port, version, nullptr, plain_get);
    CHECK(answer.starts_with("HTTP/1.1 200 OK"));
    CHECK(answer.find("Strict-Transport-Security: max-age=31536000") != std::string::npos);
    CHECK(answer.find("9.9.9.9") == std::string::npos);
  }
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION})
    CHECK(raw_exchange(port, version, nullptr, plain_get).empty());
  for (const char* weak :
       {"AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"})
    CHECK(raw_exchange(port, TLS1_2_VERSION, weak, plain_get).empty());
  CHECK(raw_exchange(port, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256", plain_get)
            .starts_with("HTTP/1.1 200"));
}

TEST_CASE("TLS: who speaks plainly, slowly or not at all is let go; others do not notice") {
  ListenerOptions options;
  options.header_timeout = 300ms;
  const Given given(options);
  const std::uint16_t port = given.listener->port();
  Connection plain(port);
  plain.send(plain_get);
  CHECK(plain.read_until("HTTP/", 1500).find("HTTP/") == std::string::npos);
  Connection silent(port);
  Connection slow(port);
  slow.send("\x16\x03\x01");
  CHECK(ask_web({given.url(), "", ""}, given.certificate).has_value());
  CHECK(silent.ends(3000));
  CHECK(slow.ends(3000));
}

TEST_CASE("TLS: a key that is not the certificate's, or that everybody can read, is refused") {
  Given given;
  const Given other;
  const auto code = [&](const std::string& certificate, const std::string& key) {
    const auto made = server_tls(certificate, key);
    return made ? "taken" : made.error().message;
  };
  CHECK(code(given.certificate, given.key) == "taken");
  CHECK_FALSE(server_tls(given.certificate, other.key));
  CHECK_FALSE(server_tls(given.key, given.key));
  CHECK_FALSE(server_tls("/nonexistent", given.key));
  CHECK(code(given.certificate, "/nonexistent") == "there is no such key file");
  ::chmod(given.key.c_str(), 0644);
  CHECK(server_tls(given.certificate, given.key).error().code == ErrorCode::forbidden);
}

TEST_CASE("ask_web: what it does not ask") {
  CHECK(ask_web({"ftp://127.0.0.1/", "", ""}, "").error().code == ErrorCode::invalid_input);
  CHECK(ask_web({"http://id.example/", "", ""}, "").error().code == ErrorCode::invalid_input);
  CHECK(ask_web({"nonsense", "", ""}, "").error().code == ErrorCode::invalid_input);
  CHECK(ask_web({"https://127.0.0.1:1/", "", ""}, "").error().code == ErrorCode::unavailable);
}
