#pragma once
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fhir/parser.hpp"
#include "support/paths.hpp"
#include "tables/database.hpp"
#include "views/view.hpp"

namespace hb::test {

/// The core tables in a database of their own, filled from FHIR by the core views.
class SceneTables {
 public:
  SceneTables() {
    auto views = views::load_views((source_dir() / "scenes/core/views").string());
    if (!views) FAIL(views.error().where << ": " << views.error().message);
    flattener_ = std::make_unique<views::Flattener>(std::move(*views));
    auto database = tables::Database::open((directory_.path() / "tables.db").string(), {});
    if (!database) FAIL(database.error().message);
    database_ = std::move(*database);
    schemas_ = flattener_->schemas();
    const auto defined = database_->define(schemas_);
    if (!defined) FAIL(defined.error().message);
  }

  const tables::Database& database() const { return *database_; }

  /// Resources as JSON, people before their events; becomes one batch of that number.
  void load(const std::vector<std::string>& resources,
            const std::map<std::string, views::ResidentStamp>& people, BatchId number = 1) {
    const auto resident_of = [&](std::string_view id) {
      const auto found = people.find(std::string(id));
      return found == people.end() ? views::ResidentStamp{} : found->second;
    };
    views::Flattener::Sink sink(*flattener_);
    std::vector<std::int64_t> seqs;
    for (const std::string& json : resources) {
      fhir::Parser parser;
      const fhir::PaddedText text(json);
      const auto resource = parser.parse(text.view());
      if (!resource) FAIL(resource.error().path << ": " << resource.error().expected);
      const auto added = sink.add(*resource, static_cast<std::uint32_t>(seqs.size()), resident_of);
      if (!added) FAIL(added.error().message);
      seqs.push_back(number * 1000 + static_cast<std::int64_t>(seqs.size()));
    }
    tables::TableBatch batch;
    batch.batches = {number};
    batch.blocks = sink.take();
    for (tables::RowBlock& block : batch.blocks) tables::stamp(block, seqs);
    const auto applied = database_->apply(batch);
    if (!applied) FAIL(applied.error().message);
  }

 private:
  TempDir directory_;
  std::unique_ptr<views::Flattener> flattener_;
  std::vector<tables::TableSchema> schemas_;
  std::unique_ptr<tables::Database> database_;
};

}  // namespace hb::test
