#include <thread>

#include "given.hpp"
#include "tables/moment.hpp"
#include "tables/share.hpp"

using namespace hb;
using namespace hb::test;

namespace {

constexpr auto limit = std::chrono::seconds(5);

std::int64_t number(const Result<ResultSet>& set) {
  REQUIRE_MESSAGE(set.has_value(), (set ? "" : set.error().message));
  return std::get<std::int64_t>(set->rows.at(0).at(0));
}

std::int64_t count(const Moment& moment) {
  return number(moment.query("SELECT count(*) AS n FROM visit", {}, limit));
}

Visit visit_of(Seq seq, ResidentId resident, const char* code = "J06") {
  return {seq, code, *make_date(2025, 3, 2), 500'000, resident, "770101001"};
}

std::unique_ptr<Moment> moment_of(const Database& database) {
  auto moment = database.moment(2);
  REQUIRE_MESSAGE(moment.has_value(), (moment ? "" : moment.error().message));
  return std::move(*moment);
}

}  // namespace

TEST_CASE("moment: shows what was there when it was opened, and checkpoints go on") {
  Given given;
  REQUIRE(given.database->apply(batch({1}, {visit_of(1, 7), visit_of(2, 8)})).has_value());
  const auto before = moment_of(*given.database);
  CHECK(before->reached() == 1);
  CHECK(before->beyond() == 0);
  REQUIRE(given.database->apply(batch({2}, {visit_of(3, 9)}, {1})).has_value());
  CHECK(count(*before) == 2);
  REQUIRE(given.database->checkpoint().has_value());
  REQUIRE(given.database->apply(batch({3}, {visit_of(4, 9)})).has_value());
  CHECK(count(*before) == 2);
  const auto after = moment_of(*given.database);
  CHECK(after->reached() == 3);
  CHECK(count(*after) == 3);
  // A former row is found in the former state only.
  CHECK(before->owners(visit_schema(), {1})->residents == std::vector<ResidentId>{7});
  CHECK_FALSE(after->owners(visit_schema(), {1})->any);
  // Batch 5 without 4: applied, not reached.
  REQUIRE(given.database->apply(batch({5}, {visit_of(6, 9)})).has_value());
  const auto gap = moment_of(*given.database);
  CHECK(gap->reached() == 3);
  CHECK(gap->beyond() != 0);
  CHECK(moment_of(*given.database)->beyond() == gap->beyond());
  CHECK(gap->query("SELECT * FROM feed.applied", {}, limit).error().code ==
        ErrorCode::invalid_input);
}

TEST_CASE("moment: a query that fails on the way costs nothing, unless something was committed") {
  Given given;
  REQUIRE(given.database->apply(batch({1}, {visit_of(1, 7), visit_of(2, 8)})).has_value());
  auto opened = given.database->moment(1);
  REQUIRE(opened.has_value());
  const Moment& moment = **opened;
  const char* const fails = "SELECT CAST(code AS BIGINT) AS n FROM visit";
  CHECK_FALSE(moment.query(fails, {}, limit).has_value());
  CHECK_FALSE(moment.is_lost());
  CHECK(count(moment) == 2);
  REQUIRE(given.database->apply(batch({2}, {visit_of(3, 9)})).has_value());
  CHECK(count(moment) == 2);
  CHECK_FALSE(moment.query(fails, {}, limit).has_value());
  CHECK(moment.is_lost());
  CHECK(moment.query("SELECT count(*) AS n FROM visit", {}, limit).error().code ==
        ErrorCode::unavailable);
  CHECK_FALSE(moment.owners(visit_schema(), {1}).has_value());
}

TEST_CASE("moment: what was committed between two of them") {
  Given given;
  const auto first = moment_of(*given.database);
  REQUIRE(given.database->apply(batch({1}, {visit_of(1, 7), visit_of(2, 8)})).has_value());
  REQUIRE(given.database->apply(batch({2}, {visit_of(3, 7)}, {1})).has_value());
  const auto second = moment_of(*given.database);
  const auto changes = given.database->changes_between(first->position(), second->position());
  REQUIRE(changes.has_value());
  CHECK(changes->residents == std::vector<ResidentId>{7, 8});
  CHECK(changes->replaced == std::vector<std::int64_t>{1});
  CHECK(changes->tables == std::set<std::string>{"visit"});
  CHECK(changes->unowned.empty());
  CHECK(given.database->changes_between(second->position(), second->position())->residents.empty());
  // Nobody can follow a table that was emptied.
  REQUIRE(given.database->clear().has_value());
  const auto third = moment_of(*given.database);
  CHECK_FALSE(given.database->changes_between(second->position(), third->position()).has_value());
  CHECK(count(*second) == 2);
  CHECK(count(*third) == 0);
}

TEST_CASE("share: the rows of some residents, asked with the same SQL") {
  Given given;
  REQUIRE(given.database->apply(batch({1}, {visit_of(1, 7), visit_of(2, 7, "I10"), visit_of(3, 8)}))
              .has_value());
  const auto moment = moment_of(*given.database);
  TableSchema part = visit_schema();
  std::erase_if(part.columns, [](const ColumnSpec& c) {
    return c.name != "resident_id" && c.name != "code" && c.name != "cost" && c.name != "day";
  });
  auto share = Share::open({part});
  REQUIRE_MESSAGE(share.has_value(), (share ? "" : share.error().message));
  auto other = Share::open({part});
  const std::string sql =
      "SELECT count(*) AS n FROM visit WHERE code <> $code AND day = CAST($day AS DATE)";
  const auto ask = [&](const Share& of, const char* code) {
    return number(
        of.query(sql, {{"code", std::string(code)}, {"day", *make_date(2025, 3, 2)}}, limit));
  };
  REQUIRE((*share)->fill("visit", *moment, {7}).has_value());
  CHECK(ask(**share, "I10") == 1);
  CHECK((*share)->content("visit")->rows == 2);
  REQUIRE((*share)->fill("visit", *moment, {7, 8}).has_value());
  CHECK(ask(**share, "I10") == 2);
  REQUIRE((*other)->fill("visit", **share).has_value());
  CHECK(*(*other)->content("visit") == *(*share)->content("visit"));
  REQUIRE((*other)->fill("visit", *moment, {8}).has_value());
  CHECK(*(*other)->content("visit") != *(*share)->content("visit"));
  REQUIRE((*other)->fill("visit", *moment, {}).has_value());
  CHECK(ask(**other, "") == 0);
  // No files, no settings.
  CHECK_FALSE((*share)->query("SELECT * FROM read_csv('/etc/passwd')", {}, limit).has_value());
  CHECK_FALSE((*share)->query("SET threads = 4", {}, limit).has_value());
}
