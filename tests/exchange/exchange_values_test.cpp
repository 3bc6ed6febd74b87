#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "exchange/adx.hpp"
#include "exchange/measure_report.hpp"

using namespace hb;
using namespace hb::exchange;
namespace json = boost::json;

namespace {

std::vector<DataValue> sample() {
  DataValue whole;
  whole.indicator = "hypertension-by-rules";
  whole.name = {"高血压患者规范管理率", "Managed"};
  whole.area = "770101";
  whole.period = "2025";
  whole.value = "69.70";
  whole.numerator = "1185";
  whole.denominator = "1699";
  whole.lower = "67.48";
  whole.upper = "71.88";
  whole.unit = {"%", "%"};
  whole.better = "higher";
  DataValue men = whole;
  men.sex = "male";
  men.value = "70.00";
  men.numerator = "70";
  men.denominator = "100";
  DataValue none = whole;
  none.indicator = "maternal-mortality";
  none.value = none.numerator = none.denominator = none.lower = none.upper = "";
  none.reason = {"分母为0", "denominator 0"};
  return {whole, men, none};
}

}  // namespace

TEST_CASE("measure_reports: R4 summaries with counts, score at its decimals, strata and reasons") {
  const std::string text =
      measure_reports(sample(), *parse_instant("2026-01-10T08:00:00Z"), "示范区");
  CHECK(text.find("\"value\":69.70") != std::string::npos);
  const json::value bundle = json::parse(text);
  CHECK(bundle.at("type").as_string() == "collection");
  REQUIRE(bundle.at("entry").as_array().size() == 2);
  const json::value& report = bundle.at("entry").at(0).at("resource");
  CHECK(report.at("measure").as_string() ==
        "https://health-brain.org/fhir/Measure/hypertension-by-rules|1");
  CHECK(report.at("period").at("end").as_string() == "2025-12-31");
  CHECK(report.at("subject").at("identifier").at("value").as_string() == "770101");
  const json::value& group = report.at("group").at(0);
  CHECK(group.at("population").at(0).at("count").as_int64() == 1185);
  CHECK(group.at("measureScore").at("unit").as_string() == "%");
  CHECK(group.at("stratifier").at(0).at("stratum").at(0).at("value").at("text").as_string() ==
        "male");
  const json::value& absent = bundle.at("entry").at(1).at("resource").at("group").at(0);
  CHECK_FALSE(absent.as_object().contains("measureScore"));
  CHECK(absent.at("extension").at(1).at("valueString").as_string() == "分母为0");
}

TEST_CASE("read_measure_reports: what was written is read again; faults name their place") {
  const auto read = read_measure_reports(measure_reports(sample(), Instant{0}, ""));
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 3);
  CHECK(read->at(0).indicator == "hypertension-by-rules");
  CHECK(read->at(0).value == "69.7");
  CHECK(read->at(0).denominator == "1699");
  CHECK(read->at(1).sex == "male");
  CHECK(report_csv(*read) ==
        "indicator,area,period,version,numerator,denominator,value,note\n"
        "hypertension-by-rules,770101,2025,1,1185,1699,69.7,\n");
  CHECK_FALSE(read_measure_reports("{").has_value());
  CHECK(read_measure_reports(R"({"resourceType":"Patient"})").error().where == "resourceType");
  const auto place = read_measure_reports(
      R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"MeasureReport",
          "measure":"x/y","period":{"start":"2025-01-02","end":"2025-12-31"},"group":[{}]}}]})");
  REQUIRE_FALSE(place.has_value());
  CHECK(place.error().where == "entry[0].resource.period");
}

TEST_CASE("adx: groups by area and period, counts as components, splits as attributes") {
  const std::string xml = write_adx(sample(), *parse_instant("2026-01-10T08:00:00Z"));
  CHECK(xml.find("xmlns=\"urn:ihe:qrph:adx:2015\"") != std::string::npos);
  CHECK(xml.find("orgUnit=\"770101\" period=\"2025-01-01/P1Y\"") != std::string::npos);
  CHECK(xml.find("dataElement=\"hypertension-by-rules\" value=\"69.70\" />") != std::string::npos);
  CHECK(xml.find("maternal-mortality") == std::string::npos);
  const auto read = read_adx(xml);
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 2);
  CHECK(read->at(0).numerator == "1185");
  CHECK(read->at(0).period == "2025");
  CHECK(read->at(1).sex == "male");
}

TEST_CASE("read_adx: quarters and months; what is refused, and where") {
  const auto message = [](const char* period, const char* values) {
    return std::string("<adx xmlns=\"urn:ihe:qrph:adx:2015\"><group orgUnit=\"1\" period=\"") +
           period + "\">" + values + "</group></adx>";
  };
  const char* one = "<dataValue dataElement=\"a\" value=\"1\"/>";
  CHECK(read_adx(message("2025-07-01/P3M", one))->front().period == "2025-Q3");
  CHECK(read_adx(message("2025-12-01/P1M", one))->front().period == "2025-12");
  CHECK_FALSE(read_adx(message("2025-02-01/P3M", one)).has_value());
  CHECK_FALSE(read_adx(message("2025-01-01/P2Y", one)).has_value());
  CHECK(read_adx(message("2025-01-01/P1Y", "<dataValue value=\"1\"/>")).error().where ==
        "group 1, dataValue 1");
  CHECK(read_adx(message("2025-01-01/P1Y",
                         "<dataValue dataElement=\"a\" value=\"1\"/>"
                         "<dataValue dataElement=\"a\" value=\"2\"/>"))
            .error()
            .where == "group 1, dataValue 2");
  CHECK_FALSE(read_adx("<adx/>").has_value());
  CHECK_FALSE(read_adx("<adx xmlns=\"urn:ihe:qrph:adx:2015\"/>").has_value());
  CHECK_FALSE(read_adx("no xml").has_value());
}
