#include <doctest/doctest.h>

#include <fstream>

#include "signals/ledger.hpp"
#include "signals/quality.hpp"
#include "support/paths.hpp"

namespace hb::signals {
namespace {

Date day(const char* text) { return *parse_date(text); }
Instant at(const char* text) { return *parse_instant(text); }

watch::Signal signal(const char* id, const char* date, double score, const char* first = nullptr) {
  watch::Signal made;
  made.id = id;
  made.date = day(date);
  made.lane = watch::Lane::ranked;
  made.area = "770101001";
  made.place = "示例小学";
  made.disease = "d1";
  made.streams = {"absence", "cards"};
  made.score = score;
  made.first_date = day(first == nullptr ? date : first);
  return made;
}

Run run_of(const char* from, const char* to, const char* when = "2025-11-21T08:00:00+08:00") {
  Run run;
  run.at = at(when);
  run.by = "system";
  run.from = day(from);
  run.to = day(to);
  return run;
}

Event verified(const char* result, const char* reason = "",
               const char* when = "2025-11-21T09:30:00+08:00") {
  Event event;
  event.at = at(when);
  event.by = "zhang";
  event.act = Act::verified;
  event.result = result;
  event.way = "telephone";
  event.reason = reason;
  return event;
}

struct House {
  test::TempDir folder;
  std::unique_ptr<Ledger> ledger;
  explicit House(Sealing sealing = {}) {
    auto opened = Ledger::open((folder.path() / "signals.db").string(), std::move(sealing));
    REQUIRE(opened.has_value());
    ledger = std::move(*opened);
  }
};

}  // namespace

TEST_CASE("Ledger::keep: the same day twice keeps every signal once") {
  House house;
  const std::vector<watch::Signal> found = {signal("a", "2025-11-20", 4.25),
                                            signal("b", "2025-11-21", 6)};
  const auto first = house.ledger->keep(found, run_of("2025-11-08", "2025-11-21"));
  REQUIRE(first.has_value());
  CHECK(first->raised == 2);
  const auto again = house.ledger->keep(found, run_of("2025-11-08", "2025-11-21"));
  REQUIRE(again.has_value());
  CHECK(again->raised == 0);
  CHECK(again->changed == 0);
  CHECK(again->unsupported == 0);
  CHECK(house.ledger->list({})->total == 2);
  CHECK(house.ledger->events("a")->size() == 1);
  CHECK(house.ledger->runs(10)->size() == 2);
  CHECK(house.ledger->check()->empty());
}

TEST_CASE("Ledger::keep: late reports change a signal and never double it") {
  House house;
  REQUIRE(house.ledger->keep({signal("episode-1-2025-11-20", "2025-11-20", 4)},
                             run_of("2025-11-08", "2025-11-21")));
  SUBCASE("more cases of the same days: stronger, the same signal") {
    const auto run = house.ledger->keep({signal("episode-1-2025-11-20", "2025-11-20", 7.5)},
                                        run_of("2025-11-09", "2025-11-22"));
    CHECK(run->changed == 1);
    CHECK(house.ledger->find("episode-1-2025-11-20")->facts.score == doctest::Approx(7.5));
  }
  SUBCASE("an earlier beginning gives another id: the signal goes on under its own") {
    const auto run =
        house.ledger->keep({signal("episode-1-2025-11-18", "2025-11-19", 5, "2025-11-18")},
                           run_of("2025-11-09", "2025-11-22"));
    CHECK(run->raised == 0);
    CHECK(run->changed == 1);
    CHECK(house.ledger->list({})->total == 1);
    CHECK(house.ledger->find("episode-1-2025-11-20")->facts.first_date == day("2025-11-18"));
  }
  SUBCASE("another street, other streams or a month apart: another signal") {
    watch::Signal street = signal("x", "2025-11-20", 4);
    street.area = "770101002";
    watch::Signal streams = signal("y", "2025-11-20", 4);
    streams.streams = {"hotline"};
    const auto run =
        house.ledger->keep({street, streams, signal("z", "2025-11-20", 4, "2025-10-20")},
                           run_of("2025-11-09", "2025-11-22"));
    CHECK(run->raised == 3);
    CHECK(run->unsupported == 1);
    CHECK(house.ledger->list({})->total == 4);
  }
  CHECK(house.ledger->check()->empty());
}

TEST_CASE("Ledger::keep: what the data no longer support stays, and says so") {
  House house;
  REQUIRE(house.ledger->keep({signal("a", "2025-11-20", 4)}, run_of("2025-11-08", "2025-11-21")));
  REQUIRE(house.ledger->act("a", verified("suspected")));
  const auto gone = house.ledger->keep({}, run_of("2025-11-08", "2025-11-21"));
  CHECK(gone->unsupported == 1);
  CHECK_FALSE(house.ledger->find("a")->supported);
  CHECK(house.ledger->find("a")->state == State::suspected);
  CHECK(house.ledger->keep({}, run_of("2025-11-08", "2025-11-21"))->unsupported == 0);
  // Days outside the run are not judged by it.
  REQUIRE(house.ledger->keep({signal("old", "2025-10-01", 4)}, run_of("2025-10-01", "2025-10-01")));
  CHECK(house.ledger->keep({signal("a", "2025-11-20", 4)}, run_of("2025-11-08", "2025-11-21"))
            ->changed == 1);
  CHECK(house.ledger->find("a")->supported);
  CHECK(house.ledger->find("old")->supported);
  const auto events = house.ledger->events("a");
  REQUIRE(events->size() == 4);
  CHECK((*events)[2].act == Act::unsupported);
  CHECK((*events)[3].act == Act::supported);
  CHECK(house.ledger->check()->empty());
}

TEST_CASE("Ledger::act: the way of a signal, and what is refused") {
  House house;
  REQUIRE(house.ledger->keep({signal("a", "2025-11-20", 4)}, run_of("2025-11-08", "2025-11-21")));
  const auto refused = [&](Event event, std::optional<int> seen = {}) {
    const auto kept = house.ledger->act("a", std::move(event), seen);
    return kept ? std::string("done") : kept.error().message;
  };
  CHECK(refused(verified("dismissed")) == "the reason is missing");
  CHECK(refused(verified("confirmed")) == "the result must be suspected or dismissed");
  Event wayless = verified("suspected");
  wayless.way.clear();
  CHECK(refused(wayless) == "how it was verified is missing");
  Event early = verified("confirmed");
  early.act = Act::investigated;
  CHECK(refused(early) == "a signal that is raised cannot be investigated");
  CHECK(house.ledger->act("none", verified("suspected")).error().code == ErrorCode::not_found);
  CHECK(refused(verified("suspected"), 2) ==
        "more has happened to the signal meanwhile: read it again");
  CHECK(house.ledger->find("a")->events == 1);

  Event suspected = verified("suspected");
  suspected.cases = 7;
  suspected.key = "k1";
  CHECK(house.ledger->act("a", suspected, 1)->state == State::suspected);
  // The same key again does nothing new, even from who knows of less.
  CHECK(house.ledger->act("a", suspected, 1)->events == 2);
  CHECK(refused(verified("dismissed", "other")) == "a signal that is suspected cannot be verified");
  Event investigated = verified("excluded", "sporadic", "2025-11-22T10:00:00+08:00");
  investigated.act = Act::investigated;
  const auto excluded = house.ledger->act("a", investigated);
  REQUIRE(excluded.has_value());
  CHECK(excluded->state == State::excluded);
  CHECK(excluded->reason == "sporadic");
  CHECK(excluded->cases == 7);
  CHECK_FALSE(excluded->open());
  CHECK(excluded->verified_at == at("2025-11-21T09:30:00+08:00"));

  Event reopened = verified("");
  reopened.act = Act::reopened;
  CHECK(refused(reopened) == "why it is looked at again is missing");
  reopened.note = "新增3例";
  CHECK(house.ledger->act("a", reopened)->state == State::raised);
  CHECK(house.ledger->events("a")->size() == 4);
  CHECK(house.ledger->check()->empty());
}

TEST_CASE("Ledger: survives being closed, is sealed, and is open once") {
  const Sealing sealing{
      [](std::string_view plain, std::string_view context) {
        return std::string(context) + "|" + std::string(plain.rbegin(), plain.rend());
      },
      [](std::string_view sealed, std::string_view context) -> Result<std::string> {
        if (!sealed.starts_with(std::string(context) + "|"))
          return fail(ErrorCode::invalid_input, "not sealed for this");
        const std::string_view rest = sealed.substr(context.size() + 1);
        return std::string(rest.rbegin(), rest.rend());
      }};
  House house(sealing);
  REQUIRE(house.ledger->keep({signal("a", "2025-11-20", 4)}, run_of("2025-11-08", "2025-11-21")));
  Event note = verified("");
  note.act = Act::noted;
  note.note = "WORDS-OF-A-PERSON";
  REQUIRE(house.ledger->act("a", note));
  REQUIRE(house.ledger->set_workload({0, at("2025-11-21T08:00:00Z"), "li", 3.0, "WHY-THREE"}));
  const std::string path = (house.folder.path() / "signals.db").string();
  const auto twice = Ledger::open(path);
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().code == ErrorCode::unavailable);
  house.ledger.reset();
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  CHECK(bytes.find("WORDS-OF-A-PERSON") == std::string::npos);
  CHECK(bytes.find("WHY-THREE") == std::string::npos);
  const auto again = Ledger::open(path, sealing);
  REQUIRE(again.has_value());
  CHECK((*again)->events("a")->back().note == "WORDS-OF-A-PERSON");
  CHECK((*again)->workloads()->front().note == "WHY-THREE");
  CHECK((*again)->workloads()->front().at_most == 3.0);
  CHECK((*again)->check()->empty());
}

