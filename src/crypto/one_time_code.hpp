#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/date.hpp"

namespace hb::crypto {

/// Time-based one-time codes: RFC 6238, HMAC-SHA-1, 30 s, 6 digits — what authenticator programs
/// expect.
inline constexpr int code_seconds = 30;

/// Number of the 30-second step an instant lies in.
std::int64_t code_step(Instant at);
/// "287082"
std::string one_time_code(std::string_view secret, std::int64_t step);

/// The step whose code this is, one step before and after `now` included; nullopt when none. A step
/// that is not after `last_used` does not count, so that no code works twice.
std::optional<std::int64_t> matching_step(std::string_view secret, std::string_view code,
                                          Instant now, std::int64_t last_used);

/// "otpauth://totp/…", what the QR code of an authenticator program holds.
std::string code_uri(std::string_view secret, std::string_view issuer, std::string_view account);

}  // namespace hb::crypto
