#include "signals/comparable.hpp"

#include <doctest/doctest.h>

#include "signals/adjacent.hpp"

namespace hb::signals {
namespace {

Kept kept(const char* id, const char* date, const char* area, const char* place,
          const char* disease, const char* stream) {
  Kept one;
  one.id = id;
  one.facts.date = one.facts.first_date = *parse_date(date);
  one.facts.area = area;
  one.facts.place = place;
  one.facts.disease = disease;
  one.facts.streams = {stream};
  return one;
}

std::string words(const Comparable& one) {
  std::string text = one.kept->id + ":";
  for (const Likeness why : one.why) text += " " + std::string(likeness_word(why));
  return text;
}

}  // namespace

TEST_CASE("comparable: what makes former signals alike, the most alike first") {
  const Kept now = kept("now", "2025-11-20", "770101001", "学校", "hfmd", "cards");
  const std::vector<Kept> all = {
      now,
      kept("growing", "2025-11-10", "770101001", "学校", "hfmd", "cards"),  // the same episode
      kept("later", "2025-11-20", "770101001", "学校", "hfmd", "cards"),    // not before it
      kept("other", "2025-03-01", "770101002", "", "mumps", "lab"),         // nothing in common
      kept("next-door", "2025-03-01", "770101001", "", "mumps", "lab"),     // the street alone
      kept("same-streams", "2025-03-01", "770101009", "", "", "cards"),
      kept("disease", "2025-03-01", "770101002", "", "hfmd", "lab"),
      kept("last-year", "2024-12-10", "770101002", "", "hfmd", "lab"),  // 20 days off, in 2024
      kept("place", "2025-03-01", "770101001", "学校", "mumps", "lab"),
      kept("newer-place", "2025-04-01", "770101001", "学校", "mumps", "lab")};
  std::vector<std::string> found;
  for (const Comparable& one : comparable(now, all, 10)) found.push_back(words(one));
  CHECK(found == std::vector<std::string>{"newer-place: place area", "place: place area",
                                          "last-year: disease season", "disease: disease",
                                          "same-streams: streams"});
  CHECK(comparable(now, all, 2).size() == 2);
}

TEST_CASE("nearest_areas: the area itself, then by distance, windows day by day") {
  watch::Stream stream;
  stream.window = 7;
  stream.points =
      std::make_shared<const watch::AreaPoints>(watch::AreaPoints{{"770101001", {150, 20}},
                                                                  {"770101002", {150.03, 20}},
                                                                  {"770101003", {150.01, 20}},
                                                                  {"770101004", {150.2, 20}},
                                                                  {"770101", {150, 20}}});
  Counts counts;
  counts.stream = &stream;
  counts.begin = *parse_date("2025-01-01");
  counts.end = *parse_date("2025-03-31");
  for (Date day = counts.begin; day <= counts.end; ++day.days) {
    counts.series[{"770101001", "", "d", ""}][day] = 1;
    counts.series[{"770101001", "", "e", ""}][day] = 5;  // another disease
    counts.series[{"770101003", "", "d", "a"}][day] = 2;
  }
  counts.series[{"770101001", "", "d", ""}][counts.end] = 9;
  Facts facts;
  facts.area = "770101001";
  facts.disease = "d";
  const auto near = nearest_areas(counts, facts, counts.end, 28, 2);
  REQUIRE(near.size() == 3);
  CHECK(near[0].area == "770101001");
  CHECK(near[0].km == 0);
  CHECK(near[0].days.size() == 28);
  CHECK(near[0].windows.back() == 6 + 9);
  CHECK(near[0].usual == 7);
  CHECK(near[1].area == "770101003");
  CHECK(near[1].windows.back() == 14);
  // One hundredth of a degree at 20° north: 6367 · π/180 · cos 20° · 0.01 = 1.0442 km.
  CHECK(near[1].km == doctest::Approx(1.0442).epsilon(1e-3));
  CHECK(near[2].area == "770101002");
  CHECK(near[2].windows.back() == 0);  // no case: a line of zeros, not a gap
  stream.points = nullptr;
  CHECK(nearest_areas(counts, facts, counts.end, 28, 2).empty());
}

}  // namespace hb::signals
