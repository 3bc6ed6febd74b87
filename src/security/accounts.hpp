#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/principal.hpp"
#include "core/result.hpp"
#include "crypto/password.hpp"
#include "security/acts.hpp"

namespace hb::records {
class Store;
}

namespace hb::security {

struct Jwt;

/// A person who may log in.
struct User {
  std::string name;     ///< "li.na": small letters, digits, '.', '-', '_', 2–40
  std::string display;  ///< 李娜
  std::vector<std::string> roles;
  std::vector<std::string> areas;          ///< area codes; "*" alone = all
  std::vector<std::string> organizations;  ///< organisation ids
  bool locked = false;
  bool must_change = false;  ///< the password was set by somebody else
  bool second_factor = false;
  Instant created;
  std::optional<Instant> last_login;
};

/// A logged-in browser.
struct Session {
  User user;
  std::string csrf;  ///< every request that changes something repeats it
  Instant began;
  Instant idle_until;  ///< moves on with use
  Instant ends;        ///< whatever happens
};

/// A machine's right to call the API.
struct ApiToken {
  std::string id;      ///< public part
  std::string client;  ///< who uses it
  std::string scope;   ///< SMART: "system/*.cruds"
  Instant created, expires;
  std::optional<Instant> revoked, last_used;
};

/// A machine that proves itself with its own key and is then given short tokens (SMART backend
/// services).
struct Client {
  std::string id;     ///< "his-1": as an account's name
  std::string scope;  ///< the most it is given
  std::string keys;   ///< its public keys: a JSON Web Key Set
  Instant created;
  std::optional<Instant> last_used;
};

/// What a client is given for its assertion.
struct Grant {
  std::string token;
  std::string scope;
  std::int64_t seconds = 0;
};

/// Somebody an identity provider vouches for.
struct Vouched {
  std::string provider;
  std::string subject;
  User user;                    ///< as the provider's claims are mapped; the name is a wish
  bool create = false;          ///< makes an account when nobody is linked yet
  bool manages_rights = false;  ///< the provider's roles and areas replace those of the account
};

/// Right of whoever asks, from an account.
Principal principal_of(const User& user, std::string purpose, std::string from);

struct AccountOptions {
  Clock clock = system_clock();
  crypto::PasswordCost cost;
  std::int64_t idle_minutes = 30;
  std::int64_t absolute_hours = 12;
  /// Seal and open what the file must give back as it was: secrets of one-time codes. Nothing: they
  /// lie open in it.
  std::function<std::string(std::string_view)> seal;
  std::function<Result<std::string>(std::string_view)> open_sealed;
};

/// Accounts, sessions and tokens of a store: accounts.db beside the records. Passwords are kept as
/// Argon2id, session ids and tokens as SHA-256 only, secrets of one-time codes sealed as the
/// options say, so that who reads the file cannot log in with it. All members may be called from
/// many threads.
class Accounts {
 public:
  /// errors  unavailable: locked or full; invalid_input: not such a file
  static Result<std::unique_ptr<Accounts>> open(const std::string& path,
                                                const AccountOptions& options = {});
  ~Accounts();

  /// True while nobody has been added: the program then serves its own machine only.
  Result<bool> empty() const;

  /// by      who does it, here and below: stands in the audit
  /// errors  conflict: the name is taken; invalid_input: name, password, roles or areas
  Result<void> add(const User& user, std::string_view password, const Principal& by = console());
  /// Several accounts with one password, hashed once: for demonstrations, where all may know it.
  Result<void> add_alike(const std::vector<User>& users, std::string_view password,
                         const Principal& by = console());
  /// A random password that must be changed at the next log-in; ends the user's sessions.
  Result<std::string> reset(std::string_view name, const Principal& by = console());
  Result<void> lock(std::string_view name, bool locked, const Principal& by = console());
  Result<void> set_rights(std::string_view name, const std::vector<std::string>& roles,
                          const std::vector<std::string>& areas,
                          const std::vector<std::string>& organizations,
                          const Principal& by = console());
  /// Logs the user out everywhere. errors  not_found
  Result<void> end_sessions(std::string_view name, const Principal& by = console());
  Result<std::vector<User>> users() const;
  Result<User> user(std::string_view name) const;

