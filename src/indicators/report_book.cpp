#include "indicators/report_book.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "indicators/target.hpp"
#include "records/book_file.hpp"

namespace hb::indicators {
namespace {

using records::sqlite::Connection;
using records::sqlite::execute;
using records::sqlite::Query;

constexpr std::array book_migrations = {records::Migration{"0001_figures", R"sql(
-- What departments reported, as written. Rows are only added.
CREATE TABLE figure (
  id BIGINT NOT NULL PRIMARY KEY,
  indicator TEXT NOT NULL,
  area TEXT NOT NULL,
  period TEXT NOT NULL,
  version BIGINT NOT NULL,
  value TEXT NOT NULL,
  numerator TEXT NOT NULL,        -- empty: not given
  denominator TEXT NOT NULL,
  note TEXT NOT NULL,
  file TEXT NOT NULL,
  line BIGINT NOT NULL,
  account TEXT NOT NULL,          -- who entered it
  at BIGINT NOT NULL
);
CREATE INDEX figure_cell ON figure (indicator, area, period);
CREATE TABLE act (
  id BIGINT NOT NULL PRIMARY KEY,
  figure BIGINT NOT NULL,
  state TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  note TEXT NOT NULL
);
CREATE INDEX act_figure ON act (figure);
CREATE TABLE vintage (
  id BIGINT NOT NULL PRIMARY KEY,
  indicator TEXT NOT NULL,
  area TEXT NOT NULL,
  period TEXT NOT NULL,
  number BIGINT NOT NULL,
  version BIGINT NOT NULL,
  computed BIGINT NOT NULL,
  figure BIGINT NOT NULL,
  value TEXT NOT NULL,
  lower TEXT NOT NULL,
  upper TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  feed BIGINT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  UNIQUE (indicator, area, period, number)
);
)sql"},
                                        records::Migration{"0002_audited", R"sql(
ALTER TABLE act ADD COLUMN source TEXT NOT NULL DEFAULT '';      -- address of who acted
ALTER TABLE vintage ADD COLUMN source TEXT NOT NULL DEFAULT '';
-- How far the audit of the store knows the acts and vintages of this file: the newest row counts.
CREATE TABLE audited (
  id BIGINT NOT NULL PRIMARY KEY,
  act BIGINT NOT NULL,
  vintage BIGINT NOT NULL
);
)sql"}};

constexpr const char* guards = R"sql(
CREATE TRIGGER IF NOT EXISTS figure_stays BEFORE UPDATE ON figure BEGIN SELECT RAISE(ABORT, 'figures are only added'); END;
CREATE TRIGGER IF NOT EXISTS figure_kept BEFORE DELETE ON figure BEGIN SELECT RAISE(ABORT, 'figures are only added'); END;
CREATE TRIGGER IF NOT EXISTS act_stays BEFORE UPDATE ON act BEGIN SELECT RAISE(ABORT, 'acts are only added'); END;
CREATE TRIGGER IF NOT EXISTS act_kept BEFORE DELETE ON act BEGIN SELECT RAISE(ABORT, 'acts are only added'); END;
CREATE TRIGGER IF NOT EXISTS vintage_stays BEFORE UPDATE ON vintage BEGIN SELECT RAISE(ABORT, 'published numbers never change'); END;
CREATE TRIGGER IF NOT EXISTS vintage_kept BEFORE DELETE ON vintage BEGIN SELECT RAISE(ABORT, 'published numbers never change'); END;
)sql";

constexpr const char* figure_sql = R"sql(
SELECT f.id, f.indicator, f.area, f.period, f.version, f.value, f.numerator, f.denominator,
       f.note, f.file, f.line, f.account, f.at, a.state, a.account, a.at, a.id
FROM figure f JOIN act a ON a.id = (SELECT max(id) FROM act WHERE figure = f.id)
WHERE (?1 = '' OR f.indicator = ?1) AND (?2 = '' OR f.area = ?2) AND (?3 = '' OR f.period = ?3)
  AND (?4 = '' OR a.state = ?4) AND (?5 = 0 OR f.id = ?5)
ORDER BY f.indicator, f.area, f.period, f.id
)sql";

constexpr const char* vintage_sql = R"sql(
SELECT indicator, area, period, number, version, computed, figure, value, lower, upper,
       fingerprint, feed, account, at, reason
FROM vintage
WHERE (?1 = '' OR indicator = ?1) AND (?2 = '' OR area = ?2) AND (?3 = '' OR period = ?3)
ORDER BY indicator, area, period, number
)sql";

