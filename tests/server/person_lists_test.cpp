#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "core/principal_key.hpp"
#include "server/person_lists.hpp"

using namespace hb;
using server::PersonList;
using server::PersonLists;

namespace {

PersonList list_of(std::int64_t first, std::int64_t count) {
  PersonList list;
  for (std::int64_t i = 0; i < count; ++i) list.add(first + i, nullptr);
  return list;
}

}  // namespace

TEST_CASE("PersonList: notes are kept once") {
  PersonList list;
  const std::string late = "late", refused = "refused";
  list.add(7, &late);
  list.add(8, nullptr);
  list.add(9, &refused);
  list.add(10, &late);
  CHECK(list.residents == std::vector<ResidentId>{7, 8, 9, 10});
  CHECK(list.note_of == std::vector<std::uint32_t>{1, 0, 2, 1});
  CHECK(list.notes == std::vector<std::string>{"", "late", "refused"});
}

TEST_CASE("PersonLists: eight who ask at once are given one scan") {
  PersonLists lists;
  std::atomic<int> scans{0};
  std::latch all{8};
  std::vector<std::jthread> askers;
  std::atomic<int> right{0};
  for (int i = 0; i < 8; ++i)
    askers.emplace_back([&] {
      all.arrive_and_wait();
      const auto made = lists.get("a", 1, false, [&]() -> Result<PersonList> {
        ++scans;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return list_of(1, 3);
      });
      right += made && (*made)->residents.size() == 3 ? 1 : 0;
    });
  askers.clear();
  CHECK(scans == 1);
  CHECK(right == 8);
}

TEST_CASE("PersonLists: a first page is of the newest feed, a further one of the same list") {
  PersonLists lists;
  int scans = 0;
  const auto ask = [&](BatchId feed, bool further) {
    const auto made = lists.get("a", feed, further, [&]() -> Result<PersonList> {
      ++scans;
      return list_of(scans, 1);
    });
    return (*made)->residents.front();
  };
  CHECK(ask(1, false) == 1);
  CHECK(ask(1, false) == 1);
  CHECK(ask(2, true) == 1);
  CHECK(ask(2, false) == 2);
  CHECK(ask(2, true) == 2);
  CHECK(scans == 2);
}

TEST_CASE("PersonLists: a fault is told and not kept; the list used longest ago goes first") {
  PersonLists lists(10);
  const auto fault = [] { return Result<PersonList>(fail(ErrorCode::unavailable, "too long")); };
  CHECK(lists.get("a", 1, false, fault).error().message == "too long");
  int scans = 0;
  const auto ask = [&](const char* key) {
    return lists.get(key, 1, false, [&]() -> Result<PersonList> {
      ++scans;
      return list_of(1, 4);
    });
  };
  CHECK(ask("a").has_value());
  CHECK(ask("b").has_value());  // 5 + 5 of 10
  CHECK(ask("a").has_value());
  CHECK(scans == 2);
  CHECK(ask("c").has_value());  // b goes
  CHECK(ask("a").has_value());
  CHECK(scans == 3);
  CHECK(ask("b").has_value());
  CHECK(scans == 4);
}

TEST_CASE("principal_key: whatever decides what is seen makes another key") {
  const Principal one{"li.na", {"nurse"}, {"770101001"}, {"o1"}, "care"};
  Principal other = one;
  other.user = "wang.wei";
  CHECK(principal_key(other) == principal_key(one));
  const auto changed = [&](auto change) {
    Principal next = one;
    change(next);
    return principal_key(next) != principal_key(one);
  };
  CHECK(changed([](Principal& p) { p.roles.push_back("x"); }));
  CHECK(changed([](Principal& p) { p.areas = {"770101002"}; }));
  CHECK(changed([](Principal& p) {
    p.areas = {};
    p.organizations = {"770101001", "o1"};
  }));
  CHECK(changed([](Principal& p) { p.practitioners = {"d1"}; }));
  CHECK(changed([](Principal& p) { p.own = {7}; }));
  CHECK(changed([](Principal& p) { p.granted = {7}; }));
  CHECK(changed([](Principal& p) { p.purpose = "own"; }));
  CHECK(changed([](Principal& p) { p.approval = "1"; }));
  CHECK(changed([](Principal& p) { p.unrestricted = true; }));
}
