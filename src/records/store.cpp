#include "records/store.hpp"

#include <algorithm>
#include <filesystem>

#include "crypto/digest.hpp"
#include "records/committer.hpp"
#include "records/open_store.hpp"
#include "records/reads.hpp"
#include "records/store_state.hpp"
#include "records/writer.hpp"

namespace hb::records {
namespace {

unexpected<Error> read_only() {
  return fail(ErrorCode::unavailable, "the record store is open for reading only");
}

std::size_t weight_of(const WriteSet& set) {
  return set.resources.size() + set.residents.size() * 10 + set.problems.size() +
         set.orphans.size() + set.reported.size() + set.touched.size();
}

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}

Store::~Store() {
  if (!state_) return;
  state_->keys.reset();
  state_->engine->committer.reset();  // writes what waits before the connection closes
  state_->engine->readers.close();
  state_->engine->writer.reset();
}

Result<std::unique_ptr<Store>> Store::open(const std::string& path, const OpenOptions& options) {
  Result<std::unique_ptr<Engine>> engine = open_engine(path, options);
  if (!engine) return unexpected(engine.error());
  auto state = std::make_unique<State>(State{std::move(*engine), nullptr});
  state->keys = std::make_unique<Keys>(*state->engine);
  if (const auto lost = state->engine->health.lost(); lost && state->engine->committer)
    state->engine->committer->audit({options.clock(), "system", "operation", "damage",
                                     "commits " + std::to_string(lost->first) + " to " +
                                         std::to_string(lost->last) + " are not there any more",
                                     ""});
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

const StoreInfo& Store::info() const { return state_->engine->info; }

Result<void> Store::set_info(const StoreInfo& info) {
  Engine& engine = *state_->engine;
  if (!engine.committer) return read_only();
  if (info.simulated != engine.info.simulated && engine.last_seq > 0) {
    return fail(ErrorCode::conflict, "only an empty store can be marked as simulated or real");
  }
  Result<void> written = engine.committer->run(1, [&] { return engine.writer->write_info(info); });
  if (!written) return written;
  engine.info.simulated = info.simulated;
  engine.info.name_zh = info.name_zh;
  engine.info.name_en = info.name_en;
  return {};
}

const Packer& Store::packer() const { return state_->engine->packer; }
Keys& Store::keys() { return *state_->keys; }
const Health& Store::health() const { return state_->engine->health; }

void Store::try_writing() {
  Engine& engine = *state_->engine;
  if (!engine.committer) return;
  // A little may fit where the next write does not.
  constexpr std::uintmax_t room_wanted = 4U << 20;
  std::error_code unknown;
  const auto room = std::filesystem::space(engine.folder, unknown);
  if (const auto why = engine.health.write_fault();
      why && is_disk_full(*why) && !unknown && room.available < room_wanted)
    return;
  // What became of it stands in health.
  static_cast<void>(engine.committer->run(1, [&] { return engine.writer->touch(); }));
}

Result<void> Store::train_dictionary(std::string_view type,
                                     const std::vector<std::string>& samples) {
  Engine& engine = *state_->engine;
  if (!engine.committer) return read_only();
  if (engine.packer.has_dictionary(type)) return {};
  const Result<std::string> content = Packer::train(samples);
  if (!content) return unexpected(content.error());
  std::uint32_t number = 0;
  const Result<void> written = engine.committer->run(1, [&]() -> Result<void> {
    const Result<std::uint32_t> made = engine.writer->write_dictionary(type, *content);
    if (!made) return unexpected(made.error());
    number = *made;
    return {};
  });
  if (written) engine.packer.add_dictionary(number, type, *content);
  return written;
}

Result<Delivery> Store::begin_delivery(std::string_view name, std::string_view source,
                                       std::string_view digest) {
  Engine& engine = *state_->engine;
  if (!engine.committer) return read_only();
  Delivery delivery;
  const Result<void> written = engine.committer->run(1, [&]() -> Result<void> {
    Result<Delivery> begun = engine.writer->begin_delivery(name, source, digest);
    if (!begun) return unexpected(begun.error());
    delivery = std::move(*begun);
    return {};
  });
  if (!written) return unexpected(written.error());
  return delivery;
}

Result<Receipt> Store::commit(WriteSet set) {
  Engine& engine = *state_->engine;
  if (!engine.committer) return read_only();
  const Result<PreparedSet> prepared = prepare(engine, set);
  Result<void> written;
  Receipt receipt;
  if (prepared) {
    written = engine.committer->run(weight_of(set), [&]() -> Result<void> {
      Result<Receipt> done = engine.writer->write(set, *prepared);
      if (!done) return unexpected(done.error());
      receipt = std::move(*done);
      return {};
    });
  } else {
    written = unexpected(prepared.error());
  }
  if (written) return receipt;
  for (const ResidentChange& change : set.residents) {
    engine.residents.unclaim(engine.key("Patient", change.resident.patient_id),
                             change.resident.patient_id);
  }
  return unexpected(written.error());
}

Result<void> Store::begin_bulk() {
  Engine& engine = *state_->engine;
  if (!engine.committer) return read_only();
  return engine.committer->run_alone([&] { return engine.writer->begin_bulk(); });
}

Result<void> Store::finish_bulk(const std::function<void(double)>& progress) {
  Engine& engine = *state_->engine;
  if (!engine.committer) return read_only();
  return engine.committer->run_alone([&] { return engine.writer->finish_bulk(progress); });
}

Result<std::pair<Resident, bool>> Store::resolve_resident(std::string_view patient_id) {
  Engine& engine = *state_->engine;
  constexpr std::size_t id_limit = 255;
  if (patient_id.empty() || patient_id.size() > id_limit) {
    return fail(ErrorCode::invalid_input, "a Patient id must have 1 to 255 characters");
  }
  return engine.residents.resolve(engine.key("Patient", patient_id), patient_id,
                                  [&] { return find_resident_by_patient(engine, patient_id); });
}

BatchId Store::last_batch() const { return state_->engine->last_batch; }
Seq Store::last_seq() const { return state_->engine->last_seq; }

std::int64_t Store::keyed_token(std::string_view word) const { return state_->engine->token(word); }

}  // namespace hb::records
