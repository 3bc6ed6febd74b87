#include "crypto/keyring.hpp"

#include <algorithm>
#include <charconv>

#include "core/check.hpp"
#include "crypto/bytes.hpp"

namespace hb::crypto {
namespace {

constexpr std::string_view first_line = "health-brain-keys-1 ";
constexpr std::string_view index_name = "index";
constexpr std::size_t head_bytes = 5;  ///< way and key id

std::string_view suite_name(Suite suite) {
  return suite == Suite::aes_256_gcm ? "aes-256-gcm" : "sm4-ctr-hmac-sm3";
}

std::string wrap(Suite suite, std::string_view master, const std::string& name,
                 std::string_view key) {
  return to_base64url(Cipher(suite, master).encrypt(key, "key " + name));
}

Error damaged() { return {ErrorCode::invalid_input, "the keys of the store are damaged", ""}; }

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

}  // namespace

Keyring::Keyring(Suite suite, std::string_view master_key)
    : suite_(suite), master_key_(master_key) {
  HB_CHECK(master_key.size() == cipher_key_bytes);
}

Keyring::Keyring(Keyring&&) noexcept = default;
Keyring& Keyring::operator=(Keyring&&) noexcept = default;

Keyring::~Keyring() {
  wipe(master_key_);
  wipe(index_key_);
  for (auto& [id, key] : keys_) wipe(key);
}

void Keyring::add(std::uint32_t id, std::string key) {
  ciphers_[id] = std::make_unique<Cipher>(suite_, key);
  keys_[id] = std::move(key);
  current_ = std::max(current_, id);
}

Keyring Keyring::create(Suite suite, std::string_view master_key) {
  Keyring ring(suite, master_key);
  ring.index_key_ = random_bytes(cipher_key_bytes);
  ring.rotate();
  return ring;
}

Result<Keyring> Keyring::read(std::string_view text, std::string_view master_key) {
  std::string_view head = take_until(text, '\n');
  if (!head.starts_with(first_line)) return unexpected(damaged());
  head.remove_prefix(first_line.size());
  if (head != suite_name(Suite::aes_256_gcm) && head != suite_name(Suite::sm4_ctr_hmac_sm3))
    return unexpected(damaged());
  Keyring ring(
      head == suite_name(Suite::aes_256_gcm) ? Suite::aes_256_gcm : Suite::sm4_ctr_hmac_sm3,
      master_key);
  const Cipher master(ring.suite_, master_key);
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string name(take_until(line, ' '));
    const auto sealed = from_base64url(line);
    if (!sealed) return unexpected(damaged());
    Result<std::string> key = master.decrypt(*sealed, "key " + name);
    if (!key)
      return fail(ErrorCode::invalid_input,
                  "the master key does not fit the keys of the store, or these are damaged");
    std::uint32_t id = 0;
    if (name == index_name)
      ring.index_key_ = *key;
    else if (std::from_chars(name.data(), name.data() + name.size(), id).ec == std::errc() &&
             id > 0)
      ring.add(id, *key);
    else
      return unexpected(damaged());
  }
  if (ring.current_ == 0 || ring.index_key_.empty()) return unexpected(damaged());
  return ring;
}

std::string Keyring::text() const {
  std::string text(first_line);
  text.append(suite_name(suite_)).append("\n");
  text.append(index_name).append(" ");
  text += wrap(suite_, master_key_, std::string(index_name), index_key_) + "\n";
  for (const auto& [id, key] : keys_) {
    const std::string name = std::to_string(id);
    text += name + " " + wrap(suite_, master_key_, name, key) + "\n";
  }
  return text;
}

void Keyring::rotate() { add(current_ + 1, random_bytes(cipher_key_bytes)); }

void Keyring::change_master(std::string_view master_key) {
  HB_CHECK(master_key.size() == cipher_key_bytes);
  wipe(master_key_);
  master_key_ = master_key;
}

std::string Keyring::seal(std::string_view plain, std::string_view context) const {
  std::string sealed(1, static_cast<char>(suite_));
  for (int shift = 24; shift >= 0; shift -= 8) sealed += static_cast<char>(current_ >> shift);
  return sealed + ciphers_.at(current_)->encrypt(plain, context);
}

namespace {

std::uint32_t key_of(std::string_view sealed) {
  std::uint32_t id = 0;
  for (std::size_t i = 1; i < head_bytes; ++i) id = id << 8 | static_cast<unsigned char>(sealed[i]);
  return id;
}

}  // namespace

Result<std::string> Keyring::open(std::string_view sealed, std::string_view context) const {
  if (sealed.size() < head_bytes || sealed[0] != static_cast<char>(suite_))
    return fail(ErrorCode::invalid_input, "bytes are sealed in a way this store does not use");
  const auto cipher = ciphers_.find(key_of(sealed));
  if (cipher == ciphers_.end())
    return fail(ErrorCode::invalid_input, "bytes are sealed with a key this store does not have");
  return cipher->second->decrypt(sealed.substr(head_bytes), context);
}

bool Keyring::is_outdated(std::string_view sealed) const {
  return sealed.size() < head_bytes || sealed[0] != static_cast<char>(suite_) ||
         key_of(sealed) != current_;
}

}  // namespace hb::crypto
