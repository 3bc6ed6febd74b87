#pragma once
#include <filesystem>

#include "core/result.hpp"
#include "crypto/signature.hpp"

namespace hb::crypto {

/// The key pair in a PEM file that only its owner may read. Where there is no file a new Ed25519
/// pair is written there, and its public part beside it with the suffix ".pub", to be kept where
/// the store's administrators cannot change it. errors  unavailable: cannot be read or written;
/// invalid_input: no key, or readable by others
Result<Key> signing_key(const std::filesystem::path& file);

/// A public key, or the public part of a pair. errors  not_found, unavailable, invalid_input
Result<Key> read_key(const std::filesystem::path& file);

}  // namespace hb::crypto
