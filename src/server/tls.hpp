#pragma once
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "core/result.hpp"

namespace hb::server {

/// What the server shows and how it speaks: TLS 1.2 and 1.3, ephemeral keys and authenticated
/// ciphers alone, no renegotiation, no compression.
/// certificate  PEM file: the server's own first, then those between it and the root
/// key          PEM file without a password, which nobody but its owner's group may read
/// errors       invalid_input: not such a file, or the key is not the certificate's; forbidden: the
///              key can be read by everybody
Result<std::unique_ptr<boost::asio::ssl::context>> server_tls(const std::string& certificate,
                                                              const std::string& key);

/// For asking others: certificates are checked against the system's roots, or those of a file.
/// roots   PEM file; empty: those of the system
Result<std::unique_ptr<boost::asio::ssl::context>> client_tls(const std::string& roots);

}  // namespace hb::server