TEST_CASE("Ledger::set_workload: every decision stays; none at all is one too") {
  House house;
  CHECK(house.ledger->workloads()->empty());
  REQUIRE(house.ledger->set_workload({0, at("2025-11-21T08:00:00Z"), "li", 3.0, "试行"}));
  REQUIRE(house.ledger->set_workload({0, at("2025-12-21T08:00:00Z"), "wang", {}, "全部"}));
  const auto all = house.ledger->workloads();
  REQUIRE(all->size() == 2);
  CHECK_FALSE(all->front().at_most.has_value());
  CHECK(all->back().by == "li");
  CHECK_FALSE(house.ledger->set_workload({0, {}, "li", 0.0, ""}).has_value());
}

TEST_CASE("Ledger::list: filters, areas of the asker, ranking") {
  House house;
  watch::Signal single = signal("case", "2025-11-19", 0);
  single.lane = watch::Lane::one_case;
  single.area = "770101002";
  single.disease = "d2";
  REQUIRE(house.ledger->keep({signal("weak", "2025-11-18", 2), signal("done", "2025-11-18", 9),
                              signal("strong", "2025-11-17", 5), single},
                             run_of("2025-11-08", "2025-11-21")));
  REQUIRE(house.ledger->act("done", verified("dismissed", "duplicate")));
  const auto ids = [&](const SignalQuery& query) {
    std::string text;
    const auto page = house.ledger->list(query);
    REQUIRE(page.has_value());
    for (const Kept& kept : page->signals) text += kept.id + " ";
    return text;
  };
  SignalQuery ranked;
  ranked.ranked = true;
  CHECK(ids(ranked) == "case strong weak done ");
  ranked.limit = 2;
  ranked.offset = 1;
  CHECK(ids(ranked) == "strong weak ");
  SignalQuery query;
  query.areas = {"770101002", "99"};
  CHECK(ids(query) == "case ");
  query = {};
  query.states = {State::dismissed};
  CHECK(ids(query) == "done ");
  query = {};
  query.disease = "d2";
  CHECK(ids(query) == "case ");
  query = {};
  query.from = day("2025-11-18");
  query.to = day("2025-11-18");
  CHECK(ids(query) == "weak done ");
  query = {};
  query.stream = "absence";
  query.lane = watch::Lane::one_case;
  CHECK(ids(query) == "case ");
}

