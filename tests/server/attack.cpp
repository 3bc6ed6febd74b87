#include "attack.hpp"

#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>

#include "ingest/hub.hpp"
#include "ingest/load.hpp"
#include "scene/catalogue.hpp"
#include "scene/compartments.hpp"

namespace hb::test {

const std::string Fortress::password = "Brook-and-7-lanterns";

namespace {

constexpr crypto::PasswordCost cheap{.kibibytes = 64, .passes = 1, .lanes = 1};

struct Sample {
  const char* type;
  const char* rest;  ///< the fields besides type, id and person
  const char* person = "subject";
};

/// The least that each type needs, without a code of any compartment.
constexpr Sample samples[] = {
    {"Encounter", R"("status":"finished","class":{"code":"AMB"})"},
    {"Condition", R"("code":{"text":"咳嗽"})"},
    {"Observation", R"("status":"final","code":{"text":"体温"})"},
    {"Procedure", R"("status":"completed","code":{"text":"换药"})"},
    {"MedicationRequest",
     R"("status":"active","intent":"order","medicationCodeableConcept":{"text":"片剂"})"},
    {"Immunization",
     R"("status":"completed","vaccineCode":{"text":"流感疫苗"},"occurrenceDateTime":"2025-10-01")",
     "patient"},
    {"EpisodeOfCare", R"("status":"active")", "patient"},
    {"Composition",
     R"("status":"final","type":{"text":"病历"},"date":"2025-10-01","title":"病历","author":[{"display":"甲"}])"},
    {"Task", R"("status":"requested","intent":"order")", "for"},
    {"AllergyIntolerance", R"("code":{"text":"花生"})", "patient"},
    {"DiagnosticReport", R"("status":"final","code":{"text":"胸片"})"},
    {"ServiceRequest", R"("status":"active","intent":"order")"},
    {"CarePlan", R"("status":"active","intent":"plan")"},
    {"Flag", R"("status":"active","code":{"text":"跌倒"})"},
    {"Coverage", R"("status":"active","payor":[{"display":"医保"}])", "beneficiary"},
    {"RelatedPerson", R"("name":[{"text":"张母"}])", "patient"},
    {"QuestionnaireResponse", R"("status":"completed")"},
    {"Communication", R"("status":"completed")"},
    {"DocumentReference", R"("status":"current","content":[{"attachment":{"title":"单据"}}])"},
    {"FamilyMemberHistory", R"("status":"completed","relationship":{"text":"母"})", "patient"},
    {"Goal", R"("lifecycleStatus":"active","description":{"text":"减重"})"},
    {"ClinicalImpression", R"("status":"completed")"},
    {"MedicationStatement", R"("status":"active","medicationCodeableConcept":{"text":"片剂"})"},
    {"Consent",
     R"("status":"active","scope":{"text":"共享"},"category":[{"text":"共享"}],"policyRule":{"text":"共享"})",
     "patient"},
};

std::string line_of(const Sample& sample, const std::string& id, const std::string& patient) {
  return std::string(R"({"resourceType":")") + sample.type + R"(","id":")" + id + "\"," +
         sample.rest + ",\"" + sample.person + R"(":{"reference":"Patient/)" + patient + "\"}}\n";
}

ingest::HubOptions hub_options() {
  ingest::HubOptions options;
  options.views_dir = (source_dir() / "scenes/core/views").string();
  options.profiles_dir = (source_dir() / "scenes/core/profiles").string();
  options.create = false;
  auto read = scene::load_compartments(source_dir() / "scenes/core/compartments.yaml");
  REQUIRE(read.has_value());
  options.compartments = std::make_shared<const Compartments>(std::move(*read));
  return options;
}

/// Loads the samples of one person and says where they stand.
std::vector<Shown> settle(ingest::Hub& hub, const std::filesystem::path& folder,
                          const std::string& patient, const std::string& prefix) {
  const std::filesystem::path file = folder / (prefix + ".ndjson");
  {
    std::ofstream out(file, std::ios::binary);
    for (std::size_t i = 0; i < std::size(samples); ++i)
      out << line_of(samples[i], prefix + std::to_string(i), patient);
  }
  const auto report = ingest::load(hub, {file.string()}, {});
  if (!report) FAIL(report.error().message);
  std::vector<Shown> shown;
  const auto add = [&](const char* type, const std::string& id) {
    const auto stored = hub.store().read(Principal::system("test"), type, id);
    if (!stored) FAIL(type << ": " << stored.error().message);
    REQUIRE(stored->resident != 0);
    shown.push_back({type, id, stored->resident, stored->seq});
  };
  add("Patient", patient);
  for (std::size_t i = 0; i < std::size(samples); ++i)
    add(samples[i].type, prefix + std::to_string(i));
  return shown;
}

const scene::Catalogue& catalogue() {
  static const auto loaded = scene::Catalogue::load(source_dir() / "scenes");
  REQUIRE(loaded.has_value());
  return *loaded;
}

std::unique_ptr<Fortress>& shared_fortress() {
  static std::unique_ptr<Fortress> shared;
  return shared;
}

}  // namespace

Fortress& fortress() {
  if (!shared_fortress()) shared_fortress() = std::make_unique<Fortress>();
  return *shared_fortress();
}

void end_fortress() { shared_fortress().reset(); }

std::string Shown::path() const {
  return "/api/residents/" + std::to_string(resident) + "/resources/" + std::to_string(seq);
}

Fortress::Fortress() {
  place_.server().stop();
  {
    TempDir folder;
    auto hub = ingest::Hub::open(place_.store().string(), hub_options());
    REQUIRE(hub.has_value());
    near_ = settle(**hub, folder.path(), "p1", "near");
    far_ = settle(**hub, folder.path(), "p3", "far");
  }
  security::AccountOptions options;
  options.cost = cheap;
  auto opened = security::Accounts::open((place_.store() / "accounts.db").string(), options);
  REQUIRE(opened.has_value());
  accounts_ = std::move(*opened);
  place_.restart();
  for (std::vector<Shown>* all : {&near_, &far_})
    for (Shown& shown : *all) shown.seq = place_.server().handles().show(shown.seq);
}

Visitor Fortress::visitor(const std::string& name, const std::vector<std::string>& roles,
                          const std::vector<std::string>& areas) {
  security::User user;
  user.name = name;
  user.display = "甲";
  user.roles = roles;
  user.areas = areas;
  const auto added = accounts_->add(user, password);
  if (!added) FAIL(name << ": " << added.error().message);
  return again(name);
}

Visitor Fortress::again(const std::string& name) {
  const auto id = accounts_->log_in(name, password, "", "127.0.0.1");
  REQUIRE(id.has_value());
  const auto session = accounts_->session(*id);
  REQUIRE(session.has_value());
  return {name, *id, session->csrf, "Cookie: hb_session=" + *id + "\r\n"};
}

std::vector<std::string> all_roles() {
  std::vector<std::string> names;
  for (const scene::Role& role : catalogue().roles()) names.push_back(role.id);
  return names;
}

bool role_may(const std::string& role, std::string_view permission) {
  const scene::Role* found = catalogue().role(role);
  REQUIRE(found != nullptr);
  return std::ranges::find(found->permissions, permission) != found->permissions.end();
}

std::size_t captures_in(std::string_view pattern) {
  return static_cast<std::size_t>(std::ranges::count(pattern, '{'));
}

std::string filled(std::string_view pattern, const std::vector<std::string>& parts) {
  std::string path;
  std::size_t next = 0;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    path.append(pattern.substr(0, open));
    if (open == pattern.npos) break;
    path += next < parts.size() ? parts[next] : "1";
    ++next;
    pattern.remove_prefix(pattern.find('}') + 1);
  }
  return path;
}

std::string escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.') {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::string fingerprint(const Answer& answer) {
  std::string text = std::to_string(answer.status) + "\n";
  for (const auto& [name, value] : answer.headers)
    if (name != "date") text += name + ": " + value + "\n";
  return text + answer.body;
}

std::set<std::string> body_fields(std::uint16_t port) {
  const YAML::Node document = YAML::Load(get(port, "/api/openapi.yaml").body);
  std::set<std::string> names;
  for (const auto& path : document["paths"])
    for (const auto& operation : path.second) {
      const YAML::Node body = operation.second["requestBody"];
      const YAML::Node kind = body ? body["content"]["application/json"] : YAML::Node();
      if (!kind || !kind["schema"]) continue;
      YAML::Node schema = kind["schema"];
      if (schema["$ref"]) {
        const auto reference = schema["$ref"].as<std::string>();
        schema = document["components"]["schemas"][reference.substr(reference.rfind('/') + 1)];
      }
      for (const auto& property : schema["properties"])
        names.insert(property.first.as<std::string>());
    }
  return names;
}

}  // namespace hb::test
