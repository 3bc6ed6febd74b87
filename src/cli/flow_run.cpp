#include "cli/flow_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>

#include "cli/accounts.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "cli/text_input.hpp"
#include "workflow/engine.hpp"
#include "workflow/flow_forms.hpp"
#include "workflow/records_sink.hpp"
#include "workflow/rows.hpp"

namespace hb::cli {
namespace {

namespace json = boost::json;
using workflow::Instance;

struct RunArguments {
  std::string store, scenes, user;
  std::string flow, id, move, to, form, reason, key;
  std::vector<std::string> data;  ///< NAME=VALUE
  int token = 0;
  int seen = 0;
  std::int64_t limit = 50;
};

/// A store with its flows, opened for one command.
struct House {
  std::unique_ptr<ingest::Hub> hub;
  std::unique_ptr<security::Accounts> accounts;
  std::unique_ptr<workflow::Journal> journal;
  workflow::Library library;
  std::unique_ptr<workflow::FlowForms> forms;
  std::unique_ptr<workflow::Engine> engine;
  std::vector<security::User> users;
};

bool is_one(const security::User& user, const workflow::Actor& actor, const Instance& instance) {
  const bool fits = std::ranges::any_of(
      user.roles, [&](const std::string& role) { return actor.roles.contains(role); });
  if (!fits || user.locked) return false;
  if (!actor.team.empty() && std::ranges::count(user.organizations, actor.team) == 0) return false;
  const json::value* area = instance.data.if_contains("area");
  if (!actor.area || area == nullptr || !area->is_string()) return !actor.area;
  return std::ranges::any_of(user.areas, [&](const std::string& own) {
    return own == "*" || std::string_view(area->get_string()).starts_with(own);
  });
}

workflow::Directory directory_of(House& house) {
  workflow::Directory directory;
  directory.candidates = [&house](const workflow::Flow&, const workflow::Actor& actor,
                                  const Instance& instance) {
    std::vector<workflow::Candidate> list;
    for (const security::User& user : house.users)
      if (is_one(user, actor, instance))
        list.push_back({user.name, house.journal->load(user.name).value_or(0), false});
    return list;
  };
  directory.is_one = [&house](const std::string& name, const workflow::Actor& actor,
                              const Instance& instance) {
    return std::ranges::any_of(house.users, [&](const security::User& user) {
      return user.name == name && is_one(user, actor, instance);
    });
  };
  directory.rows = [&house](const workflow::Criteria& criteria, const Instance& instance) {
    return workflow::rows_from(*house.journal, house.hub->store(), criteria, instance);
  };
  directory.form_issues = [&house](const workflow::Flow& flow, const std::string& form,
                                   std::string_view response) {
    return house.forms->issues(flow, form, response);
  };
  directory.extract = [&house](const workflow::Flow& flow, const std::string& form,
                               std::string_view response) {
    return house.forms->extract(flow, form, response);
  };
  return directory;
}

Result<std::unique_ptr<House>> open_house(const RunArguments& arguments) {
  auto house = std::make_unique<House>();
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return unexpected(scenes.error());
  const auto faults = house->library.load(*scenes);
  if (!faults) return unexpected(faults.error());
  if (!faults->empty())
    return fail(ErrorCode::invalid_input, "the flows have faults: " + describe(faults->front()));
  auto hub = open_hub(arguments.store, arguments.scenes, default_threads(), false, false);
  if (!hub) return unexpected(hub.error());
  house->hub = std::move(*hub);
  auto accounts = open_accounts(arguments.store);
  if (!accounts) return unexpected(accounts.error());
  house->accounts = std::move(*accounts);
  auto users = house->accounts->users();
  if (!users) return unexpected(users.error());
  house->users = std::move(*users);
  auto journal =
      workflow::Journal::open((std::filesystem::path(arguments.store) / "flows.db").string(),
                              workflow::sealing_of(house->hub->store()));
  if (!journal) return unexpected(journal.error());
  house->journal = std::move(*journal);
  house->forms = std::make_unique<workflow::FlowForms>(system_clock());
  house->engine = std::make_unique<workflow::Engine>(house->library, *house->journal,
                                                     directory_of(*house), system_clock());
  return house;
}

Result<Principal> account(const House& house, const std::string& name) {
  for (const security::User& user : house.users)
    if (user.name == name && !user.locked) return security::principal_of(user, "operation", "");
  return fail(ErrorCode::not_found, "there is no account “" + name + "” that may act", "--as");
}

/// Clocks and effects are caught up with after every command.
Result<void> settle(House& house) {
  workflow::RecordsSink sink(house.hub->store());
  for (;;) {
    const auto ticked = house.engine->tick();
    if (!ticked) return unexpected(ticked.error());
    const auto pumped = house.engine->pump(sink);
    if (!pumped) return unexpected(pumped.error());
    if (*ticked == 0 && *pumped == 0) return {};
  }
}

json::object shown(const workflow::Flow& flow, const Instance& instance, const Principal* who) {
  json::array work;
  for (const workflow::Token& token : instance.tokens) {
    json::array moves;
    if (who != nullptr)
      for (const workflow::Move* move : workflow::open_moves(flow, instance, token, *who))
        moves.emplace_back(move->id);
    json::object one{{"token", token.id},
                     {"state", token.state},
                     {"actor", token.owner.actor},
                     {"user", token.owner.user},
                     {"since", format_instant(token.since)},
                     {"moves", std::move(moves)}};
    Instant due = workflow::never;
    for (const workflow::Running& clock : token.clocks) {
      due = std::min(due, clock.due);
      if (clock.assumed) one["assumed"] = true;  // the days off of that year are not known
    }
    if (due != workflow::never) one["due"] = format_instant(due);
    work.push_back(std::move(one));
  }
  return {{"id", instance.id},           {"flow", instance.flow},
          {"version", instance.version}, {"status", workflow::word(instance.status)},
          {"end", instance.end},         {"events", instance.events},
          {"data", instance.data},       {"work", std::move(work)}};
}

int show(House& house, const Instance& instance, const Principal* who) {
  const auto entry = house.library.find(instance.flow, instance.version);
  if (!entry) return give_up(entry.error());
  fmt::print("{}\n", json::serialize(shown((*entry)->flow, instance, who)));
  return exit_ok;
}

/// What was done is settled first, then shown as it stands.
int done(House& house, const workflow::Outcome<Instance>& made, const Principal& who) {
  if (!made) {
    for (const std::string& issue : made.error().issues) say_error(issue);
    return give_up(made.error().error());
  }
  if (Result<void> settled = settle(house); !settled) return give_up(settled.error());
  const auto after = house.engine->instance(made->id);
  return after ? show(house, *after, &who) : give_up(after.error());
}

Result<std::string> form_text(const RunArguments& arguments) {
  return arguments.form.empty() ? Result<std::string>(std::string())
                                : read_text_input(arguments.form);
}

int run_start(const RunArguments& arguments) {
  const auto house = open_house(arguments);
  if (!house) return give_up(house.error());
  const auto who = account(**house, arguments.user);
  if (!who) return give_up(who.error());
  workflow::StartCommand command;
  command.key = arguments.key;
  const auto form = form_text(arguments);
  if (!form) return give_up(form.error());
  command.response = *form;
  for (const std::string& pair : arguments.data) {
    const std::size_t equal = pair.find('=');
    if (equal == std::string::npos) {
      say_error("--data: expected NAME=VALUE, found “" + pair + "”");
      return exit_usage;
    }
    boost::system::error_code wrong;
    const std::string text = pair.substr(equal + 1);
    json::value value = json::parse(text, wrong);
    // Codes of areas are texts though they look like numbers.
    if (wrong || value.is_number()) value = json::string(text);
    command.data[pair.substr(0, equal)] = std::move(value);
  }
  return done(**house, (*house)->engine->start(arguments.flow, command, *who), *who);
}

int run_act(const RunArguments& arguments) {
  const auto house = open_house(arguments);
  if (!house) return give_up(house.error());
  const auto who = account(**house, arguments.user);
  if (!who) return give_up(who.error());
  workflow::Command command;
  using Kind = workflow::Command::Kind;
  command.kind = arguments.move == "take"       ? Kind::take
                 : arguments.move == "release"  ? Kind::release
                 : arguments.move == "delegate" ? Kind::delegate
                 : arguments.move == "withdraw" ? Kind::withdraw
                                                : Kind::move;
  command.move = command.kind == Kind::move ? arguments.move : "";
  command.token = arguments.token;
  if (arguments.seen > 0) command.seen = arguments.seen;
  command.key = arguments.key;
  command.reason = arguments.reason;
  command.to = arguments.to;
  const auto form = form_text(arguments);
  if (!form) return give_up(form.error());
  command.response = *form;
  return done(**house, (*house)->engine->fire(arguments.id, command, *who), *who);
}

int run_tasks(const RunArguments& arguments) {
  const auto house = open_house(arguments);
  if (!house) return give_up(house.error());
  const auto who = account(**house, arguments.user);
  if (!who) return give_up(who.error());
  if (Result<void> settled = settle(**house); !settled) return give_up(settled.error());
  workflow::WorkQuery query;
  query.user = who->user;
  query.limit = arguments.limit;
  if (!who->unrestricted) query.areas = who->areas;
  for (const auto& entry : (*house)->library.all())
    for (const workflow::Actor& actor : entry->flow.actors)
      if (std::ranges::any_of(who->roles,
                              [&](const std::string& role) { return actor.roles.contains(role); }))
        query.actors.push_back(entry->flow.id + "/" + actor.id);
  const auto list = (*house)->journal->work(query);
  if (!list) return give_up(list.error());
  for (const workflow::Work& work : *list) {
    json::object line{{"instance", work.instance},  {"token", work.token}, {"flow", work.flow},
                      {"state", work.state},        {"user", work.user},   {"area", work.area},
                      {"escalated", work.escalated}};
    if (work.due != workflow::never) line["due"] = format_instant(work.due);
    fmt::print("{}\n", json::serialize(line));
  }
  return exit_ok;
}

int run_log(const RunArguments& arguments) {
  const auto house = open_house(arguments);
  if (!house) return give_up(house.error());
  const auto events = (*house)->journal->events(arguments.id);
  if (!events) return give_up(events.error());
  for (const workflow::Event& event : *events) fmt::print("{}\n", to_json(event));
  return exit_ok;
}

int run_verify(const RunArguments& arguments) {
  const auto house = open_house(arguments);
  if (!house) return give_up(house.error());
  const auto faults = (*house)->journal->check();
  if (!faults) return give_up(faults.error());
  for (const std::string& fault : *faults) fmt::print("{}\n", fault);
  return faults->empty() ? exit_ok : exit_nothing_done;
}

std::shared_ptr<RunArguments> add_store(CLI::App& command, bool acts) {
  auto arguments = std::make_shared<RunArguments>();
  command.add_option("--store", arguments->store, "Store directory")->required();
  command.add_option("--scenes", arguments->scenes, "Scenes directory; found beside the program");
  if (acts) command.add_option("--as", arguments->user, "Account that acts")->required();
  return arguments;
}

void add_command(int& exit_code, CLI::App* command, const std::shared_ptr<RunArguments>& arguments,
                 int (*run)(const RunArguments&)) {
  command->callback([&exit_code, arguments, run] { exit_code = run(*arguments); });
}

}  // namespace

void add_flow_run(CLI::App& flow, int& exit_code) {
  CLI::App* start = flow.add_subcommand("start", "Start an instance (JSON on stdout)");
  auto arguments = add_store(*start, true);
  start->add_option("flow", arguments->flow, "Id of the flow")->required();
  start->add_option("--form", arguments->form, "QuestionnaireResponse, JSON; - for stdin");
  start->add_option("--data", arguments->data, "NAME=VALUE, where the flow has no form")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  start->add_option("--key", arguments->key, "The same key again starts nothing new");
  add_command(exit_code, start, arguments, run_start);

  CLI::App* act = flow.add_subcommand("act", "Make a move, or take, release, delegate, withdraw");
  arguments = add_store(*act, true);
  act->add_option("instance", arguments->id, "Id of the instance")->required();
  act->add_option("move", arguments->move, "Move of the flow, or one of those words")->required();
  act->add_option("--token", arguments->token, "Which of several parallel parts");
  act->add_option("--seen", arguments->seen, "Events known: refused when there are more");
  act->add_option("--form", arguments->form, "QuestionnaireResponse, JSON; - for stdin");
  act->add_option("--reason", arguments->reason, "Why: for returns, withdrawals and some moves");
  act->add_option("--to", arguments->to, "delegate: account");
  act->add_option("--key", arguments->key, "The same key again does nothing new");
  add_command(exit_code, act, arguments, run_act);

  CLI::App* tasks = flow.add_subcommand("tasks", "Open work of an account, by deadline (NDJSON)");
  arguments = add_store(*tasks, true);
  tasks->add_option("--limit", arguments->limit, "Lines at most")->capture_default_str();
  add_command(exit_code, tasks, arguments, run_tasks);

  CLI::App* log = flow.add_subcommand("log", "What happened to an instance (NDJSON)");
  arguments = add_store(*log, false);
  log->add_option("instance", arguments->id, "Id of the instance")->required();
  add_command(exit_code, log, arguments, run_log);

  CLI::App* verify =
      flow.add_subcommand("verify", "Replay every log; each difference on stdout (exit 1)");
  arguments = add_store(*verify, false);
  add_command(exit_code, verify, arguments, run_verify);
}

}  // namespace hb::cli
