#include "two_stores.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "ingest/load.hpp"
#include "scene/compartments.hpp"

namespace hb::test {

namespace {

const char* const icd = R"("system":"http://hl7.org/fhir/sid/icd-10")";

/// What 张伟 (p1) has besides: a visit for HIV with its diagnosis, drug, test and card, each of the
/// last four told from the visit, the reason or its own code alone; enrolment and visit of the
/// programme for severe mental illness, with the blood pressure that was taken there.
std::string secrets() {
  const std::string subject = R"("subject":{"reference":"Patient/p1"})";
  const std::string visit = R"("encounter":{"reference":"Encounter/s1"})";
  std::string lines;
  const auto add = [&lines](const std::string& line) { lines += line + "\n"; };
  add(R"({"resourceType":"Encounter","id":"s1","status":"finished","class":{"code":"AMB"},)" +
      subject + R"(,"period":{"start":"2025-05-05T09:00:00+08:00"}})");
  add(R"({"resourceType":"Condition","id":"s2","code":{"coding":[{)" + std::string(icd) +
      R"(,"code":"B24"}]},)" + subject + "," + visit + R"(,"recordedDate":"2025-05-05"})");
  add(R"({"resourceType":"MedicationRequest","id":"s3","status":"active","intent":"order","medicationCodeableConcept":{"text":"片剂"},)" +
      subject + R"(,"reasonReference":[{"reference":"Condition/s2"}],"authoredOn":"2025-05-05"})");
  add(R"({"resourceType":"Observation","id":"s4","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"718-7"}]},)" +
      subject + "," + visit +
      R"(,"effectiveDateTime":"2025-05-05","valueQuantity":{"value":140,"unit":"g/L"}})");
  add(R"({"resourceType":"Composition","id":"s5","status":"final","type":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/document-type","code":"notifiable-disease-card"}]},)" +
      subject +
      R"(,"date":"2025-05-06T09:00:00+08:00","author":[{"display":"甲"}],"title":"传染病报告卡","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/notifiable-case","extension":[{"url":"disease","valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/notifiable-disease","code":"aids"}}]}]})");
  add(R"({"resourceType":"EpisodeOfCare","id":"s6","status":"active","type":[{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/programme","code":"severe-mental"}]}],"patient":{"reference":"Patient/p1"},"period":{"start":"2025-01-05"}})");
  add(R"({"resourceType":"Encounter","id":"s7","status":"finished","class":{"code":"AMB"},"type":[{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/encounter-type","code":"mental-follow-up"}]}],)" +
      subject + R"(,"period":{"start":"2025-06-05T09:00:00+08:00"}})");
  add(R"({"resourceType":"Observation","id":"s8","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},)" +
      subject +
      R"(,"encounter":{"reference":"Encounter/s7"},"effectiveDateTime":"2025-06-05","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":128,"unit":"mm[Hg]"}}]})");
  add(R"({"resourceType":"Encounter","id":"s9","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p3"},"serviceProvider":{"reference":"Organization/o1"},"reasonCode":[{"coding":[{)" +
      std::string(icd) + R"(,"code":"B24"}]}],"period":{"start":"2025-12-05T09:00:00+08:00"}})");
  return lines;
}

const char* const of_another =
    R"({"resourceType":"Observation","id":"v1","status":"final","code":{"text":"体温"},"subject":{"reference":"Patient/p2"},"effectiveDateTime":"2025-05-05"})"
    "\n";
/// One of each kind.
const char* const of_any_district =
    R"({"resourceType":"EpisodeOfCare","id":"w1","status":"active","type":[{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/programme","code":"hypertension"}]}],"patient":{"reference":"Patient/p2"},"period":{"start":"2025-01-05"}})"
    "\n"
    R"({"resourceType":"Encounter","id":"w2","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p2"},"period":{"start":"2025-05-06T09:00:00+08:00"}})"
    "\n"
    R"({"resourceType":"Observation","id":"w3","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"subject":{"reference":"Patient/p2"},"effectiveDateTime":"2025-06-06","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":128,"unit":"mm[Hg]"}}]})"
    "\n"
    R"({"resourceType":"Condition","id":"w4","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"J06.9"}]},"subject":{"reference":"Patient/p2"},"recordedDate":"2025-05-06"})"
    "\n"
    R"({"resourceType":"MedicationRequest","id":"w5","status":"active","intent":"order","medicationCodeableConcept":{"text":"片剂"},"subject":{"reference":"Patient/p2"},"authoredOn":"2025-05-06"})"
    "\n"
    R"({"resourceType":"Composition","id":"w6","status":"final","type":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/document-type","code":"notifiable-disease-card"}]},"subject":{"reference":"Patient/p2"},"date":"2025-05-06T09:00:00+08:00","author":[{"display":"甲"}],"title":"传染病报告卡","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/notifiable-case","extension":[{"url":"disease","valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/notifiable-disease","code":"influenza"}}]}]})"
    "\n";
const char* const afterwards =
    R"({"resourceType":"Encounter","id":"v2","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p1"},"period":{"start":"2025-12-01T09:00:00+08:00"},"type":[{"text":"门诊"}]})"
    "\n";

void deliver(ingest::Hub& hub, const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
  const auto report = ingest::load(hub, {file.string()}, {});
  if (!report) FAIL(report.error().message);
}

}  // namespace

ingest::HubOptions two_stores_options() {
  ingest::HubOptions options;
  options.views_dir = (source_dir() / "scenes/core/views").string();
  options.profiles_dir = (source_dir() / "scenes/core/profiles").string();
  options.create = false;
  auto read = scene::load_compartments(source_dir() / "scenes/core/compartments.yaml");
  REQUIRE(read.has_value());
  options.compartments = std::make_shared<const Compartments>(std::move(*read));
  return options;
}

Copy::Copy(bool secret, int more, bool peopled) : folder_(temp_.path() / "store") {
  District given;
  given.server().stop();
  std::filesystem::copy(given.store(), folder_, std::filesystem::copy_options::recursive);
  auto hub = ingest::Hub::open(folder_.string(), two_stores_options());
  REQUIRE(hub.has_value());
  std::string hidden = secret ? secrets() : "";
  for (int i = 0; i < more; ++i)
    hidden +=
        R"({"resourceType":"Encounter","id":"m)" + std::to_string(i) +
        R"(","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p1"},)" +
        R"("reasonCode":[{"coding":[{)" + std::string(icd) + R"(,"code":"B24"}]}],)" +
        R"("period":{"start":"2025-05-05T09:00:00+08:00"}})" + "\n";
  deliver(**hub, temp_.path() / "more.ndjson", hidden + of_another + (peopled ? of_any_district : ""));
  deliver(**hub, temp_.path() / "later.ndjson", afterwards);
}

std::unique_ptr<server::Server> Copy::serve() const {
  server::ServerOptions options;
  options.store = folder_;
  options.scenes_dir = source_dir() / "scenes";
  options.web_dir = folder_;
  options.listener.port = 0;
  options.log_requests = false;
  auto server = server::Server::start(options);
  if (!server) FAIL(server.error().where << ": " << server.error().message);
  return std::move(*server);
}

}  // namespace hb::test
