#include "exchange/pseudonym.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "exchange/sorted_lines.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::exchange;

namespace {

std::string counting_key() {
  std::string key;
  for (char byte = 0; byte < 32; ++byte) key += byte;
  return key;
}

}  // namespace

TEST_CASE("Pseudonyms: names and shifts as another program works them out") {
  // Python: hmac.new(bytes(range(32)), b"name person 7", sha256).hexdigest()[:20]; the shift is the
  // first eight bytes, big end first, modulo 361, minus 180.
  const Pseudonyms names(counting_key(), 180);
  CHECK(names.name("person", 7) == "ff639db20ef9f1993147");
  CHECK(names.name("key", 7) == "b4e2171f447eaad3e55b");
  CHECK(names.shift(7) == -64);
  CHECK(names.shift(8) == -146);
  CHECK(names.shift(9) == 30);
}

TEST_CASE("Pseudonyms: another key shares nothing; shifts fill their range evenly") {
  const Pseudonyms one(counting_key(), 3);
  const Pseudonyms other(std::string(32, 'k'), 3);
  std::set<std::string> names;
  std::map<int, int> shifts;
  for (std::int64_t person = 0; person < 14'000; ++person) {
    names.insert(one.name("person", person));
    names.insert(other.name("person", person));
    ++shifts[one.shift(person)];
  }
  CHECK(names.size() == 28'000);
  REQUIRE(shifts.size() == 7);  // -3 … 3
  CHECK(shifts.begin()->first == -3);
  // 2,000 each; chi-square with 6 degrees of freedom stays below 22.46 in 999 of 1,000 keys.
  double squares = 0;
  for (const auto& [shift, people] : shifts)
    squares += (people - 2000.0) * (people - 2000.0) / 2000;
  CHECK(squares < 22.46);
}

TEST_CASE("SortedLines: in order, however little memory there is") {
  const test::TempDir directory;
  std::mt19937 random(7);
  std::vector<std::string> lines;
  for (int i = 0; i < 1000; ++i)
    lines.push_back(std::to_string(random() % 5000) + (i % 10 == 0 ? "\n\"quoted\"" : ""));
  for (const std::size_t memory : {std::size_t{500}, std::size_t{20'000}, std::size_t{1} << 30}) {
    SortedLines sorted(directory.path(), memory);
    for (const std::string& line : lines) REQUIRE(sorted.add(line).has_value());
    std::vector<std::string> out;
    REQUIRE(sorted
                .each([&](const std::string& line) -> Result<void> {
                  out.push_back(line);
                  return {};
                })
                .has_value());
    auto want = lines;
    std::ranges::sort(want);
    CHECK(out == want);
  }
  CHECK(std::filesystem::is_empty(directory.path()));
}
