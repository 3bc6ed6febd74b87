#include "crypto/cipher.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "crypto/bytes.hpp"
#include "crypto/mac.hpp"

namespace hb::crypto {
namespace {

constexpr std::size_t gcm_nonce = 12;
constexpr std::size_t gcm_tag = 16;
constexpr std::size_t ctr_nonce = 16;
constexpr std::size_t mac_bytes = 32;
constexpr std::size_t sm4_key = 16;
constexpr std::size_t block_bytes = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

Error broken() {
  return {ErrorCode::invalid_input, "sealed bytes are damaged, or sealed with another key", ""};
}

/// Contexts with the key in them, lent to one caller at a time.
template <class Context>
class Pool {
 public:
  explicit Pool(std::function<Context()> make) : make_(std::move(make)) {}

  class Lease {
   public:
    Lease(Pool& pool, Context context) : pool_(pool), context_(std::move(context)) {}
    ~Lease() {
      const std::lock_guard lock(pool_.mutex_);
      pool_.idle_.push_back(std::move(context_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    auto* get() const { return context_.get(); }

   private:
    Pool& pool_;
    Context context_;
  };

  Lease lease() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Context context = std::move(idle_.back());
        idle_.pop_back();
        return Lease(*this, std::move(context));
      }
    }
    return Lease(*this, make_());
  }

 private:
  std::function<Context()> make_;
  std::mutex mutex_;
  std::vector<Context> idle_;
};

/// encrypt  1 or 0, as OpenSSL says it
CipherContext keyed(const EVP_CIPHER* algorithm, const std::string& key, int encrypt) {
  CipherContext context(EVP_CIPHER_CTX_new());
  HB_CHECK(context != nullptr);
  HB_CHECK(EVP_CipherInit_ex2(context.get(), algorithm, raw(std::string_view(key)), nullptr,
                              encrypt, nullptr) == 1);
  return context;
}

MacContext keyed_hmac(const std::string& key) {
  const std::unique_ptr<EVP_MAC, FreeContext> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  HB_CHECK(mac != nullptr);
  MacContext context(EVP_MAC_CTX_new(mac.get()));
  char name[] = "SM3";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                   OSSL_PARAM_construct_end()};
  HB_CHECK(EVP_MAC_init(context.get(), raw(std::string_view(key)), key.size(), parameters) == 1);
  return context;
}

void start(EVP_CIPHER_CTX* context, const char* nonce) {
  HB_CHECK(EVP_CipherInit_ex2(context, nullptr, nullptr,
                              reinterpret_cast<const unsigned char*>(nonce), -1, nullptr) == 1);
}

/// out  null: the bytes are authenticated only
void update(EVP_CIPHER_CTX* context, char* out, std::string_view bytes) {
  int length = 0;
  HB_CHECK(EVP_CipherUpdate(context, out == nullptr ? nullptr : raw(out), &length, raw(bytes),
                            static_cast<int>(bytes.size())) == 1);
}

}  // namespace

std::string_view suite_name(Suite suite) {
  return suite == Suite::aes_256_gcm ? "aes-256-gcm" : "sm4-ctr-hmac-sm3";
}

Result<Suite> suite_of(std::string_view name) {
  for (const Suite suite : {Suite::aes_256_gcm, Suite::sm4_ctr_hmac_sm3})
    if (name == suite_name(suite)) return suite;
  return fail(ErrorCode::invalid_input,
              "algorithms are aes-256-gcm or sm4-ctr-hmac-sm3, not " + std::string(name));
}

struct Cipher::State {
  std::string cipher_key, mac_key;
  Pool<CipherContext> encrypting, decrypting;
  Pool<MacContext> macs;

  State(const EVP_CIPHER* algorithm, std::string a_cipher_key, std::string a_mac_key)
      : cipher_key(std::move(a_cipher_key)),
        mac_key(std::move(a_mac_key)),
        encrypting([this, algorithm] { return keyed(algorithm, cipher_key, 1); }),
        decrypting([this, algorithm] { return keyed(algorithm, cipher_key, 0); }),
        macs([this] { return keyed_hmac(mac_key); }) {}
  ~State() {
    wipe(cipher_key);
    wipe(mac_key);
  }

  std::string gcm_encrypt(std::string_view plain, std::string_view context) {
    std::string sealed(gcm_nonce + plain.size() + gcm_tag, '\0');
    fill_random(sealed.data(), gcm_nonce);
    const auto lease = encrypting.lease();
    start(lease.get(), sealed.data());
    update(lease.get(), nullptr, context);
    update(lease.get(), sealed.data() + gcm_nonce, plain);
    char* const tag = sealed.data() + gcm_nonce + plain.size();
    int length = 0;
    HB_CHECK(EVP_CipherFinal_ex(lease.get(), raw(tag), &length) == 1);
    HB_CHECK(EVP_CIPHER_CTX_ctrl(lease.get(), EVP_CTRL_GCM_GET_TAG, gcm_tag, tag) == 1);
    return sealed;
  }

