#include "ingest/person.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace hb;

namespace {

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct Parsed {
  std::string text;
  fhir::Parser parser;
  fhir::Resource resource;
  explicit Parsed(std::string json) : text(std::move(json)) {
    const std::size_t size = text.size();
    text.append(simdjson::SIMDJSON_PADDING, '\0');
    resource = *parser.parse(std::string_view(text).substr(0, size));
  }
};

}  // namespace

TEST_CASE("person_words: a Han name is found by its runs, its pinyin and its initials") {
  Parsed patient(R"({"resourceType":"Patient","id":"p1","name":[{"text":"张小明"}],
    "identifier":[{"value":"770102198001011234"}],"telecom":[{"value":"000-5550-1234"}]})");
  const auto words = ingest::person_words(patient.resource);
  for (const char* word : {"张", "小明", "张小明", "zhang", "xiaoming", "zhangxiaoming", "zxm",
                           "770102198001011234", "000-5550-1234"})
    CHECK_MESSAGE(has(words, word), word);
  CHECK_FALSE(has(words, "ming zhang"));
  CHECK_FALSE(has(words, "明小"));
}

TEST_CASE("person_words: a Latin name is found by prefixes of two letters and more") {
  Parsed patient(
      R"({"resourceType":"Patient","id":"p1","name":[{"family":"O'Hara","given":["Anne","B"]}]})");
  const auto words = ingest::person_words(patient.resource);
  CHECK(has(words, "an"));
  CHECK(has(words, "anne"));
  CHECK(has(words, "o'h"));
  CHECK_FALSE(has(words, "a"));
}

TEST_CASE("query_words: cut by white space and folded like the index") {
  CHECK(ingest::query_words("  Zhang  XIAOMING ") == std::vector<std::string>{"zhang", "xiaoming"});
  CHECK(ingest::query_words("").empty());
}

TEST_CASE("resident_from: present address, partial and impossible dates") {
  Parsed patient(R"({"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1980",
    "deceasedDateTime":"2025-03-01T04:00:00+08:00",
    "address":[{"use":"old","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"770199"}]},
               {"use":"home","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"770102003"}]}]})");
  const records::Resident resident = ingest::resident_from(patient.resource);
  CHECK(resident.sex == "female");
  CHECK_FALSE(resident.birth_date.has_value());
  CHECK(format_date(*resident.deceased) == "2025-03-01");
  CHECK(resident.area == "770102003");
}
