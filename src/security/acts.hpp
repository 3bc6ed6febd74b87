#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/date.hpp"
#include "core/principal.hpp"

namespace hb::security {

/// What happened to an account, a session, a token or a client: written in one transaction with the
/// change itself, kept in accounts.db until it stands in the store's audit (Accounts::settle).
struct Act {
  std::int64_t id = 0;
  Instant at;
  std::string by;      ///< account, client or operator ("console:root"); "anybody": not known yet
  std::string from;    ///< address; empty: this machine
  std::string action;  ///< one of the words below
  std::string what;  ///< "account li.na", "token 0a1b… client his-1"; never a password or a code
};

/// The words of Act::action, as they stand in the audit.
namespace act {
inline constexpr std::string_view log_in = "log-in";
inline constexpr std::string_view log_in_refused = "log-in-refused";
inline constexpr std::string_view log_out = "log-out";
inline constexpr std::string_view password_change = "password-change";
inline constexpr std::string_view password_change_refused = "password-change-refused";
inline constexpr std::string_view user_add = "user-add";
inline constexpr std::string_view user_reset = "user-reset";
inline constexpr std::string_view user_lock = "user-lock";
inline constexpr std::string_view user_unlock = "user-unlock";
inline constexpr std::string_view user_rights = "user-rights";
inline constexpr std::string_view sessions_end = "sessions-end";
inline constexpr std::string_view second_factor_on = "second-factor-on";
inline constexpr std::string_view second_factor_drop = "second-factor-drop";
inline constexpr std::string_view token_create = "token-create";
inline constexpr std::string_view token_revoke = "token-revoke";
inline constexpr std::string_view token_grant = "token-grant";
inline constexpr std::string_view token_grant_refused = "token-grant-refused";
inline constexpr std::string_view client_add = "client-add";
inline constexpr std::string_view client_remove = "client-remove";
inline constexpr std::string_view identity_link = "identity-link";
inline constexpr std::string_view identity_unlink = "identity-unlink";
}  // namespace act

/// Who works at the command line of this machine: "console:" and the name of the system's user.
Principal console();

}  // namespace hb::security
