#include "server/flows.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <set>

#include "server/notices.hpp"
#include "server/services.hpp"
#include "workflow/rows.hpp"

namespace hb::server {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using workflow::Actor;
using workflow::Flow;
using workflow::Instance;
using workflow::Lane;
using Steady = std::chrono::steady_clock;

constexpr auto pause = std::chrono::seconds(1);
constexpr auto people_kept = std::chrono::seconds(2);
constexpr auto sql_limit = std::chrono::seconds(2);

void say(const char* event, const std::string& message) {
  spdlog::error("{}", json::serialize(json::object{{"event", event}, {"message", message}}));
}

/// Changes whenever a file of flows, forms, criteria or calendars does.
std::string stamp_of(const fs::path& scenes) {
  std::string stamp;
  std::error_code wrong;
  for (fs::directory_iterator scene(scenes, wrong), none; !wrong && scene != none;
       scene.increment(wrong))
    for (const char* part : {"flows", "forms", "criteria", "calendars"}) {
      std::error_code absent;
      std::set<std::string> lines;
      for (fs::recursive_directory_iterator file(scene->path() / part, absent), end;
           !absent && file != end; file.increment(absent)) {
        std::error_code gone;
        const auto time = file->last_write_time(gone);
        if (!gone)
          lines.insert(file->path().string() + " " +
                       std::to_string(time.time_since_epoch().count()));
      }
      for (const std::string& line : lines) stamp += line + "\n";
    }
  return stamp;
}

/// A field of an instance as a parameter of SQL.
tables::Value value_of(const json::value* field) {
  if (field == nullptr) return std::monostate();
  if (field->is_string()) return std::string(field->get_string());
  if (field->is_int64()) return field->get_int64();
  if (field->is_number()) return field->to_number<double>();
  if (field->is_bool()) return field->get_bool();
  return std::monostate();
}

bool is_everybody(const Principal& principal) {
  return principal.unrestricted && std::ranges::count(principal.roles, "local-operator") > 0;
}

/// Whether an account could be this actor for some area, organisation or resident.
bool could_be(const Actor& actor, const Principal& principal) {
  const bool has_role = std::ranges::any_of(
      principal.roles, [&](const std::string& role) { return actor.roles.contains(role); });
  if (!has_role) return false;
  if (!actor.team.empty() && std::ranges::count(principal.organizations, actor.team) == 0)
    return false;
  return principal.unrestricted || !actor.area || !principal.areas.empty();
}

Lane lane_of(Lane::Kind kind, const std::string& name, const Actor& actor,
             const Principal& principal) {
  Lane lane{kind, name, {}, false, {}};
  if (principal.unrestricted) return lane;
  if (actor.area) lane.areas = principal.areas;
  lane.by_organization = actor.organization;
  if (actor.organization) lane.organizations = principal.organizations;
  return lane;
}

}  // namespace

Flows::Flows(Services& services, std::unique_ptr<workflow::Journal> journal, fs::path scenes,
             Clock clock)
    : services_(services),
      scenes_(std::move(scenes)),
      clock_(std::move(clock)),
      journal_(std::move(journal)),
      opened_(clock_()),
      forms_(clock_) {
  engine_ = std::make_unique<workflow::Engine>(library_, *journal_, directory(), clock_);
}

Flows::~Flows() { stop(); }

Result<std::unique_ptr<Flows>> Flows::open(Services& services, const fs::path& store,
                                           fs::path scenes, Clock clock) {
  auto journal = workflow::Journal::open((store / "flows.db").string(),
                                         workflow::sealing_of(services.hub.store()));
  if (!journal) return unexpected(journal.error());
  std::unique_ptr<Flows> flows(
      new Flows(services, std::move(*journal), std::move(scenes), std::move(clock)));
  auto notices = Notices::open(services, *flows, store, flows->scenes_);
  if (!notices) return unexpected(notices.error());
  flows->notices_ = std::move(*notices);
  flows->sink_ = std::make_unique<TellingSink>(*flows->notices_, services.hub.store());
  flows->reload();
  return flows;
}

void Flows::run() {
  thread_ = std::thread([this] { loop(); });
}

void Flows::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

