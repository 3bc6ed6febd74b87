#pragma once
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "core/principal.hpp"
#include "security/accounts.hpp"
#include "workflow/engine.hpp"
#include "workflow/flow_forms.hpp"
#include "workflow/records_sink.hpp"

namespace hb::server {

struct Services;
class Notices;

/// The flows of the served store: their definitions, the log of all instances (flows.db), and a
/// thread that lets clocks run and carries out effects, every second and at once after an act. All
/// members may be called from many threads.
class Flows {
 public:
  /// scenes  folder of content; flows with faults are left out and said by faults()
  /// clock   time of the flows
  /// errors  unavailable: flows.db is locked or full; invalid_input: it is newer or damaged
  static Result<std::unique_ptr<Flows>> open(Services& services, const std::filesystem::path& store,
                                             std::filesystem::path scenes, Clock clock);
  ~Flows();
  /// Clocks and effects begin to run.
  void run();
  /// What runs is ended; what is left to do is done at the next start. Idempotent.
  void stop();

  /// Starts an instance of the newest version; the same key again gives the same instance.
  /// json       a QuestionnaireResponse of the start form, or an object of fields
  /// principal  Principal::system(…) gives fields also where people fill in a form
  /// returns    its id
  /// errors     not_found: no such flow; forbidden, invalid_input, conflict: it was refused
  Result<std::string> start(const std::string& flow, const std::string& key, std::string_view json,
                            const Principal& principal);
  /// An instance as it stands: status, end, data, tokens. errors  not_found
  Result<workflow::Instance> find(const std::string& id) const;

  workflow::Outcome<workflow::Instance> begin(const std::string& flow,
                                              const workflow::StartCommand& command,
                                              const Principal& principal);
  workflow::Outcome<workflow::Instance> act(const std::string& id, const workflow::Command& command,
                                            const Principal& principal);
  /// What criteria of a flow propose for an instance now; see workflow::propose.
  /// response  a form that is being filled in; empty: none
  Result<boost::json::object> propose(const workflow::Flow& flow, const std::string& criteria,
                                      const workflow::Instance& instance,
                                      const Principal& principal, std::string_view response);
  /// Effects that wait are carried out now. errors  those of the engine
  Result<void> settle();

  /// As whom flows know somebody: who may do everything (a store without accounts) is every actor.
  Principal acting(const Principal& principal) const;
  /// Whether somebody may look at an instance: one of the actors of its flow for its area,
  /// organisation or resident, who started it, or who acted in it.
  /// log  its events; none: those who acted are not asked for
  bool sees(const workflow::Flow& flow, const workflow::Instance& instance,
            const Principal& principal, const std::vector<workflow::Event>* log = nullptr) const;

  enum class Scope : std::uint8_t { mine, team, all };
  /// Why work is in somebody's list; principal of acting().
  std::vector<workflow::Lane> lanes(Scope scope, const Principal& principal) const;
  /// Instances that somebody may look at as one of the actors of a flow; principal of acting().
  std::vector<workflow::InstanceList::Of> reach(const Principal& principal) const;

  /// The name shown of an account; the account's name where there is none.
  std::string display(const std::string& user) const;
  /// Accounts that an actor means, for an instance.
  std::vector<std::string> accounts_of(const workflow::Actor& actor,
                                       const workflow::Instance& instance) const;

  /// Accounts that an actor means for some place within these areas; "" is everywhere.
  std::vector<std::string> accounts_within(const workflow::Actor& actor,
                                           const std::vector<std::string>& areas) const;

  workflow::Library& library() { return library_; }
  const workflow::Library& library() const { return library_; }
  const workflow::Journal& journal() const { return *journal_; }
  workflow::FlowForms& forms() { return forms_; }
  /// Messages to people, and who is on call.
  Notices& notices() { return *notices_; }
  Instant now() const { return clock_(); }

  /// What is wrong with the files of flows; empty: nothing.
  std::vector<workflow::Fault> faults() const;
  /// Why clocks or effects do not go on; none: they do.
  std::optional<Error> problem() const;

 private:
  struct Person {
    security::User user;
    Principal principal;
  };
  using People = std::vector<Person>;

  Flows(Services& services, std::unique_ptr<workflow::Journal> journal,
        std::filesystem::path scenes, Clock clock);
  workflow::Directory directory();
  Result<bool> holds(const std::string& sql, const workflow::Instance& instance) const;
  std::shared_ptr<const People> people() const;
  /// Whether a move of this name looks at criteria, in any flow.
  bool proposes(const std::string& move) const;
  void reload();
  void loop();
  void work_off();
  void nudge();

  Services& services_;
  std::filesystem::path scenes_;
  Clock clock_;
  workflow::Library library_;
  std::unique_ptr<workflow::Journal> journal_;
  Instant opened_;
  workflow::FlowForms forms_;
  std::unique_ptr<workflow::Engine> engine_;
  std::shared_ptr<Notices> notices_;  ///< one owner, its type is not known here
  std::unique_ptr<workflow::Sink> sink_;

  mutable std::mutex people_mutex_;
  mutable std::shared_ptr<const People> people_;
  mutable std::chrono::steady_clock::time_point people_read_;

  mutable std::mutex state_mutex_;
  std::vector<workflow::Fault> faults_;
  std::optional<Error> problem_;
  std::string stamp_;  ///< of the content files that were read

  std::mutex mutex_;
  std::condition_variable wake_;
  bool nudged_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::int64_t> changes_ = 0;  ///< acts and clocks so far
  std::int64_t published_ = 0;
  std::thread thread_;
};

}  // namespace hb::server
