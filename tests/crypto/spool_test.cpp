#include "crypto/spool.hpp"

#include <doctest/doctest.h>

#include "crypto/bytes.hpp"

using namespace hb;
using namespace hb::crypto;

namespace {

const std::string key(cipher_key_bytes, 's');

std::string sealed_in_pieces(const std::string& plain, std::size_t piece) {
  SpoolWriter writer(key);
  std::string file;
  for (std::size_t at = 0; at < plain.size(); at += piece)
    file += writer.add(plain.substr(at, piece));
  return file += writer.finish();
}

/// All of it, or the first error.
Result<std::string> opened(const std::string& file, std::string_view with = key) {
  SpoolReader reader(with);
  std::string plain;
  for (std::size_t at = 0; !reader.ended(); at += sealed_frame_bytes) {
    const auto frame =
        reader.open(std::string_view(file).substr(std::min(at, file.size()), sealed_frame_bytes));
    if (!frame) return frame;
    plain += *frame;
  }
  return plain;
}

}  // namespace

TEST_CASE("spool: what was written in any pieces reads back; nothing of it shows") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, spool_frame_bytes - 1,
                                 spool_frame_bytes, spool_frame_bytes + 1, 3 * spool_frame_bytes}) {
    const std::string plain = random_bytes(size);
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{200'000}}) {
      const std::string file = sealed_in_pieces(plain, piece);
      CHECK(file.size() == size + 28 * (size / spool_frame_bytes + 1));
      CHECK(*opened(file) == plain);
    }
  }
  const std::string named = sealed_in_pieces("赵钱孙李", 4);
  CHECK(named.find("赵钱孙李") == std::string::npos);
}

TEST_CASE("spool: cut, changed, out of order or of another key is an error") {
  const std::string file = sealed_in_pieces(std::string(3 * spool_frame_bytes + 9, 'x'), 70'000);
  CHECK_FALSE(opened(file.substr(0, file.size() - 1)).has_value());
  CHECK_FALSE(opened(file.substr(0, sealed_frame_bytes)).has_value());  // the end is gone
  CHECK_FALSE(opened(file.substr(sealed_frame_bytes)).has_value());     // the beginning is gone
  CHECK_FALSE(opened(file, std::string(cipher_key_bytes, 't')).has_value());
  std::string swapped = file.substr(sealed_frame_bytes, sealed_frame_bytes) +
                        file.substr(0, sealed_frame_bytes) + file.substr(2 * sealed_frame_bytes);
  CHECK_FALSE(opened(swapped).has_value());
  std::string changed = file;
  changed[100] = static_cast<char>(changed[100] ^ 1);
  CHECK_FALSE(opened(changed).has_value());
}
