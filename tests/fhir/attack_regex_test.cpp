#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "fhir/fhirpath.hpp"
#include "support/paths.hpp"

/// Attack: regular expressions and FHIRPath that would take for ever in an engine that goes back.
using namespace hb;
using namespace hb::test;

namespace {

struct Outcome {
  std::string value;  ///< "error" when it was refused
  double seconds;
};

Outcome run(const std::string& text) {
  const auto started = std::chrono::steady_clock::now();
  const auto expression = fhir::Expression::parse(text);
  std::string value = "error";
  if (expression) {
    fhir::Evaluation evaluation;
    const auto result = evaluation.evaluate(*expression);
    if (result) value = result->empty() ? "" : fhir::to_json(result->front());
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  return {value, took.count()};
}

}  // namespace

TEST_CASE("attack: patterns that explode elsewhere take linear time in matches()") {
  const std::string many(15'000, 'a');
  for (const char* pattern : {"^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "^([a-z]+)*$", "^(.*a){20}$",
                              "(x+x+)+y", "^(([a-z])+.)+[A-Z]$", "^(a?){30}a{30}$"}) {
    CAPTURE(pattern);
    const Outcome outcome = run("'" + many + "!'.matches('" + pattern + "')");
    CHECK(outcome.seconds < 1.0);
    CHECK(outcome.value == "false");
    CHECK(run("'" + many + "!'.replaceMatches('" + pattern + "', 'x')").seconds < 1.0);
  }
  CHECK(run("'aaa'.matches('^(a+)+$')").value == "true");
}

TEST_CASE("attack: a pattern that needs too much memory is refused") {
  for (const char* pattern :
       {"((a{0,1000}){0,1000}){0,1000}", "(((((a{100}){100}){100}){100}){100})"}) {
    CAPTURE(pattern);
    const Outcome outcome = run(std::string("'a'.matches('") + pattern + "')");
    CHECK(outcome.seconds < 1.0);
    CHECK(outcome.value == "error");
  }
}

TEST_CASE("attack: an expression that grows without end stops at its limit of steps or bytes") {
  const std::string grow = ".replace('', 'aaaaaaaaaa')";
  const std::string twice = ".select($this + $this)";
  const std::string join = ".select($this.combine($this).join($this))";
  const auto times = [](const std::string& text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
  };
  for (const std::string& expression :
       {std::string("(1).repeat($this + 1)"), std::string("(1).repeatAll($this + 1)"),
        "'aaaaaaaaaa'" + times(grow, 9) + ".length()", "'a'" + times(twice, 80) + ".length()",
        "'ab'" + times(join, 60) + ".length()",
        "'aaaaaaaaaa'" + times(".replaceMatches('a', 'aaaaaaaaaa')", 9) + ".length()"}) {
    CAPTURE(expression.substr(0, 40));
    const Outcome outcome = run(expression);
    CHECK(outcome.seconds < 5.0);
    CHECK(outcome.value == "error");
  }
  // What stays within the limits is computed: 10 · 11 + 10 characters.
  CHECK(run("'aaaaaaaaaa'" + grow + ".length()").value == "120");
}

TEST_CASE("attack: steps of an expression are counted, one by one") {
  // 3,000 rounds of several steps each; the items are all distinct or not looked at.
  const auto expression =
      fhir::Expression::parse("(1).repeatAll(iif($this < 3000, $this + 1, {})).count()");
  REQUIRE(expression.has_value());
  CHECK(fhir::Evaluation({.steps = 100'000}).evaluate(*expression).has_value());
  CHECK_FALSE(fhir::Evaluation({.steps = 2'000}).evaluate(*expression).has_value());
}

TEST_CASE("attack: no source uses a regular-expression engine that goes back") {
  std::size_t read = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_dir() / "src")) {
    if (!entry.is_regular_file()) continue;
    const std::string ending = entry.path().extension().string();
    if (ending != ".cpp" && ending != ".hpp") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    ++read;
    CAPTURE(entry.path());
    for (const char* engine : {"<regex>", "<boost/regex", "pcre", "<regex.h>", "boost/xpressive"})
      CHECK(text.find(engine) == std::string::npos);
  }
  CHECK(read > 100);
}
