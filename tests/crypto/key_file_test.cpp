#include "crypto/key_file.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "support/paths.hpp"

using namespace hb;
using namespace hb::crypto;
namespace fs = std::filesystem;

TEST_CASE("signing_key: made once, for its owner alone, with its public part beside it") {
  const test::TempDir folder;
  const fs::path file = folder.path() / "audit.key";
  const auto made = signing_key(file);
  REQUIRE(made.has_value());
  CHECK((fs::status(file).permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  const auto again = signing_key(file);
  REQUIRE(again.has_value());
  const std::string sign = again->sign(Signature::ed25519, "x");
  CHECK(made->verify(Signature::ed25519, "x", sign));
  CHECK(read_key(folder.path() / "audit.key.pub")->verify(Signature::ed25519, "x", sign));
}

TEST_CASE("signing_key: a file that others read, or that holds no such key, is refused") {
  const test::TempDir folder;
  const fs::path file = folder.path() / "audit.key";
  REQUIRE(signing_key(file).has_value());
  fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
  CHECK(signing_key(file).error().code == ErrorCode::invalid_input);
  fs::remove(file);
  std::ofstream(file) << "no key";
  fs::permissions(file, fs::perms::owner_read, fs::perm_options::replace);
  CHECK(signing_key(file).error().message == "the file holds no key in PEM form");
  CHECK(read_key(folder.path() / "none").error().code == ErrorCode::not_found);
  CHECK(signing_key(folder.path() / "none" / "audit.key").error().code == ErrorCode::unavailable);
}