constexpr std::pair<SignState, std::string_view> words[] = {{SignState::draft, "draft"},
                                                            {SignState::submitted, "submitted"},
                                                            {SignState::approved, "approved"},
                                                            {SignState::published, "published"},
                                                            {SignState::set_aside, "set-aside"}};

ReportedFigure figure_of(const Query& query) {
  ReportedFigure figure;
  figure.id = query.integer(0);
  NewFigure& given = figure.given;
  given.cell = {query.text(1), query.text(2), query.text(3)};
  given.version = static_cast<int>(query.integer(4));
  given.value = query.text(5);
  given.numerator = query.text(6);
  given.denominator = query.text(7);
  given.note = query.text(8);
  given.file = query.text(9);
  given.line = query.integer(10);
  figure.by = query.text(11);
  figure.at = Instant{query.integer(12)};
  figure.state = read_sign_word(query.text(13)).value_or(SignState::draft);
  figure.state_by = query.text(14);
  figure.state_at = Instant{query.integer(15)};
  figure.act = query.integer(16);
  return figure;
}

Vintage vintage_of(const Query& query) {
  Vintage vintage;
  vintage.cell = {query.text(0), query.text(1), query.text(2)};
  vintage.number = static_cast<int>(query.integer(3));
  vintage.version = static_cast<int>(query.integer(4));
  vintage.computed = query.integer(5) != 0;
  vintage.figure = query.integer(6);
  vintage.value = query.text(7);
  vintage.lower = query.text(8);
  vintage.upper = query.text(9);
  vintage.fingerprint = query.text(10);
  vintage.feed = query.integer(11);
  vintage.by = query.text(12);
  vintage.at = Instant{query.integer(13)};
  vintage.reason = query.text(14);
  return vintage;
}

/// The figures of one cell that no decision has set aside.
std::vector<ReportedFigure> standing(std::vector<ReportedFigure> figures) {
  std::erase_if(figures,
                [](const ReportedFigure& one) { return one.state == SignState::set_aside; });
  return figures;
}

bool in_conflict(const std::vector<ReportedFigure>& figures) {
  return std::ranges::any_of(figures, [&](const ReportedFigure& one) {
    return !same_value(one.given.value, figures.front().given.value);
  });
}

FigureFilter of_cell(const FigureCell& cell) {
  return {cell.indicator, cell.area, cell.period, std::nullopt};
}

std::string name_of(const FigureCell& cell) {
  return cell.indicator + " " + cell.area + " " + cell.period;
}

}  // namespace

std::string_view sign_word(SignState state) {
  for (const auto& [known, word] : words)
    if (known == state) return word;
  return "draft";
}

std::optional<SignState> read_sign_word(std::string_view word) {
  for (const auto& [state, known] : words)
    if (known == word) return state;
  return std::nullopt;
}

bool same_value(std::string_view one, std::string_view other) {
  const Cell a = read_value(one);
  const Cell b = read_value(other);
  if (a.kind != CellKind::numbers || b.kind != CellKind::numbers) return one == other;
  return a.quantities.size() == 1 && b.quantities.size() == 1 &&
         a.quantities[0].comparison == b.quantities[0].comparison &&
         a.quantities[0].number == b.quantities[0].number;
}

Result<std::unique_ptr<ReportBook>> ReportBook::open(const std::string& path, Clock clock) {
  Result<Connection> connection = records::open_book(path, book_migrations, guards);
  if (!connection) return unexpected(connection.error());
  return std::unique_ptr<ReportBook>(new ReportBook(std::move(*connection), std::move(clock)));
}

