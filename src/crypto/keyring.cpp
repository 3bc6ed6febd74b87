#include "crypto/keyring.hpp"

#include <algorithm>
#include <charconv>

#include "core/check.hpp"
#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"

namespace hb::crypto {
namespace {

constexpr std::string_view first_line = "health-brain-keys-1 ";
constexpr std::string_view index_name = "index";
constexpr std::size_t head_bytes = 5;  ///< way and key id

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
  for (auto& [id, entry] : keys_) wipe(entry.key);
}

void Keyring::add(std::uint32_t id, std::string key, Instant created) {
  auto cipher = std::make_unique<Cipher>(suite_, key);
  keys_[id] = {std::move(key), created, std::move(cipher)};
  current_ = std::max(current_, id);
}

void Keyring::set_index_key(std::string key) {
  index_key_ = std::move(key);
  veil_ = std::make_unique<BlockVeil>(suite_, derive_key(hash(), index_key_, "fingerprint"));
}

Keyring Keyring::create(Suite suite, std::string_view master_key, Instant created) {
  Keyring ring(suite, master_key);
  ring.set_index_key(random_bytes(cipher_key_bytes));
  ring.rotate(created);
  return ring;
}

std::int64_t Keyring::token(std::string_view word) const {
  return keyed_token(index_key_, word, hash());
}

std::vector<Keyring::Key> Keyring::keys() const {
  std::vector<Key> keys;
  for (const auto& [id, entry] : keys_) keys.push_back({id, entry.created});
  return keys;
}

Result<Keyring> Keyring::read(std::string_view text, std::string_view master_key) {
  std::string_view head = take_until(text, '\n');
  if (!head.starts_with(first_line)) return unexpected(damaged());
  head.remove_prefix(first_line.size());
  const Result<Suite> suite = suite_of(head);
  if (!suite) return unexpected(damaged());
  Keyring ring(*suite, master_key);
  const Cipher master(*suite, master_key);
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string name(take_until(line, ' '));
    const auto sealed = from_base64url(take_until(line, ' '));
    if (!sealed) return unexpected(damaged());
    Result<std::string> key = master.decrypt(*sealed, "key " + name);
    if (!key)
      return fail(ErrorCode::invalid_input,
                  "the master key does not fit the keys of the store, or these are damaged");
    std::uint32_t id = 0;
    std::int64_t created = 0;
    std::from_chars(line.data(), line.data() + line.size(), created);  // told, not needed
    if (name == index_name)
      ring.set_index_key(std::move(*key));
    else if (std::from_chars(name.data(), name.data() + name.size(), id).ec == std::errc() &&
             id > 0)
      ring.add(id, std::move(*key), Instant{created});
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
  for (const auto& [id, entry] : keys_) {
    const std::string name = std::to_string(id);
    text += name + " " + wrap(suite_, master_key_, name, entry.key) + " " +
            std::to_string(entry.created.micros) + "\n";
  }
  return text;
}

void Keyring::rotate(Instant created) {
  add(current_ + 1, random_bytes(cipher_key_bytes), created);
}

void Keyring::change_master(std::string_view master_key) {
  HB_CHECK(master_key.size() == cipher_key_bytes);
  wipe(master_key_);
  master_key_ = master_key;
}

std::string Keyring::seal(std::string_view plain, std::string_view context) const {
  std::string sealed(1, static_cast<char>(suite_));
  for (int shift = 24; shift >= 0; shift -= 8) sealed += static_cast<char>(current_ >> shift);
  return sealed += keys_.at(current_).cipher->encrypt(plain, context);
}

std::uint32_t Keyring::key_of(std::string_view sealed) const {
  if (sealed.size() < head_bytes || sealed[0] != static_cast<char>(suite_)) return 0;
  std::uint32_t id = 0;
  for (std::size_t i = 1; i < head_bytes; ++i) id = id << 8 | static_cast<unsigned char>(sealed[i]);
  return id;
}

Result<std::string> Keyring::open(std::string_view sealed, std::string_view context) const {
  if (sealed.size() < head_bytes || sealed[0] != static_cast<char>(suite_))
    return fail(ErrorCode::invalid_input, "bytes are sealed in a way this store does not use");
  const auto entry = keys_.find(key_of(sealed));
  if (entry == keys_.end())
    return fail(ErrorCode::invalid_input, "bytes are sealed with a key this store does not have");
  return entry->second.cipher->decrypt(sealed.substr(head_bytes), context);
}

}  // namespace hb::crypto