workflow::Directory Flows::directory() {
  workflow::Directory directory;
  directory.candidates = [this](const Flow& flow, const Actor& actor, const Instance& instance) {
    std::vector<workflow::Candidate> list;
    for (const Person& person : *people())
      if (!person.user.locked && workflow::is_actor(actor, instance, person.principal))
        list.push_back({person.user.name, journal_->load(person.user.name).value_or(0),
                        notices_->is_on_call(person.user.name, flow, actor, instance)});
    return list;
  };
  directory.is_one = [this](const std::string& name, const Actor& actor, const Instance& instance) {
    return std::ranges::any_of(*people(), [&](const Person& person) {
      return person.user.name == name && !person.user.locked &&
             workflow::is_actor(actor, instance, person.principal);
    });
  };
  directory.sql = [this](const std::string& sql, const Instance& instance) {
    return holds(sql, instance);
  };
  directory.rows = [this](const workflow::Criteria& criteria, const Instance& instance) {
    return workflow::rows_from(*journal_, services_.hub.store(), criteria, instance);
  };
  directory.form_issues = [this](const Flow& flow, const std::string& form,
                                 std::string_view response) {
    return forms_.issues(flow, form, response);
  };
  directory.extract = [this](const Flow& flow, const std::string& form, std::string_view response) {
    return forms_.extract(flow, form, response);
  };
  return directory;
}

/// A condition in scene SQL: the first column of its first row; no row and no value are no.
Result<bool> Flows::holds(const std::string& sql, const Instance& instance) const {
  const auto entry = library_.find(instance.flow, instance.version);
  if (!entry) return unexpected(entry.error());
  std::vector<std::pair<std::string, tables::Value>> parameters{
      {"instance", instance.id},
      {"started", instance.started},
      {"now", clock_()},
      {"today", day_in_shanghai(clock_())}};
  for (const workflow::Field& field : (*entry)->flow.data)
    parameters.emplace_back(field.id, value_of(instance.data.if_contains(field.id)));
  const auto rows = std::as_const(services_.hub)
                        .tables()
                        .query(Principal::system("workflow"), sql, parameters, sql_limit);
  if (!rows) return unexpected(rows.error());
  if (rows->rows.empty() || rows->rows.front().empty()) return false;
  const tables::Value& first = rows->rows.front().front();
  if (std::holds_alternative<std::monostate>(first)) return false;
  if (const bool* is = std::get_if<bool>(&first)) return *is;
  return fail(ErrorCode::invalid_input, "the first column of a condition must be true or false");
}

std::shared_ptr<const Flows::People> Flows::people() const {
  const std::scoped_lock lock(people_mutex_);
  const auto now = Steady::now();
  if (people_ && now - people_read_ < people_kept) return people_;
  auto list = std::make_shared<People>();
  if (services_.gate.closed().value_or(false)) {
    auto users = services_.gate.accounts().users();
    if (!users) return people_ ? people_ : list;  // as they were a moment ago
    for (security::User& user : *users) {
      Principal principal = security::principal_of(user, "operation", "");
      if (services_.access) (void)services_.access->complete(principal);
      list->push_back({std::move(user), std::move(principal)});
    }
  }
  people_ = list;
  people_read_ = now;
  return people_;
}

std::string Flows::display(const std::string& user) const {
  for (const Person& person : *people())
    if (person.user.name == user) return person.user.display.empty() ? user : person.user.display;
  return user;
}

std::vector<std::string> Flows::accounts_of(const Actor& actor, const Instance& instance) const {
  std::vector<std::string> names;
  for (const Person& person : *people())
    if (!person.user.locked && workflow::is_actor(actor, instance, person.principal))
      names.push_back(person.user.name);
  return names;
}

std::vector<std::string> Flows::accounts_within(const Actor& actor,
                                                const std::vector<std::string>& areas) const {
  std::vector<std::string> names;
  for (const Person& person : *people()) {
    const auto meets = [&](const std::string& area) {
      return std::ranges::any_of(person.principal.areas, [&](const std::string& own) {
        return own.starts_with(area) || area.starts_with(own);
      });
    };
    const bool is_near =
        person.principal.unrestricted || !actor.area || std::ranges::any_of(areas, meets);
    if (!person.user.locked && could_be(actor, person.principal) && is_near)
      names.push_back(person.user.name);
  }
  return names;
}

