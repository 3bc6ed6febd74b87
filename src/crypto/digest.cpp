#include "crypto/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <xxhash.h>

#include <algorithm>
#include <vector>

#include "core/check.hpp"
#include "crypto/bytes.hpp"

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
constexpr std::size_t digest_bytes = 32;
constexpr std::size_t secrets_in_use = 4;  // per thread; two belong to one upgraded store

std::int64_t positive(std::uint64_t hash) {
  const std::uint64_t cut = hash & mask_63_bits;
  return static_cast<std::int64_t>(cut == 0 ? 1 : cut);
}

/// HMAC with its key set up once per thread: setting it up costs more than a short word.
class KeyedMac {
 public:
  KeyedMac(std::string_view secret, Hash hash) : hash_(hash) { set_key(secret); }
  ~KeyedMac() { wipe(secret_); }
  KeyedMac(KeyedMac&&) = default;
  KeyedMac& operator=(KeyedMac&&) = default;
  bool is_for(std::string_view secret, Hash hash) const {
    return hash == hash_ && secret == secret_;
  }

  std::uint64_t first_bytes(std::string_view word) {
    unsigned char digest[digest_bytes];
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
    char sha256[] = "SHA256";
    char sm3[] = "SM3";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash_ == Hash::sm3 ? sm3 : sha256,
                                         0),
        OSSL_PARAM_construct_end()};
    secret_ = secret;
    static constexpr unsigned char no_key = 0;  // OpenSSL takes a null key for "keep the former"
    const auto* key =
        secret_.empty() ? &no_key : reinterpret_cast<const unsigned char*>(secret_.data());
    HB_CHECK(EVP_MAC_init(context_.get(), key, secret_.size(), parameters) == 1);
  }

  Hash hash_;
  std::string secret_;
  std::unique_ptr<EVP_MAC_CTX, FreeMacContext> context_;
};

/// Those in use by this thread.
KeyedMac& mac_of(std::string_view secret, Hash hash) {
  thread_local std::vector<KeyedMac> macs;
  const auto found = std::find_if(macs.begin(), macs.end(),
                                  [&](const KeyedMac& mac) { return mac.is_for(secret, hash); });
  if (found != macs.end()) return *found;
  if (macs.size() == secrets_in_use) macs.erase(macs.begin());
  return macs.emplace_back(secret, hash);
}

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
  unsigned char digest[digest_bytes];
  HB_CHECK(EVP_DigestFinal_ex(state_->context.get(), digest, nullptr) == 1);
  constexpr char hex_digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest_bytes);
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

std::int64_t keyed_token(std::string_view secret, std::string_view word, Hash hash) {
  return positive(mac_of(secret, hash).first_bytes(word));
}

}  // namespace hb::crypto
