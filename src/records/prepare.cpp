#include <algorithm>

#include "core/utf8.hpp"
#include "records/keys.hpp"
#include "records/packed_id.hpp"
#include "records/tokens.hpp"
#include "records/writer.hpp"

namespace hb::records {
namespace {

constexpr std::size_t id_limit = 255;  // FHIR allows 64

unexpected<Error> refuse(std::string message, std::size_t position) {
  return fail(ErrorCode::invalid_input, std::move(message), "resource " + std::to_string(position));
}

bool in_range(std::size_t index, const WriteSet& set) {
  return index == ResidentChange::no_resource || index < set.resources.size();
}

std::vector<std::int64_t> tokens_of(const Engine& engine, const std::vector<std::string>& words) {
  std::vector<std::int64_t> tokens;
  tokens.reserve(words.size());
  for (const std::string& word : words) {
    const std::string folded = fold(word);
    if (!folded.empty()) tokens.push_back(engine.token(folded));
  }
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  return tokens;
}

std::string fingerprint_of(const Engine& engine, const crypto::Fingerprint& fingerprint) {
  std::string bytes;
  append_big_endian(bytes, fingerprint.high);
  append_big_endian(bytes, fingerprint.low);
  const auto ring = engine.vault.ring();
  return ring ? ring->veil(bytes) : bytes;
}

}  // namespace

SealedProblem sealed_problem(const crypto::Vault& vault, const Problem& problem) {
  SealedProblem sealed;
  sealed.original = vault.seal(problem.original, problem_original);
  if (!vault.has_keys()) return sealed;
  sealed.found = vault.seal(problem.found, problem_found);
  sealed.note = vault.seal(problem.note, problem_note);
  return sealed;
}

Result<PreparedSet> prepare(const Engine& engine, const WriteSet& set) {
  PreparedSet prepared;
  prepared.keys.reserve(set.resources.size());
  prepared.ids.reserve(set.resources.size());
  for (std::size_t i = 0; i < set.resources.size(); ++i) {
    const NewVersion& version = set.resources[i];
    if (version.type.empty()) return refuse("a resource has no type", i);
    if (version.id.empty() || version.id.size() > id_limit ||
        version.id.find('\0') != std::string::npos) {
      return refuse("a resource id must have 1 to 255 characters", i);
    }
    if (version.body.empty() != version.deleted)
      return refuse(version.deleted ? "a deletion has a body" : "a resource has no packed body", i);
    if (version.resident < 0) return refuse("a resident number is negative", i);
    prepared.keys.push_back(engine.key(version.type, version.id));
    prepared.ids.push_back(pack_id(version.id));
    prepared.fingerprints.push_back(fingerprint_of(engine, version.fingerprint));
  }
  for (const ResidentChange& change : set.residents) {
    if (change.resident.id <= 0 || change.resident.patient_id.empty() ||
        !in_range(change.resource, set)) {
      return fail(ErrorCode::invalid_input,
                  "a resident needs its number, its Patient id and an index into the resources");
    }
    prepared.resident_keys.push_back(engine.key("Patient", change.resident.patient_id));
    prepared.tokens.push_back(tokens_of(engine, change.words));
  }
  for (const Problem& problem : set.problems) {
    prepared.problems.push_back(sealed_problem(engine.vault, problem));
  }
  for (const WriteSet::ProblemUpdate& update : set.problem_updates) {
    if (!in_range(update.resource, set)) {
      return fail(ErrorCode::invalid_input, "a problem names a resource that is not there");
    }
  }
  return prepared;
}

}  // namespace hb::records
