#pragma once
// What requests about flows say, read and checked.
#include <initializer_list>
#include <optional>
#include <string>

#include "core/date.hpp"
#include "server/json.hpp"
#include "server/outcome.hpp"
#include "workflow/journal.hpp"

namespace hb::server {

/// A JSON body whose members are read one after the other; the first that is wrong is said.
class FlowBody {
 public:
  /// keys  that it may have; any other is refused
  FlowBody(const Request& request, std::initializer_list<std::string_view> keys);

  /// A text of at most so many bytes; empty when absent and not required.
  std::string text(const char* name, bool required, std::size_t most = 200);
  std::optional<int> whole(const char* name, bool required);
  /// A JSON object as text; empty when absent.
  std::string object(const char* name);
  const json::object* object_at(const char* name);
  const json::array* array_at(const char* name);

  bool ok() const { return !refusal_; }
  const Response& refused() const { return *refusal_; }
  void refuse(const std::string& name, const Localized& expected);

 private:
  json::value body_;
  std::optional<Response> refusal_;
};

/// A day (from its start, in Shanghai; `end`: to its end) or an instant; nullopt when absent.
Parsed<std::optional<Instant>> moment_of(const Request& request, std::string_view name, bool end);

/// "due.row.token" of a place, and back; nullopt when absent.
std::string cursor_of(const workflow::WorkPlace& place);
Parsed<std::optional<workflow::WorkPlace>> work_cursor(const Request& request);

/// The words that a move is asked for with, also take, release, delegate, withdraw.
workflow::Command command_of(const std::string& move);

}  // namespace hb::server
