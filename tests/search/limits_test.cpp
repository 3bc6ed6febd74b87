#include "search/given.hpp"

using namespace hb;
using hb::test::Searchable;

namespace {

std::string patient(int number) {
  return R"({"resourceType":"Patient","id":"p)" + std::to_string(number) +
         R"(","gender":"female","name":[{"family":"王"}],"birthDate":"19)" +
         std::to_string(50 + number % 40) + R"(-01-01"})";
}
std::string measurement(int number) {
  return R"({"resourceType":"Observation","id":"o)" + std::to_string(number) +
         R"(","status":"final","code":{"coding":[{"code":"c"}]},"subject":{"reference":"Patient/p)" +
         std::to_string(number) + "\"}}";
}

void fill(Searchable& given, int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(patient(i));
  for (int i = 0; i < count; ++i) texts.push_back(measurement(i));
  given.put(texts);
}

/// What a search under these limits is refused with; empty: it is answered.
std::string refusal(Searchable& given, std::string_view type, const search::QueryText& text,
                    const search::RunLimits& limits) {
  const auto page = search::run(*given.store, *given.index, Principal::system("test"),
                                given.parsed(type, text), limits);
  if (page) return {};
  CHECK(page.error().code == ErrorCode::invalid_input);
  CHECK(page.error().message.find("add a condition that leaves less") != std::string::npos);
  const std::size_t begin = page.error().message.find(": ") + 2;
  return page.error().message.substr(begin, page.error().message.find(';') - begin);
}

}  // namespace

TEST_CASE("search limits: how many resources are looked into") {
  Searchable given;
  fill(given, 100);
  search::RunLimits limits;
  limits.versions = 40;
  // Not indexed: every Patient is looked into, and the page of 50 is never full.
  CHECK(refusal(given, "Patient", {{"gender", "male"}}, limits) ==
        "more than 40 resources to look into");
  CHECK(refusal(given, "Patient", {{"gender", "male"}, {"_summary", "count"}}, limits) ==
        "more than 40 resources to look into");
  CHECK(refusal(given, "Patient", {{"gender", "female"}, {"_count", "20"}}, limits).empty());
  // What the index narrows down is not looked into.
  CHECK(refusal(given, "Observation", {{"patient", "p7"}, {"code", "c"}}, limits).empty());
  limits.versions = 50'000;
  CHECK(refusal(given, "Patient", {{"gender", "male"}}, limits).empty());
}

TEST_CASE("search limits: how much is put in order, linked and brought along") {
  Searchable given;
  fill(given, 100);
  search::RunLimits limits;
  limits.sorted = 99;
  CHECK(refusal(given, "Patient", {{"_sort", "gender"}}, limits) ==
        "more than 99 results to put in order");
  limits.sorted = 100;
  CHECK(refusal(given, "Patient", {{"_sort", "gender"}}, limits).empty());
  limits.linked = 99;
  CHECK(refusal(given, "Observation", {{"patient.name", "王"}}, limits) ==
        "'patient.name' leaves more than 99 Patient");
  limits.linked = 100;
  CHECK(refusal(given, "Observation", {{"patient.name", "王"}}, limits).empty());
  limits.included = 10;
  CHECK(refusal(given, "Observation", {{"code", "c"}, {"_include", "Observation:patient"}},
                limits) == "a page brings along more than 10 resources");
}

TEST_CASE("search limits: time") {
  Searchable given;
  fill(given, 300);
  search::RunLimits limits;
  limits.time = std::chrono::milliseconds(0);
  CHECK(refusal(given, "Patient", {{"gender", "male"}}, limits) == "it takes longer than 0 ms");
}

TEST_CASE("search limits: words of a search") {
  const search::QueryOptions options;
  const auto wrong = [&](const search::QueryText& text) {
    const auto query = search::parse_query("Observation", text, options);
    REQUIRE_FALSE(query);
    CHECK(query.error().code == ErrorCode::invalid_input);
    return query.error().message;
  };
  search::QueryText many;
  for (std::size_t i = 0; i <= search::most_clauses; ++i) many.emplace_back("code", "c");
  CHECK(wrong(many).find("32") != std::string::npos);
  std::string values = "c";
  for (std::size_t i = 0; i < search::most_values; ++i) values += ",c";
  CHECK(wrong({{"code", values}}).find("500") != std::string::npos);
  CHECK_FALSE(wrong({{"patient.link.link.link.link.name", "x"}}).empty());
  std::string deep = "code";
  for (int i = 0; i < 2'000; ++i) deep = "_has:Observation:patient:" + deep;
  CHECK_FALSE(wrong({{"patient." + deep, "x"}}).empty());
}
