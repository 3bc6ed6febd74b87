#pragma once
#include <string>
#include <string_view>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "server/http.hpp"

namespace hb::server {

/// A value read from a request, or the answer that refuses it.
template <class T>
using Parsed = tl::expected<T, Response>;

/// {"error":{"code","message","messageZh","where"}} with the HTTP status of the code:
/// invalid_input 400, forbidden 403, not_found 404, conflict 409, unavailable 503.
Response outcome(const Error& error);

/// The same with both languages said by us and any status (408, 413, 431, 405 …).
Response refusal(int status, std::string_view code, const Localized& message,
                 std::string_view where = {});

/// Of one person: who may not see them is told the same as when there is nobody.
Response person_outcome(const Error& error);

Response bad_parameter(std::string_view name, const Localized& expectation);
Response not_found(const Localized& what);

}  // namespace hb::server
