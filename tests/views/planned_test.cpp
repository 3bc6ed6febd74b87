// Rows and errors of the planned way must be those of the general evaluator, for every resource.
#include <doctest/doctest.h>

#include "support/lines.hpp"
#include "support/paths.hpp"
#include "views/view.hpp"

using namespace hb;
namespace fs = std::filesystem;

namespace {

/// Shapes that the core views do not use.
constexpr std::string_view more_shapes = R"json({
  "name": "shapes", "resource": "Observation",
  "where": [{"path": "code.coding.where(system='http://loinc.org').exists()"}],
  "select": [
    {"column": [
      {"name": "id", "path": "Observation.id", "type": "id"},
      {"name": "key", "path": "getResourceKey()", "type": "id", "tag": [{"name": "hb/store", "value": "key"}]},
      {"name": "key_text", "path": "subject.getReferenceKey(Patient)", "type": "string"},
      {"name": "any_key", "path": "subject.getReferenceKey()", "type": "string"},
      {"name": "all_codes", "path": "code.coding.code", "type": "code"},
      {"name": "code_list", "path": "code.coding.code", "type": "code", "collection": true},
      {"name": "first_first", "path": "category.first().coding.first().code.first()", "type": "code"},
      {"name": "loinc", "path": "code.coding.where(system='http://loinc.org' and code='8480-6').first().display", "type": "string"},
      {"name": "extended", "path": "extension('http://e').value.ofType(decimal)", "type": "decimal"},
      {"name": "status_extension", "path": "status.extension('http://e').value.ofType(string)", "type": "string"},
      {"name": "exact", "path": "value.ofType(Quantity).value", "type": "decimal"},
      {"name": "whole", "path": "value.ofType(Quantity).value", "type": "integer"},
      {"name": "wide", "path": "value.ofType(integer)", "type": "integer64"},
      {"name": "as_text", "path": "value.ofType(Quantity).value", "type": "string"},
      {"name": "truth", "path": "value.ofType(boolean)", "type": "boolean"},
      {"name": "issued", "path": "issued", "type": "instant"},
      {"name": "day", "path": "issued", "type": "date"},
      {"name": "either", "path": "iif(issued.exists(), issued)", "type": "dateTime"},
      {"name": "choice", "path": "value.exists()", "type": "boolean"},
      {"name": "number", "path": "%rowIndex", "type": "integer"}]},
    {"forEachOrNull": "component.where(code.exists())", "column": [
      {"name": "part", "path": "code.text", "type": "string"}]},
    {"forEachOrNull": "referenceRange", "column": [
      {"name": "low", "path": "low.value", "type": "decimal"}],
     "select": [{"column": [{"name": "high", "path": "high.value", "type": "decimal"}]},
                {"forEach": "appliesTo.coding", "column": [{"name": "applies", "path": "code", "type": "code"}]}]},
    {"unionAll": [
      {"column": [{"name": "noted", "path": "note.text", "type": "string"}]},
      {"forEach": "note", "column": [{"name": "noted", "path": "text", "type": "string"}]}]}]})json";

std::vector<views::View> all_views() {
  auto views = views::load_views((test::source_dir() / "scenes/core/views").string());
  REQUIRE(views.has_value());
  auto more = views::View::compile(more_shapes);
  INFO((more ? "" : more.error().message));
  REQUIRE(more.has_value());
  views->push_back(std::move(*more));
  return std::move(*views);
}

views::ResidentStamp resident_of(std::string_view patient_id) {
  return {.id = static_cast<ResidentId>(patient_id.size()),
          .sex = "female",
          .has_birth_date = true,
          .birth_date = *make_date(1960, 2, 29),
          .area = "770102"};
}

/// One sink each way, and what both made of the same resources.
class BothWays {
 public:
  /// False when the two differ; the message says how.
  bool same(const fhir::Resource& resource, std::uint32_t owner = 0) {
    const auto fast = planned_.add(resource, owner, residents_);
    const auto slow = general_.add(resource, owner, residents_);
    refused += !slow;
    if (fast.has_value() == slow.has_value() &&
        (fast || fast.error().message == slow.error().message))
      return true;
    difference = "planned: " + (fast ? "fits" : fast.error().message) +
                 "; general: " + (slow ? "fits" : slow.error().message);
    return false;
  }

  bool same_blocks() {
    const auto fast = planned_.take();
    const auto slow = general_.take();
    if (fast.size() != slow.size()) return false;
    for (std::size_t i = 0; i < fast.size(); ++i) {
      rows += fast[i].rows();
      if (*fast[i].schema != *slow[i].schema || fast[i].owner != slow[i].owner) return false;
      for (std::size_t c = 0; c < fast[i].columns.size(); ++c)
        if (!same_column(fast[i].columns[c], slow[i].columns[c])) {
          difference = fast[i].schema->name + "." + fast[i].schema->columns[c].name;
          return false;
        }
    }
    return true;
  }

  std::string difference;
  std::size_t refused = 0;
  std::size_t rows = 0;