  /// One answer for every reason, after the same time: unknown, locked, wrong password, wrong or
  /// used code, too many attempts from this address.
  /// code     of the second factor; may be empty for an account without one
  /// returns  the session's id, which only the caller has from now on
  /// errors   forbidden
  Result<std::string> log_in(std::string_view name, std::string_view password,
                             std::string_view code, std::string_view address);
  /// errors  forbidden: unknown, ended, idle for too long, or the user is locked
  Result<Session> session(std::string_view id);
  Result<void> log_out(std::string_view id, std::string_view address = {});
  /// Checks the old password, sets the new one, ends all other sessions of the user.
  Result<void> change_password(std::string_view session_id, std::string_view old_password,
                               std::string_view new_password, std::string_view address);

  /// Begins the second factor: a new secret, in force once a code of it was shown.
  Result<std::string> begin_second_factor(std::string_view name);
  /// errors  forbidden: not a code of the secret
  Result<void> confirm_second_factor(std::string_view name, std::string_view code,
                                     std::string_view address = {});
  Result<void> drop_second_factor(std::string_view name, const Principal& by = console());

  /// returns  "hbt_<id>_<secret>", shown once
  Result<std::string> create_token(std::string_view client, std::string_view scope,
                                   std::int64_t valid_seconds, const Principal& by = console());
  Result<std::vector<ApiToken>> tokens() const;
  Result<void> revoke_token(std::string_view id, const Principal& by = console());
  /// errors  forbidden: unknown, expired or revoked
  Result<ApiToken> token(std::string_view text);

  /// errors  conflict: the id is taken; invalid_input: id, scope or keys
  Result<void> add_client(const Client& client, const Principal& by = console());
  Result<std::vector<Client>> clients() const;
  /// Also ends the tokens it was given.
  Result<void> remove_client(std::string_view id, const Principal& by = console());
  /// Gives a token of five minutes for an assertion (RFC 7523, SMART App Launch 2.2, backend
  /// services): signed RS384 or ES384 by a key of the client, for this audience, expiring within
  /// five minutes, and taken once.
  /// scope    what the client asks for; it gets the parts that it may have
  /// errors   forbidden: the assertion; invalid_input: nothing of the scope can be given
  Result<Grant> grant(std::string_view assertion, std::string_view scope, std::string_view audience,
                      std::string_view address);

  /// Begins a session for somebody a provider vouches for. An account is never taken over by its
  /// name: it is linked by link() or made here.
  /// errors  forbidden: nobody is linked and none may be made, the name is taken, or the account is
  ///         locked
  Result<std::string> log_in_vouched(const Vouched& vouched, std::string_view address);
  /// errors  not_found: no such account; conflict: the subject is linked already
  Result<void> link(std::string_view provider, std::string_view subject, std::string_view name,
                    const Principal& by = console());
  Result<void> unlink(std::string_view provider, std::string_view name,
                      const Principal& by = console());

  /// What does not stand in the store's audit yet, oldest first.
  Result<std::vector<Act>> acts(std::int64_t limit) const;
  /// Moves all acts into the store's audit. Cut off in between, an act stands there twice, never
  /// not at all. One at a time.
  Result<void> settle(records::Store& store);

 private:
  Result<void> put(const User& user, std::string_view hash, const Principal& by);
  Result<void> note_refusal(std::string_view action, std::string_view name, bool known,
                            std::string_view from);
  /// how  appended to the act: "" with a password
  Result<std::string> begin_session(std::string_view name, std::string_view from,
                                    std::optional<std::int64_t> step, std::string_view how);
  Result<void> prove_client(const Jwt& token, std::string_view audience, Client& client);
  Result<void> put_grant(const Jwt& assertion, const Client& client, Grant& granted,
                         std::string_view address);
  Result<std::string> linked_account(const Vouched& vouched) const;
  Result<std::string> make_vouched(const Vouched& vouched);
  struct State;
  explicit Accounts(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A random password that keeps the rules, for the first log-in.
std::string first_password(std::string_view account);

/// "30m", "12h", "1d", "4w" → seconds. errors  invalid_input: no such text, 0, over ten years
Result<std::int64_t> parse_duration(std::string_view text);
/// SMART v2 system scopes: "system/Patient.rs system/*.cruds".
/// errors  invalid_input: which part, and why
Result<void> check_scope(std::string_view scope);
/// Whether a scope that passed check_scope gives all of `rights` ("rs") on `type`; "*" asks for
/// every type.
bool scope_allows(std::string_view scope, std::string_view type, std::string_view rights);

}  // namespace hb::security
