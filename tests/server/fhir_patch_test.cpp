#include <doctest/doctest.h>

#include "client.hpp"
#include "crypto/bytes.hpp"
#include "district.hpp"
#include "server/fhir/json_patch.hpp"

using namespace hb;
using namespace hb::test;
using server::fhir_api::json_patched;

namespace {

const std::string patch_type = "Content-Type: application/json-patch+json\r\n";

std::string observation(const std::string& value) {
  return R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2025-06-01T08:00:00+08:00","valueQuantity":{"value":)" +
         value + R"(,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}})";
}

std::string issue_of(const Answer& answer) {
  return std::string(answer.json().at("issue").at(0).at("diagnostics").as_string());
}

std::string place_of(const Answer& answer) {
  return std::string(answer.json().at("issue").at(0).at("expression").at(0).as_string());
}

}  // namespace

TEST_CASE("json_patched: the operations of RFC 6902; numbers and order stay") {
  const std::string given =
      R"({"a":1.50,"b":[1,2.0,{"c":"x"}],"d":12345678901234567890123.10,"e":1e2})";
  const auto patched = [&](const std::string& patch) { return json_patched(given, patch); };
  CHECK(*patched("[]") == given);
  CHECK(*patched(R"([{"op":"replace","path":"/b/2/c","value":0.10}])") ==
        R"({"a":1.50,"b":[1,2.0,{"c":0.10}],"d":12345678901234567890123.10,"e":1e2})");
  CHECK(
      *patched(
          R"([{"op":"add","path":"/b/1","value":"new"},{"op":"add","path":"/b/-","value":null}])") ==
      R"({"a":1.50,"b":[1,"new",2.0,{"c":"x"},null],"d":12345678901234567890123.10,"e":1e2})");
  CHECK(
      *patched(
          R"([{"op":"remove","path":"/d"},{"op":"move","from":"/a","path":"/b/0"},{"op":"copy","from":"/e","path":"/f"}])") ==
      R"({"b":[1.50,1,2.0,{"c":"x"}],"e":1e2,"f":1e2})");
  // Numbers are compared by value, objects without order.
  CHECK(
      patched(
          R"([{"op":"test","path":"/a","value":1.5},{"op":"test","path":"/e","value":100},{"op":"test","path":"","value":{"e":100.0,"d":12345678901234567890123.1,"b":[1.0,2,{"c":"x"}],"a":1.5}}])")
          .has_value());
  const auto failed =
      patched(R"([{"op":"remove","path":"/a"},{"op":"test","path":"/b/0","value":2}])");
  CHECK(failed.error().code == ErrorCode::conflict);
  CHECK(failed.error().message == "the test failed: there is another value");
  CHECK(failed.error().where == "[1] /b/0");
  CHECK(patched(R"([{"op":"remove","path":"/nothing"}])").error().code == ErrorCode::conflict);
  CHECK(patched(R"([{"op":"test","path":"/b/9","value":1}])").error().code == ErrorCode::conflict);
}

TEST_CASE("json_patched: what is no patch, or asks for too much, is refused") {
  const auto refused = [](const std::string& patch) {
    const auto patched = json_patched(R"({"a":{"b":"cccccccccccccccccccccccccccccccc"}})", patch);
    REQUIRE_FALSE(patched.has_value());
    CHECK(patched.error().code == ErrorCode::invalid_input);
    return patched.error().message;
  };
  CHECK(refused("{}") == "expected a JSON Patch: an array of operations");
  CHECK(refused("[1]") == "expected an object with op and path");
  CHECK(refused(R"([{"op":"replace","value":1}])") == "expected a path");
  CHECK(refused(R"([{"op":"merge","path":"/a"}])") ==
        "expected op add, remove, replace, move, copy or test");
  CHECK(refused(R"([{"op":"test","path":"/a"}])") == "expected a value to test against");
  refused(R"([{"op":"replace","path":"a","value":1}])");
  refused(R"([{"op":"add","path":"/a/~2","value":1}])");
  refused("[" + std::string(500, '[') + std::string(500, ']') + "]");
  std::string many = "[";
  for (int i = 0; i < 1'001; ++i)
    many += std::string(i > 0 ? "," : "") + R"({"op":"remove","path":"/a"})";
  CHECK(refused(many + "]") == "at most 1000 operations");
  // Each copy doubles the whole: 2^40 bytes if nobody counted.
  std::string doubling = "[";
  for (int i = 0; i < 40; ++i)
    doubling += std::string(i > 0 ? "," : "") +
                R"({"op":"copy","from":"/a","path":"/x"},{"op":"move","from":"/x","path":"/a/)" +
                std::string("k") + std::to_string(i) + R"("})";
  CHECK(refused(doubling + "]") == "the patch copies too much");
  // Each addition goes into the one before.
  std::string deepening = "[";
  std::string path;
  for (int i = 0; i < 50; ++i) {
    deepening += std::string(i > 0 ? "," : "") + R"({"op":"add","path":"/a)" + path +
                 R"(/n","value":{"n":{"n":{"n":{"n":{}}}}}})";
    path += "/n/n/n/n/n";
  }
  CHECK(refused(deepening + "]") == "the patch nests too deeply");
}