 private:
  static bool same_column(const tables::Column& a, const tables::Column& b) {
    return a.null == b.null && a.ints == b.ints && a.reals == b.reals && a.bytes == b.bytes &&
           a.ends == b.ends;
  }

  const views::ResidentOf residents_ = resident_of;
  const views::Flattener fast_{all_views()};
  const views::Flattener slow_{all_views(), views::Flattener::Way::general};
  views::Flattener::Sink planned_{fast_};
  views::Flattener::Sink general_{slow_};
};

/// Writes JSON with one of its values (the `target`th in document order) replaced or doubled.
class Mutation {
 public:
  Mutation(std::size_t target, std::string_view with) : target_(target), with_(with) {}

  /// with: JSON in which $ stands for the former value; "twice" writes the member two times.
  std::string write(fhir::Json root) {
    value(root);
    return std::move(out_);
  }
  bool reached() const { return at_ > target_; }

 private:
  void value(fhir::Json json) {
    if (at_++ != target_ || with_ == "twice") return plain(json);
    for (const char c : with_) {
      if (c == '$')
        out_ += simdjson::minify(json);
      else
        out_ += c;
    }
  }

  void plain(fhir::Json json) {
    simdjson::dom::object fields;
    simdjson::dom::array list;
    if (!json.get(fields)) {
      out_ += '{';
      for (const auto field : fields) member(field.key, field.value);
      if (out_.back() == ',') out_.pop_back();
      out_ += '}';
    } else if (!json.get(list)) {
      out_ += '[';
      for (const auto item : list) {
        value(item);
        out_ += ',';
      }
      if (out_.back() == ',') out_.pop_back();
      out_ += ']';
    } else {
      out_ += simdjson::minify(json);
    }
  }

  void member(std::string_view key, fhir::Json json) {
    const std::string name = '"' + std::string(key) + "\":";
    if (at_ == target_ && with_ == "twice") out_ += name + "\"2001-02-03\",";
    if (at_ == target_ && with_ == "extended")
      out_ +=
          "\"_" + std::string(key) + R"(":{"extension":[{"url":"http://e","valueString":"x"}]},)";
    out_ += name;
    if (with_ == "extended" && at_ == target_) {
      ++at_;
      plain(json);
    } else {
      value(json);
    }
    out_ += ',';
  }

  std::size_t target_;
  std::string_view with_;
  std::size_t at_ = 0;
  std::string out_;
};

constexpr std::string_view replacements[] = {
    "null",
    "[]",
    "{}",
    "\"\"",
    "\"x\"",
    "\"home\"",
    "5",
    "-2.50000001",
    "3000000000",
    "1e300",
    "18446744073709551615",
    "true",
    "[$]",
    "[$,$]",
    "[null,$]",
    "[$,null,\"x\"]",
    "[[$]]",
    "{\"extension\":[{\"url\":\"http://e\",\"valueDecimal\":1.5}]}",
    "\"2020-02-30\"",
    "\"2020-02\"",
    "\"2020\"",
    "\"0000-01-01\"",
    "\"2020-12-31T16:00:00Z\"",
    "\"2020-12-31T23:59:60.5+14:00\"",
    "\"2020-02-29T10:00:00-05:30\"",
    "\"2020-02-29T10:00\"",
    "\"2020-02-29T10:00:00\"",
    "\"2020-02-29T24:00:00Z\"",
    "\"14:30:00\"",
    "\"urn:uuid:7\"",
    "\"https://h/f/Patient/7/_history/2\"",
    "{\"reference\":\"urn:uuid:8\",\"type\":\"Patient\"}",
    "{\"reference\":\"Group/1\"}",
    "twice",
    "extended"};

