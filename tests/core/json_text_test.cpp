#include "core/json_text.hpp"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <limits>

using hb::json_text;
namespace json = boost::json;

TEST_CASE("json_text: numbers as people write them, everything else as JSON") {
  const json::value value = {{"value", 85.53},   {"seconds", 3.0},
                             {"small", 0.00001}, {"n", 12},
                             {"none", nullptr},  {"list", {1, "a\"b", true, json::object{}}}};
  CHECK(
      json_text(value) ==
      R"({"value":85.53,"seconds":3,"small":1e-05,"n":12,"none":null,"list":[1,"a\"b",true,{}]})");
  CHECK(json::parse(json_text(value)).at("value").as_double() == 85.53);
}

TEST_CASE("json_text: what JSON cannot say becomes null") {
  CHECK(json_text(json::array{std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::infinity()}) == "[null,null]");
}

TEST_CASE("json_text: texts with signs that must be escaped, and long numbers") {
  const json::value value = {
      {"a\nb", "\x01\\健康"}, {"large", 1000000.0}, {"empty", json::array{}}};
  CHECK(json_text(value) == "{\"a\\nb\":\"\\u0001\\\\健康\",\"large\":1000000,\"empty\":[]}");
}
