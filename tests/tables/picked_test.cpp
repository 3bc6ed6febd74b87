#include "tables/picked.hpp"

#include <fmt/format.h>

#include <memory>

#include "given.hpp"

using namespace hb;
using namespace hb::test;

namespace {

/// 20,000 numbers of both signs, some NULL, each with its text.
struct Numbers {
  duck::Engine engine = duck::Engine::open(duck::in_memory, {}).value();
  duck::Connection connection = duck::Connection::open(engine).value();

  Numbers() {
    REQUIRE(Picked::offer(connection).has_value());
    REQUIRE(connection
                .run("CREATE TABLE n AS SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE (i - 10000) * "
                     "1000003 END AS id, 'row ' || i AS word FROM range(20000) AS r(i)")
                .has_value());
  }
  Result<ResultSet> words(const std::string& condition) const {
    return connection.ask("SELECT word FROM n WHERE " + condition + " ORDER BY word");
  }
};

}  // namespace

TEST_CASE("picked: finds the rows of the numbers and no others") {
  const Numbers numbers;
  std::vector<std::int64_t> wanted = {3, 1LL << 60};  // in no row
  for (int i = 19'999; i >= 0; i -= 13) wanted.push_back((i - 10'000) * 1'000'003LL);
  const Picked picked(wanted);
  const auto found = numbers.words(picked.condition("id"));
  REQUIRE(found.has_value());
  // Of the 1,539 numbers every seventh has become NULL: 19,999 - 13 k is a multiple of seven for
  // k = 0, 7, … 1,533.
  CHECK(found->rows.size() == 1'539 - 220);
  for (const auto& row : found->rows) {
    const int i = std::stoi(std::get<std::string>(row[0]).substr(4));
    CHECK((i % 7 != 0 && (19'999 - i) % 13 == 0));
  }
}

TEST_CASE("picked: two sets at once, none at all, and one that is gone") {
  const Numbers numbers;
  const Picked one({-9'999LL * 1'000'003});
  const Picked other({-9'998LL * 1'000'003, -9'997LL * 1'000'003});
  CHECK(numbers.words(one.condition("id"))->rows.size() == 1);
  CHECK(numbers.words(other.condition("id"))->rows.size() == 2);
  CHECK(numbers.words(Picked({}).condition("id"))->rows.empty());
  auto gone = std::make_unique<Picked>(std::vector<std::int64_t>{-9'999LL * 1'000'003});
  const std::string condition = gone->condition("id");
  gone.reset();
  const auto refused = numbers.words(condition);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("no longer known") != std::string::npos);
}

TEST_CASE("picked: scenes cannot call it") {
  Given given;
  CHECK_FALSE(given.database->check_scene_sql("SELECT code FROM visit WHERE hb_picked(seq, 1)"));
}