TEST_CASE("quality: predictive value and times counted by hand") {
  House house;
  std::vector<watch::Signal> found;
  for (const char* id : {"a", "b", "c", "d"})
    found.push_back(signal(id, "2025-11-20", 4, "2025-11-17"));
  REQUIRE(house.ledger->keep(found, run_of("2025-11-08", "2025-11-21")));  // raised at 08:00
  REQUIRE(house.ledger->act("a", verified("suspected")));                  // 1.5 hours
  REQUIRE(house.ledger->act("b", verified("dismissed", "sporadic", "2025-11-21T13:00:00+08:00")));
  REQUIRE(house.ledger->act("c", verified("suspected", "", "2025-11-21T10:00:00+08:00")));
  Event confirmed = verified("confirmed", "", "2025-11-22T10:00:00+08:00");
  confirmed.act = Act::investigated;
  REQUIRE(house.ledger->act("c", confirmed));
  const auto all = house.ledger->list({})->signals;
  const Quality made = quality(all, day("2025-11-15"), day("2025-11-28"));
  CHECK(made.signals == 4);
  CHECK(made.per_week == doctest::Approx(2));  // 4 in two weeks
  CHECK(made.verified.x == 3);
  CHECK(made.suspected.x == 2);
  CHECK(made.suspected.n == 3);
  // Final results: c confirmed, b dismissed.
  CHECK(*made.confirmed.value == doctest::Approx(0.5));
  // Wilson for 1 of 2: (1 + z²/2 ± z sqrt(1·1/2 + z²/4)) / (2 + z²), z² = 3.841459.
  CHECK(made.confirmed.limits.lower == doctest::Approx(0.0945312));
  CHECK(made.confirmed.limits.upper == doctest::Approx(0.9054688));
  CHECK(made.in_time.x == 2);  // 1.5 and 2.0 hours, not 5
  CHECK(made.hours_to_verify.median == doctest::Approx(2));
  CHECK(made.hours_to_verify.lower == doctest::Approx(1.75));
  CHECK(made.days_to_signal.median == doctest::Approx(3));
  CHECK(made.reasons.at("sporadic") == 1);
  // Nothing verified: no share, no interval.
  const Quality none = quality(all, day("2024-01-01"), day("2024-01-07"));
  CHECK(none.signals == 0);
  CHECK_FALSE(none.confirmed.value.has_value());
}

