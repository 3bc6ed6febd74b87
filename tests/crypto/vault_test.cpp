#include "crypto/vault.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "crypto/bytes.hpp"
#include "crypto/key_file.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::crypto;

namespace {
const std::string master(cipher_key_bytes, 'm');
}

TEST_CASE("vault: without keys the identity, and nothing that it does not know") {
  const Vault vault;
  CHECK(*vault.open(vault.seal("张伟", "body"), "body") == "张伟");
  CHECK(*vault.open(vault.seal("", "body"), "body") == "");
  CHECK(vault.open("", "body").error().code == ErrorCode::invalid_input);
  CHECK(vault.open("\x7Fxyz", "body").error().code == ErrorCode::invalid_input);
  CHECK(vault.seals("Patient"));
  CHECK_FALSE(vault.seals("Observation"));
  CHECK_FALSE(vault.is_outdated(vault.seal("x", "body")));
}

TEST_CASE("vault: with keys it seals, opens what was there before, and keeps contexts apart") {
  Vault vault;
  const std::string before = vault.seal("before", "body");
  vault.use(Keyring::create(Suite::sm4_ctr_hmac_sm3, master), Scope::all);
  CHECK(*vault.open(before, "body") == "before");
  CHECK(vault.is_outdated(before));
  const std::string sealed = vault.seal("张伟", "body");
  CHECK(sealed.find("张伟") == std::string::npos);
  CHECK_FALSE(vault.is_outdated(sealed));
  CHECK(*vault.open(sealed, "body") == "张伟");
  CHECK_FALSE(vault.open(sealed, "note").has_value());
  CHECK(vault.seals("Observation"));
  const Vault without;
  CHECK(without.open(sealed, "body").error().code == ErrorCode::forbidden);
  Vault another;
  another.use(Keyring::create(Suite::sm4_ctr_hmac_sm3, master), Scope::persons);
  CHECK_FALSE(another.open(sealed, "body").has_value());
  CHECK_FALSE(another.seals("Observation"));
}

TEST_CASE("keyring: tokens and veils survive rotation; another store has others") {
  for (const Suite suite : {Suite::aes_256_gcm, Suite::sm4_ctr_hmac_sm3}) {
    Keyring ring = Keyring::create(suite, master, Instant{7});
    const std::int64_t token = ring.token("张伟");
    const std::string veiled = ring.veil("0123456789abcdef");
    CHECK(veiled.size() == 16);
    CHECK(veiled == ring.veil("0123456789abcdef"));
    CHECK(veiled != ring.veil("0123456789abcdeg"));
    ring.rotate(Instant{9});
    const auto again = Keyring::read(ring.text(), master);
    REQUIRE(again.has_value());
    CHECK(again->token("张伟") == token);
    CHECK(again->veil("0123456789abcdef") == veiled);
    REQUIRE(again->keys().size() == 2);
    CHECK(again->keys().back().id == 2);
    CHECK(again->keys().back().created == Instant{9});
    CHECK(Keyring::create(suite, master).token("张伟") != token);
  }
}

TEST_CASE("master key file: made once, for its owner only, and refused otherwise") {
  const hb::test::TempDir folder;
  const auto file = folder.path() / "store.key";
  CHECK(read_master_key(file).error().code == ErrorCode::not_found);
  REQUIRE(make_master_key(file));
  CHECK(make_master_key(file).error().code == ErrorCode::conflict);
  struct stat status = {};
  REQUIRE(stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const auto key = read_master_key(file);
  REQUIRE(key.has_value());
  CHECK(key->size() == cipher_key_bytes);
  CHECK(*read_master_key(file) == *key);
  std::filesystem::permissions(file, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  CHECK(read_master_key(file).error().message.find("chmod 600") != std::string::npos);
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::ofstream(file) << "health-brain-master-key-1\nAAAA\n";
  CHECK(read_master_key(file).error().code == ErrorCode::invalid_input);
  std::ofstream(file) << "-----BEGIN PRIVATE KEY-----\n";
  CHECK(read_master_key(file).error().code == ErrorCode::invalid_input);
  CHECK(make_master_key(folder.path() / "none" / "store.key").error().code ==
        ErrorCode::unavailable);
}

TEST_CASE("names of algorithms and scopes") {
  CHECK(*suite_of("aes-256-gcm") == Suite::aes_256_gcm);
  CHECK(*suite_of(suite_name(Suite::sm4_ctr_hmac_sm3)) == Suite::sm4_ctr_hmac_sm3);
  CHECK(suite_of("rot13").error().message ==
        "algorithms are aes-256-gcm or sm4-ctr-hmac-sm3, not rot13");
  CHECK(*scope_of("persons") == Scope::persons);
  CHECK_FALSE(scope_of("some").has_value());
}