Result<std::vector<ReportedFigure>> ReportBook::read_figures(const FigureFilter& filter,
                                                             std::int64_t id) const {
  const std::string state = filter.state ? std::string(sign_word(*filter.state)) : "";
  Query query(connection_, figure_sql, filter.indicator, filter.area, filter.period, state, id);
  std::vector<ReportedFigure> figures;
  while (query.next()) figures.push_back(figure_of(query));
  if (!query.ok()) return unexpected(query.error());
  return figures;
}

Result<std::vector<Vintage>> ReportBook::read_vintages(const FigureFilter& filter) const {
  Query query(connection_, vintage_sql, filter.indicator, filter.area, filter.period);
  std::vector<Vintage> vintages;
  while (query.next()) vintages.push_back(vintage_of(query));
  if (!query.ok()) return unexpected(query.error());
  return vintages;
}

Result<void> ReportBook::act(std::int64_t figure, SignState state, std::string_view by,
                             std::string_view note, const ActGround& ground) {
  return execute(connection_,
                 "INSERT INTO act (id, figure, state, account, at, note, source) "
                 "SELECT coalesce(max(id), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6 FROM act",
                 figure, sign_word(state), by, clock_().micros, note, ground.from);
}

namespace {

/// What a figure is to those that stand in its cell.
ReportBook::Entry entry_among(const std::vector<ReportedFigure>& kept, const NewFigure& figure) {
  const auto equal = std::ranges::find_if(kept, [&](const ReportedFigure& one) {
    return one.given.version == figure.version && same_value(one.given.value, figure.value) &&
           one.given.numerator == figure.numerator && one.given.denominator == figure.denominator;
  });
  if (equal != kept.end()) return {Entered::known, equal->id};
  const bool clash = std::ranges::any_of(
      kept, [&](const ReportedFigure& one) { return !same_value(one.given.value, figure.value); });
  return {clash ? Entered::conflict : Entered::added, 0};
}

/// Who acts on a figure has seen all that happened to it.
Result<void> seen_all(const ReportedFigure& figure, const ActGround& ground) {
  if (ground.seen == 0 || ground.seen == figure.act) return {};
  return fail(ErrorCode::conflict,
              "more has happened to this figure meanwhile: it is " +
                  std::string(sign_word(figure.state)) + " by " + figure.state_by +
                  "; look at it again",
              std::to_string(figure.id));
}

}  // namespace

Result<ReportBook::Entry> ReportBook::would_enter(const NewFigure& figure) const {
  const std::lock_guard lock(mutex_);
  auto there = read_figures(of_cell(figure.cell), 0);
  if (!there) return unexpected(there.error());
  return entry_among(standing(std::move(*there)), figure);
}

Result<ReportBook::Entry> ReportBook::enter(const NewFigure& figure, std::string_view by,
                                            const ActGround& ground) {
  return changing([&]() -> Result<Entry> {
    auto there = read_figures(of_cell(figure.cell), 0);
    if (!there) return unexpected(there.error());
    Entry entry = entry_among(standing(std::move(*there)), figure);
    if (entry.what == Entered::known) return entry;
    if (auto added = execute(
            connection_,
            "INSERT INTO figure (id, indicator, area, period, version, value, numerator, "
            "denominator, note, file, line, account, at) "
            "SELECT coalesce(max(id), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 "
            "FROM figure",
            figure.cell.indicator, figure.cell.area, figure.cell.period, figure.version,
            figure.value, figure.numerator, figure.denominator, figure.note, figure.file,
            figure.line, by, clock_().micros);
        !added)
      return unexpected(added.error());
    entry.id = connection_.last_rowid();
    if (auto noted = act(entry.id, SignState::draft, by, "", ground); !noted)
      return unexpected(noted.error());
    return entry;
  });
}

Result<std::vector<ReportedFigure>> ReportBook::figures(const FigureFilter& filter) const {
  const std::lock_guard lock(mutex_);
  return read_figures(filter, 0);
}

Result<ReportedFigure> ReportBook::figure(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  auto found = read_figures({}, id);
  if (!found) return unexpected(found.error());
  if (id <= 0 || found->empty())
    return fail(ErrorCode::not_found, "there is no reported figure with this number",
                std::to_string(id));
  return std::move(found->front());
}

