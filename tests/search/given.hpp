#pragma once
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/principal.hpp"
#include "crypto/digest.hpp"
#include "fhir/parser.hpp"
#include "records/store.hpp"
#include "scene/search_plan.hpp"
#include "search/index.hpp"
#include "search/run.hpp"
#include "support/paths.hpp"

/// A store with an index, filled from texts of resources.
namespace hb::test {

class Searchable {
 public:
  Searchable() {
    auto opened = records::Store::open(folder_.path() / "records.db", {});
    REQUIRE(opened);
    store = std::move(*opened);
    reopen();
  }

  static search::IndexPlan plan() {
    auto read = scene::load_search_plan(source_dir() / "scenes/core/search.yaml");
    REQUIRE_MESSAGE(read, (read ? "" : read.error().message + " " + read.error().where));
    return std::move(*read);
  }

  void reopen(const search::Index::Options& options = {}, search::IndexPlan with = plan()) {
    index.reset();
    auto made = search::Index::open(folder_.path() / "search.db", *store, std::move(with), options);
    REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
    index = std::move(*made);
  }

  /// One commit, indexed at once.
  void put(const std::vector<std::string>& resources) {
    write(resources);
    REQUIRE(index->catch_up());
  }

  void write(const std::vector<std::string>& resources) {
    records::WriteSet set;
    fhir::Parser parser;
    for (const std::string& json : resources) {
      fhir::PaddedText text(json);
      const auto resource = parser.parse(text.view());
      REQUIRE(resource);
      set.resources.push_back({std::string(resource->type), std::string(resource->id),
                               crypto::fingerprint(json),
                               store->packer().pack(resource->type, json), 0});
    }
    REQUIRE(store->commit(std::move(set)));
  }

  const std::filesystem::path& folder() const { return folder_.path(); }

  search::Query parsed(std::string_view type, const search::QueryText& text) {
    search::QueryOptions options;
    options.now = *parse_instant("2025-02-10T00:00:00+08:00");
    const auto query = search::parse_query(type, text, options);
    REQUIRE_MESSAGE(query, (query ? "" : query.error().message));
    return *query;
  }

  search::Page page(std::string_view type, const search::QueryText& text) {
    const auto found = search::run(*store, *index, Principal::system("test"), parsed(type, text));
    REQUIRE_MESSAGE(found, (found ? "" : found.error().message));
    return *found;
  }

  /// Ids of the matches, joined by spaces, in their order.
  std::string ids(std::string_view type, const search::QueryText& text) {
    std::string joined;
    for (const records::StoredVersion& version : page(type, text).matches)
      joined += (joined.empty() ? "" : " ") + version.id;
    return joined;
  }

  std::unique_ptr<records::Store> store;
  std::unique_ptr<search::Index> index;

 private:
  TempDir folder_;
};

}  // namespace hb::test
