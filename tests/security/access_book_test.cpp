#include "security/access_book.hpp"

#include <doctest/doctest.h>

#include "support/paths.hpp"

using namespace hb;
using namespace hb::security;

namespace {

constexpr std::int64_t minute = 60'000'000;

/// One hour for each opening, three a day, reasons of 10 characters.
struct Book {
  test::TempDir folder;
  std::int64_t now = 1'000'000'000'000'000;
  std::unique_ptr<AccessBook> book;
  Book() { reopen(); }
  void reopen() {
    book.reset();
    auto opened = AccessBook::open((folder.path() / "access.db").string(), {60, 3, 10},
                                   [this] { return Instant{now}; });
    REQUIRE(opened.has_value());
    book = std::move(*opened);
  }
  std::vector<std::int64_t> granted(const char* user) {
    Principal principal{user, {"nurse"}, {}, {}, "care"};
    REQUIRE(book->complete(principal).has_value());
    return principal.granted;
  }
  Emergency opened(const char* user, ResidentId resident) {
    const auto one = book->ask(user, resident, "急诊昏迷患者需了解用药史");
    REQUIRE(one.has_value());
    return *one;
  }
};

}  // namespace

TEST_CASE("AccessBook: open at once, for one resident and one account, for an hour") {
  Book given;
  given.opened("li.na", 12);
  CHECK(given.granted("li.na") == std::vector<std::int64_t>{12});
  CHECK(given.granted("wang.wei").empty());
  given.reopen();
  given.now += 59 * minute;
  CHECK(given.granted("li.na").size() == 1);
  given.now += minute;
  CHECK(given.granted("li.na").empty());
}

TEST_CASE("AccessBook: a reason, not twice, not more than the day's number") {
  Book given;
  CHECK(given.book->ask("li.na", 12, "急").error().code == ErrorCode::invalid_input);
  CHECK(given.book->ask("li.na", 12, "  x      x      x  ").error().code ==
        ErrorCode::invalid_input);  // blanks do not count
  CHECK(given.book->ask("li.na", 12, std::string(2001, 'x')).error().code ==
        ErrorCode::invalid_input);
  given.opened("li.na", 12);
  CHECK(given.book->ask("li.na", 12, "急诊昏迷患者需了解用药史").error().code ==
        ErrorCode::conflict);
  given.opened("li.na", 13);
  given.opened("li.na", 14);
  CHECK(given.book->ask("li.na", 15, "急诊昏迷患者需了解用药史").error().code ==
        ErrorCode::forbidden);
  given.opened("wang.wei", 15);  // another account has its own number
  given.now += 24 * 60 * minute;
  given.opened("li.na", 15);
}

TEST_CASE("AccessBook: reviewed by another, once; an objection ends it and says why") {
  Book given;
  const Emergency one = given.opened("li.na", 12);
  CHECK(given.book->review(one.id, "li.na", true, "").error().code == ErrorCode::forbidden);
  CHECK(given.book->review(one.id, "shen.ji", false, " ").error().code == ErrorCode::invalid_input);
  CHECK(given.book->review(999, "shen.ji", true, "").error().code == ErrorCode::not_found);
  const auto objected = given.book->review(one.id, "shen.ji", false, "未见急诊记录");
  REQUIRE(objected.has_value());
  CHECK(objected->state == Emergency::State::objected);
  CHECK(objected->until.micros == given.now);
  CHECK(given.granted("li.na").empty());
  CHECK(given.book->review(one.id, "shen.ji", true, "").error().code == ErrorCode::conflict);
  const Emergency two = given.opened("li.na", 13);
  const auto approved = given.book->review(two.id, "shen.ji", true, "");
  REQUIRE(approved.has_value());
  CHECK(approved->until == two.until);
  CHECK(given.granted("li.na") == std::vector<std::int64_t>{13});
  std::int64_t total = 0;
  CHECK(given.book->emergencies("", Emergency::State::waiting, 0, 10, &total)->empty());
  CHECK(total == 0);
  CHECK(given.book->emergencies("li.na", {}, 0, 10, &total)->front().id == two.id);
  CHECK(total == 2);
}

TEST_CASE("AccessBook: whether it was open at a moment") {
  Book given;
  const Emergency one = given.opened("li.na", 12);
  CHECK(given.book->was_open("li.na", 12, one.asked).value());
  CHECK_FALSE(given.book->was_open("li.na", 12, one.until).value());
  CHECK_FALSE(given.book->was_open("li.na", 12, Instant{one.asked.micros - 1}).value());
  CHECK_FALSE(given.book->was_open("wang.wei", 12, one.asked).value());
}

TEST_CASE("AccessBook: links go into the principal, an approval until it ends") {
  Book given;
  Links links;
  links.practitioners = {"d1", "d2"};
  links.residents = {7};
  links.approval = "2025-17";
  CHECK(given.book->set_links("li.na", links).error().code == ErrorCode::invalid_input);
  links.approved_until = Instant{given.now + minute};
  REQUIRE(given.book->set_links("li.na", links).has_value());
  given.reopen();
  Principal principal{"li.na", {}, {}, {}, ""};
  REQUIRE(given.book->complete(principal).has_value());
  CHECK(principal.practitioners == links.practitioners);
  CHECK(principal.own == links.residents);
  CHECK(principal.approval == "2025-17");
  given.now += minute;
  Principal later{"li.na", {}, {}, {}, ""};
  REQUIRE(given.book->complete(later).has_value());
  CHECK(later.approval.empty());
  links.practitioners = {"d 1"};
  CHECK_FALSE(given.book->set_links("li.na", links).has_value());
  Principal nobody{"wang.wei", {}, {}, {}, ""};
  REQUIRE(given.book->complete(nobody).has_value());
  CHECK(nobody.practitioners.empty());
}
