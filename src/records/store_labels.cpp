#include "records/committer.hpp"
#include "records/labels.hpp"
#include "records/reads.hpp"
#include "records/store_state.hpp"

/// Store's labels of compartments that are kept, and its promise about the audit.
namespace hb::records {
namespace {

Labels::Scan scan_of(const Store& store) {
  return [&store](Seq from, Seq to, const std::function<bool(const StoredVersion&)>& visit) {
    return store.scan(Principal::system("labels"), from, to, visit,
                      [](std::string_view type) { return type != "Patient"; });
  };
}

}  // namespace

Seq Store::labelled() const {
  const Engine& engine = *state_->engine;
  return engine.labels ? engine.labels->reached() : engine.last_seq.load();
}

Result<void> Store::catch_up_labels(
    const std::function<bool(std::int64_t done, std::int64_t all)>& progress) {
  if (!state_->engine->labels) return {};
  return state_->engine->labels->catch_up(scan_of(*this), progress);
}

Result<std::vector<std::string>> Store::check_labels() const {
  if (!state_->engine->labels) return std::vector<std::string>();
  return state_->engine->labels->check(scan_of(*this));
}

std::uint64_t Store::take_noted() const { return records::take_noted(); }

void Store::when_audited(std::uint64_t entry, std::function<void(bool)> done) const {
  if (!state_->engine->committer) return done(true);  // nothing can be noted there
  state_->engine->committer->when_audited(entry, std::move(done));
}

}  // namespace hb::records
