#include "security/accounts_state.hpp"

namespace hb::security {

using records::sqlite::execute;
using records::sqlite::Query;

namespace {

constexpr std::size_t longest_subject = 255;  ///< OpenID Connect Core 1.0, §2

std::string link_of(std::string_view name, std::string_view provider) {
  return account_of(name) + " provider " + std::string(provider);
}

tl::unexpected<Error> refuse() { return unexpected(refused()); }

}  // namespace

Result<void> Accounts::link(std::string_view provider, std::string_view subject,
                            std::string_view name, const Principal& by) {
  if (subject.empty() || subject.size() > longest_subject)
    return fail(ErrorCode::invalid_input, "a subject has 1 to 255 bytes", "subject");
  return state_->transact([&]() -> Result<void> {
    Result<void> done = execute(state_->connection,
                                "INSERT INTO identity (provider, subject, account, created) "
                                "SELECT ?1, ?2, name, ?4 FROM account WHERE name = ?3 "
                                "ON CONFLICT DO NOTHING",
                                provider, subject, name, state_->options.clock().micros);
    if (!done) return done;
    if (state_->connection.changes() == 0) {
      const Result<std::int64_t> known = records::sqlite::one_integer(
          state_->connection, 0, "SELECT count(*) FROM account WHERE name = ?1", name);
      if (!known) return unexpected(known.error());
      return *known == 0 ? fail(ErrorCode::not_found, "there is no such account", "name")
                         : fail(ErrorCode::conflict, "the subject is linked already", "subject");
    }
    return state_->note(by, act::identity_link, link_of(name, provider));
  });
}

Result<void> Accounts::unlink(std::string_view provider, std::string_view name,
                              const Principal& by) {
  return state_->transact([&]() -> Result<void> {
    Result<void> done =
        state_->change("DELETE FROM identity WHERE provider = ?1 AND account = ?2", provider, name);
    if (!done) return fail(done.error().code, "the account is not linked with this provider");
    return state_->note(by, act::identity_unlink, link_of(name, provider));
  });
}

Result<std::string> Accounts::log_in_vouched(const Vouched& vouched, std::string_view address) {
  Result<std::string> name = linked_account(vouched);
  if (name && name->empty()) name = vouched.create ? make_vouched(vouched) : refuse();
  Result<User> account = name ? user(*name) : unexpected(name.error());
  if (account && account->locked) account = refuse();
  if (account && vouched.manages_rights &&
      (account->roles != vouched.user.roles || account->areas != vouched.user.areas ||
       account->organizations != vouched.user.organizations)) {
    Principal by = Principal::system("account");
    by.user = "provider:" + vouched.provider;
    by.from = address;
    if (Result<void> set = set_rights(*name, vouched.user.roles, vouched.user.areas,
                                      vouched.user.organizations, by);
        !set)
      account = unexpected(set.error());
  }
  if (account) return begin_session(*name, address, std::nullopt, " by " + vouched.provider);
  const bool known = name && !name->empty();
  const Result<void> noted = note_refusal(act::log_in_refused, known ? *name : "", known, address);
  return unexpected(noted ? account.error() : noted.error());
}

/// Empty when nobody is linked.
Result<std::string> Accounts::linked_account(const Vouched& vouched) const {
  const std::lock_guard lock(state_->mutex);
  Query query(state_->connection,
              "SELECT account FROM identity WHERE provider = ?1 AND subject = ?2",
              std::string_view(vouched.provider), std::string_view(vouched.subject));
  std::string name;
  if (query.next()) name = query.text(0);
  if (!query.ok()) return unexpected(query.error());
  return name;
}

/// A new account that no password opens.
Result<std::string> Accounts::make_vouched(const Vouched& vouched) {
  if (!check_name(vouched.user.name) || vouched.user.roles.empty()) return refuse();
  User fresh = vouched.user;
  fresh.must_change = false;
  Principal by = Principal::system("account");
  by.user = "provider:" + vouched.provider;
  const std::string nothing = crypto::hash_of_nothing(state_->options.cost);
  if (Result<void> put_in = put(fresh, nothing, by); !put_in)
    return put_in.error().code == ErrorCode::conflict ? refuse() : unexpected(put_in.error());
  if (Result<void> linked = link(vouched.provider, vouched.subject, fresh.name, by); !linked)
    return unexpected(linked.error());
  return fresh.name;
}

}  // namespace hb::security