TEST_CASE("FHIR: PATCH changes what it names, and nothing else") {
  District district;
  const auto port = district.port();
  const Answer made = ask(port, "POST", "/fhir/Observation", observation("151.0"));
  REQUIRE(made.status == 201);
  const std::string path = "/fhir/Observation/" + std::string(made.json().at("id").as_string());
  const std::string amend =
      R"([{"op":"test","path":"/meta/versionId","value":"1"},{"op":"replace","path":"/status","value":"amended"}])";
  CHECK(ask(port, "PATCH", path, amend).status == 415);
  CHECK(ask(port, "PATCH", path, amend, patch_type + "If-Match: W/\"4\"\r\n").status == 412);
  const Answer patched = ask(port, "PATCH", path, amend, patch_type + "If-Match: W/\"1\"\r\n");
  REQUIRE(patched.status == 200);
  CHECK(patched.header("etag") == "W/\"2\"");
  CHECK(patched.body.find("\"amended\"") != std::string::npos);
  CHECK(patched.body.find("151.0") != std::string::npos);
  // A patch that changes nothing makes no version.
  CHECK(ask(port, "PATCH", path, "[]", patch_type).header("etag") == "W/\"2\"");

  const Answer failed =
      ask(port, "PATCH", path,
          R"([{"op":"test","path":"/status","value":"final"},{"op":"remove","path":"/status"}])",
          patch_type);
  CHECK(failed.status == 422);
  CHECK(place_of(failed) == "[0] /status");
  CHECK(ask(port, "PATCH", path, R"([{"op":"remove","path":"/status"}])", patch_type).status ==
        422);
  CHECK(issue_of(ask(port, "PATCH", path, R"([{"op":"replace","path":"/id","value":"x"}])",
                     patch_type)) == "a patch changes neither type nor id");
  CHECK(ask(port, "PATCH", path, "{}", patch_type).status == 400);
  CHECK(ask(port, "PATCH", "/fhir/Observation/never", "[]", patch_type).status == 404);
  CHECK(get(port, path).header("etag") == "W/\"2\"");

  // By condition: none, one, several.
  const std::string final_again = R"([{"op":"replace","path":"/status","value":"final"}])";
  CHECK(
      ask(port, "PATCH", "/fhir/Observation?value-quantity=999", final_again, patch_type).status ==
      404);
  CHECK(ask(port, "PATCH", "/fhir/Observation?value-quantity=151", final_again, patch_type)
            .header("etag") == "W/\"3\"");
  REQUIRE(ask(port, "POST", "/fhir/Observation", observation("151")).status == 201);
  CHECK(
      ask(port, "PATCH", "/fhir/Observation?value-quantity=151", final_again, patch_type).status ==
      412);

  // In a Bundle, in a Binary.
  const std::string entry =
      R"({"resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":")" +
      crypto::to_base64(amend.substr(amend.find("{\"op\":\"replace")).insert(0, "[")) +
      R"("},"request":{"method":"PATCH","url":")" + path.substr(6) + R"("}})";
  const Answer bundle =
      ask(port, "POST", "/fhir",
          R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entry + "]}",
          "Prefer: return=representation\r\n");
  REQUIRE(bundle.status == 200);
  CHECK(bundle.json().at("entry").at(0).at("resource").at("status").as_string() == "amended");
  // What is deleted is not patched.
  REQUIRE(ask(port, "DELETE", path).status == 204);
  CHECK(ask(port, "PATCH", path, final_again, patch_type).status == 404);
}
