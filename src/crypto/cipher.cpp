#include "crypto/cipher.hpp"

#include <openssl/evp.h>

#include <memory>

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

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

Error broken() {
  return {ErrorCode::invalid_input, "sealed bytes are damaged, or sealed with another key", ""};
}

std::string gcm_encrypt(std::string_view key, std::string_view plain, std::string_view context) {
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  const std::string nonce = random_bytes(gcm_nonce);
  std::string body(plain.size(), '\0');
  std::string tag(gcm_tag, '\0');
  int length = 0;
  HB_CHECK(EVP_EncryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), raw(key), raw(nonce), nullptr) ==
           1);
  HB_CHECK(EVP_EncryptUpdate(cipher.get(), nullptr, &length, raw(context),
                             static_cast<int>(context.size())) == 1);
  HB_CHECK(EVP_EncryptUpdate(cipher.get(), raw(body), &length, raw(plain),
                             static_cast<int>(plain.size())) == 1);
  HB_CHECK(EVP_EncryptFinal_ex(cipher.get(), raw(body) + length, &length) == 1);
  HB_CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, gcm_tag, tag.data()) == 1);
  return nonce + body + tag;
}

Result<std::string> gcm_decrypt(std::string_view key, std::string_view sealed,
                                std::string_view context) {
  if (sealed.size() < gcm_nonce + gcm_tag) return unexpected(broken());
  const std::string_view nonce = sealed.substr(0, gcm_nonce);
  const std::string_view body = sealed.substr(gcm_nonce, sealed.size() - gcm_nonce - gcm_tag);
  std::string tag(sealed.substr(sealed.size() - gcm_tag));
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  std::string plain(body.size(), '\0');
  int length = 0;
  HB_CHECK(EVP_DecryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), raw(key), raw(nonce), nullptr) ==
           1);
  HB_CHECK(EVP_DecryptUpdate(cipher.get(), nullptr, &length, raw(context),
                             static_cast<int>(context.size())) == 1);
  HB_CHECK(EVP_DecryptUpdate(cipher.get(), raw(plain), &length, raw(body),
                             static_cast<int>(body.size())) == 1);
  HB_CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, gcm_tag, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(cipher.get(), raw(plain) + length, &length) != 1)
    return unexpected(broken());
  return plain;
}

/// Counter mode is its own inverse.
std::string sm4_ctr(std::string_view key, std::string_view nonce, std::string_view bytes) {
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  std::string out(bytes.size(), '\0');
  int length = 0;
  HB_CHECK(EVP_EncryptInit_ex2(cipher.get(), EVP_sm4_ctr(), raw(key), raw(nonce), nullptr) == 1);
  HB_CHECK(EVP_EncryptUpdate(cipher.get(), raw(out), &length, raw(bytes),
                             static_cast<int>(bytes.size())) == 1);
  return out;
}

/// The length of the context keeps context and text apart.
std::string sm3_tag(std::string_view key, std::string_view context, std::string_view body) {
  std::string all = std::to_string(context.size());
  all.append(":").append(context).append(body);
  return hmac(Hash::sm3, key, all);
}

}  // namespace

Cipher::Cipher(Suite suite, std::string_view key) : suite_(suite), cipher_key_(key) {
  HB_CHECK(key.size() == cipher_key_bytes);
  if (suite_ == Suite::aes_256_gcm) return;
  cipher_key_ = derive_key(Hash::sm3, key, "sm4-ctr", sm4_key);
  mac_key_ = derive_key(Hash::sm3, key, "hmac-sm3");
}

Cipher::~Cipher() {
  wipe(cipher_key_);
  wipe(mac_key_);
}

std::string Cipher::encrypt(std::string_view plain, std::string_view context) const {
  if (suite_ == Suite::aes_256_gcm) return gcm_encrypt(cipher_key_, plain, context);
  const std::string nonce = random_bytes(ctr_nonce);
  const std::string body = nonce + sm4_ctr(cipher_key_, nonce, plain);
  return body + sm3_tag(mac_key_, context, body);
}

Result<std::string> Cipher::decrypt(std::string_view sealed, std::string_view context) const {
  if (suite_ == Suite::aes_256_gcm) return gcm_decrypt(cipher_key_, sealed, context);
  if (sealed.size() < ctr_nonce + mac_bytes) return unexpected(broken());
  const std::string_view body = sealed.substr(0, sealed.size() - mac_bytes);
  if (!equal_in_constant_time(sm3_tag(mac_key_, context, body), sealed.substr(body.size())))
    return unexpected(broken());
  return sm4_ctr(cipher_key_, body.substr(0, ctr_nonce), body.substr(ctr_nonce));
}

}  // namespace hb::crypto
