#pragma once
#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "core/principal.hpp"
#include "workflow/fire.hpp"
#include "workflow/journal.hpp"
#include "workflow/library.hpp"

namespace hb::workflow {

/// Takes the effects of flows out of the outbox into the world.
class Sink {
 public:
  virtual ~Sink() = default;
  /// A resource that is to be there. `number` is the last event that it shows (Tasks, which follow
  /// their instance), 0: it is written once.
  struct Piece {
    std::string type;
    std::string id;
    std::string json;
    int number = 0;
  };
  /// maybe_again  after a start: some may have been taken before, and are not to be taken twice
  virtual Result<void> take(const std::vector<Piece>& pieces, bool maybe_again) = 0;
};

/// What an engine asks its surroundings; see Environment. Called from many threads.
struct Directory {
  std::function<std::vector<Candidate>(const Flow&, const Actor&, const Instance&)> candidates;
  std::function<bool(const std::string& user, const Actor&, const Instance&)> is_one;
  std::function<Result<bool>(const std::string& sql, const Instance&)> sql;
  std::function<Result<boost::json::array>(const Criteria&, const Instance&)> rows;
  std::function<Result<std::vector<std::string>>(const Flow&, const std::string& form,
                                                 std::string_view response)>
      form_issues;
  std::function<Result<std::vector<std::string>>(const Flow&, const std::string& form,
                                                 std::string_view response)>
      extract;
};

/// Runs instances: one act after the other on each instance, many instances side by side. An act is
/// answered when its events are durable. All members may be called from many threads.
class Engine {
 public:
  Engine(Library& library, Journal& journal, Directory directory, Clock clock);

  /// The newest version of a flow. The same key again gives the same instance.
  Outcome<Instance> start(const std::string& flow, const StartCommand& command,
                          const Principal& principal);
  Outcome<Instance> fire(const std::string& id, const Command& command, const Principal& principal);
  /// Goes on in the newest version.
  Outcome<Instance> migrate(const std::string& id);
  Result<Instance> instance(const std::string& id);

  /// What the clocks are to do by now, at most for so many instances.
  /// returns  instances for which something was done
  Result<std::int64_t> tick(std::int64_t limit = 1000);
  /// Begins what the calendar begins: of each flow the last occasion that came after `since`, or
  /// that follows one which was begun. Each once.
  /// returns  how many were begun
  Result<std::int64_t> begin_scheduled(Instant since);
  /// Carries out effects, at most so many.
  /// returns  how many were carried out
  Result<std::int64_t> pump(Sink& sink, std::int64_t limit = 1000);

 private:
  static constexpr std::size_t shard_count = 256;
  static constexpr std::size_t kept_per_shard = 64;
  /// Instances by id; what acts on one holds the mutex of its shard.
  struct Shard {
    std::mutex mutex;
    std::list<Instance> recent;  ///< newest first
    std::unordered_map<std::string, std::list<Instance>::iterator> known;
  };
  using Act =
      std::function<Outcome<Fired>(const Library::Entry&, const Environment&, const Instance&)>;

  Shard& shard_of(const std::string& id);
  Result<Instance> load(Shard& shard, const std::string& id);
  void keep(Shard& shard, const Instance& instance);
  /// Acts on an instance, in its version; one whose version is no more is migrated first.
  Outcome<Instance> act(const std::string& id, const Act& what);
  Outcome<Instance> started(const std::string& id, const std::string& flow,
                            const StartCommand& command, const Principal& principal);
  Environment environment(const Library::Entry& entry) const;
  Outcome<Instance> save(Shard& shard, Outcome<Fired> fired);
  Result<void> pieces_of(const Journal::Entry& entry, std::vector<Sink::Piece>& pieces) const;
  Result<void> carry_out(const Journal::Entry& entry, std::vector<Sink::Piece>& pieces);

  Library& library_;
  Journal& journal_;
  Directory directory_;
  Clock clock_;
  std::array<Shard, shard_count> shards_;
  std::mutex scheduling_;
  std::map<std::string, std::string> begun_;  ///< last period of each flow that is dealt with
  std::mutex pumping_;
  bool maybe_again_ = true;  ///< until the first effects of this process are carried out
};

/// A new id: 26 letters and digits, ordered by time.
std::string new_instance_id(Instant now);

}  // namespace hb::workflow
