#pragma once
#include <algorithm>
#include <fstream>
#include <iterator>

#include "records/given.hpp"
#include "records/keys.hpp"

/// What the tests of sealed stores share.
namespace hb::test {

inline const std::string first_master(crypto::cipher_key_bytes, 'm');

inline records::OpenOptions sealed_options(crypto::Suite suite = crypto::Suite::aes_256_gcm,
                                           crypto::Scope scope = crypto::Scope::all) {
  records::OpenOptions options;
  options.master_key = first_master;
  options.suite = suite;
  options.scope = scope;
  return options;
}

/// Files below the folder that hold these bytes.
inline std::vector<std::string> files_with(const std::filesystem::path& folder,
                                           std::string_view bytes) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(in)), {});
    if (content.find(bytes) != std::string::npos) found.push_back(entry.path().filename());
  }
  return found;
}

/// A Patient whose body zstd leaves as it is: what stands in it would be seen in the file.
inline std::string patient_json(const std::string& id, const std::string& name,
                                const std::string& number) {
  return R"({"resourceType":"Patient","id":")" + id + R"(","identifier":[{"value":")" + number +
         R"("}],"name":[{"text":")" + name + R"("}]})";
}

inline void given_patient(records::Store& store, const std::string& id, const std::string& name,
                          const std::string& number) {
  records::WriteSet set = patient(store, id, patient_json(id, name, number),
                                  {.sex = "female", .area = "330105"}, {name, number});
  records::Problem problem;
  problem.rule = "identity-number";
  problem.found = "found " + number;
  problem.original = "original of " + name;
  problem.note = "note on " + name;
  set.problems.push_back(problem);
  set.resources.push_back(version_of(store, "Observation", "o-" + id,
                                     R"({"subject":{"display":")" + name + R"("}})",
                                     set.residents.front().resident.id));
  committed(store, std::move(set));
}

inline std::vector<std::string> found_ids(const records::Store& store, const std::string& word) {
  const auto page = store.find_residents(anyone, {.words = {word}});
  REQUIRE(page.has_value());
  std::vector<std::string> ids;
  for (const records::Resident& resident : page->residents) ids.push_back(resident.patient_id);
  return ids;
}

/// What given_patient() wrote is there as it was.
inline void check_patient(const records::Store& store, const std::string& id,
                          const std::string& name, const std::string& number) {
  const auto read = store.read(anyone, "Patient", id);
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
  CHECK(read->json == patient_json(id, name, number));
  CHECK(store.read(anyone, "Observation", "o-" + id)->json ==
        R"({"subject":{"display":")" + name + R"("}})");
  CHECK(found_ids(store, name) == std::vector<std::string>{id});
  CHECK(found_ids(store, number) == std::vector<std::string>{id});
}

}  // namespace hb::test
