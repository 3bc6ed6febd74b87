#include "fhir/parser.hpp"

#include <doctest/doctest.h>

using namespace hb;

namespace {

/// rule of the fault, "" when the text is taken
std::string rule_of(std::string_view json) {
  fhir::Parser parser;
  const fhir::PaddedText text(json);
  const auto resource = parser.parse(text.view());
  return resource ? "" : resource.error().rule;
}

}  // namespace

TEST_CASE("Parser: a resource tells type and id") {
  fhir::Parser parser;
  const fhir::PaddedText text(R"({"resourceType":"Patient","id":"p-1.A"})");
  const auto resource = parser.parse(text.view());
  REQUIRE(resource.has_value());
  CHECK(resource->type == "Patient");
  CHECK(resource->id == "p-1.A");
}

TEST_CASE("Parser: what is no FHIR resource is refused with its rule") {
  CHECK(rule_of("") == "not-json");
  CHECK(rule_of("{") == "not-json");
  CHECK(rule_of("\x7f\x45LF\x01") == "not-json");
  CHECK(rule_of("{\"resourceType\":\"Patient\",\"id\":\"\xff\"}") == "not-json");
  CHECK(rule_of("[]") == "not-fhir");
  CHECK(rule_of("{}") == "not-fhir");
  CHECK(rule_of(R"({"resourceType":7,"id":"a"})") == "not-fhir");
  CHECK(rule_of(R"({"resourceType":"Pateint","id":"a"})") == "unknown-type");
  CHECK(rule_of(R"({"resourceType":"Resource","id":"a"})") == "unknown-type");  // abstract
  CHECK(rule_of(R"({"resourceType":"HumanName","id":"a"})") == "unknown-type");
  CHECK(rule_of(R"({"resourceType":"Patient"})") == "required");
  CHECK(rule_of(R"({"resourceType":"Patient","id":""})") == "bad-id");
  CHECK(rule_of(R"({"resourceType":"Patient","id":"a b"})") == "bad-id");
  CHECK(rule_of(R"({"resourceType":"Patient","id":12})") == "bad-id");
  CHECK(rule_of(R"({"resourceType":"Patient","id":")" + std::string(64, 'x') + "\"}") == "");
  CHECK(rule_of(R"({"resourceType":"Patient","id":")" + std::string(65, 'x') + "\"}") == "bad-id");
}

TEST_CASE("Parser: nesting beyond 64 levels is refused before anybody walks it") {
  const auto nested = [](int levels) {
    std::string json = R"({"resourceType":"Patient","id":"a","x":)";
    for (int i = 0; i < levels; ++i) json += "[";
    for (int i = 0; i < levels; ++i) json += "]";
    return json + "}";
  };
  CHECK(rule_of(nested(60)) == "");
  CHECK(rule_of(nested(64)) == "too-deep");
  CHECK(rule_of(nested(100'000)) == "too-deep");
}

TEST_CASE("Parser: one parser reads a small text after a large one") {
  fhir::Parser parser;
  const fhir::PaddedText large(R"({"resourceType":"Patient","id":"a","x":")" +
                               std::string(300'000, 'y') + "\"}");
  const fhir::PaddedText small(R"({"resourceType":"Patient","id":"b"})");
  REQUIRE(parser.parse(large.view()).has_value());
  CHECK(parser.parse(small.view())->id == "b");
}

TEST_CASE("shorten: 40 characters, never half of one") {
  CHECK(fhir::shorten("short") == "short");
  CHECK(fhir::shorten(std::string(41, 'a')) == std::string(40, 'a') + "…");
  std::string chinese;
  for (int i = 0; i < 41; ++i) chinese += "健";
  CHECK(fhir::shorten(chinese) == chinese.substr(0, 120) + "…");
}
