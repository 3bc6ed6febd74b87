#include "exchange/pseudonym.hpp"

#include <fmt/format.h>

#include "core/check.hpp"
#include "crypto/bytes.hpp"
#include "crypto/mac.hpp"

namespace hb::exchange {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t name_bytes = 10;

}  // namespace

Pseudonyms::Pseudonyms(std::string key, int shift_days)
    : key_(std::move(key)), shift_days_(shift_days) {
  HB_CHECK(key_.size() == key_bytes && shift_days_ >= 0);
}

Pseudonyms::~Pseudonyms() { crypto::wipe(key_); }

std::string Pseudonyms::name(std::string_view kind, std::int64_t number) const {
  const std::string mac =
      crypto::hmac(crypto::Hash::sha256, key_, fmt::format("name {} {}", kind, number));
  return crypto::to_hex(std::string_view(mac).substr(0, name_bytes));
}

int Pseudonyms::shift(std::int64_t person) const {
  const std::string mac = crypto::hmac(crypto::Hash::sha256, key_, fmt::format("shift {}", person));
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number = number << 8 | static_cast<unsigned char>(mac[i]);
  // 2^64 possibilities over at most some thousand days: no day is likelier by more than 2^-50.
  const auto range = static_cast<std::uint64_t>(2 * shift_days_ + 1);
  return static_cast<int>(number % range) - shift_days_;
}

}  // namespace hb::exchange
