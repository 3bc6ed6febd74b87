#include "crypto/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <xxhash.h>

#include "core/check.hpp"

namespace hb::crypto {
namespace {

struct FreeMdContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};
struct FreeMacContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

constexpr std::uint64_t mask_63_bits = 0x7FFF'FFFF'FFFF'FFFFULL;
constexpr std::size_t sha256_bytes = 32;

std::int64_t positive(std::uint64_t hash) {
  const std::uint64_t cut = hash & mask_63_bits;
  return static_cast<std::int64_t>(cut == 0 ? 1 : cut);
}

/// HMAC with its key set up once per thread: setting it up costs more than a short word.
class KeyedMac {
 public:
  std::uint64_t first_bytes(std::string_view secret, std::string_view word) {
    if (!context_ || secret != secret_) set_key(secret);
    unsigned char digest[sha256_bytes];
    std::size_t length = 0;
    HB_CHECK(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
    HB_CHECK(EVP_MAC_update(context_.get(), reinterpret_cast<const unsigned char*>(word.data()),
                            word.size()) == 1);
    HB_CHECK(EVP_MAC_final(context_.get(), digest, &length, sizeof digest) == 1);
    std::uint64_t result = 0;
    for (int i = 0; i < 8; ++i) result = result << 8 | digest[i];
    return result;
  }

 private:
  void set_key(std::string_view secret) {
    const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    HB_CHECK(mac != nullptr);
    context_.reset(EVP_MAC_CTX_new(mac.get()));
    char digest_name[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
        OSSL_PARAM_construct_end()};
    secret_ = secret;
    static constexpr unsigned char no_key = 0;  // OpenSSL takes a null key for "keep the former"
    const auto* key =
        secret_.empty() ? &no_key : reinterpret_cast<const unsigned char*>(secret_.data());
    HB_CHECK(EVP_MAC_init(context_.get(), key, secret_.size(), parameters) == 1);
  }

  std::string secret_;
  std::unique_ptr<EVP_MAC_CTX, FreeMacContext> context_;
};

}  // namespace

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, FreeMdContext> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  HB_CHECK(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  HB_CHECK(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() {
  unsigned char digest[sha256_bytes];
  HB_CHECK(EVP_DigestFinal_ex(state_->context.get(), digest, nullptr) == 1);
  constexpr char hex_digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * sha256_bytes);
  for (const unsigned char byte : digest) {
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.hex();
}

Fingerprint fingerprint(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

std::int64_t resource_key(std::string_view type, std::string_view id) {
  char small[256];
  if (type.size() + 1 + id.size() <= sizeof small) {
    type.copy(small, type.size());
    small[type.size()] = '/';
    id.copy(small + type.size() + 1, id.size());
    return positive(XXH3_64bits(small, type.size() + 1 + id.size()));
  }
  std::string name(type);
  name.append("/").append(id);
  return positive(XXH3_64bits(name.data(), name.size()));
}

std::int64_t keyed_token(std::string_view secret, std::string_view word) {
  thread_local KeyedMac mac;
  return positive(mac.first_bytes(secret, word));
}

}  // namespace hb::crypto
