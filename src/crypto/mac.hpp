#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace hb::crypto {

/// sm3: GB/T 32905-2016, for installations under commercial cryptography rules (密评).
enum class Hash : std::uint8_t { sha256, sm3 };

/// 32 bytes.
std::string digest(Hash hash, std::string_view bytes);
/// 32 bytes (RFC 2104).
std::string hmac(Hash hash, std::string_view key, std::string_view bytes);
/// RFC 5869: `length` bytes for one use out of a secret; `use` names it ("blind index").
std::string derive_key(Hash hash, std::string_view secret, std::string_view use,
                       std::size_t length = 32);

}  // namespace hb::crypto
