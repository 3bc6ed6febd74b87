#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cards/card.hpp"

namespace hb::cards {

/// What the columns of an export are called: any of the names; see scenes/*/cards.yaml.
struct ExportColumns {
  std::vector<std::string> number, disease, onset, deleted;
  std::map<std::string, std::string> diseases;  ///< name in the export → our code
  std::vector<std::string> deleted_words;       ///< values of `deleted` that mean so
};

/// A card as the direct report has it.
struct NationalCard {
  std::string number;
  std::string disease;  ///< our code; the name itself where it is not known
  std::string onset;    ///< "2025-11-21"; empty: not there
  bool deleted = false;
  std::int64_t line = 0;  ///< in the export
};

/// errors  invalid_input with where = "export.csv:7": no number column, a row without a number or
///         with another count of fields, a day that is none
Result<std::vector<NationalCard>> read_export(std::string_view csv, const std::string& name,
                                              const ExportColumns& columns);

/// One line of the reconciliation.
struct Difference {
  enum class Kind : std::uint8_t {
    no_number,    ///< here, not deleted, the national number is not back: not reported
    only_here,    ///< here with a number that the export does not have
    only_there,   ///< in the export, not here
    disease,      ///< in both, of another disease
    onset,        ///< in both, with another onset
    deleted,      ///< deleted on one side alone
    twice_here,   ///< two cards here have one number
    twice_there,  ///< two lines of the export have one number
  };
  Kind kind;
  std::string number;
  std::string card;  ///< id here; may be empty
  std::string here;
  std::string there;
  std::int64_t line = 0;  ///< of the export; 0: none
};
std::string_view kind_word(Difference::Kind kind);

struct Reconciliation {
  std::int64_t here = 0;   ///< cards that count: neither deleted nor replaced
  std::int64_t there = 0;  ///< lines that are not deleted
  std::int64_t agree = 0;  ///< numbers in both without a difference
  std::vector<Difference> differences;
};

/// By card number, both ways. cards  marked (mark_superseded)
Reconciliation reconcile(const std::vector<Card>& cards, const std::vector<NationalCard>& national);

}  // namespace hb::cards
