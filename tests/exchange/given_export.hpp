#pragma once
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/csv.hpp"
#include "exchange/research_export.hpp"
#include "ingest/load.hpp"
#include "scene/compartments.hpp"
#include "support/paths.hpp"

namespace hb::test {

inline std::unique_ptr<ingest::Hub> open_store(const std::filesystem::path& directory) {
  ingest::HubOptions options;
  options.views_dir = (source_dir() / "scenes/core/views").string();
  auto compartments = scene::load_compartments(source_dir() / "scenes/core/compartments.yaml");
  REQUIRE(compartments.has_value());
  options.compartments = std::make_shared<const Compartments>(std::move(*compartments));
  auto hub = ingest::Hub::open(directory.string(), options);
  REQUIRE_MESSAGE(hub.has_value(), (hub ? "" : hub.error().message));
  return std::move(*hub);
}

inline exchange::ResearchPlan given_plan(const std::filesystem::path& file) {
  auto plan = exchange::load_research_plan(file);
  REQUIRE_MESSAGE(plan.has_value(), (plan ? "" : plan.error().message + " " + plan.error().where));
  return std::move(*plan);
}

inline Principal researcher(std::string role = "analyst", std::string purpose = "research") {
  Principal principal;
  principal.user = "zhou.analyst";
  principal.roles = {std::move(role)};
  principal.purpose = std::move(purpose);
  principal.unrestricted = true;
  return principal;
}

/// Known here only, so that a test can tell who is who.
inline std::string known_key(char fill = 'k') { return std::string(32, fill); }

inline exchange::ResearchOutcome given_export(const ingest::Hub& hub,
                                              const exchange::ResearchPlan& plan,
                                              const std::filesystem::path& out,
                                              const Principal& principal = researcher(),
                                              std::string key = known_key()) {
  auto& records = const_cast<ingest::Hub&>(hub).store();
  auto outcome = exchange::export_research(
      hub.tables(), records, principal, plan,
      {out, "2026-ETH-017", *make_date(2025, 12, 31), std::move(key)}, system_clock());
  REQUIRE_MESSAGE(outcome.has_value(),
                  (outcome ? "" : outcome.error().message + " " + outcome.error().where));
  return std::move(*outcome);
}

inline std::string text_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Rows without the header.
inline std::vector<std::vector<std::string>> rows_of_file(const std::filesystem::path& file) {
  const auto rows = parse_csv(text_of_file(file));
  REQUIRE(rows.has_value());
  std::vector<std::vector<std::string>> all;
  for (std::size_t row = 1; row < rows->size(); ++row) all.push_back((*rows)[row].fields);
  return all;
}

}  // namespace hb::test
