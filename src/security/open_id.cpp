#include "security/open_id.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "crypto/bytes.hpp"
#include "crypto/mac.hpp"

namespace hb::security {
namespace {

namespace json = boost::json;

constexpr std::int64_t micros = 1'000'000;
constexpr std::int64_t pending_micros = 10LL * 60 * micros;
constexpr std::int64_t discovery_micros = 3600LL * micros;
constexpr std::int64_t key_pause_micros = 60LL * micros;  ///< between two looks for new keys
constexpr std::size_t most_pending = 10'000;
constexpr std::string_view algorithms[] = {"RS256", "RS384", "ES256", "ES384"};

std::string sha256(std::string_view text) { return crypto::digest(crypto::Hash::sha256, text); }

tl::unexpected<Error> refuse(const char* why) { return fail(ErrorCode::forbidden, why); }

/// A member that is a text; empty if not.
std::string text(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

Result<json::object> object_of(std::string_view body) {
  boost::system::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object())
    return fail(ErrorCode::unavailable, "the identity provider's answer is no JSON object");
  return std::move(value.get_object());
}

/// The texts of a claim: one, or a list.
std::vector<std::string> values(const json::object& claims, std::string_view name) {
  const json::value* found = claims.if_contains(name);
  std::vector<std::string> list;
  if (found == nullptr) return list;
  if (found->is_string()) list.emplace_back(found->get_string());
  if (found->is_array())
    for (const json::value& one : found->get_array())
      if (one.is_string()) list.emplace_back(one.get_string());
  return list;
}

std::vector<std::string> given(const std::vector<ClaimRule>& rules, const json::object& claims) {
  std::vector<std::string> list;
  for (const ClaimRule& rule : rules)
    for (const std::string& value : values(claims, rule.claim)) {
      const std::string& gives = rule.gives.empty() ? value : rule.gives;
      if ((rule.equals.empty() || rule.equals == value) &&
          std::ranges::find(list, gives) == list.end())
        list.push_back(gives);
    }
  return list;
}

std::string percent(std::string_view text_to_send) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text_to_send) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      escaped += c;
    else
      escaped.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return escaped;
}

}  // namespace

std::string form_of(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  std::string form;
  for (const auto& [name, value] : fields)
    form.append(form.empty() ? "" : "&").append(name).append("=").append(percent(value));
  return form;
}

User user_of_claims(const Provider& provider, std::string_view claims) {
  User user;
  const auto object = object_of(claims);
  if (!object) return user;
  user.name = text(*object, provider.name_claim);
  std::ranges::transform(user.name, user.name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  user.display = text(*object, provider.display_claim);
  user.roles = given(provider.roles, *object);
  user.areas = given(provider.areas, *object);
  user.organizations = given(provider.organizations, *object);
  return user;
}

OpenIdLogin::OpenIdLogin(std::vector<Provider> providers, Ask ask, Clock clock)
    : providers_(std::move(providers)), ask_(std::move(ask)), clock_(std::move(clock)) {}

const Provider* OpenIdLogin::find(std::string_view id) const {
  const auto found = std::ranges::find(providers_, id, &Provider::id);
  return found == providers_.end() ? nullptr : &*found;
}

Result<std::string> OpenIdLogin::ask_json(const Provider& provider,
                                          const WebQuestion& question) const {
  Result<WebAnswer> answer = ask_(question, provider.roots_file);
  if (!answer) return unexpected(answer.error());
  if (answer->status == 200) return std::move(answer->body);
  return fail(ErrorCode::unavailable,
              "the identity provider answered with status " + std::to_string(answer->status),
              question.url);
}

Result<void> OpenIdLogin::read_keys(const Provider& provider, Endpoints& endpoints) const {
  const auto body = ask_json(provider, {endpoints.keys, "", ""});
  if (!body) return unexpected(body.error());
  auto keys = read_web_keys(*body);
  if (!keys) return unexpected(keys.error());
  endpoints.web_keys = std::move(*keys);
  endpoints.read_at = clock_();
  return {};
}

/// Discovery (OpenID Connect Discovery 1.0, §4), kept for an hour.
Result<OpenIdLogin::Endpoints> OpenIdLogin::endpoints(const Provider& provider) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = endpoints_.find(provider.id);
    if (known != endpoints_.end() &&
        clock_().micros - known->second.read_at.micros < discovery_micros)
      return known->second;
  }
  std::string base = provider.issuer;
  if (base.ends_with('/')) base.pop_back();
  const auto body = ask_json(provider, {base + "/.well-known/openid-configuration", "", ""});
  if (!body) return unexpected(body.error());
  const auto read = object_of(*body);
  if (!read) return unexpected(read.error());
  if (text(*read, "issuer") != provider.issuer)
    return fail(ErrorCode::unavailable, "the identity provider names another issuer", base);
  Endpoints found{text(*read, "authorization_endpoint"),
                  text(*read, "token_endpoint"),
                  text(*read, "userinfo_endpoint"),
                  text(*read, "jwks_uri"),
                  {},
                  {}};
  if (found.authorization.empty() || found.token.empty() || found.keys.empty())
    return fail(ErrorCode::unavailable, "the identity provider's description lacks an endpoint",
                base);
  if (Result<void> keys = read_keys(provider, found); !keys) return unexpected(keys.error());
  const std::lock_guard lock(mutex_);
  endpoints_[provider.id] = found;
  return found;
}

