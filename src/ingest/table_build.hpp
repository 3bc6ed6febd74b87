#pragma once
#include <string>
#include <vector>

#include "ingest/hub.hpp"
#include "records/store.hpp"
#include "tables/database.hpp"
#include "views/view.hpp"

namespace hb::ingest {

/// Fills the tables that changed ViewDefinitions ask for and puts them in the place of the former
/// ones.
class TableBuild {
 public:
  TableBuild(const records::Store& store, tables::Database& tables, const BuildOptions& options)
      : store_(store), tables_(tables), options_(options) {}

  /// returns  the tables that answer anew
  Result<std::vector<std::string>> run();

 private:
  Result<void> fill();
  Result<void> fill_next(const std::vector<tables::Building>& building);
  Result<void> wait_for(BatchId batch);
  bool cancelled() const { return options_.cancelled && options_.cancelled(); }
  void tell(double fraction) const;

  const records::Store& store_;
  tables::Database& tables_;
  const BuildOptions& options_;
  std::int64_t owed_at_start_ = 0;  ///< batches of all tables together
};

}  // namespace hb::ingest
