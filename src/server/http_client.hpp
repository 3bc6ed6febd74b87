#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

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

/// Gives the bytes of a file of the web to `take` in pieces: an answer 200 alone, 20 seconds at most
/// between two pieces. http and https as the address says; the caller has decided that it may be
/// asked. Redirects are not followed.
/// errors  as ask_web, and those of take
Result<void> fetch_web(const std::string& url, const std::string& roots, std::uint64_t most_bytes,
                       const std::function<Result<void>(std::string_view)>& take);

}  // namespace hb::server
