#pragma once
#include <chrono>
#include <cstddef>
#include <string>

#include "core/result.hpp"
#include "security/open_id.hpp"

namespace hb::server {

/// Asks another server and waits for the whole answer: 10 seconds and 1 MB at most. https with the
/// certificate and its name checked; http to this machine alone. Redirects are not followed.
/// roots   PEM file of the roots that are trusted; empty: those of the system
/// errors  invalid_input: the address; unavailable: not reached, certificate not accepted, too slow
///         or too long an answer
Result<security::WebAnswer> ask_web(const security::WebQuestion& question,
                                    const std::string& roots);

}  // namespace hb::server
