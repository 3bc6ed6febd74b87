#pragma once
#include <string_view>

#include "core/result.hpp"

namespace hb::security {

/// What a password must be (GB/T 22239-2019, 8.1.4.1 a: hard to guess; NIST SP 800-63B: length
/// before composition): at least 10 characters, 3 of the 4 kinds (lower, upper, digit, other; a
/// character of any other script counts as other), at most 128 bytes, without the account's name,
/// no run of one character or of neighbours ("aaaa", "1234"), not among the common ones.
/// errors  invalid_input: says which rule
Result<void> check_password(std::string_view password, std::string_view account);

}  // namespace hb::security
