#include "crypto/signature.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "core/check.hpp"
#include "crypto/bytes.hpp"

namespace hb::crypto {
namespace {

template <auto release>
struct Releases {
  template <class T>
  void operator()(T* thing) const {
    release(thing);
  }
};
using Bio = std::unique_ptr<BIO, Releases<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Releases<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Releases<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Releases<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Releases<EVP_PKEY_CTX_free>>;
using MdContext = std::unique_ptr<EVP_MD_CTX, Releases<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Releases<ECDSA_SIG_free>>;
using PublicKey = std::unique_ptr<EVP_PKEY, Releases<EVP_PKEY_free>>;

/// Keys of fewer bits are refused (NIST SP 800-131A).
constexpr int least_rsa_bits = 2048;

const unsigned char* raw_bytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

struct Kind {
  const char* algorithm;  ///< of OpenSSL
  const char* curve;      ///< of EC keys, "" for others
  const EVP_MD* hash;     ///< nullptr: the algorithm has its own
  std::size_t half;       ///< bytes of r and of s; 0: not EC
};

Kind kind_of(Signature signature) {
  switch (signature) {
    case Signature::ed25519:
      return {"ED25519", "", nullptr, 0};
    case Signature::sm2:
      return {"SM2", "", EVP_sm3(), 0};
    case Signature::rs256:
      return {"RSA", "", EVP_sha256(), 0};
    case Signature::rs384:
      return {"RSA", "", EVP_sha384(), 0};
    case Signature::es256:
      return {"EC", "prime256v1", EVP_sha256(), 32};
    case Signature::es384:
      return {"EC", "secp384r1", EVP_sha384(), 48};
  }
  HB_CHECK(false);
  return {};
}

std::string curve_of(const EVP_PKEY* key) {
  char name[64] = {};
  std::size_t length = 0;
  return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof name,
                                        &length) == 1
             ? std::string(name, length)
             : std::string();
}

bool key_fits(const EVP_PKEY* key, Signature signature) {
  const Kind kind = kind_of(signature);
  if (EVP_PKEY_is_a(key, kind.algorithm) != 1) return false;
  if (EVP_PKEY_is_a(key, "RSA") == 1) return EVP_PKEY_get_bits(key) >= least_rsa_bits;
  return kind.curve[0] == '\0' || curve_of(key) == kind.curve;
}

/// DER → r ‖ s
std::string from_der(std::string_view der, std::size_t half) {
  const unsigned char* at = raw_bytes(der);
  const EcSignature parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  HB_CHECK(parsed != nullptr);
  std::string out(2 * half, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  HB_CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), to, static_cast<int>(half)) > 0);
  HB_CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), to + half, static_cast<int>(half)) > 0);
  return out;
}

/// r ‖ s → DER; empty when the length is wrong
std::string to_der(std::string_view halves, std::size_t half) {
  if (halves.size() != 2 * half) return "";
  const EcSignature made(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(raw_bytes(halves), static_cast<int>(half), nullptr);
  BIGNUM* s = BN_bin2bn(raw_bytes(halves.substr(half)), static_cast<int>(half), nullptr);
  HB_CHECK(ECDSA_SIG_set0(made.get(), r, s) == 1);  // takes both
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(made.get(), &der);
  HB_CHECK(length > 0);
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

std::string pem_text(BIO* bio) {
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(length)};
}

Error no_key(const char* what) { return {ErrorCode::invalid_input, what, ""}; }

Result<EVP_PKEY*> made_of(const char* algorithm, OSSL_PARAM* parameters) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
    return unexpected(no_key("the numbers of the JSON Web Key make no key"));
  return key;
}

Result<EVP_PKEY*> rsa_key(const std::string& n, const std::string& e) {
  const Number modulus(BN_bin2bn(raw_bytes(n), static_cast<int>(n.size()), nullptr));
  const Number exponent(BN_bin2bn(raw_bytes(e), static_cast<int>(e.size()), nullptr));
  const Builder builder(OSSL_PARAM_BLD_new());
  HB_CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1);
  HB_CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1);
  const Params parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  return made_of("RSA", parameters.get());
}

