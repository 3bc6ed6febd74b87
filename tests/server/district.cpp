#include "district.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <stdexcept>

#include "attack.hpp"
#include "fhir/check.hpp"
#include "ingest/load.hpp"

namespace hb::test {

namespace {

void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::string encounter_line(const std::string& id, const std::string& patient,
                           const std::string& when, const std::string& code,
                           const std::string& reason) {
  return R"({"resourceType":"Encounter","id":")" + id +
         R"(","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},)" +
         R"("type":[{"text":"门诊"}],"subject":{"reference":"Patient/)" + patient +
         R"("},"period":{"start":")" + when +
         R"("},"serviceProvider":{"reference":"Organization/o1"},)" +
         R"("reasonCode":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":")" + code +
         R"(","display":")" + reason + "\"}]}]}\n";
}

const char* const areas = R"({"type":"FeatureCollection","features":[
 {"type":"Feature","properties":{"code":"770101","name":"映川区","name_en":"Yingchuan District","level":"district","parent":null},"geometry":null},
 {"type":"Feature","properties":{"code":"770101001","name":"青梧街道","name_en":"Qingwu Subdistrict","level":"street","parent":"770101"},
  "geometry":{"type":"Polygon","coordinates":[[[150,20],[150.1,20],[150.1,20.1],[150,20]]]}},
 {"type":"Feature","properties":{"code":"770101002","name":"鹤汀街道","name_en":"Heting Subdistrict","level":"street","parent":"770101"},
  "geometry":{"type":"Polygon","coordinates":[[[150.1,20],[150.2,20],[150.2,20.1],[150.1,20]]]}}]})";

void write_deliveries(const std::filesystem::path& directory) {
  write(
      directory / "people.ndjson",
      R"({"resourceType":"Organization","id":"o1","active":true,"name":"青梧街道社区卫生服务中心"})"
      "\n" +
          patient_line("p1", "张伟", "male", "1980-01-01", "770101001", "001") +
          patient_line("p2", "王芳", "female", "1950-06-15", "770101001", "002") +
          patient_line("p3", "李小明", "male", "2015-03-20", "770101002", "003"));
  write(directory / "visits.ndjson",
        encounter_line("e1", "p1", "2025-03-02T09:00:00+08:00", "I10", "原发性高血压") +
            encounter_line("e2", "p1", "2025-11-20T10:30:00+08:00", "J06.9", "急性上呼吸道感染") +
            encounter_line("e3", "p2", "2025-03-05T14:00:00+08:00", "E11.9", "2型糖尿病"));
  write(
      directory / "dirty.ndjson",
      encounter_line("e4", "nobody", "2025-04-01T09:00:00+08:00", "K59.1", "腹泻") + "\n\n" +
          R"({"resourceType":"Patient","id":"p4","name":[{"text":"赵敏"}],"gender":"female","birthDate":"2020-02-30"})"
          "\n");
}

void make_store(const std::filesystem::path& store, const std::filesystem::path& deliveries) {
  write_deliveries(deliveries);
  ingest::HubOptions options;
  options.views_dir = (source_dir() / "scenes/core/views").string();
  options.profiles_dir = (source_dir() / "scenes/core/profiles").string();
  auto hub = ingest::Hub::open(store.string(), options);
  if (!hub) throw std::runtime_error(hub.error().message);
  records::StoreInfo info = (*hub)->store().info();
  info.simulated = true;
  info.name_zh = "映川区";
  info.name_en = "Yingchuan District";
  if (auto set = (*hub)->store().set_info(info); !set)
    throw std::runtime_error(set.error().message);
  // One after the other, so that deliveries have known numbers: people 1, visits 2, dirty 3.
  for (const char* name : {"people.ndjson", "visits.ndjson", "dirty.ndjson"}) {
    auto report = ingest::load(**hub, {(deliveries / name).string()}, {});
    if (!report) throw std::runtime_error(report.error().message);
  }
  write(store / "areas.geojson", areas);
  write(store / "manifest.json", R"({"simulated":true,"lastDay":"2025-12-31"})");
}

void write_web(const std::filesystem::path& web) {
  write(web / "index.html", "<!doctype html><title>健康大脑</title>");
  write(web / "assets/app-1a2b.js", "console.log('plain')");
  write(web / "assets/app-1a2b.js.gz", "packed");
  write(web / "icon.svg", "<svg/>");
  write(web.parent_path() / "secret.txt", "not for the web");
}

}  // namespace

std::string patient_line(const std::string& id, const std::string& name, const std::string& gender,
                         const std::string& birth_date, const std::string& street,
                         const std::string& order) {
  const std::string digits = "770101" + birth_date.substr(0, 4) + birth_date.substr(5, 2) +
                             birth_date.substr(8, 2) + order;
  const std::string number = digits + fhir::identity_check_digit(digits);
  return R"({"resourceType":"Patient","id":")" + id +
         R"(","identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":")" + number +
         R"("}],"name":[{"text":")" + name +
         R"("}],"telecom":[{"system":"phone","value":"00012345678"}],)" + R"("gender":")" + gender +
         R"(","birthDate":")" + birth_date +
         R"(","address":[{"use":"home","text":"映川区某路1号","extension":[{"url":)" +
         R"("https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":")" + street +
         "\"}]}]}\n";
}

District::District(server::ListenerOptions listener)
    : store_(directory_.path() / "store"), web_(directory_.path() / "web"), listener_(listener) {
  make_store(store_, directory_.path() / "deliveries");
  write_web(web_);
  start();
}

void District::start() {
  server::ServerOptions options = options_;
  options.store = store_;
  if (options.scenes_dir.empty()) options.scenes_dir = source_dir() / "scenes";
  options.web_dir = web_;
  options.listener = listener_;
  options.listener.port = 0;
  options.log_requests = false;
  options.version = "0.1.0";
  auto server = server::Server::start(options);
  if (!server) throw std::runtime_error(server.error().where + ": " + server.error().message);
  server_ = std::move(*server);
}

void District::restart() {
  server_.reset();
  start();
}

void District::restart(server::ListenerOptions listener) {
  listener_ = listener;
  restart();
}

namespace {

std::unique_ptr<District>& shared_district() {
  static std::unique_ptr<District> shared;
  return shared;
}

/// Ends the shared district with the last test: the analytics library must still be there, and at
/// the exit of the program its own static objects are already gone.
struct EndOfTests : doctest::IReporter {
  explicit EndOfTests(const doctest::ContextOptions&) {}
  void test_run_end(const doctest::TestRunStats&) override {
    shared_district().reset();
    end_fortress();
  }
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};
REGISTER_LISTENER("end-of-tests", 1, EndOfTests);

}  // namespace

District& district() {
  if (!shared_district()) shared_district() = std::make_unique<District>();
  return *shared_district();
}

}  // namespace hb::test
