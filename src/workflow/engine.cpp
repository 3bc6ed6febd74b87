#include "workflow/engine.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "crypto/bytes.hpp"
#include "workflow/schedule.hpp"
#include "workflow/tasks.hpp"

namespace hb::workflow {
namespace {

Refusal refusal_of(const Error& error, const std::string& who, const std::string& what) {
  return {error.code,    error.code == ErrorCode::not_found ? "unknown" : "unavailable",
          who,           what,
          error.message, {}};
}

tl::unexpected<Refusal> refuse(const Error& error, const std::string& who,
                               const std::string& what) {
  return tl::unexpected(refusal_of(error, who, what));
}

}  // namespace

std::string new_instance_id(Instant now) {
  // Crockford's base 32: 10 digits of milliseconds, 16 random ones.
  constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string id(26, '0');
  auto millis = static_cast<std::uint64_t>(now.micros / 1000);
  for (std::size_t i = 10; i-- > 0; millis >>= 5U) id[i] = digits[millis & 31U];
  const std::string random = crypto::random_bytes(16);
  for (std::size_t i = 0; i < random.size(); ++i)
    id[10 + i] = digits[static_cast<unsigned char>(random[i]) & 31U];
  return id;
}

Engine::Engine(Library& library, Journal& journal, Directory directory, Clock clock)
    : library_(library),
      journal_(journal),
      directory_(std::move(directory)),
      clock_(std::move(clock)) {}

Engine::Shard& Engine::shard_of(const std::string& id) {
  return shards_[std::hash<std::string>{}(id) % shard_count];
}

void Engine::keep(Shard& shard, const Instance& instance) {
  if (const auto known = shard.known.find(instance.id); known != shard.known.end()) {
    shard.recent.erase(known->second);
    shard.known.erase(known);
  }
  shard.recent.push_front(instance);
  shard.known[instance.id] = shard.recent.begin();
  if (shard.recent.size() <= kept_per_shard) return;
  shard.known.erase(shard.recent.back().id);
  shard.recent.pop_back();
}

Result<Instance> Engine::load(Shard& shard, const std::string& id) {
  if (const auto known = shard.known.find(id); known != shard.known.end()) return *known->second;
  const auto events = journal_.events(id);
  if (!events) return unexpected(events.error());
  return replay(id, *events);
}

Environment Engine::environment(const Library::Entry& entry) const {
  Environment environment;
  environment.calendars = &entry.calendars;
  environment.is_one = directory_.is_one;
  environment.sql = directory_.sql;
  environment.rows = directory_.rows;
  const Flow& flow = entry.flow;
  if (directory_.candidates)
    environment.candidates = [this, &flow](const Actor& actor, const Instance& instance) {
      return directory_.candidates(flow, actor, instance);
    };
  if (directory_.form_issues)
    environment.form_issues = [this, &flow](const std::string& form, std::string_view response) {
      return directory_.form_issues(flow, form, response);
    };
  if (directory_.extract)
    environment.extract = [this, &flow](const std::string& form, std::string_view response) {
      return directory_.extract(flow, form, response);
    };
  return environment;
}

Outcome<Instance> Engine::save(Shard& shard, Outcome<Fired> fired) {
  if (!fired) return tl::unexpected(fired.error());
  if (const Result<void> written = journal_.append(*fired); !written)
    return refuse(written.error(), "", "write");
  keep(shard, fired->after);
  return std::move(fired->after);
}

Outcome<Instance> Engine::act(const std::string& id, const Act& what) {
  Shard& shard = shard_of(id);
  const std::scoped_lock lock(shard.mutex);
  const Result<Instance> instance = load(shard, id);
  if (!instance) return refuse(instance.error(), "", "act on " + id);
  if (const auto entry = library_.find(instance->flow, instance->version))
    return save(shard, what(**entry, environment(**entry), *instance));
  // Its version is no more: it goes on in the newest one, if that says where.
  const auto newest = library_.newest(instance->flow);
  if (!newest) return refuse(newest.error(), "", "act on " + id);
  const Outcome<Instance> moved =
      save(shard, workflow::migrate((*newest)->flow, environment(**newest), *instance, clock_()));
  if (!moved) return moved;
  return save(shard, what(**newest, environment(**newest), *moved));
}

Outcome<Instance> Engine::fire(const std::string& id, const Command& command,
                               const Principal& principal) {
  return act(id,
             [&](const Library::Entry& entry, const Environment& around, const Instance& before) {
               return workflow::fire(entry.flow, around, before, command, principal, clock_());
             });
}

Outcome<Instance> Engine::migrate(const std::string& id) {
  Shard& shard = shard_of(id);
  const std::scoped_lock lock(shard.mutex);
  const Result<Instance> instance = load(shard, id);
  if (!instance) return refuse(instance.error(), "system", "migrate " + id);
  const auto entry = library_.newest(instance->flow);
  if (!entry) return refuse(entry.error(), "system", "migrate " + id);
  return save(shard, workflow::migrate((*entry)->flow, environment(**entry), *instance, clock_()));
}

Result<Instance> Engine::instance(const std::string& id) {
  Shard& shard = shard_of(id);
  const std::scoped_lock lock(shard.mutex);
  return load(shard, id);
}

Outcome<Instance> Engine::started(const std::string& id, const std::string& flow,
                                  const StartCommand& command, const Principal& principal) {
  const auto entry = library_.newest(flow);
  if (!entry) return refuse(entry.error(), principal.user, "start " + flow);
  Shard& shard = shard_of(id);
  const std::scoped_lock lock(shard.mutex);
  return save(shard, workflow::start((*entry)->flow, environment(**entry), id, command, principal,
                                     clock_()));
}

Outcome<Instance> Engine::start(const std::string& flow, const StartCommand& command,
                                const Principal& principal) {
  const auto known = [&]() -> Result<std::string> {
    return command.key.empty() ? fail(ErrorCode::not_found, "")
                               : journal_.started_with(command.key);
  };
  const auto same = [&](const std::string& id) -> Outcome<Instance> {
    Result<Instance> found = instance(id);
    if (!found) return refuse(found.error(), principal.user, "start " + flow);
    if (found->flow != flow || found->starter != principal.user)
      return refuse({ErrorCode::conflict, "the key was used for another start", ""}, principal.user,
                    "start " + flow);
    return std::move(*found);
  };
  if (const auto id = known()) return same(*id);
  Outcome<Instance> made = started(new_instance_id(clock_()), flow, command, principal);
  if (made) return made;
  // The same key at the same moment by two threads: the database kept one of both.
  if (const auto id = known()) return same(*id);
  return made;
}

Result<std::int64_t> Engine::tick(std::int64_t limit) {
  const auto due = journal_.due(clock_(), limit);
  if (!due) return unexpected(due.error());
  std::int64_t done = 0;
  std::optional<Error> wrong;
  for (const std::string& id : *due) {
    const Outcome<Instance> ticked = act(
        id, [&](const Library::Entry& entry, const Environment& around, const Instance& before) {
          return workflow::tick(entry.flow, around, before, clock_());
        });
    if (ticked)
      ++done;
    else
      wrong = ticked.error().error();  // one that cannot go on does not hold up the others
  }
  if (wrong) return unexpected(*wrong);
  return done;
}

Result<std::int64_t> Engine::begin_scheduled(Instant since) {
  const std::scoped_lock lock(scheduling_);
  std::int64_t count = 0;
  std::map<std::string, std::shared_ptr<const Library::Entry>> newest;  // by rising version
  for (auto& entry : library_.all()) newest[entry->flow.id] = std::move(entry);
  for (const auto& [id, entry] : newest) {
    if (!entry->flow.schedule) continue;
    const Schedule& schedule = *entry->flow.schedule;
    const Occasion last = last_occasion(schedule, clock_());
    if (begun_[id] == last.period) continue;
    // A store that never began it does not make up for the time before it was there.
    const bool follows =
        journal_.started_with(key_of(entry->flow, before(schedule, last))).has_value();
    if (last.at > since || follows) {
      StartCommand command;
      command.key = key_of(entry->flow, last);
      command.data[schedule.field] = last.period;
      const Outcome<Instance> made = start(id, command, Principal::system("calendar"));
      if (!made) return unexpected(made.error().error());
      ++count;
    }
    begun_[id] = last.period;
  }
  return count;
}

Result<void> Engine::pieces_of(const Journal::Entry& entry,
                               std::vector<Sink::Piece>& pieces) const {
  const Outgoing& out = entry.outgoing;
  if (out.kind == Outgoing::Kind::resource) {
    pieces.push_back({out.type, out.id, out.body, 0});
    return {};
  }
  auto events = journal_.events(entry.instance);
  if (!events) return unexpected(events.error());
  events->resize(static_cast<std::size_t>(entry.last));  // as it stood after the act
  const auto then = replay(entry.instance, *events);
  if (!then) return unexpected(then.error());
  const auto flow = library_.find(then->flow, then->version);
  if (!flow) return unexpected(flow.error());
  auto tasks = tasks_of((*flow)->flow, entry.instance, *events, entry.first - 1);
  if (!tasks) return unexpected(tasks.error());
  for (TaskBody& task : *tasks)
    pieces.push_back({"Task", std::move(task.id), std::move(task.json), entry.last});
  return {};
}

Result<void> Engine::carry_out(const Journal::Entry& entry, std::vector<Sink::Piece>& pieces) {
  const Outgoing& out = entry.outgoing;
  if (out.kind == Outgoing::Kind::tasks || out.kind == Outgoing::Kind::resource)
    return pieces_of(entry, pieces);
  if (out.kind == Outgoing::Kind::finished) {
    const Outcome<Instance> told =
        act(out.instance,
            [&](const Library::Entry& parent, const Environment& around, const Instance& before) {
              return child_finished(parent.flow, around, before, out.as, out.end, clock_());
            });
    if (told || told.error().rule == "unknown") return {};
    return unexpected(told.error().error());
  }
  if (out.kind == Outgoing::Kind::parent) {
    const Outcome<Instance> told =
        act(out.instance,
            [&](const Library::Entry& child, const Environment& around, const Instance& before) {
              return parent_finished(child.flow, around, before, out.end, clock_());
            });
    if (told || told.error().rule == "unknown") return {};
    return unexpected(told.error().error());
  }
  if (instance(out.id)) return {};  // started before
  StartCommand command;
  boost::system::error_code wrong;
  const boost::json::value data = boost::json::parse(out.body, wrong);
  if (!wrong && data.is_object()) command.data = data.get_object();
  command.key = out.key;
  command.parent = entry.instance;
  command.as = out.as;
  const Outcome<Instance> begun = started(out.id, out.flow, command, Principal::system("workflow"));
  if (!begun) return unexpected(begun.error().error());
  return {};
}

Result<std::int64_t> Engine::pump(Sink& sink, std::int64_t limit) {
  const std::scoped_lock lock(pumping_);
  const auto entries = journal_.outbox(limit);
  if (!entries) return unexpected(entries.error());
  if (entries->empty()) return 0;
  std::vector<Sink::Piece> pieces;
  std::int64_t reached = 0;
  std::int64_t count = 0;
  std::optional<Error> wrong;
  for (const Journal::Entry& entry : *entries) {
    if (Result<void> done = carry_out(entry, pieces); !done) {
      wrong = done.error();  // what came before it is carried out; this one is tried again
      break;
    }
    reached = entry.number;
    ++count;
  }
  if (count > 0) {
    if (Result<void> taken = sink.take(pieces, maybe_again_); !taken)
      return unexpected(taken.error());
    if (Result<void> done = journal_.carried_out(reached); !done) return unexpected(done.error());
    maybe_again_ = false;
  }
  if (wrong) return unexpected(*wrong);
  return count;
}

}  // namespace hb::workflow