/// The provider may have changed its keys: looks again, at most once a minute.
Result<OpenIdLogin::Endpoints> OpenIdLogin::with_new_keys(const Provider& provider) {
  Result<Endpoints> known = endpoints(provider);
  if (!known || clock_().micros - known->read_at.micros < key_pause_micros) return known;
  if (Result<void> keys = read_keys(provider, *known); !keys) return unexpected(keys.error());
  const std::lock_guard lock(mutex_);
  endpoints_[provider.id] = *known;
  return known;
}

Result<OpenIdLogin::Begun> OpenIdLogin::begin(std::string_view id, std::string_view redirect_uri,
                                              std::string_view return_to) {
  const Provider* provider = find(id);
  if (provider == nullptr) return fail(ErrorCode::not_found, "there is no such identity provider");
  const Result<Endpoints> known = endpoints(*provider);
  if (!known) return unexpected(known.error());
  const std::string state = crypto::random_token();
  const std::string browser = crypto::random_token();
  const Instant now = clock_();
  Pending pending{std::string(id),
                  crypto::random_token(),
                  crypto::random_token(),
                  std::string(redirect_uri),
                  std::string(return_to),
                  sha256(browser),
                  now};
  const std::string challenge = crypto::to_base64url(sha256(pending.verifier));
  std::string scope = "openid";
  for (const std::string& one : provider->scopes)
    if (one != "openid") scope += " " + one;
  const std::string asked = form_of({{"response_type", "code"},
                                     {"client_id", provider->client_id},
                                     {"redirect_uri", redirect_uri},
                                     {"scope", scope},
                                     {"state", state},
                                     {"nonce", pending.nonce},
                                     {"code_challenge", challenge},
                                     {"code_challenge_method", "S256"}});
  const std::lock_guard lock(mutex_);
  std::erase_if(pending_, [&](const auto& one) {
    return now.micros - one.second.began.micros > pending_micros;
  });
  if (pending_.size() >= most_pending) pending_.clear();  // memory stays bounded under attack
  pending_[sha256(state)] = std::move(pending);
  const char join = known->authorization.find('?') == std::string::npos ? '?' : '&';
  return Begun{known->authorization + join + asked, browser};
}

/// What was begun with this state, in this browser, not long ago; each state is good once.
Result<OpenIdLogin::Pending> OpenIdLogin::take_pending(std::string_view provider,
                                                       const Answered& answered) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(sha256(answered.state));
  if (found == pending_.end()) return refuse("the state is not one that was given out");
  Pending pending = std::move(found->second);
  pending_.erase(found);
  if (clock_().micros - pending.began.micros > pending_micros)
    return refuse("the log-in took longer than ten minutes");
  if (pending.provider != provider) return refuse("the state was given out for another provider");
  if (!crypto::equal_in_constant_time(pending.browser_hash, sha256(answered.browser)))
    return refuse("the answer came in another browser than the one that began");
  return pending;
}

