#pragma once
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "ingest/load.hpp"
#include "support/paths.hpp"

namespace hb::test {

inline ingest::HubOptions hub_options() {
  ingest::HubOptions options;
  options.views_dir = (source_dir() / "scenes/core/views").string();
  options.profiles_dir = (source_dir() / "scenes/core/profiles").string();
  return options;
}

/// A real store in a directory of its own.
inline std::unique_ptr<ingest::Hub> given_hub(const std::filesystem::path& directory) {
  auto hub = ingest::Hub::open(directory.string(), hub_options());
  REQUIRE_MESSAGE(hub.has_value(), (hub ? "" : hub.error().message));
  return std::move(*hub);
}

inline std::string given_file(const std::filesystem::path& directory, std::string_view name,
                              std::string_view text) {
  const auto path = directory / name;
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

inline ingest::LoadReport given_loaded(ingest::Hub& hub, const std::vector<std::string>& paths,
                                       const ingest::LoadOptions& options = {}) {
  auto report = ingest::load(hub, paths, options);
  REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
  return std::move(*report);
}

inline std::int64_t rows_of(const ingest::Hub& hub, std::string_view table) {
  auto tables = hub.tables().tables();
  REQUIRE(tables.has_value());
  for (const auto& info : *tables)
    if (info.name == table) return info.rows;
  FAIL("no table " << table);
  return -1;
}

inline std::string patient(std::string_view id, std::string_view more = "") {
  return R"({"resourceType":"Patient","id":")" + std::string(id) + "\"" + std::string(more) + "}";
}

inline std::string encounter(std::string_view id, std::string_view patient_id,
                             std::string_view start = "2025-03-04T09:00:00+08:00") {
  return R"({"resourceType":"Encounter","id":")" + std::string(id) +
         R"(","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/)" +
         std::string(patient_id) + R"("},"period":{"start":")" + std::string(start) + R"("}})";
}

inline const Principal& tester() {
  static const Principal principal = Principal::system("test");
  return principal;
}

inline void check_sound(ingest::Hub& hub) {
  auto faults = hub.check();
  REQUIRE_MESSAGE(faults.has_value(), (faults ? "" : faults.error().message));
  for (const std::string& fault : *faults) FAIL_CHECK(fault);
}

}  // namespace hb::test
