#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "search/query.hpp"

namespace hb::search {

/// Which parameters are indexed: content, scenes/core/search.yaml. Others are looked up in the
/// resources that the indexed ones leave.
struct IndexPlan {
  /// Of types that are not named below, where they have them.
  std::vector<std::string> others;
  std::map<std::string, std::vector<std::string>, std::less<>> parameters;  ///< by type

  /// The indexed parameters of this type, existing ones only; two names of one expression once.
  std::vector<const Parameter*> of(std::string_view type) const;
  /// Names the plan by its content: another plan needs another index.
  std::string fingerprint() const;
};

/// One row of the index, without the version it belongs to.
///   key    63-bit hash of type, expression and value; of type and expression where values have an
///          order
///   value  place in that order: microseconds of the beginning, a number's bits, the first letters;
///          0 for what is only equal or not
struct Entry {
  std::int64_t key;
  std::int64_t value;
  friend auto operator<=>(const Entry&, const Entry&) = default;
};

/// Entries with this key and a value in [low, high].
struct Range {
  std::int64_t key;
  std::int64_t low;
  std::int64_t high;
  bool is_equality() const { return low == 0 && high == 0; }
};

/// Makes 63-bit hashes of words that must not be guessed from the index (names, identifiers).
using KeyedHash = std::function<std::int64_t(std::string_view)>;

/// Turns resources into entries and conditions into ranges of entries. Types whose bodies are
/// sealed have only keyed entries: of their texts the first letters up to most_letters, for prefix
/// search.
class Indexer {
 public:
  Indexer(IndexPlan plan, KeyedHash keyed);

  /// All entries of a resource, each once, rising.
  /// errors  as Evaluation
  Result<std::vector<Entry>> entries(fhir::Evaluation& evaluation,
                                     const fhir::Resource& resource) const;

  /// Ranges that hold every resource which can answer the clause; nullopt: the index does not help.
  /// Resources found must still be asked: a range may hold more.
  std::optional<std::vector<Range>> ranges(std::string_view type, const Clause& clause) const;
  /// Every resource of the type.
  Range all(std::string_view type) const;
  /// Every resource in the order of a date or number parameter, those without value at the end;
  /// nullopt: not indexed, or of another kind.
  std::optional<std::vector<Range>> order(std::string_view type, const Parameter& parameter,
                                          bool descending) const;

  const IndexPlan& plan() const { return plan_; }

 private:
  const std::vector<const Parameter*>& indexed(std::string_view type) const;
  const Parameter* index_for(std::string_view type, const Parameter& parameter) const;
  void add(std::vector<Entry>& entries, std::string_view type, const Parameter& parameter,
           const Value& value) const;
  std::int64_t hash(std::string_view type, const Parameter& parameter, char kind,
                    std::string_view value) const;
  void operand_ranges(std::vector<Range>& ranges, std::string_view type, const Parameter& parameter,
                      const Operand& operand, Modifier modifier) const;

  IndexPlan plan_;
  KeyedHash keyed_;
  mutable std::shared_mutex mutex_;
  mutable std::map<std::string, std::vector<const Parameter*>, std::less<>> indexed_;  // by type
};

/// Types whose texts stand in the index only under a key.
bool is_keyed(std::string_view type);
constexpr std::size_t most_letters = 12;

}  // namespace hb::search
