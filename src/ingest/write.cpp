#include "ingest/write.hpp"

#include <algorithm>
#include <numeric>

#include "ingest/commit.hpp"
#include "ingest/idle_preparers.hpp"
#include "ingest/json_scan.hpp"
#include "ingest/prepare.hpp"

namespace hb::ingest {

namespace {

/// People and places first, so that what speaks of them finds them.
std::vector<std::size_t> order_of(const std::vector<std::string>& texts) {
  std::vector<std::size_t> order(texts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_partition(
      order, [&](std::size_t at) { return is_first_pass_type(sniff_type(texts[at])); });
  return order;
}

/// The texts one behind the other; the line of a piece is its place in the call.
Chunk chunk_of(const std::vector<std::string>& texts, const std::vector<std::size_t>& order) {
  Chunk chunk;
  for (const std::size_t at : order) {
    chunk.pieces.push_back({static_cast<std::uint32_t>(chunk.text.size()),
                            static_cast<std::uint32_t>(texts[at].size()),
                            static_cast<std::int64_t>(at), 0});
    chunk.text += texts[at];
    chunk.text += '\n';
  }
  chunk.text.append(simdjson::SIMDJSON_PADDING, '\0');
  return chunk;
}

}  // namespace

Result<std::vector<Written>> write(Hub& hub, const Principal& principal,
                                   const std::vector<std::string>& texts,
                                   const std::vector<Deletion>& deletions) {
  std::vector<Written> written(texts.size() + deletions.size());
  if (written.empty()) return written;
  std::unique_ptr<Preparer> preparer = hub.idle_preparers().take(hub);
  Result<Prepared> prepared = preparer->prepare(chunk_of(texts, order_of(texts)), 0);
  if (!prepared) return unexpected(prepared.error());
  hub.idle_preparers().give_back(std::move(preparer));
  for (const records::Problem& problem : prepared->set.problems)
    written[static_cast<std::size_t>(problem.line)].faults.push_back(
        {problem.rule, problem.path, problem.expected, problem.found});
  if (!prepared->set.problems.empty()) return written;
  prepared->set.user = principal.user;
  prepared->set.purpose = principal.purpose;
  prepared->set.from = principal.from;
  std::vector<std::int64_t> lines = prepared->lines;
  for (const Deletion& deletion : deletions) {
    records::NewVersion version;
    version.type = deletion.type;
    version.id = deletion.id;
    version.deleted = true;
    lines.push_back(static_cast<std::int64_t>(lines.size()));
    prepared->set.resources.push_back(std::move(version));
  }
  const Result<Committed> committed = commit_prepared(hub, std::move(*prepared));
  if (!committed) return unexpected(committed.error());
  const records::Receipt& receipt = committed->receipt;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Written& one = written[static_cast<std::size_t>(lines[i])];
    one.former = receipt.existing[i];
    one.seq = receipt.seqs[i] != 0 ? receipt.seqs[i] : receipt.existing[i];
  }
  return written;
}

std::vector<fhir::Fault> faults_of(Hub& hub, std::string_view text) {
  std::unique_ptr<Preparer> preparer = hub.idle_preparers().take(hub);
  std::vector<fhir::Fault> faults = preparer->faults_of(text);
  hub.idle_preparers().give_back(std::move(preparer));
  return faults;
}

}  // namespace hb::ingest