Result<std::vector<SignAct>> ReportBook::acts(std::int64_t figure) const {
  const std::lock_guard lock(mutex_);
  Query query(connection_,
              "SELECT id, figure, state, account, at, note FROM act WHERE figure = ?1 ORDER BY id",
              figure);
  std::vector<SignAct> acts;
  while (query.next())
    acts.push_back({query.integer(0), query.integer(1),
                    read_sign_word(query.text(2)).value_or(SignState::draft), query.text(3),
                    Instant{query.integer(4)}, query.text(5)});
  if (!query.ok()) return unexpected(query.error());
  return acts;
}

Result<void> ReportBook::move(std::int64_t id, SignState to, std::string_view by,
                              std::string_view note, const ActGround& ground) {
  return changing([&]() -> Result<void> {
    auto found = read_figures({}, id);
    if (!found) return unexpected(found.error());
    if (id <= 0 || found->empty())
      return fail(ErrorCode::not_found, "there is no reported figure with this number",
                  std::to_string(id));
    const ReportedFigure& figure = found->front();
    if (Result<void> seen = seen_all(figure, ground); !seen) return seen;
    const SignState from = figure.state;
    const bool forward = (from == SignState::draft && to == SignState::submitted) ||
                         (from == SignState::submitted && to == SignState::approved);
    const bool back =
        to == SignState::draft && (from == SignState::submitted || from == SignState::approved);
    if (!forward && !back)
      return fail(ErrorCode::conflict,
                  "a figure goes draft, submitted, approved, published; this one is " +
                      std::string(sign_word(from)),
                  std::to_string(id));
    if (back && note.empty())
      return fail(ErrorCode::invalid_input, "a figure is returned with a note", "note");
    if (to == SignState::approved && figure.state_by == by)
      return fail(ErrorCode::forbidden, "who submitted a figure does not approve it",
                  std::to_string(id));
    if (forward) {
      auto cell = read_figures(of_cell(figure.given.cell), 0);
      if (!cell) return unexpected(cell.error());
      if (in_conflict(standing(std::move(*cell))))
        return fail(ErrorCode::conflict,
                    "different values are reported for this cell: decide first (indicator "
                    "conflicts)",
                    name_of(figure.given.cell));
    }
    return act(id, to, by, note, ground);
  });
}

Result<std::vector<Conflict>> ReportBook::conflicts() const {
  const std::lock_guard lock(mutex_);
  auto all = read_figures({}, 0);
  if (!all) return unexpected(all.error());
  std::map<FigureCell, std::vector<ReportedFigure>> cells;
  for (ReportedFigure& one : standing(std::move(*all))) {
    auto& cell = cells[one.given.cell];
    cell.push_back(std::move(one));
  }
  std::vector<Conflict> conflicts;
  for (auto& [cell, figures] : cells)
    if (in_conflict(figures)) conflicts.push_back({cell, std::move(figures)});
  return conflicts;
}

Result<void> ReportBook::decide(std::int64_t keep, std::string_view by, std::string_view why,
                                const ActGround& ground) {
  if (why.empty()) return fail(ErrorCode::invalid_input, "a decision states its reason", "why");
  return changing([&]() -> Result<void> {
    auto found = read_figures({}, keep);
    if (!found) return unexpected(found.error());
    if (keep <= 0 || found->empty())
      return fail(ErrorCode::not_found, "there is no reported figure with this number",
                  std::to_string(keep));
    if (Result<void> seen = seen_all(found->front(), ground); !seen) return seen;
    const FigureCell cell = found->front().given.cell;
    auto there = read_figures(of_cell(cell), 0);
    if (!there) return unexpected(there.error());
    const auto kept = standing(std::move(*there));
    if (!in_conflict(kept) || found->front().state == SignState::set_aside)
      return fail(ErrorCode::conflict, "there is nothing to decide in this cell", name_of(cell));
    const std::string& value = found->front().given.value;
    for (const ReportedFigure& one : kept) {
      if (same_value(one.given.value, value)) continue;
      if (auto done = act(one.id, SignState::set_aside, by,
                          "kept " + std::to_string(keep) + ": " + std::string(why), ground);
          !done)
        return done;
    }
    return act(keep, found->front().state, by, "kept: " + std::string(why), ground);
  });
}

