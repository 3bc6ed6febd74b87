#include <doctest/doctest.h>

#include "search/query.hpp"

using namespace hb;
using namespace hb::search;

namespace {

std::string refusal(std::string_view type, const QueryText& text) {
  const auto query = parse_query(type, text, {});
  return query ? "" : query.error().where + ": " + query.error().message;
}

Operand operand(std::string_view type, const std::string& name, const std::string& value) {
  const auto query = parse_query(type, {{name, value}}, {});
  REQUIRE(query);
  REQUIRE(query->clauses.size() == 1);
  return query->clauses.front().any_of.front();
}

}  // namespace

TEST_CASE("search: every parameter of R4 is there, parsed") {
  CHECK(find_parameter("Observation", "value-quantity")->kind == Kind::quantity);
  CHECK(find_parameter("Patient", "_id") != nullptr);
  CHECK(find_parameter("Patient", "nothing") == nullptr);
  CHECK(parameters_of("NoType").empty());
  // Counted in the definitions: 25 of Patient beside those of every resource.
  CHECK(parameters_of("Patient").size() > 25);
  std::size_t all = 0;
  for (const char* type :
       {"Observation", "Encounter", "Condition", "MedicationRequest", "Immunization"})
    all += parameters_of(type).size();
  CHECK(all > 120);
}

TEST_CASE("search: tokens, dates and numbers as they are written") {
  CHECK(operand("Observation", "code", "http://loinc.org|8480-6").system == "http://loinc.org");
  CHECK(operand("Observation", "code", "8480-6").has_system == false);
  CHECK(operand("Observation", "code", "|a\\,b").code == "a,b");
  CHECK(operand("Observation", "subject", "Patient/p1").system == "Patient");
  CHECK(operand("Observation", "patient", "p1").system == "Patient");
  // 2025-03 in Asia/Shanghai: from 2025-02-28T16:00Z, 31 days.
  const Operand month = operand("Observation", "date", "ge2025-03");
  CHECK(month.prefix == Prefix::ge);
  CHECK(month.span.high - month.span.low == 31LL * 86'400 * 1'000'000);
  CHECK(format_instant(Instant{month.span.low}) == "2025-02-28T16:00:00.000Z");
  // R4 search.html: 100 is [99.5, 100.5), 5.40 is [5.395, 5.405), 1e2 is [50, 150).
  const Operand hundred = operand("RiskAssessment", "probability", "100");
  CHECK(fhir::to_double(hundred.low) == doctest::Approx(99.5));
  CHECK(fhir::to_double(hundred.high) == doctest::Approx(100.5));
  CHECK(fhir::to_double(operand("RiskAssessment", "probability", "5.40").low) ==
        doctest::Approx(5.395));
  CHECK(fhir::to_double(operand("RiskAssessment", "probability", "1e2").high) ==
        doctest::Approx(150));
  const Operand quantity =
      operand("Observation", "value-quantity", "gt120|http://unitsofmeasure.org|mm[Hg]");
  CHECK(quantity.prefix == Prefix::gt);
  CHECK(quantity.code == "mm[Hg]");
}

TEST_CASE("search: what is not understood is refused, naming the parameter") {
  CHECK(refusal("Observation", {{"cod", "x"}}) == "cod: Observation has no search parameter 'cod'");
  CHECK(refusal("Observation", {{"date", "2025-02-30"}}).starts_with("date: expected a date"));
  CHECK(refusal("Observation", {{"code:exact", "x"}}) ==
        "code:exact: a token parameter does not know the modifier ':exact'");
  CHECK(refusal("Observation", {{"value-quantity", "1|kg"}})
            .starts_with("value-quantity: expected number"));
  CHECK(refusal("Observation", {{"code", ""}}) == "code: expected a value, found nothing");
  CHECK(refusal("Observation", {{"_sort", "nothing"}}) ==
        "_sort: Observation has no search parameter 'nothing'");
  CHECK(refusal("Observation", {{"_count", "-1"}}) == "_count: expected a whole number from 0");
  CHECK(refusal("Observation", {{"_total", "all"}}) ==
        "_total: expected one of none, estimate, accurate");
  CHECK(refusal("Observation", {{"code.text", "x"}}) ==
        "code.text: 'code' is not a reference and cannot be chained");
  CHECK(refusal("Patient", {{"_has:Observation:code:status", "final"}}) ==
        "_has:Observation:code:status: 'code' is not a reference");
  CHECK(refusal("NoType", {}) == ": 'NoType' is not a resource type of FHIR R4");
  CHECK(refusal("Observation",
                {{"subject:Patient.link:Patient.link:Patient.link:Patient.link:Patient.name", "x"}})
            .find("at most 4 links") != std::string::npos);
  std::string many = "a";
  for (std::size_t i = 0; i < most_values; ++i) many += ",a";
  CHECK(refusal("Observation", {{"code", many}}) == "code: at most 500 values of one parameter");
}

TEST_CASE("search: lenient handling leaves out what is unknown, and says so") {
  QueryOptions options;
  options.lenient = true;
  const auto query = parse_query("Observation", {{"cod", "x"}, {"code", "y"}}, options);
  REQUIRE(query);
  CHECK(query->ignored == std::vector<std::string>{"cod"});
  CHECK(query->clauses.size() == 1);
  CHECK_FALSE(parse_query("Observation", {{"date", "never"}}, options));
}
