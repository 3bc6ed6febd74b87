#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "scene/catalogue.hpp"
#include "security/accounts.hpp"
#include "server/http.hpp"
#include "server/outcome.hpp"

namespace hb::server {

/// What the user of a machine's principal begins with; no account's name holds a colon.
inline constexpr std::string_view token_user = "token:";

/// Who a request comes from and whether the route is theirs. While the store has no account the
/// gate is open: the person at this machine may do everything. It closes with the first account,
/// also when that is added while the server runs, and never opens again.
class Gate {
 public:
  /// records  seals what the accounts must give back as it was
  Gate(std::filesystem::path store, const records::Store& records,
       const scene::Catalogue& catalogue, Clock clock, bool https);

  /// errors  those of Accounts::open; a store whose accounts cannot be read is not served
  Result<bool> closed();
  /// Only when closed() has said true.
  security::Accounts& accounts() { return *accounts_; }
  /// Moves what happened to accounts into the store's audit; also before somebody reads it.
  Result<void> settle(records::Store& store);

  /// Who asks. permission  of the route (routes.hpp)
  /// returns  the refusal: 401 without a session or token, 403 without the right, the CSRF token,
  ///          or before a password set by others was changed; 503 when accounts cannot be read
  Parsed<Principal> admit(const Request& request, std::string_view permission);

  /// Whether a principal that admit() gave may do a second thing; true while the gate is open.
  bool may(const Principal& principal, std::string_view permission) const;

  /// The session of a request that was admitted.
  Result<security::Session> session_of(const Request& request);
  /// Whether clients see this server under https.
  bool https() const { return https_; }
  /// "hb_session=…; Path=/; HttpOnly; SameSite=Strict[; Secure]"; an empty id ends the cookie.
  std::string cookie(std::string_view id) const;

 private:
  Parsed<Principal> admit_token(const Request& request, std::string_view permission);

  std::filesystem::path file_;
  const records::Store& records_;
  const scene::Catalogue& catalogue_;
  Clock clock_;
  bool https_;
  std::mutex opening_;
  std::mutex settling_;
  std::unique_ptr<security::Accounts> accounts_;
  std::atomic<bool> closed_{false};
};

/// The value of a cookie of the request; empty if none.
std::string_view cookie_of(const Request& request, std::string_view name);
/// The session's id in the request's cookie; empty if none.
std::string_view session_cookie(const Request& request);

/// An address of this machine.
bool is_loopback_address(std::string_view address);

}  // namespace hb::server
