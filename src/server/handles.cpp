#include "server/handles.hpp"

#include "crypto/bytes.hpp"
#include "crypto/mac.hpp"

namespace hb::server {

namespace {

constexpr int half_bits = 25;
constexpr std::uint64_t half_mask = (std::uint64_t{1} << half_bits) - 1;
constexpr int rounds = 4;  // of a Feistel network with a keyed hash (Luby and Rackoff 1988)

}  // namespace

Handles::Handles() : key_(crypto::random_bytes(32)) {}

std::uint64_t Handles::mixed(std::uint64_t half, int round) const {
  const std::string asked = std::to_string(round) + ":" + std::to_string(half);
  const std::string mac = crypto::hmac(crypto::Hash::sha256, key_, asked);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 4; ++i) bits = bits << 8 | static_cast<unsigned char>(mac[i]);
  return bits & half_mask;
}

std::int64_t Handles::show(Seq seq) const {
  const auto number = static_cast<std::uint64_t>(seq);
  std::uint64_t left = number >> half_bits & half_mask;
  std::uint64_t right = number & half_mask;
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t next = left ^ mixed(right, round);
    left = right;
    right = next;
  }
  return static_cast<std::int64_t>(left << half_bits | right);
}

Seq Handles::read(std::int64_t handle) const {
  if (handle < 0 || handle >> (2 * half_bits) != 0) return 0;
  const auto number = static_cast<std::uint64_t>(handle);
  std::uint64_t left = number >> half_bits;
  std::uint64_t right = number & half_mask;
  for (int round = rounds - 1; round >= 0; --round) {
    const std::uint64_t before = right ^ mixed(left, round);
    right = left;
    left = before;
  }
  return static_cast<Seq>(left << half_bits | right);
}

}  // namespace hb::server