  Result<std::string> gcm_decrypt(std::string_view sealed, std::string_view context) {
    if (sealed.size() < gcm_nonce + gcm_tag) return unexpected(broken());
    const std::string_view body = sealed.substr(gcm_nonce, sealed.size() - gcm_nonce - gcm_tag);
    std::string tag(sealed.substr(sealed.size() - gcm_tag));
    std::string plain(body.size(), '\0');
    const auto lease = decrypting.lease();
    start(lease.get(), sealed.data());
    update(lease.get(), nullptr, context);
    update(lease.get(), plain.data(), body);
    HB_CHECK(EVP_CIPHER_CTX_ctrl(lease.get(), EVP_CTRL_GCM_SET_TAG, gcm_tag, tag.data()) == 1);
    int length = 0;
    if (EVP_CipherFinal_ex(lease.get(), raw(plain.data()) + plain.size(), &length) != 1)
      return unexpected(broken());
    return plain;
  }

  /// Counter mode is its own inverse.
  void sm4_ctr(const char* nonce, std::string_view from, char* to) {
    const auto lease = encrypting.lease();
    start(lease.get(), nonce);
    update(lease.get(), to, from);
  }

  /// The length of the context keeps context and text apart.
  std::string sm3_tag(std::string_view context, std::string_view body) {
    std::string head = std::to_string(context.size());
    head.append(":").append(context);
    std::string tag(mac_bytes, '\0');
    std::size_t length = 0;
    const auto lease = macs.lease();
    HB_CHECK(EVP_MAC_init(lease.get(), nullptr, 0, nullptr) == 1);
    HB_CHECK(EVP_MAC_update(lease.get(), raw(std::string_view(head)), head.size()) == 1);
    HB_CHECK(EVP_MAC_update(lease.get(), raw(body), body.size()) == 1);
    HB_CHECK(EVP_MAC_final(lease.get(), raw(tag.data()), &length, tag.size()) == 1);
    return tag;
  }
};

Cipher::Cipher(Suite suite, std::string_view key) : suite_(suite) {
  HB_CHECK(key.size() == cipher_key_bytes);
  if (suite_ == Suite::aes_256_gcm)
    state_ = std::make_unique<State>(EVP_aes_256_gcm(), std::string(key), std::string());
  else
    state_ = std::make_unique<State>(EVP_sm4_ctr(), derive_key(Hash::sm3, key, "sm4-ctr", sm4_key),
                                     derive_key(Hash::sm3, key, "hmac-sm3"));
}

Cipher::~Cipher() = default;

std::string Cipher::encrypt(std::string_view plain, std::string_view context) const {
  if (suite_ == Suite::aes_256_gcm) return state_->gcm_encrypt(plain, context);
  std::string sealed(ctr_nonce + plain.size(), '\0');
  fill_random(sealed.data(), ctr_nonce);
  state_->sm4_ctr(sealed.data(), plain, sealed.data() + ctr_nonce);
  return sealed += state_->sm3_tag(context, sealed);
}

Result<std::string> Cipher::decrypt(std::string_view sealed, std::string_view context) const {
  if (suite_ == Suite::aes_256_gcm) return state_->gcm_decrypt(sealed, context);
  if (sealed.size() < ctr_nonce + mac_bytes) return unexpected(broken());
  const std::string_view body = sealed.substr(0, sealed.size() - mac_bytes);
  if (!equal_in_constant_time(state_->sm3_tag(context, body), sealed.substr(body.size())))
    return unexpected(broken());
  std::string plain(body.size() - ctr_nonce, '\0');
  state_->sm4_ctr(body.data(), body.substr(ctr_nonce), plain.data());
  return plain;
}

struct BlockVeil::State {
  std::string key;
  Pool<CipherContext> contexts;

  State(const EVP_CIPHER* algorithm, std::string a_key)
      : key(std::move(a_key)), contexts([this, algorithm] {
          CipherContext context = keyed(algorithm, key, 1);
          EVP_CIPHER_CTX_set_padding(context.get(), 0);
          return context;
        }) {}
  ~State() { wipe(key); }
};

BlockVeil::BlockVeil(Suite suite, std::string_view key) {
  HB_CHECK(key.size() == cipher_key_bytes);
  if (suite == Suite::aes_256_gcm)
    state_ = std::make_unique<State>(EVP_aes_256_ecb(), std::string(key));
  else
    state_ = std::make_unique<State>(EVP_sm4_ecb(), std::string(key.substr(0, sm4_key)));
}

BlockVeil::~BlockVeil() = default;

std::string BlockVeil::hide(std::string_view block) const {
  HB_CHECK(block.size() == block_bytes);
  std::string hidden(block_bytes, '\0');
  const auto lease = state_->contexts.lease();
  update(lease.get(), hidden.data(), block);
  return hidden;
}

}  // namespace hb::crypto
