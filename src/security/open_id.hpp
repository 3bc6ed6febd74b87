#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/localized.hpp"
#include "core/result.hpp"
#include "security/accounts.hpp"
#include "security/jwt.hpp"

namespace hb::security {

struct WebQuestion {
  std::string url;
  std::string form;           ///< not empty: posted as application/x-www-form-urlencoded
  std::string authorization;  ///< value of that header; may be empty
};
struct WebAnswer {
  int status = 0;
  std::string body;
};

/// What a value of a claim gives to the account.
struct ClaimRule {
  std::string claim;   ///< "groups"; a text or a list of texts
  std::string equals;  ///< empty: any value
  std::string gives;   ///< a role; empty: the value itself (an area, an organisation)
};

/// An identity provider that speaks OpenID Connect, as its file describes it.
struct Provider {
  std::string id;
  Localized name;
  std::string issuer;
  std::string client_id;
  std::string client_secret;    ///< empty: a public client, PKCE alone
  bool secret_in_form = false;  ///< client_secret_post instead of client_secret_basic
  bool userinfo = true;         ///< asks there for what the ID token leaves out
  std::string roots_file;
  std::vector<std::string> scopes;
  std::string name_claim, display_claim;
  bool create = false;
  bool manages_rights = false;
  std::vector<ClaimRule> roles, areas, organizations;
};

/// Reads the *.yaml files of a folder. A secret stands in a file of its own or in the environment,
/// never in the description.
/// errors  invalid_input with file and key: a member is missing, unknown or not as it must be
Result<std::vector<Provider>> read_providers(const std::string& folder);

/// The account's fields as the claims (JSON) give them.
User user_of_claims(const Provider& provider, std::string_view claims);

/// "&a=b&c=d" with everything escaped; without the first '&'.
std::string form_of(const std::vector<std::pair<std::string_view, std::string_view>>& fields);

/// Log-in with OpenID Connect Core 1.0: code flow with PKCE (RFC 7636, S256), state bound to the
/// browser, nonce, discovery, keys that change. All members may be called from many threads.
class OpenIdLogin {
 public:
  using Ask = std::function<Result<WebAnswer>(const WebQuestion&, const std::string& roots_file)>;
  OpenIdLogin(std::vector<Provider> providers, Ask ask, Clock clock);

  const std::vector<Provider>& providers() const { return providers_; }

  struct Begun {
    std::string location;  ///< where the browser goes
    std::string browser;   ///< what it has to bring back, in a cookie of its own
  };
  /// return_to  path of ours where the reader wanted to be
  /// errors     not_found: no such provider; unavailable: it does not answer as it should
  Result<Begun> begin(std::string_view provider, std::string_view redirect_uri,
                      std::string_view return_to);

  struct Answered {
    std::string state, code, issuer, error;  ///< parameters of the provider's answer
    std::string browser;                     ///< from the cookie
  };
  struct Finished {
    Vouched vouched;
    std::string return_to;
  };
  /// errors  forbidden: for whatever reason, one sentence for the log; unavailable: the provider
  Result<Finished> finish(std::string_view provider, const Answered& answered);

 private:
  struct Endpoints {
    std::string authorization, token, userinfo, keys;
    std::vector<WebKey> web_keys;
    Instant read_at;
  };
  struct Pending {
    std::string provider, nonce, verifier, redirect_uri, return_to, browser_hash;
    Instant began;
  };
  const Provider* find(std::string_view id) const;
  Result<std::string> ask_json(const Provider& provider, const WebQuestion& question) const;
  Result<Endpoints> endpoints(const Provider& provider);
  Result<void> read_keys(const Provider& provider, Endpoints& endpoints) const;
  Result<Endpoints> with_new_keys(const Provider& provider);
  Result<Pending> take_pending(std::string_view provider, const Answered& answered);
  Result<std::string> claims(const Provider& provider, const Pending& pending,
                             std::string_view code);
  Result<Jwt> proven(const Provider& provider, std::string_view id_token, std::string_view nonce);

  std::vector<Provider> providers_;
  Ask ask_;
  Clock clock_;
  std::mutex mutex_;
  std::map<std::string, Endpoints, std::less<>> endpoints_;
  std::map<std::string, Pending, std::less<>> pending_;  ///< by SHA-256 of the state
};

}  // namespace hb::security
