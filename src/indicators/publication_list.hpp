#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "indicators/vintage_now.hpp"

namespace hb::indicators {

/// One line of a publication list: indicators of a district, or of its streets.
struct PublicationLine {
  std::string area;  ///< 6 digits
  bool streets = false;
  std::vector<Period> periods;
  std::vector<std::string> indicators;
};

/// What a demonstration publishes of its simulated store: content, `schema: publications-1`.
struct PublicationList {
  Localized title;
  std::string by, reason;
  std::vector<PublicationLine> lines;
};

/// errors  those of read_yaml; invalid_input with file:line
Result<PublicationList> read_publications(const std::filesystem::path& file);

/// What became of one figure of a list.
struct PublishedLine {
  FigureCell cell;
  Result<Vintage> vintage;
};

/// Makes the vintages of a list as everybody is given the figures; what has no value, or a small
/// count, is left out.
/// cells   as they are handed on to everybody
/// errors  not_found: an indicator that is not computed; those of the cells
Result<std::vector<PublishedLine>> publish_list(const PublicationList& list,
                                                const MeasureEngine& engine,
                                                const CellSource& cells, ReportBook& book,
                                                const std::string& by);

}  // namespace hb::indicators