Principal Flows::acting(const Principal& principal) const {
  Principal who = principal;
  if (!is_everybody(principal)) return who;
  std::set<std::string> roles;
  for (const auto& entry : library_.all())
    for (const Actor& actor : entry->flow.actors) {
      roles.insert(actor.roles.begin(), actor.roles.end());
      if (!actor.team.empty()) who.organizations.push_back(actor.team);
    }
  who.roles.insert(who.roles.end(), roles.begin(), roles.end());
  return who;
}

bool Flows::sees(const Flow& flow, const Instance& instance, const Principal& principal,
                 const std::vector<workflow::Event>* log) const {
  if (is_everybody(principal) || instance.starter == principal.user) return true;
  const bool is_one = std::ranges::any_of(flow.actors, [&](const Actor& actor) {
    return workflow::is_actor(actor, instance, principal);
  });
  if (is_one) return true;
  const bool has_work = std::ranges::any_of(instance.tokens, [&](const workflow::Token& token) {
    return token.owner.user == principal.user;
  });
  return has_work ||
         (log != nullptr && std::ranges::count(*log, principal.user, &workflow::Event::by) > 0);
}

std::vector<Lane> Flows::lanes(Scope scope, const Principal& principal) const {
  std::vector<Lane> list{{Lane::Kind::owned, principal.user, {}, false, {}}};
  if (scope == Scope::mine) return list;
  std::set<std::string> known;
  const auto add = [&](Lane lane) {
    // Versions of a flow mostly have the same actors.
    std::string key = std::to_string(static_cast<int>(lane.kind)) + lane.name;
    for (const std::string& area : lane.areas) key += "," + area;
    if (known.insert(key + (lane.by_organization ? "o" : "")).second)
      list.push_back(std::move(lane));
  };
  for (const auto& entry : library_.all()) {
    const Flow& flow = entry->flow;
    for (const Actor& actor : flow.actors) {
      if (!could_be(actor, principal)) continue;
      const std::string name = flow.id + "/" + actor.id;
      add(lane_of(Lane::Kind::actor, name, actor, principal));
      add(lane_of(Lane::Kind::escalated, name, actor, principal));
      if (scope != Scope::all) continue;
      for (const Actor& other : flow.actors)
        add(lane_of(Lane::Kind::actor, flow.id + "/" + other.id, actor, principal));
      add(lane_of(Lane::Kind::actor, flow.id + "/starter", actor, principal));
    }
  }
  return list;
}

std::vector<workflow::InstanceList::Of> Flows::reach(const Principal& principal) const {
  std::vector<workflow::InstanceList::Of> list;
  std::set<std::string> known;
  for (const auto& entry : library_.all())
    for (const Actor& actor : entry->flow.actors) {
      if (!could_be(actor, principal)) continue;
      const Lane lane = lane_of(Lane::Kind::actor, entry->flow.id, actor, principal);
      const std::string key =
          lane.name + (lane.areas.empty() ? "" : "a") + (lane.by_organization ? "o" : "");
      if (known.insert(key).second)
        list.push_back({entry->flow.id, lane.areas, lane.by_organization, lane.organizations});
    }
  return list;
}

workflow::Outcome<Instance> Flows::begin(const std::string& flow,
                                         const workflow::StartCommand& command,
                                         const Principal& principal) {
  auto made = engine_->start(flow, command, principal);
  if (made) nudge();
  return made;
}

workflow::Outcome<Instance> Flows::act(const std::string& id, const workflow::Command& command,
                                       const Principal& principal) {
  // What criteria count is asked of the records: what was saved a moment ago is to be in them.
  if (proposes(command.move)) (void)settle();
  auto made = engine_->fire(id, command, principal);
  if (made) nudge();
  return made;
}

bool Flows::proposes(const std::string& move) const {
  return std::ranges::any_of(library_.all(), [&](const auto& entry) {
    return std::ranges::any_of(entry->flow.states, [&](const workflow::State& state) {
      const workflow::Move* found = state.move(move);
      return found != nullptr && !found->propose.empty();
    });
  });
}

