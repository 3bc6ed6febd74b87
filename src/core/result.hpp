#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include <tl/expected.hpp>  // std::expected for C++20, [[nodiscard]]; only this file knows

namespace hb {

/// What the caller can do about a failure. Each value maps to one HTTP status (server/outcome.cpp)
/// and one exit code (cli/exit_code.cpp). Add a value only when callers must act differently.
enum class ErrorCode : std::uint8_t {
  invalid_input,  ///< the data or request is wrong; repeating it will not help
  not_found,
  conflict,     ///< the record changed since it was read; read again and retry
  forbidden,
  unavailable,  ///< a store or peer is down or full; retry later
};

struct Error {
  ErrorCode code;
  std::string message;  ///< one sentence for an operator; never personal data
  std::string where;    ///< place in the input, "visits.csv:1042"; empty if none
};

template <class T>
using Result = tl::expected<T, Error>;
using tl::unexpected;  // passes an Error on: return unexpected(result.error());

inline unexpected<Error> fail(ErrorCode code, std::string message, std::string where = {}) {
  return unexpected<Error>(Error{code, std::move(message), std::move(where)});
}

}  // namespace hb
