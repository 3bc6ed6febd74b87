#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "records/sqlite.hpp"

namespace hb::records {
class Store;
}

namespace hb::indicators {

/// Where a reported figure stands on its way to the public.
enum class SignState : std::uint8_t {
  draft,      ///< entered or imported
  submitted,  ///< by the department that answers for it
  approved,   ///< by somebody else
  published,  ///< a vintage holds it
  set_aside,  ///< a conflict was decided for another figure, or a later figure took its place
};
std::string_view sign_word(SignState state);  ///< "draft", …, "set-aside"
std::optional<SignState> read_sign_word(std::string_view word);

/// Position of a figure: two figures with the same position are about the same thing.
struct FigureCell {
  std::string indicator;  ///< id of a definition, or of a computed indicator
  std::string area;       ///< official code
  std::string period;     ///< "2025", or "2021-2025" of cumulative ones
  friend auto operator<=>(const FigureCell&, const FigureCell&) = default;
};

struct NewFigure {
  FigureCell cell;
  int version = 1;          ///< of the definition
  std::string value;        ///< as written, without unit: "92.30", "<0.011"
  std::string numerator;    ///< as written; empty = not given
  std::string denominator;  ///< …
  std::string note;
  std::string file;  ///< where it came from; empty: typed in
  std::int64_t line = 0;
};

struct ReportedFigure {
  std::int64_t id = 0;
  NewFigure given;
  std::string by;  ///< who entered it
  Instant at;
  SignState state = SignState::draft;
  std::string state_by;
  Instant state_at;
  std::int64_t act = 0;  ///< number of its newest act: its version
};

/// What a step says beside itself.
struct ActGround {
  std::string from;       ///< address of who acts; empty: at the machine of the store
  std::int64_t seen = 0;  ///< newest act of the figure that who acts has seen; 0: not said
};

/// A step of the sign-off. Nothing is ever changed or deleted: a step is one more row.
struct SignAct {
  std::int64_t id = 0;
  std::int64_t figure = 0;
  SignState state = SignState::draft;
  std::string by;
  Instant at;
  std::string note;  ///< reason of a return, a decision or a new vintage
};

/// A published number. It never changes: another value of the same cell is a further vintage with
/// its reason.
struct Vintage {
  FigureCell cell;
  int number = 1;  ///< 1, 2, … per cell
  int version = 1;
  bool computed = false;
  std::int64_t figure = 0;  ///< of a reported one
  std::string value;
  std::string lower, upper;  ///< 95 % interval; empty = none
  std::string fingerprint;   ///< of the definition that made a computed number
  std::int64_t feed = 0;     ///< the feed number a computed number was made at
  std::string by;
  Instant at;
  std::string reason;  ///< empty for the first vintage
};

struct Conflict {
  FigureCell cell;
  std::vector<ReportedFigure> figures;  ///< at least two, with different values
};

enum class Entered : std::uint8_t {
  added,
  known,     ///< the same value stood there already
  conflict,  ///< another value stands there: both are kept until somebody decides
};

struct FigureFilter {
  std::string indicator, area, period;  ///< empty = all
  std::optional<SignState> state;
};

/// Reported figures of a store, their sign-off and the published vintages: figures.db beside the
/// records. Rows are only added; the file itself refuses changes. Members may be called from many
/// threads, the file from many programs.
class ReportBook {
 public:
  /// errors  unavailable: locked, full; invalid_input: not such a file
  static Result<std::unique_ptr<ReportBook>> open(const std::string& path,
                                                  Clock clock = system_clock());

  struct Entry {
    Entered what = Entered::added;
    std::int64_t id = 0;  ///< of the figure added, or of the one known
  };
  Result<Entry> enter(const NewFigure& figure, std::string_view by, const ActGround& ground = {});
  /// What enter() would do, without doing it.
  Result<Entry> would_enter(const NewFigure& figure) const;

  /// In order of cell, then of entering.
  Result<std::vector<ReportedFigure>> figures(const FigureFilter& filter) const;
  Result<ReportedFigure> figure(std::int64_t id) const;
  Result<std::vector<SignAct>> acts(std::int64_t figure) const;

  /// draft → submitted → approved; approved and submitted → draft (returned, with a note).
  /// errors  conflict: not a step of the way, more has happened than was seen, or the cell holds
  ///         different values; forbidden: who submitted approves; invalid_input: returned without
  ///         a note
  Result<void> move(std::int64_t figure, SignState to, std::string_view by, std::string_view note,
                    const ActGround& ground = {});

  Result<std::vector<Conflict>> conflicts() const;
  /// Keeps one figure of a conflict and sets the others aside.
  /// errors  conflict: there is none in its cell, or more has happened than was seen;
  ///         invalid_input: no reason
  Result<void> decide(std::int64_t keep, std::string_view by, std::string_view why,
                      const ActGround& ground = {});

  /// An approved figure becomes a vintage. The first of a cell needs no reason.
  /// errors  conflict: not approved, or the cell is in conflict; invalid_input: a further vintage
  ///         without a reason
  Result<Vintage> publish(std::int64_t figure, std::string_view by, std::string_view reason,
                          const ActGround& ground = {});
  /// The same for a computed number. Equal value and version: the vintage that stands.
  Result<Vintage> publish_computed(Vintage computed, std::string_view by, std::string_view reason,
                                   const ActGround& ground = {});
  /// In order of cell, then number.
  Result<std::vector<Vintage>> vintages(const FigureFilter& filter) const;
  /// The newest of a cell.
  Result<std::optional<Vintage>> published(const FigureCell& cell) const;

  /// Tells the store's audit every act and vintage that it does not know yet, whoever made it: the
  /// command line writes beside a running server. What was told before a crash may be told again.
  Result<void> settle(records::Store& store);

 private:
  explicit ReportBook(records::sqlite::Connection connection, Clock clock)
      : connection_(std::move(connection)), clock_(std::move(clock)) {}
  Result<void> act(std::int64_t figure, SignState state, std::string_view by, std::string_view note,
                   const ActGround& ground);
  Result<std::vector<ReportedFigure>> read_figures(const FigureFilter& filter,
                                                   std::int64_t id) const;
  Result<std::vector<Vintage>> read_vintages(const FigureFilter& filter) const;
  Result<Vintage> append(Vintage vintage, std::string_view by, std::string_view reason,
                         const ActGround& ground);
  template <class Work>
  auto changing(const Work& work) -> decltype(work());

  mutable std::mutex mutex_;
  mutable records::sqlite::Connection connection_;
  Clock clock_;
};

/// One transaction that nobody else writes in; undone when the work fails.
template <class Work>
auto ReportBook::changing(const Work& work) -> decltype(work()) {
  const std::lock_guard lock(mutex_);
  if (auto begun = connection_.run("BEGIN IMMEDIATE"); !begun) return unexpected(begun.error());
  auto done = work();
  const Result<void> ended = connection_.run(done ? "COMMIT" : "ROLLBACK");
  if (done && !ended) return unexpected(ended.error());
  return done;
}

/// Whether two values as written say the same number: 92.30 and 92.3 do, <0.01 and 0.01 do not.
bool same_value(std::string_view one, std::string_view other);

}  // namespace hb::indicators
