#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hb::crypto {

/// Bytes from the system's generator; fit for keys. Ends the program when there are none.
std::string random_bytes(std::size_t count);
void fill_random(char* to, std::size_t count);
/// A random text of `bytes` × 8 bits, base64url: session ids, tokens.
std::string random_token(std::size_t bytes = 32);

/// Takes as long for equal as for different texts of one length.
bool equal_in_constant_time(std::string_view a, std::string_view b);
/// Overwrites a secret before its memory is given back.
void wipe(std::string& secret);

std::string to_hex(std::string_view bytes);  ///< lower case
std::optional<std::string> from_hex(std::string_view text);
/// RFC 4648 §4, with padding.
std::string to_base64(std::string_view bytes);
/// RFC 4648 §5, without padding.
std::string to_base64url(std::string_view bytes);
/// nullopt: a character outside the alphabet, padding, an impossible length, or bits left over that
/// are not zero (two texts never mean the same bytes).
std::optional<std::string> from_base64url(std::string_view text);
/// RFC 4648 §6, without padding: secrets of one-time codes as people type them.
std::string to_base32(std::string_view bytes);

}  // namespace hb::crypto
