#pragma once
#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "records/store.hpp"
#include "support/paths.hpp"

/// What the tests of the records say of the domain.
namespace hb::test {

inline const Principal anyone = Principal::system("test");

inline std::unique_ptr<records::Store> given_store(const std::filesystem::path& folder,
                                                   const records::OpenOptions& options = {}) {
  Result<std::unique_ptr<records::Store>> store =
      records::Store::open((folder / "records.db").string(), options);
  if (!store) FAIL("open: " << store.error().message << " " << store.error().where);
  return std::move(*store);
}

inline records::NewVersion version_of(const records::Store& store, const std::string& type,
                                      const std::string& id, const std::string& json,
                                      ResidentId resident = 0) {
  return {type, id, crypto::fingerprint(json), store.packer().pack(type, json), resident};
}

inline records::Receipt committed(records::Store& store, records::WriteSet set) {
  Result<records::Receipt> receipt = store.commit(std::move(set));
  if (!receipt) FAIL("commit: " << receipt.error().message << " " << receipt.error().where);
  return std::move(*receipt);
}

inline records::WriteSet one(records::NewVersion version) {
  records::WriteSet set;
  set.resources.push_back(std::move(version));
  return set;
}

/// A WriteSet with one Patient and what the resident index shall say of the person.
inline records::WriteSet patient(records::Store& store, const std::string& id,
                                 const std::string& json, records::Resident person,
                                 std::vector<std::string> words) {
  auto resolved = store.resolve_resident(id);
  REQUIRE(resolved.has_value());
  person.id = resolved->first.id;
  person.patient_id = id;
  records::WriteSet set = one(version_of(store, "Patient", id, json, person.id));
  set.residents.push_back({std::move(person), 0, std::move(words)});
  return set;
}

inline void check_sound(const records::Store& store) {
  const Result<std::vector<std::string>> faults = store.check();
  REQUIRE(faults.has_value());
  for (const std::string& fault : *faults) FAIL_CHECK(fault);
}

}  // namespace hb::test
