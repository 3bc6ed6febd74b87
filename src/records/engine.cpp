#include "records/engine.hpp"

#include <filesystem>

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "records/committer.hpp"
#include "records/keys.hpp"
#include "records/labels.hpp"
#include "records/writer.hpp"

namespace hb::records {

int TypeNames::number(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? 0 : found->second;
}

std::string TypeNames::name(int number) const {
  const std::shared_lock lock(mutex_);
  const auto position = static_cast<std::size_t>(number);
  return number > 0 && position < names_.size() ? names_[position] : std::string();
}

void TypeNames::put(int number, std::string_view name) {
  const std::unique_lock lock(mutex_);
  const auto position = static_cast<std::size_t>(number);
  if (names_.size() <= position) names_.resize(position + 1);
  names_[position] = name;
  numbers_.insert_or_assign(std::string(name), number);
}

void TypeNames::forget(int number) {
  const std::unique_lock lock(mutex_);
  const auto position = static_cast<std::size_t>(number);
  if (position >= names_.size()) return;
  numbers_.erase(names_[position]);
  names_.resize(position);
}

int TypeNames::next() const {
  const std::shared_lock lock(mutex_);
  return names_.empty() ? 1 : static_cast<int>(names_.size());
}

Engine::Engine(std::string store_path, OpenOptions open_options)
    : path(std::move(store_path)),
      folder(std::filesystem::absolute(path).parent_path().string()),
      options(std::move(open_options)),
      readers(path, health.note()),
      owed(folder, options.bulk_entries_in_memory),
      residents(texts) {}

Engine::~Engine() { crypto::wipe(options.master_key); }

std::int64_t Engine::key(std::string_view type, std::string_view id) const {
  constexpr int all_bits = 63;
  const std::int64_t key = crypto::resource_key(type, id);
  if (options.key_bits >= all_bits) return key;
  const std::int64_t narrow = key & ((std::int64_t{1} << options.key_bits) - 1);
  return narrow == 0 ? 1 : narrow;
}

std::int64_t Engine::token(std::string_view word) const {
  const auto ring = vault.ring();
  if (!ring) return crypto::keyed_token(secret, word);
  return secret.empty() ? ring->token(word)
                        : sealed_token(*ring, crypto::keyed_token(secret, word));
}

}  // namespace hb::records