constexpr std::string_view seeds[] = {
    R"json({"resourceType":"Observation","id":"o1","status":"final",
      "extension":[{"url":"http://e","valueDecimal":2}],
      "category":[{"coding":[{"system":"s","code":"vital-signs"},{"code":"second"}]},{"coding":[{"code":"third"}]}],
      "code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic"}],"text":"pressure"},
      "subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},
      "effectiveDateTime":"2020-12-31T23:30:00+08:00","issued":"2021-01-01T08:00:00.123+08:00",
      "performer":[{"reference":"Practitioner/1"},{"reference":"Organization/2"},{"reference":"Organization/3"}],
      "valueQuantity":{"value":120,"code":"mm[Hg]"},"interpretation":[{"coding":[{"code":"H"}]}],
      "note":[{"text":"a"}],
      "referenceRange":[{"low":{"value":1.5},"high":{"value":2},"appliesTo":[{"coding":[{"code":"a"},{"code":"b"}]}]},{"low":{"value":7}}],
      "component":[{"code":{"coding":[{"code":"c1"}],"text":"one"},"valueQuantity":{"value":1.25,"code":"u"}},
                   {"code":{"coding":[{"code":"c2"}]},"valueCodeableConcept":{"coding":[{"code":"v"}]}}]})json",
    R"json({"resourceType":"Observation","id":"o2","status":"final",
      "code":{"coding":[{"system":"http://loinc.org","code":"69453-9"}]},
      "subject":{"reference":"Patient/p2"},"effectivePeriod":{"start":"2020-05-05"},
      "valueCodeableConcept":{"coding":[{"system":"icd","code":"I21"}]},
      "component":[{"code":{"text":"other"},"valueCodeableConcept":{"coding":[{"code":"E11"}]}}],
      "performer":[{"reference":"Organization/2"}]})json",
    R"json({"resourceType":"Observation","id":"o3","valueInteger":7,"code":{"coding":[{"system":"http://loinc.org"}]},
      "effectiveDateTime":"2020","subject":{"reference":"Group/1"},"_status":{"extension":[{"url":"http://e","valueString":"s"}]}})json",
    R"json({"resourceType":"Patient","id":"p1","active":true,"gender":"female","birthDate":"1960-02-29","deceasedDateTime":"2020-01-01",
      "address":[{"use":"old","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"1"}]},
                 {"use":"home","extension":[{"url":"u","valueCode":"0"},{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"2"}]}],
      "maritalStatus":{"coding":[{"code":"M"}]},"managingOrganization":{"reference":"Organization/1"}})json",
    R"json({"resourceType":"Patient","id":"p2","deceasedBoolean":false,
      "address":[{"extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"1"}]},{"use":"work"}]})json",
    R"json({"resourceType":"Immunization","id":"i","status":"completed","vaccineCode":{"coding":[{"code":"a","system":"s"}]},
      "patient":{"reference":"Patient/p1"},"occurrenceDateTime":"2020-12-31T16:00:00Z","protocolApplied":[{"doseNumberPositiveInt":2},{"doseNumberPositiveInt":3}],
      "performer":[{"actor":{"reference":"Organization/1"}}],"location":{"reference":"Location/1"}})json",
    R"json({"resourceType":"Composition","id":"c","status":"final","date":"2020-01-01T00:00:00Z",
      "type":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/document-type","code":"notifiable-disease-card"}]},
      "subject":{"reference":"Patient/p1"},
      "extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/notifiable-case","extension":[
        {"url":"disease","valueCoding":{"code":"d"}},{"url":"onsetDate","valueDate":"2020-01-01"},{"url":"caseClass","valueCode":"c"}]}],
      "attester":[{"mode":"personal","time":"2020-01-01"},{"mode":"professional","time":"2020-01-02T00:00:00Z"},{"mode":"official","time":"2020-01-03"}]})json",
    R"json({"resourceType":"Organization","id":"g","active":true,"name":"n","type":[{"coding":[{"code":"t"}]}],
      "address":[{"extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"1"}]}],"partOf":{"reference":"Organization/1"}})json",
    R"json({"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p1"},
      "period":{"start":"2020-02-29T10:00:00-05:00","end":"2020-02-29T11:00:00.5Z"},
      "participant":[{"individual":{"reference":"Organization/3"}},{"individual":{"reference":"Practitioner/3"}}]})json",
};

}  // namespace

TEST_CASE("planned views: every value of a resource replaced gives the same rows and errors") {
  BothWays ways;
  fhir::Parser seed_parser;
  fhir::Parser parser;
  std::size_t compared = 0;
  for (const std::string_view seed : seeds) {
    const fhir::PaddedText seed_text(seed);
    const auto root = seed_parser.parse(seed_text.view());
    REQUIRE(root.has_value());
    REQUIRE(ways.same(*root));
    for (const std::string_view with : replacements) {
      for (std::size_t target = 1;; ++target) {
        Mutation mutation(target, with);
        const std::string json = mutation.write(root->root);
        if (!mutation.reached()) break;
        const fhir::PaddedText text(json);
        const auto resource = parser.parse(text.view());
        if (!resource) continue;  // no id, another type
        ++compared;
        if (ways.same(*resource)) continue;
        INFO(json);
        FAIL_CHECK(ways.difference);
      }
      INFO(with << " in " << seed << ": " << ways.difference);
      REQUIRE(ways.same_blocks());
    }
  }
  CHECK(compared > 5000);
  CHECK(ways.refused > 200);
  CHECK(ways.rows > 5000);
}

TEST_CASE("planned views: the Synthea sample gives the same blocks") {
  if (!test::has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  BothWays ways;
  fhir::Parser parser;
  for (const auto& file : fs::directory_iterator(test::shared_dir() / "data/synthea/ndjson")) {
    std::uint32_t owner = 0;
    test::for_each_line(file.path(), [&](std::string_view line) {
      const fhir::PaddedText text(line);
      const auto resource = parser.parse(text.view());
      REQUIRE(resource.has_value());
      if (!ways.same(*resource, owner++)) FAIL(ways.difference);
    });
    INFO(file.path().string() << ": " << ways.difference);
    REQUIRE(ways.same_blocks());
  }
  CHECK(ways.rows > 10'000);
}
