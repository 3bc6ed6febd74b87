#pragma once
#include <memory>
#include <string>

#include "cli/content.hpp"
#include "core/result.hpp"
#include "indicators/given_cells.hpp"
#include "indicators/report_book.hpp"
#include "ingest/hub.hpp"
#include "scene/catalogue.hpp"

namespace hb::cli {

/// What commands about computed indicators are told.
struct MeasureStoreArguments {
  std::string store;
  std::string scenes;
  int threads = default_threads();
  int time_limit = 20;  ///< seconds of one query
};

/// The store and its measures, for one command.
struct MeasureStore {
  std::unique_ptr<ingest::Hub> hub;
  std::unique_ptr<indicators::MeasureEngine> engine;
  indicators::GivingRules rules;

  /// Cells for what is handed on: without small counts and totals of small groups.
  indicators::CellSource for_outside() const {
    return indicators::given_source(*engine, rules,
                                    {Principal::published("operation"), false, false});
  }
};
Result<MeasureStore> open_measure_store(const MeasureStoreArguments& arguments);

/// The reported figures of a store. errors  not_found: no store there
Result<std::unique_ptr<indicators::ReportBook>> open_report_book(const std::string& store);

/// Name of an account that may do this, as it stands in the sign-off.
/// errors  not_found: no such account; forbidden: it is locked, or none of its roles may do it
Result<std::string> signer(const std::string& store, const scene::Catalogue& catalogue,
                           const std::string& user, std::string_view permission);

}  // namespace hb::cli
