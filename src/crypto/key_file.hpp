#pragma once
#include <filesystem>
#include <string>

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

/// The 32 bytes of the master key in a file that only its owner may read. errors  not_found: there
/// is none; unavailable; invalid_input: not a master key, or readable by others
Result<std::string> read_master_key(const std::filesystem::path& file);

/// Writes a new random master key with mode 0600, durable when it returns. errors  conflict: the
/// file is there; unavailable: it cannot be written
Result<void> make_master_key(const std::filesystem::path& file);

}  // namespace hb::crypto
