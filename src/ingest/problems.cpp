#include "ingest/commit.hpp"
#include "ingest/load.hpp"
#include "ingest/prepare.hpp"

namespace hb::ingest {

namespace {

constexpr std::int64_t problems_per_page = 200;

Chunk chunk_of(const records::Problem& problem, std::string_view text) {
  Chunk chunk;
  chunk.text = std::string(text);
  chunk.pieces.push_back(
      {0, static_cast<std::uint32_t>(text.size()), problem.line, problem.offset});
  chunk.text.append(simdjson::SIMDJSON_PADDING, '\0');
  return chunk;
}

fhir::Fault fault_of(const records::Problem& problem) {
  return {problem.rule, problem.path, problem.expected, problem.found};
}

/// Writes a text that holds and closes its problem in the same commit. `released`: as in
/// Preparer::prepare.
Result<Correction> write_corrected(Hub& hub, Preparer& preparer, const Principal& principal,
                                   const records::Problem& problem, std::string_view text,
                                   std::string_view released) {
  Correction correction;
  correction.faults = preparer.faults_of(text, released);
  if (!correction.faults.empty()) return correction;
  auto prepared = preparer.prepare(chunk_of(problem, text), problem.delivery, released);
  if (!prepared) return unexpected(prepared.error());
  for (const records::Problem& fresh : prepared->set.problems)
    correction.faults.push_back(fault_of(fresh));
  if (!correction.faults.empty()) return correction;
  prepared->set.user = principal.user;
  prepared->set.purpose = principal.purpose;
  prepared->set.problem_updates.push_back(
      {problem.id, records::Problem::State::corrected, "corrected by " + principal.user, 0});
  auto committed = commit_prepared(hub, std::move(*prepared));
  if (!committed) return unexpected(committed.error());
  auto applied = hub.tables().apply(committed->rows);
  if (!applied) return unexpected(applied.error());
  correction.accepted = true;
  const records::Receipt& receipt = committed->receipt;
  correction.seq = receipt.seqs.front() != 0 ? receipt.seqs.front() : receipt.existing.front();
  return correction;
}

Result<void> change_state(Hub& hub, const Principal& principal, std::int64_t id,
                          records::Problem::State from, records::Problem::State to,
                          std::string note) {
  auto problem = hub.store().problem(principal, id);
  if (!problem) return unexpected(problem.error());
  if (problem->state != from)
    return fail(ErrorCode::conflict, "the problem is not in the state from which this can be done");
  records::WriteSet set;
  set.delivery = problem->delivery;
  set.user = principal.user;
  set.purpose = principal.purpose;
  set.problem_updates.push_back({id, to, std::move(note), records::ResidentChange::no_resource});
  return commit_without_rows(hub, std::move(set));
}

}  // namespace

Result<Correction> correct_problem(Hub& hub, const Principal& principal, std::int64_t id,
                                   std::string_view text) {
  auto problem = hub.store().problem(principal, id);
  if (!problem) return unexpected(problem.error());
  if (problem->state != records::Problem::State::open)
    return fail(ErrorCode::conflict, "the problem is closed; reopen it to correct it");
  if (problem->type == "ReportedValue")
    return fail(ErrorCode::invalid_input,
                "rows of a table are corrected in the table: mend the file and deliver it again");
  KnownReferences known(hub.store());
  Preparer preparer(hub, known);
  return write_corrected(hub, preparer, principal, *problem, text, problem->rule);
}

Result<void> dismiss_problem(Hub& hub, const Principal& principal, std::int64_t id,
                             std::string_view reason) {
  if (reason.empty()) return fail(ErrorCode::invalid_input, "a reason is required", "reason");
  return change_state(hub, principal, id, records::Problem::State::open,
                      records::Problem::State::dismissed, std::string(reason));
}

Result<void> reopen_problem(Hub& hub, const Principal& principal, std::int64_t id) {
  return change_state(hub, principal, id, records::Problem::State::dismissed,
                      records::Problem::State::open, "");
}

Result<Replay> replay_problems(Hub& hub, const Principal& principal, DeliveryId delivery) {
  Replay replay;
  KnownReferences known(hub.store());
  Preparer preparer(hub, known);
  std::int64_t still_open = 0;  // those that stay open are passed over on the next page
  for (;;) {
    auto page =
        hub.store().problems(principal, delivery, static_cast<int>(records::Problem::State::open),
                             still_open, problems_per_page);
    if (!page) return unexpected(page.error());
    if (page->empty()) return replay;
    for (const records::Problem& listed : *page) {
      ++replay.tried;
      const bool whole = listed.digest.empty() && listed.type != "ReportedValue";
      auto problem = hub.store().problem(principal, listed.id);
      if (!problem) return unexpected(problem.error());
      Correction outcome;
      if (whole) {
        auto written = write_corrected(hub, preparer, principal, *problem, problem->original, {});
        if (!written) return unexpected(written.error());
        outcome = std::move(*written);
      }
      if (outcome.accepted)
        ++replay.accepted;
      else
        ++still_open;
    }
  }
}

}  // namespace hb::ingest
