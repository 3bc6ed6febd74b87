#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "core/principal.hpp"
#include "core/result.hpp"
#include "records/store.hpp"
#include "search/index.hpp"
#include "search/query.hpp"

namespace hb::search {

/// What one search may cost before it is refused with advice, whoever asks.
struct RunLimits {
  std::int64_t versions = 50'000;  ///< resources looked into
  std::int64_t sorted = 10'000;    ///< results that are put in order in memory
  std::int64_t linked = 1'000;     ///< resources that a link of a chain may find
  std::int64_t included = 1'000;   ///< resources that a page may bring along
  std::chrono::milliseconds time{5'000};
  Seq wanted = 0;  ///< the index must hold versions up to this one for a first page; 0: all
};

/// Who searches what, and what it has cost so far: one for a search and its links.
struct Asking {
  const records::Store& store;
  const Index& index;
  const Principal& principal;
  RunLimits limits;
  Seq snapshot;  ///< versions after this one do not exist for the search
  std::chrono::steady_clock::time_point deadline;
  std::int64_t looked_at = 0;

  /// Counts one resource that is looked into. errors  invalid_input: too costly
  Result<void> spend();
};
unexpected<Error> too_costly(const std::string& why);

/// The conditions of a query as they are asked: each chain replaced by what its links found.
struct Resolved {
  std::string type;
  std::vector<Clause> clauses;
  std::optional<std::vector<std::string>> ids;  ///< only these, rising; from _id and _has
};
Result<Resolved> resolve(Asking& asking, const Query& query);

/// Asks resources whether they answer. One per thread.
class Judge {
 public:
  /// errors  as Evaluation
  Result<bool> answers(const Resolved& query, const records::StoredVersion& version);
  /// Values of a parameter in the version that was asked last.
  Result<std::vector<Value>> values(const Parameter& parameter);
  /// Entries of that version.
  Result<std::vector<Entry>> entries(const Indexer& indexer);

 private:
  Result<bool> answers(const Clause& clause, const records::StoredVersion& version);

  fhir::Parser parser_;
  fhir::Evaluation evaluation_;
  fhir::PaddedText text_;
  fhir::Resource resource_;
};

/// A resource that answers, and its place in the order of the walk.
struct Found {
  Place place;
  records::StoredVersion version;
};

/// How the answers are found: what is walked, in which order.
struct Plan {
  Index::Scan scan;
  bool by_id = false;     ///< the ids of the query are looked up one by one
  bool in_order = false;  ///< the scan runs in the order that the query asks for
  bool selective = true;  ///< few entries
};
Result<Plan> make_plan(const Asking& asking, const Query& query, const Resolved& resolved);

/// Calls `use` with everything that answers and that the principal may see, each once, until it
/// returns false. Nothing is audited: who shows a resource notes it.
Result<void> walk(Asking& asking, const Resolved& resolved, const Plan& plan, Judge& judge,
                  const std::function<Result<bool>(Found&&)>& use);

}  // namespace hb::search