Result<Vintage> ReportBook::append(Vintage vintage, std::string_view by, std::string_view reason,
                                   const ActGround& ground) {
  auto former = read_vintages(of_cell(vintage.cell));
  if (!former) return unexpected(former.error());
  if (!former->empty()) {
    const Vintage& last = former->back();
    if (last.version == vintage.version && same_value(last.value, vintage.value) &&
        last.fingerprint == vintage.fingerprint)
      return last;
    if (reason.empty())
      return fail(ErrorCode::invalid_input,
                  "this number is published as " + last.value + " (vintage " +
                      std::to_string(last.number) + "): a further vintage states its reason",
                  name_of(vintage.cell));
    vintage.number = last.number + 1;
    vintage.reason = reason;
  }
  vintage.by = by;
  vintage.at = clock_();
  if (auto added = execute(
          connection_,
          "INSERT INTO vintage (id, indicator, area, period, number, version, computed, figure, "
          "value, lower, upper, fingerprint, feed, account, at, reason, source) "
          "SELECT coalesce(max(id), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
          "?13, ?14, ?15, ?16 FROM vintage",
          vintage.cell.indicator, vintage.cell.area, vintage.cell.period, vintage.number,
          vintage.version, vintage.computed ? 1 : 0, vintage.figure, vintage.value, vintage.lower,
          vintage.upper, vintage.fingerprint, vintage.feed, vintage.by, vintage.at.micros,
          vintage.reason, ground.from);
      !added)
    return unexpected(added.error());
  return vintage;
}

Result<Vintage> ReportBook::publish(std::int64_t id, std::string_view by, std::string_view reason,
                                    const ActGround& ground) {
  return changing([&]() -> Result<Vintage> {
    auto found = read_figures({}, id);
    if (!found) return unexpected(found.error());
    if (id <= 0 || found->empty())
      return fail(ErrorCode::not_found, "there is no reported figure with this number",
                  std::to_string(id));
    const ReportedFigure& figure = found->front();
    if (const Result<void> seen = seen_all(figure, ground); !seen) return unexpected(seen.error());
    if (figure.state != SignState::approved)
      return fail(ErrorCode::conflict,
                  "only an approved figure is published; this one is " +
                      std::string(sign_word(figure.state)),
                  std::to_string(id));
    auto cell = read_figures(of_cell(figure.given.cell), 0);
    if (!cell) return unexpected(cell.error());
    if (in_conflict(standing(std::move(*cell))))
      return fail(ErrorCode::conflict, "different values are reported for this cell: decide first",
                  name_of(figure.given.cell));
    Vintage vintage;
    vintage.cell = figure.given.cell;
    vintage.version = figure.given.version;
    vintage.figure = id;
    vintage.value = figure.given.value;
    auto made = append(std::move(vintage), by, reason, ground);
    if (!made) return made;
    if (auto noted = act(id, SignState::published, by, reason, ground); !noted)
      return unexpected(noted.error());
    return made;
  });
}

Result<Vintage> ReportBook::publish_computed(Vintage computed, std::string_view by,
                                             std::string_view reason, const ActGround& ground) {
  computed.computed = true;
  computed.figure = 0;
  return changing([&] { return append(std::move(computed), by, reason, ground); });
}

Result<std::vector<Vintage>> ReportBook::vintages(const FigureFilter& filter) const {
  const std::lock_guard lock(mutex_);
  return read_vintages(filter);
}

Result<std::optional<Vintage>> ReportBook::published(const FigureCell& cell) const {
  const std::lock_guard lock(mutex_);
  auto all = read_vintages(of_cell(cell));
  if (!all) return unexpected(all.error());
  if (all->empty()) return std::optional<Vintage>();
  return std::optional(all->back());
}

}  // namespace hb::indicators