Result<Jwt> OpenIdLogin::proven(const Provider& provider, std::string_view id_token,
                                std::string_view nonce) {
  Result<Jwt> token = read_jwt(id_token);
  if (!token) return refuse("the ID token is not well-formed");
  Result<Endpoints> known = endpoints(provider);
  if (known && !has_key_for(*token, known->web_keys)) known = with_new_keys(provider);
  if (!known) return unexpected(known.error());
  JwtDemands demands;
  demands.algorithms.assign(std::begin(algorithms), std::end(algorithms));
  demands.issuer = provider.issuer;
  demands.audience = provider.client_id;
  if (Result<void> good = prove_jwt(*token, known->web_keys, demands, clock_()); !good)
    return unexpected(good.error());
  if (!crypto::equal_in_constant_time(token->nonce, nonce))
    return refuse("the ID token was made for another log-in");
  if ((token->audience.size() > 1 || !token->authorized_party.empty()) &&
      token->authorized_party != provider.client_id)
    return refuse("the ID token was made for another party");
  if (token->subject.empty()) return refuse("the ID token names nobody");
  return token;
}

/// Exchanges the code and gives all claims about the person, as JSON.
Result<std::string> OpenIdLogin::claims(const Provider& provider, const Pending& pending,
                                        std::string_view code) {
  const Result<Endpoints> known = endpoints(provider);
  if (!known) return unexpected(known.error());
  std::vector<std::pair<std::string_view, std::string_view>> fields = {
      {"grant_type", "authorization_code"},
      {"code", code},
      {"redirect_uri", pending.redirect_uri},
      {"code_verifier", pending.verifier}};
  WebQuestion question{known->token, "", ""};
  if (provider.client_secret.empty() || provider.secret_in_form)
    fields.emplace_back("client_id", provider.client_id);
  if (!provider.client_secret.empty() && provider.secret_in_form)
    fields.emplace_back("client_secret", provider.client_secret);
  if (!provider.client_secret.empty() && !provider.secret_in_form)  // RFC 6749, §2.3.1
    question.authorization = "Basic " + crypto::to_base64(percent(provider.client_id) + ":" +
                                                          percent(provider.client_secret));
  question.form = form_of(fields);
  const auto body = ask_json(provider, question);
  if (!body) return unexpected(body.error());
  const auto answer = object_of(*body);
  if (!answer) return unexpected(answer.error());
  const Result<Jwt> token = proven(provider, text(*answer, "id_token"), pending.nonce);
  if (!token) return unexpected(token.error());
  if (!provider.userinfo || known->userinfo.empty()) return token->payload;
  const auto more =
      ask_json(provider, {known->userinfo, "", "Bearer " + text(*answer, "access_token")});
  if (!more) return unexpected(more.error());
  auto person = object_of(*more);
  auto all = object_of(token->payload);
  if (!person || !all) return refuse("the person's claims are not well-formed");
  if (text(*person, "sub") != token->subject)  // OpenID Connect Core 1.0, §5.3.2
    return refuse("the person's claims are about somebody else");
  for (const auto& member : *person)
    if (!all->contains(member.key())) all->insert(member);
  return json::serialize(*all);
}

Result<OpenIdLogin::Finished> OpenIdLogin::finish(std::string_view id, const Answered& answered) {
  const Provider* provider = find(id);
  if (provider == nullptr) return refuse("there is no such identity provider");
  const Result<Pending> pending = take_pending(id, answered);
  if (!pending) return unexpected(pending.error());
  if (!answered.issuer.empty() && answered.issuer != provider->issuer)  // RFC 9207
    return refuse("the answer is of another issuer");
  if (!answered.error.empty() || answered.code.empty())
    return refuse("the identity provider refused the log-in");
  const auto person = claims(*provider, *pending, answered.code);
  if (!person) return unexpected(person.error());
  const auto object = object_of(*person);
  if (!object) return unexpected(object.error());
  Finished finished;
  finished.vouched = {provider->id, text(*object, "sub"), user_of_claims(*provider, *person),
                      provider->create, provider->manages_rights};
  finished.return_to = pending->return_to;
  return finished;
}

}  // namespace hb::security
