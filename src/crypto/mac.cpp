#include "crypto/mac.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>

#include "core/check.hpp"

namespace hb::crypto {
namespace {

/// Fetched once: else OpenSSL 3 looks the algorithm up by name at every use, which takes longer
/// than hashing a short text.
const EVP_MD* algorithm(Hash hash) {
  static const EVP_MD* const sm3 = EVP_MD_fetch(nullptr, "SM3", nullptr);
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return hash == Hash::sm3 ? sm3 : sha256;
}

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

const unsigned char* raw(std::string_view bytes) {
  static constexpr unsigned char nothing = 0;  // OpenSSL takes a null key for "keep the former"
  return bytes.empty() ? &nothing : reinterpret_cast<const unsigned char*>(bytes.data());
}

struct FreeKdf {
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

OSSL_PARAM octets(const char* name, std::string_view bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
}

}  // namespace

std::string digest(Hash hash, std::string_view bytes) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  std::string out(32, '\0');
  HB_CHECK(EVP_DigestInit_ex2(context.get(), algorithm(hash), nullptr) == 1 &&
           EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
           EVP_DigestFinal_ex(context.get(), raw(out), nullptr) == 1);
  return out;
}

std::string hmac(Hash hash, std::string_view key, std::string_view bytes) {
  std::string out(32, '\0');
  unsigned int length = 0;
  HB_CHECK(HMAC(algorithm(hash), raw(key), static_cast<int>(key.size()), raw(bytes), bytes.size(),
                raw(out), &length) != nullptr);
  return out;
}

std::string derive_key(Hash hash, std::string_view secret, std::string_view use,
                       std::size_t length) {
  const std::unique_ptr<EVP_KDF, FreeKdf> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  HB_CHECK(kdf != nullptr);
  const std::unique_ptr<EVP_KDF_CTX, FreeKdf> context(EVP_KDF_CTX_new(kdf.get()));
  char name[] = "SHA256";
  char name_sm3[] = "SM3";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash == Hash::sm3 ? name_sm3 : name,
                                       0),
      octets(OSSL_KDF_PARAM_KEY, secret), octets(OSSL_KDF_PARAM_INFO, use),
      OSSL_PARAM_construct_end()};
  std::string out(length, '\0');
  HB_CHECK(EVP_KDF_derive(context.get(), raw(out), length, parameters) == 1);
  return out;
}

}  // namespace hb::crypto
