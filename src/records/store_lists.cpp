#include <algorithm>

#include "records/keys.hpp"
#include "records/reads.hpp"
#include "records/store_state.hpp"

/// Store's lists: deliveries, problem data, the change feed.
namespace hb::records {
namespace {

using sqlite::one_integer;
using sqlite::Query;
using sqlite::ReaderPool;

Delivery delivery_of(const Query& row) {
  Delivery delivery;
  delivery.id = row.integer(0);
  delivery.name = row.text(1);
  delivery.source = row.text(2);
  delivery.digest = row.text(3);
  delivery.bytes = row.integer(4);
  delivery.state = static_cast<Delivery::State>(row.integer(5));
  delivery.accepted = row.integer(6);
  delivery.duplicates = row.integer(7);
  delivery.quarantined = row.integer(8);
  delivery.orphans = row.integer(9);
  delivery.report_json = row.text(10);
  delivery.started = Instant{row.integer(11)};
  delivery.ended = Instant{row.integer(12)};
  delivery.error = row.text(13);
  return delivery;
}

#define HB_DELIVERY_COLUMNS                                                            \
  "SELECT id, name, source, digest, bytes, state, accepted, duplicates, quarantined, " \
  "orphans, report, started_at, ended_at, error FROM delivery "

/// The original stays empty: lists are for reading many.
Result<Problem> problem_of(const crypto::Vault& vault, const Query& row) {
  Problem problem;
  problem.id = row.integer(0);
  problem.delivery = row.integer(1);
  problem.line = row.integer(2);
  problem.offset = row.integer(3);
  problem.type = row.text(4);
  problem.rule = row.text(5);
  problem.path = row.text(6);
  problem.expected = row.text(7);
  problem.found = row.text(8);
  problem.digest = row.text(9);
  problem.length = row.integer(10);
  problem.state = static_cast<Problem::State>(row.integer(11));
  problem.note = row.text(12);
  problem.resolved_by = row.integer(13);
  if (!row.is_null(14)) {
    Result<std::string> found = vault.open(row.bytes(14), problem_found);
    if (!found) return unexpected(found.error());
    problem.found = std::move(*found);
  }
  if (!row.is_null(15)) {
    Result<std::string> note = vault.open(row.bytes(15), problem_note);
    if (!note) return unexpected(note.error());
    problem.note = std::move(*note);
  }
  return problem;
}

#define HB_PROBLEM_COLUMNS                                                              \
  "SELECT id, delivery, line, byte_offset, type, rule, path, expected, found, digest, " \
  "length, state, note, resolved_by, found_sealed, note_sealed"

template <class Row>
Result<std::vector<Row>> all_rows(Query query, Row (*make)(const Query&)) {
  std::vector<Row> rows;
  while (query.next()) rows.push_back(make(query));
  if (!query.ok()) return unexpected(query.error());
  return rows;
}

Result<Delivery> one_delivery(Query query, const std::string& what) {
  if (query.next()) return delivery_of(query);
  if (!query.ok()) return unexpected(query.error());
  return not_found(what);
}

/// Deliveries and problem data show raw content, which no area can be told of.
Result<void> may_read_problems(const Engine& engine, const Principal& principal) {
  if (engine.options.read_only && principal.user != "system") {
    return fail(ErrorCode::forbidden,
                "the store is open for reading only: reads of problem data could not be audited");
  }
  if (principal.unrestricted) return {};
  return fail(ErrorCode::forbidden, "problem data may be read without limits of area only");
}

/// Lines as they came hold names and numbers: only roles that correct them see them.
bool shows_originals(const Engine& engine, const Principal& principal) {
  const Policy* policy = engine.options.policy.get();
  if (policy == nullptr || Policy::is_own_job(principal)) return true;
  const std::optional<std::size_t> group = policy->group("original");
  return group && std::ranges::any_of(policy->rules_of(principal), [&](const Policy::Rule* rule) {
           return rule->fields[*group] == Show::full;
         });
}

}  // namespace

Result<std::vector<Delivery>> Store::deliveries(const Principal&, std::int64_t offset,
                                                std::int64_t limit, std::int64_t* total) const {
  Result<ReaderPool::Lease> reader = state_->engine->readers.lease();
  if (!reader) return unexpected(reader.error());
  if (total != nullptr) {
    const Result<std::int64_t> count = one_integer(**reader, 0, "SELECT count(*) FROM delivery");
    if (!count) return unexpected(count.error());
    *total = *count;
  }
  return all_rows(
      Query(**reader, HB_DELIVERY_COLUMNS "ORDER BY id DESC LIMIT ?1 OFFSET ?2", limit, offset),
      delivery_of);
}

Result<Delivery> Store::delivery(const Principal&, DeliveryId id) const {
  Result<ReaderPool::Lease> reader = state_->engine->readers.lease();
  if (!reader) return unexpected(reader.error());
  return one_delivery(Query(**reader, HB_DELIVERY_COLUMNS "WHERE id = ?1", id),
                      "delivery " + std::to_string(id));
}

Result<Delivery> Store::delivery_by_digest(std::string_view digest) const {
  Result<ReaderPool::Lease> reader = state_->engine->readers.lease();
  if (!reader) return unexpected(reader.error());
  return one_delivery(
      Query(**reader, HB_DELIVERY_COLUMNS "WHERE digest = ?1 AND state = ?2 ORDER BY id LIMIT 1",
            digest, static_cast<int>(Delivery::State::done)),
      "finished delivery with this digest");
}

Result<std::vector<Problem>> Store::problems(const Principal& principal, DeliveryId delivery,
                                             int state, std::int64_t offset, std::int64_t limit,
                                             std::int64_t* total) const {
  const Result<void> allowed = may_read_problems(*state_->engine, principal);
  if (!allowed) return unexpected(allowed.error());
  Result<ReaderPool::Lease> reader = state_->engine->readers.lease();
  if (!reader) return unexpected(reader.error());
  if (total != nullptr) {
    const Result<std::int64_t> count = one_integer(
        **reader, 0,
        "SELECT count(*) FROM problem WHERE (?1 = 0 OR delivery = ?1) AND (?2 < 0 OR state = ?2)",
        delivery, state);
    if (!count) return unexpected(count.error());
    *total = *count;
  }
  Query query(**reader,
              HB_PROBLEM_COLUMNS
              " FROM problem WHERE (?1 = 0 OR delivery = ?1) AND (?2 < 0 OR state = ?2) "
              "ORDER BY id LIMIT ?3 OFFSET ?4",
              delivery, state, limit, offset);
  std::vector<Problem> problems;
  while (query.next()) {
    Result<Problem> problem = problem_of(state_->engine->vault, query);
    if (!problem) return unexpected(problem.error());
    problems.push_back(std::move(*problem));
  }
  if (!query.ok()) return unexpected(query.error());
  return problems;
}

Result<Problem> Store::problem(const Principal& principal, std::int64_t id) const {
  const Engine& engine = *state_->engine;
  const Result<void> allowed = may_read_problems(engine, principal);
  if (!allowed) return unexpected(allowed.error());
  Result<ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  Query query(**reader, HB_PROBLEM_COLUMNS ", original FROM problem WHERE id = ?1", id);
  if (!query.next()) {
    if (!query.ok()) return unexpected(query.error());
    return not_found("problem " + std::to_string(id));
  }
  Result<Problem> problem = problem_of(engine.vault, query);
  if (!problem) return problem;
  Result<std::string> original = engine.vault.open(query.bytes(16), problem_original);
  if (!original) return unexpected(original.error());
  if (shows_originals(engine, principal)) problem->original = std::move(*original);
  note(engine, principal, "read", "problem " + std::to_string(id));
  return problem;
}

Result<std::vector<Orphan>> Store::orphans(const Principal&, DeliveryId delivery,
                                           std::int64_t offset, std::int64_t limit) const {
  Result<ReaderPool::Lease> reader = state_->engine->readers.lease();
  if (!reader) return unexpected(reader.error());
  return all_rows(
      Query(**reader,
            "SELECT delivery, line, type, reference FROM orphan "
            "WHERE ?1 = 0 OR delivery = ?1 ORDER BY id LIMIT ?2 OFFSET ?3",
            delivery, limit, offset),
      +[](const Query& row) {
        return Orphan{row.integer(0), row.integer(1), row.text(2), row.text(3)};
      });
}

Result<std::vector<ReportedValue>> Store::reported(const Principal&, std::string_view plan) const {
  Result<ReaderPool::Lease> reader = state_->engine->readers.lease();
  if (!reader) return unexpected(reader.error());
  return all_rows(
      Query(**reader,
            "SELECT plan, indicator, scope, area, period, value_text, unit, note, delivery, line "
            "FROM reported_value WHERE ?1 = '' OR plan = ?1 ORDER BY id",
            plan),
      +[](const Query& row) {
        return ReportedValue{row.text(0), row.text(1), row.text(2), row.text(3),    row.text(4),
                             row.text(5), row.text(6), row.text(7), row.integer(8), row.integer(9)};
      });
}

Result<std::vector<FeedEntry>> Store::feed(BatchId after, std::int64_t limit) const {
  // What is committed becomes known a moment later, versions before batches: a batch told of before
  // that would have no versions yet for who reads them (scan() ends with the last known one).
  const BatchId known = state_->engine->last_batch;
  Result<ReaderPool::Lease> reader = state_->engine->readers.lease();
  if (!reader) return unexpected(reader.error());
  Query batches(**reader,
                "SELECT batch, committed_at, first_seq, last_seq, delivery FROM batch "
                "WHERE batch > ?1 AND batch <= ?2 ORDER BY batch LIMIT ?3",
                after, known, limit);
  std::vector<FeedEntry> entries;
  while (batches.next()) {
    FeedEntry entry{batches.integer(0), Instant{batches.integer(1)}, batches.integer(2),
                    batches.integer(3), batches.integer(4),          {}};
    Query touched(**reader,
                  "SELECT table_name, area, period, row_count FROM touched WHERE batch = ?1 "
                  "ORDER BY position",
                  entry.batch);
    while (touched.next()) {
      entry.touched.push_back(
          {touched.text(0), touched.text(1), touched.text(2), touched.integer(3)});
    }
    if (!touched.ok()) return unexpected(touched.error());
    entries.push_back(std::move(entry));
  }
  if (!batches.ok()) return unexpected(batches.error());
  return entries;
}

Result<std::vector<std::pair<std::string, std::int64_t>>> Store::counts() const {
  Result<ReaderPool::Lease> reader = state_->engine->readers.lease();
  if (!reader) return unexpected(reader.error());
  return all_rows(
      Query(**reader,
            "SELECT name, resources FROM resource_type WHERE resources > 0 ORDER BY name"),
      +[](const Query& row) { return std::pair(row.text(0), row.integer(1)); });
}

}  // namespace hb::records