Result<json::object> Flows::propose(const Flow& flow, const std::string& criteria,
                                    const Instance& instance, const Principal& principal,
                                    std::string_view response) {
  if (Result<void> settled = settle(); !settled) return unexpected(settled.error());
  workflow::Environment around;
  around.rows = [this](const workflow::Criteria& of, const Instance& one) {
    return workflow::rows_from(*journal_, services_.hub.store(), of, one);
  };
  return workflow::propose(flow, criteria, around, instance, principal, response, clock_());
}

Result<std::string> Flows::start(const std::string& flow, const std::string& key,
                                 std::string_view text, const Principal& principal) {
  workflow::StartCommand command;
  command.key = key;
  boost::system::error_code wrong;
  const json::value body = json::parse(text, wrong);
  const json::object* object = wrong ? nullptr : body.if_object();
  if (object == nullptr)
    return fail(ErrorCode::invalid_input,
                "an instance is started with a QuestionnaireResponse or an object of fields");
  if (object->contains("resourceType"))
    command.response = std::string(text);
  else
    command.data = *object;
  const auto made = begin(flow, command, principal);
  if (!made) return unexpected(made.error().error());
  return made->id;
}

/// Straight from the log: whoever looks does not wait for who acts.
Result<Instance> Flows::find(const std::string& id) const {
  const auto events = journal_->events(id);
  if (!events) return unexpected(events.error());
  return workflow::replay(id, *events);
}

Result<void> Flows::settle() {
  for (;;) {
    const auto pumped = engine_->pump(*sink_);
    if (!pumped) return unexpected(pumped.error());
    if (*pumped == 0) return {};
  }
}

void Flows::nudge() {
  ++changes_;
  {
    const std::scoped_lock lock(mutex_);
    nudged_ = true;
  }
  wake_.notify_one();
}

std::vector<workflow::Fault> Flows::faults() const {
  const std::scoped_lock lock(state_mutex_);
  return faults_;
}

std::optional<Error> Flows::problem() const {
  const std::scoped_lock lock(state_mutex_);
  return problem_;
}

void Flows::reload() {
  std::string stamp = stamp_of(scenes_);
  if (stamp == stamp_) return;
  stamp_ = std::move(stamp);
  auto faults = library_.load_sound(scenes_, [this](const std::string& sql) {
    return std::as_const(services_.hub).tables().check_scene_sql(sql);
  });
  std::vector<workflow::Fault> found;
  if (faults)
    found = std::move(*faults);
  else if (faults.error().code != ErrorCode::not_found)  // content without flows is no fault
    found.push_back({scenes_.string(), 0, 0, "", faults.error().message});
  for (workflow::Fault& fault : found) {
    say("flow-fault", describe(fault));
    std::error_code none;
    fault.file = fs::relative(fault.file, scenes_, none).string();
  }
  if (found.empty()) forms_.forget();
  const std::scoped_lock lock(state_mutex_);
  faults_ = std::move(found);
}

/// Clocks and effects, until nothing is left to do or the next turn has to begin.
void Flows::work_off() {
  std::optional<Error> wrong;
  for (int turns = 0; turns < 100 && !stopping_; ++turns) {
    const auto begun = engine_->begin_scheduled(opened_);
    if (!begun) wrong = begun.error();
    const auto ticked = engine_->tick();
    const auto pumped = engine_->pump(*sink_);
    if (begun) changes_ += *begun;
    if (!ticked || !pumped) wrong = !ticked ? ticked.error() : pumped.error();
    if (ticked) changes_ += *ticked;
    if (wrong || (*ticked == 0 && *pumped == 0)) break;
  }
  if (const std::int64_t changes = changes_; changes != published_) {
    published_ = changes;
    services_.events.publish("tasks", json::serialize(json::object{{"changed", changes}}));
  }
  const std::scoped_lock lock(state_mutex_);
  if (wrong && (!problem_ || problem_->message != wrong->message))
    say("flows-wait", wrong->message);
  problem_ = std::move(wrong);
}

void Flows::loop() {
  auto read = Steady::now();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    nudged_ = false;
    lock.unlock();
    work_off();
    if (Steady::now() - read >= pause) {
      reload();
      read = Steady::now();
    }
    lock.lock();
    wake_.wait_for(lock, pause, [this] { return stopping_ || nudged_; });
  }
}

}  // namespace hb::server
