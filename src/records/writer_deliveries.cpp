#include "records/writer.hpp"

/// The part of Writer that keeps deliveries, problem data and what else comes with a batch.
namespace hb::records {
namespace {

using sqlite::Blob;
using sqlite::execute;
using sqlite::one_integer;

std::optional<Blob> blob_of(const std::optional<std::string>& bytes) {
  if (!bytes) return std::nullopt;
  return Blob{*bytes};
}

}  // namespace

Result<Delivery> Writer::begin_delivery(std::string_view name, std::string_view source,
                                        std::string_view digest) {
  if (!digest.empty()) {
    const Result<std::int64_t> done = one_integer(
        connection_, 0, "SELECT id FROM delivery WHERE digest = ?1 AND state = ?2 ORDER BY id",
        digest, static_cast<int>(Delivery::State::done));
    if (!done) return unexpected(done.error());
    if (*done != 0) {
      return fail(ErrorCode::conflict,
                  "the same bytes were already taken as delivery " + std::to_string(*done));
    }
  }
  Delivery delivery;
  delivery.name = name;
  delivery.source = source;
  delivery.digest = digest;
  delivery.started = engine_.options.clock();
  const Result<void> written =
      execute(connection_,
              "INSERT INTO delivery (name, source, digest, bytes, state, accepted, duplicates, "
              "quarantined, orphans, report, started_at, ended_at, error) "
              "VALUES (?1, ?2, ?3, 0, 0, 0, 0, 0, 0, '', ?4, 0, '')",
              name, source, digest, delivery.started.micros);
  if (!written) return unexpected(written.error());
  delivery.id = connection_.last_rowid();
  return delivery;
}

Result<void> Writer::write_rest(const WriteSet& set, const PreparedSet& prepared,
                                const Receipt& receipt) {
  Result<void> written = write_problems(set.problems, prepared.problems, set.delivery);
  if (written) written = write_orphans(set.orphans, set.delivery);
  if (written) written = write_reported(set.reported, set.delivery);
  if (written) written = write_touched(set.touched, receipt.batch);
  if (written && set.delivery_state) written = write_delivery(*set.delivery_state);
  for (const WriteSet::ProblemUpdate& update : set.problem_updates) {
    if (written) written = update_problem(update, receipt);
  }
  return written;
}

Result<void> Writer::write_problems(const std::vector<Problem>& problems,
                                    const std::vector<SealedProblem>& sealed, DeliveryId delivery) {
  for (std::size_t i = 0; i < problems.size(); ++i) {
    const Problem& problem = problems[i];
    // Sealed before the keys changed: whatever follows a change has the new key.
    const bool outdated = engine_.vault.is_outdated(sealed[i].original);
    const SealedProblem again = outdated ? sealed_problem(engine_.vault, problem) : SealedProblem{};
    const SealedProblem& kept = outdated ? again : sealed[i];
    Result<void> written = execute(
        connection_,
        "INSERT INTO problem (delivery, line, byte_offset, type, rule, path, expected, found, "
        "original, digest, length, state, note, resolved_by, found_sealed, note_sealed) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        problem.delivery == 0 ? delivery : problem.delivery, problem.line, problem.offset,
        problem.type, problem.rule, problem.path, problem.expected,
        kept.found ? std::string_view() : std::string_view(problem.found), Blob{kept.original},
        problem.digest, problem.length, static_cast<int>(problem.state),
        kept.note ? std::string_view() : std::string_view(problem.note), problem.resolved_by,
        blob_of(kept.found), blob_of(kept.note));
    if (!written) return written;
  }
  return {};
}

Result<void> Writer::write_orphans(const std::vector<Orphan>& orphans, DeliveryId delivery) {
  for (const Orphan& orphan : orphans) {
    Result<void> written = execute(
        connection_, "INSERT INTO orphan (delivery, line, type, reference) VALUES (?1, ?2, ?3, ?4)",
        orphan.delivery == 0 ? delivery : orphan.delivery, orphan.line, orphan.type,
        orphan.reference);
    if (!written) return written;
  }
  return {};
}

Result<void> Writer::write_reported(const std::vector<ReportedValue>& values, DeliveryId delivery) {
  for (const ReportedValue& value : values) {
    Result<void> written = execute(
        connection_,
        "INSERT INTO reported_value (plan, indicator, scope, area, period, value_text, unit, note, "
        "delivery, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        value.plan, value.indicator, value.scope, value.area, value.period, value.value_text,
        value.unit, value.note, value.delivery == 0 ? delivery : value.delivery, value.line);
    if (!written) return written;
  }
  return {};
}

Result<void> Writer::write_touched(const std::vector<Touched>& touched, BatchId batch) {
  std::int64_t position = 0;
  for (const Touched& touch : touched) {
    Result<void> written =
        execute(connection_,
                "INSERT INTO touched (batch, position, table_name, area, period, row_count) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                batch, position++, touch.table, touch.area, touch.period, touch.rows);
    if (!written) return written;
  }
  return {};
}

Result<void> Writer::write_delivery(const Delivery& delivery) {
  const bool ended = delivery.state != Delivery::State::receiving;
  std::int64_t ended_at = delivery.ended.micros;
  if (ended && ended_at == 0) ended_at = engine_.options.clock().micros;
  Result<void> written = execute(
      connection_,
      "UPDATE delivery SET digest = ?2, bytes = ?3, state = ?4, accepted = ?5, duplicates = ?6, "
      "quarantined = ?7, orphans = ?8, report = ?9, ended_at = ?10, error = ?11 WHERE id = ?1",
      delivery.id, delivery.digest, delivery.bytes, static_cast<int>(delivery.state),
      delivery.accepted, delivery.duplicates, delivery.quarantined, delivery.orphans,
      delivery.report_json, ended ? ended_at : 0, delivery.error);
  if (written && connection_.changes() == 0) {
    return fail(ErrorCode::not_found, "there is no delivery " + std::to_string(delivery.id));
  }
  return written;
}

Result<void> Writer::update_problem(const WriteSet::ProblemUpdate& update, const Receipt& receipt) {
  Seq resolved_by = 0;
  if (update.resource != ResidentChange::no_resource) {
    resolved_by = receipt.seqs[update.resource] != 0 ? receipt.seqs[update.resource]
                                                     : receipt.existing[update.resource];
  }
  constexpr int corrected = static_cast<int>(Problem::State::corrected);
  std::optional<std::string> sealed;
  if (engine_.vault.has_keys()) sealed = engine_.vault.seal(update.note, problem_note);
  Result<void> written =
      execute(connection_,
              "UPDATE problem SET state = ?2, note = ?3, resolved_by = ?4, note_sealed = ?6 "
              "WHERE id = ?1 AND state <> ?5",
              update.id, static_cast<int>(update.state),
              sealed ? std::string_view() : std::string_view(update.note), resolved_by, corrected,
              blob_of(sealed));
  if (!written || connection_.changes() > 0) return written;
  const Result<std::int64_t> known =
      one_integer(connection_, 0, "SELECT id FROM problem WHERE id = ?1", update.id);
  if (!known) return unexpected(known.error());
  if (*known == 0) {
    return fail(ErrorCode::not_found, "there is no problem " + std::to_string(update.id));
  }
  return fail(ErrorCode::conflict,
              "problem " + std::to_string(update.id) + " is already corrected");
}

Result<void> Writer::write_info(const StoreInfo& info) {
  const auto put = [&](std::string_view name, std::string_view value) {
    return execute(connection_,
                   "INSERT INTO info (name, value) VALUES (?1, ?2) "
                   "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                   name, Blob{value});
  };
  Result<void> written = put("simulated", info.simulated ? "1" : "0");
  if (written) written = put("name_zh", info.name_zh);
  if (written) written = put("name_en", info.name_en);
  return written;
}

Result<std::uint32_t> Writer::write_dictionary(std::string_view type, std::string_view content) {
  const Result<int> number = type_number(type);
  if (!number) return unexpected(number.error());
  // A dictionary is made of bodies: names stand in it.
  const bool sealed = engine_.vault.has_keys() && engine_.vault.seals(type);
  const std::string kept =
      sealed ? engine_.vault.seal(content, dictionary_content) : std::string(content);
  const Result<void> written = execute(
      connection_, "INSERT INTO dictionary (type, content) VALUES (?1, ?2)", *number, Blob{kept});
  if (!written) return unexpected(written.error());
  return static_cast<std::uint32_t>(connection_.last_rowid());
}

}  // namespace hb::records