Result<EVP_PKEY*> ec_key(std::string_view crv, const std::string& x, const std::string& y) {
  const bool is_256 = crv == "P-256";
  const std::size_t half = is_256 ? 32 : 48;
  if ((!is_256 && crv != "P-384") || x.size() != half || y.size() != half)
    return unexpected(
        no_key("an EC JSON Web Key has crv P-256 or P-384 and x and y of its length"));
  const std::string point = '\x04' + x + y;  // uncompressed, SEC 1 §2.3.3
  const Builder builder(OSSL_PARAM_BLD_new());
  HB_CHECK(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                           is_256 ? "prime256v1" : "secp384r1", 0) == 1);
  HB_CHECK(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                            point.size()) == 1);
  const Params parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  return made_of("EC", parameters.get());
}

}  // namespace

struct Key::Raw {
  PublicKey key;
};

Result<Key> Key::from_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const bool is_private = pem.find("PRIVATE KEY") != std::string_view::npos;
  PublicKey key(is_private ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)
                           : PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return unexpected(no_key("this is no key in PEM form"));
  return Key(std::make_shared<Raw>(std::move(key)));
}

Result<Key> Key::from_jwk(std::string_view kty, std::string_view crv, std::string_view n_or_x,
                          std::string_view e_or_y) {
  const auto first = from_base64url(n_or_x);
  const auto second = from_base64url(e_or_y);
  if (!first || !second || first->empty() || second->empty())
    return unexpected(no_key("a number of the JSON Web Key is no base64url"));
  if (kty != "RSA" && kty != "EC") return unexpected(no_key("a JSON Web Key has kty RSA or EC"));
  const Result<EVP_PKEY*> key =
      kty == "RSA" ? rsa_key(*first, *second) : ec_key(crv, *first, *second);
  if (!key) return unexpected(key.error());
  return Key(std::make_shared<Raw>(PublicKey(*key)));
}

Key Key::generate(Signature signature) {
  const Kind kind = kind_of(signature);
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind.algorithm, nullptr));
  HB_CHECK(context != nullptr && EVP_PKEY_keygen_init(context.get()) == 1);
  if (kind.curve[0] != '\0') HB_CHECK(EVP_PKEY_CTX_set_group_name(context.get(), kind.curve) == 1);
  EVP_PKEY* key = nullptr;
  HB_CHECK(EVP_PKEY_generate(context.get(), &key) == 1);
  return Key(std::make_shared<Raw>(PublicKey(key)));
}

std::string Key::public_pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  HB_CHECK(PEM_write_bio_PUBKEY(bio.get(), raw_->key.get()) == 1);
  return pem_text(bio.get());
}

std::string Key::private_pem() const {
  const Bio bio(BIO_new(BIO_s_secmem()));
  HB_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), raw_->key.get(), nullptr, nullptr, 0, nullptr,
                                         nullptr) == 1);
  return pem_text(bio.get());
}

bool Key::fits(Signature signature) const { return key_fits(raw_->key.get(), signature); }

std::string Key::sign(Signature signature, std::string_view message) const {
  HB_CHECK(fits(signature));
  const Kind kind = kind_of(signature);
  const MdContext context(EVP_MD_CTX_new());
  HB_CHECK(EVP_DigestSignInit(context.get(), nullptr, kind.hash, nullptr, raw_->key.get()) == 1);
  std::size_t length = 0;
  HB_CHECK(EVP_DigestSign(context.get(), nullptr, &length, raw_bytes(message), message.size()) ==
           1);
  std::string sign(length, '\0');
  HB_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(sign.data()), &length,
                          raw_bytes(message), message.size()) == 1);
  sign.resize(length);
  return kind.half == 0 ? sign : from_der(sign, kind.half);
}

bool Key::verify(Signature signature, std::string_view message, std::string_view sign) const {
  if (!fits(signature)) return false;
  const Kind kind = kind_of(signature);
  const std::string der = kind.half == 0 ? std::string(sign) : to_der(sign, kind.half);
  const MdContext context(EVP_MD_CTX_new());
  return !der.empty() &&
         EVP_DigestVerifyInit(context.get(), nullptr, kind.hash, nullptr, raw_->key.get()) == 1 &&
         EVP_DigestVerify(context.get(), raw_bytes(der), der.size(), raw_bytes(message),
                          message.size()) == 1;
}

}  // namespace hb::crypto
