#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cards/card.hpp"

namespace hb::cards {

/// Cases and deaths of one disease, or of a class, in some days: a line of the yearbooks' table.
struct TableRow {
  std::string disease;      ///< empty: all of the class
  std::string legal_class;  ///< A, B, C, other; "all": of the classes A to C together
  std::int64_t cases = 0;
  std::int64_t deaths = 0;
  std::optional<double> incidence;  ///< cases per 100,000 residents; none: no denominator
  std::optional<double> mortality;  ///< deaths per 100,000
  std::optional<double> fatality;   ///< deaths per case; none: no case
  std::int64_t cases_before = 0;    ///< the same days a year earlier
  std::int64_t deaths_before = 0;
};

struct TableAsk {
  By by = By::review;  ///< cards without that day are left out
  Date from;
  Date to;
  std::optional<std::int64_t> people;  ///< residents at the end of the year before `to`
};

/// Cards that count, without suspected cases and carriers, as official figures are counted. First
/// the classes A to C together, then each class with its diseases in the order of the list; the
/// diseases that are not statutory last, without a sum. Every statutory disease has a line, others
/// only with a case in either year.
/// diseases  code and class, in the order of the list
std::vector<TableRow> disease_table(const std::vector<Card>& cards,
                                    std::span<const std::pair<std::string, std::string>> diseases,
                                    const TableAsk& ask);

/// Cases by month of the day that counts, every month of from … to: one line of the monthly table.
/// returns  disease → counts in the order of the months; diseases without a case are left out
std::map<std::string, std::vector<std::int64_t>> by_month(const std::vector<Card>& cards, By by,
                                                          Date from, Date to);

}  // namespace hb::cards
