#include "scene/schema.hpp"

#include <doctest/doctest.h>

using namespace hb;
using namespace hb::scene;

namespace {

std::string mistakes(const std::string& schema, const std::string& yaml) {
  const Result<Schema> parsed = Schema::parse(schema, "test");
  if (!parsed) return "schema: " + parsed.error().message;
  std::string text;
  for (const Mistake& mistake : parsed->check(YAML::Load(yaml))) {
    text += std::to_string(mistake.line) + " " + mistake.path + ": " + mistake.message + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("Schema: types as YAML means them; what is quoted is a string") {
  CHECK(mistakes(R"({"type":"string"})", "a").empty());
  CHECK(mistakes(R"({"type":"string"})", "\"95\"").empty());
  CHECK(mistakes(R"({"type":"string"})", "95") ==
        "1 : expected string, found integer: write it in quotes\n");
  CHECK(mistakes(R"({"type":"string"})", "1.5") ==
        "1 : expected string, found number: write it in quotes\n");
  CHECK(mistakes(R"({"type":"number"})", "3").empty());
  CHECK(mistakes(R"({"type":"number"})", "-1.5e3").empty());
  CHECK(mistakes(R"({"type":"integer"})", "2020").empty());
  CHECK(mistakes(R"({"type":"integer"})", "2020.5") == "1 : expected integer, found number\n");
  CHECK(mistakes(R"({"type":"boolean"})", "true").empty());
  CHECK(mistakes(R"({"type":"object"})", "[1]") == "1 : expected object, found array\n");
  CHECK(mistakes(R"({"type":"array"})", "~") == "1 : expected array, found null\n");
}

TEST_CASE("Schema: objects, lists and references, each mistake with line and path") {
  const std::string schema = R"({"type":"object","required":["id","list"],
    "additionalProperties":false,"properties":{"id":{"$ref":"#/$defs/id"},
    "list":{"type":"array","minItems":2,"items":{"type":"object",
      "properties":{"kind":{"enum":["a","b"]}},"additionalProperties":{"type":"integer"}}}},
    "$defs":{"id":{"type":"string","pattern":"^[a-z]+$","minLength":2}}})";
  CHECK(mistakes(schema, "id: ab\nlist: [{ kind: a }, { n: 1 }]\n").empty());
  CHECK(mistakes(schema, "id: A\nlist:\n  - kind: c\n    n: x\nmore: 1\n") ==
        "1 id: “A” does not match ^[a-z]+$\n"
        "1 id: the text is too short\n"
        "3 list: expected at least 2 entries\n"
        "3 list[0].kind: “c” is not one of a, b\n"
        "4 list[0].n: expected integer, found string\n"
        "5 more: unknown key\n");
  CHECK(mistakes(schema, "id: ab\n") == "1 : “list” is missing\n");
}

TEST_CASE("Schema: numbers in a range, constants") {
  const std::string range = R"({"type":"integer","minimum":1949,"maximum":2100})";
  CHECK(mistakes(range, "1949").empty());
  CHECK(mistakes(range, "1948") == "1 : is less than 1949\n");
  CHECK(mistakes(range, "2101") == "1 : is more than 2100\n");
  CHECK(mistakes(R"({"const":"plan-1"})", "plan-2") == "1 : expected “plan-1”\n");
}

TEST_CASE("Schema: steps") {
  const std::string steps = R"({"type":"integer","maximum":85,"multipleOf":5})";
  CHECK(mistakes(steps, "65").empty());
  CHECK(mistakes(steps, "0").empty());
  CHECK(mistakes(steps, "67") == "1 : is not a multiple of 5\n");
  CHECK(mistakes(steps, "x") == "1 : expected integer, found string\n");
  CHECK(mistakes(R"({"multipleOf":0.5})", "1") == "schema: multipleOf is no whole number above 0");
}

TEST_CASE("Schema: what a schema says and nobody would check is refused") {
  CHECK(mistakes(R"({"oneOf":[]})", "a") == "schema: keyword “oneOf” is not understood");
  CHECK(mistakes(R"({"properties":{"a":{"format":"date"}}})", "a") ==
        "schema: keyword “format” is not understood");
  CHECK(mistakes(R"({"pattern":"("})", "a") == "schema: pattern is no regular expression");
  CHECK(mistakes(R"({"type":"text"})", "a") == "schema: type is not one of the JSON types");
  CHECK(mistakes(R"({"$ref":"#/$defs/a"})", "a") == "schema: $ref “#/$defs/a” leads nowhere");
  CHECK(mistakes("[]", "a") == "schema: the schema is not a JSON object");
}

TEST_CASE("find_double_keys, find_half_texts") {
  std::vector<Mistake> found;
  find_double_keys(YAML::Load("a: { b: 1, b: 2 }\n"), "", found);
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == "a.b");
  found.clear();
  find_half_texts(YAML::Load("- { zh: 甲, en: A }\n- { zh: 乙 }\n- { zh: 丙, en: 丙 C }\n"), "",
                  found);
  REQUIRE(found.size() == 2);
  CHECK(found[0].line == 2);
  CHECK(found[0].message == "the text in en is missing");
  CHECK(found[1].path == "[2].en");
}
