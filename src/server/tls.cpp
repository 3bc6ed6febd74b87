#include "server/tls.hpp"

#include <openssl/ssl.h>

#include <filesystem>

namespace hb::server {

namespace ssl = boost::asio::ssl;
namespace fs = std::filesystem;

namespace {

constexpr const char* ciphers_of_1_2 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
constexpr const char* groups = "X25519:P-256:P-384";

std::string text_of(const std::string& file, const boost::system::error_code& error) {
  return file + ": " + error.message();
}

}  // namespace

Result<std::unique_ptr<ssl::context>> server_tls(const std::string& certificate,
                                                 const std::string& key) {
  std::error_code missing;
  const fs::file_status status = fs::status(key, missing);
  if (!fs::is_regular_file(status))
    return fail(ErrorCode::invalid_input, "there is no such key file", key);
  if ((status.permissions() & fs::perms::others_read) != fs::perms::none)
    return fail(ErrorCode::forbidden, "everybody on this machine can read the key (chmod 600)",
                key);
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  SSL_CTX* raw = context->native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_cipher_list(raw, ciphers_of_1_2) != 1 ||
      SSL_CTX_set1_groups_list(raw, groups) != 1)
    return fail(ErrorCode::unavailable, "the TLS library lacks the ciphers that are needed");
  boost::system::error_code error;
  context->use_certificate_chain_file(certificate, error);
  if (error) return fail(ErrorCode::invalid_input, text_of(certificate, error), certificate);
  context->use_private_key_file(key, ssl::context::pem, error);
  if (error) return fail(ErrorCode::invalid_input, text_of(key, error), key);
  if (SSL_CTX_check_private_key(raw) != 1)
    return fail(ErrorCode::invalid_input, "the key is not that of the certificate", key);
  return context;
}

Result<std::unique_ptr<ssl::context>> client_tls(const std::string& roots) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  boost::system::error_code error;
  if (roots.empty())
    context->set_default_verify_paths(error);
  else
    context->load_verify_file(roots, error);
  if (error) return fail(ErrorCode::invalid_input, text_of(roots, error), roots);
  context->set_verify_mode(ssl::verify_peer);
  return context;
}

}  // namespace hb::server
