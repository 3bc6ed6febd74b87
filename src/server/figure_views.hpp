#pragma once
#include <memory>
#include <string>
#include <vector>

#include "indicators/definition.hpp"
#include "indicators/report_book.hpp"
#include "server/json.hpp"
#include "server/services.hpp"

namespace hb::server {

/// Where the content lies; it is small and is read when it is asked for.
std::filesystem::path scenes_of(const Services& services);

/// The reported figures of the store that is served.
Result<std::unique_ptr<indicators::ReportBook>> open_report_book(const Services& services);

/// A refusal of the book in both languages: what hands may see of acts on figures.
Response figure_outcome(const Error& error);
json::object figure_fault(const Error& error);  ///< {code, message, messageZh}

/// Figures and vintages as the API gives them, with the names of indicators and areas.
class FigureWords {
 public:
  /// errors  those of Definitions::load
  static Result<FigureWords> load(const Services& services);

  Localized name(const std::string& indicator) const;
  const indicators::Definition* find(const std::string& indicator) const {
    return definitions_.find(indicator);
  }
  const indicators::Definitions& definitions() const { return definitions_; }
  /// name, unit, owner, area_name of a cell
  void add_names(const indicators::FigureCell& cell, json::object& out) const;
  json::object figure(const indicators::ReportedFigure& one, bool in_conflict) const;
  json::object vintage(const indicators::Vintage& one) const;

 private:
  FigureWords(indicators::Definitions definitions, const Services& services)
      : definitions_(std::move(definitions)), services_(&services) {}
  indicators::Definitions definitions_;
  const Services* services_;
};

/// Whether a figure stands in one of these conflicts.
bool is_in(const std::vector<indicators::Conflict>& conflicts,
           const indicators::ReportedFigure& one);

}  // namespace hb::server