TEST_CASE("event_from: what was written is read again; damage is said") {
  Event event = verified("dismissed", "other");
  event.number = 3;
  event.cases = 0;
  event.note = "“引号”\n";
  event.key = "k";
  const auto again = event_from(to_json(event));
  REQUIRE(again.has_value());
  CHECK(again->reason == "other");
  CHECK(again->cases == 0);
  CHECK(again->note == event.note);
  CHECK(again->at == event.at);
  CHECK_FALSE(event_from("{").has_value());
  CHECK_FALSE(event_from(R"({"number":1,"at":1,"by":"x","act":"praised"})").has_value());
}

TEST_CASE("facts_of: a cluster keeps its areas and whether it goes on, through the log and back") {
  watch::Signal found = signal("s", "2025-11-20", 5);
  watch::Evidence evidence;
  evidence.stream = "cards";
  evidence.method = "scan";
  evidence.key = {"770101001", "", "d1", ""};
  evidence.day = evidence.from = evidence.to = day("2025-11-20");
  evidence.observed = 12;
  evidence.expected = 4;
  evidence.threshold = surveillance::none;
  evidence.pvalue = 1e-4;
  evidence.cluster =
      std::make_shared<const watch::Cluster>(watch::Cluster{{"770101001", "770101004"}, true});
  found.evidence = {evidence};
  Event event;
  event.act = Act::raised;
  event.by = "system";
  event.number = 1;
  event.at = at("2025-11-20T08:00:00+08:00");
  event.facts = facts_of(found);
  const auto back = event_from(to_json(event));
  REQUIRE(back.has_value());
  REQUIRE(back->facts->grounds.size() == 1);
  CHECK(back->facts->grounds[0].areas == std::vector<std::string>{"770101001", "770101004"});
  CHECK(back->facts->grounds[0].ongoing);
  CHECK(*back->facts == *event.facts);
  Facts other = *event.facts;
  other.grounds[0].ongoing = false;
  CHECK_FALSE(other == *event.facts);
}

}  // namespace hb::signals
