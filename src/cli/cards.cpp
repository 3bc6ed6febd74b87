#include <fmt/format.h>

#include "cards/book.hpp"
#include "cards/content.hpp"
#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "cli/text_input.hpp"
#include "core/csv.hpp"

namespace hb::cli {
namespace {

struct CardArguments {
  std::string store, scenes, from, to, file, now;
  std::string by = "review";
  int ahead = 0;
};

/// The cards of a store, and of whom the identity number is there and right.
struct Read {
  std::unique_ptr<ingest::Hub> hub;
  cards::Content content;
  std::shared_ptr<const cards::CardSet> set;
  const std::vector<cards::Card>& cards() const { return set->cards; }
};

Result<Read> read_store(const CardArguments& arguments) {
  Read made;
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return unexpected(scenes.error());
  auto content = cards::load_content(*scenes);
  if (!content) return unexpected(content.error());
  made.content = std::move(*content);
  auto hub = open_hub(arguments.store, arguments.scenes, default_threads(), false, true);
  if (!hub) return unexpected(hub.error());
  made.hub = std::move(*hub);
  cards::Book book;
  auto set = book.now(made.hub->store());
  if (!set) return unexpected(set.error());
  if (!(*set)->unread.empty())
    return fail(ErrorCode::invalid_input, "a day or time of a card cannot be read",
                (*set)->unread.front());
  made.set = std::move(*set);
  return made;
}

int reconcile(const CardArguments& arguments) {
  const auto text = read_text_input(arguments.file);
  if (!text) return give_up(text.error());
  const auto read = read_store(arguments);
  if (!read) return give_up(read.error());
  std::string_view csv = *text;
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  const auto national = cards::read_export(csv, arguments.file, read->content.columns);
  if (!national) return give_up(national.error());
  const cards::Reconciliation made = cards::reconcile(read->cards(), *national);
  fmt::print("difference,number,card,here,there,line\n");
  for (const cards::Difference& one : made.differences)
    fmt::print("{},{},{},{},{},{}\n", cards::kind_word(one.kind), csv_field(one.number),
               csv_field(one.card), csv_field(one.here), csv_field(one.there),
               one.line == 0 ? "" : std::to_string(one.line));
  fmt::print(stderr, "{} cards here, {} in the export, {} agree, {} differences\n", made.here,
             made.there, made.agree, made.differences.size());
  return made.differences.empty() ? exit_ok : exit_nothing_done;
}

struct Days {
  Date from, to;
};

Result<Days> days_of(const CardArguments& arguments) {
  const auto from = parse_date(arguments.from);
  if (!from) return unexpected(from.error());
  const auto to = parse_date(arguments.to);
  if (!to) return unexpected(to.error());
  if (*to < *from) return fail(ErrorCode::invalid_input, "the first day is behind the last");
  return Days{*from, *to};
}

void print_share(const char* name, const cards::Share& share) {
  if (share.value)
    fmt::print("{},{},{},{:.4f},{:.4f},{:.4f}\n", name, share.x, share.n, *share.value,
               share.limits.lower, share.limits.upper);
  else
    fmt::print("{},{},{},,,\n", name, share.x, share.n);
}

int quality(const CardArguments& arguments) {
  const auto days = days_of(arguments);
  if (!days) return say_error(days.error()), exit_usage;
  const auto read = read_store(arguments);
  if (!read) return give_up(read.error());
  const auto identified = cards::identified(read->hub->store(), read->cards());
  if (!identified) return give_up(identified.error());
  const cards::Quality made =
      cards::quality(read->cards(), *identified, read->content.rules, days->from, days->to);
  fmt::print("figure,x,n,value,lower,upper\n");
  print_share("in-time", made.in_time);
  print_share("reviewed-in-time", made.reviewed);
  print_share("duplicates", made.twice);
  print_share("identity-number", made.identified);
  print_share("national-number-back", made.returned);
  if (!read->content.visits_sql.empty()) {
    const auto rows = read->hub->tables().query(
        Principal::published("cards"), read->content.visits_sql,
        {{"from", days->from}, {"to", days->to}}, std::chrono::minutes(2));
    if (!rows) return give_up(rows.error());
    std::int64_t without = 0;
    for (const auto& row : rows->rows) {
      const auto* with_card = row.size() < 6 ? nullptr : std::get_if<std::int64_t>(&row[5]);
      if (with_card == nullptr)
        return say_error("visits_sql must give with_card as its sixth column"), exit_usage;
      without += *with_card == 0 ? 1 : 0;
    }
    print_share("missed", cards::share(without, static_cast<std::int64_t>(rows->rows.size())));
  }
  return exit_ok;
}

int monthly(const CardArguments& arguments) {
  const auto days = days_of(arguments);
  if (!days) return say_error(days.error()), exit_usage;
  const auto by = cards::read_by(arguments.by);
  const auto read = read_store(arguments);
  if (!read) return give_up(read.error());
  fmt::print("month,disease,cases,deaths\n");
  for (const cards::MonthRow& row : cards::monthly(read->cards(), *by, days->from, days->to))
    fmt::print("{},{},{},{}\n", row.month, csv_field(row.disease), row.cases, row.deaths);
  return exit_ok;
}

int due(const CardArguments& arguments) {
  const auto now = parse_instant(arguments.now);
  if (!now) return say_error(now.error()), exit_usage;
  const auto read = read_store(arguments);
  if (!read) return give_up(read.error());
  fmt::print("card,disease,state,limit,late\n");
  for (const cards::Due& one :
       cards::due(read->cards(), read->content.rules, *now, arguments.ahead)) {
    const cards::Card& card = read->cards()[one.card];
    fmt::print("{},{},{},{},{}\n", csv_field(card.id), csv_field(card.disease),
               cards::state_word(card.state()), format_instant(one.limit), one.late ? 1 : 0);
  }
  return exit_ok;
}

CLI::App* add_one(CLI::App& app, int& exit_code, const char* name, const char* what,
                  const std::shared_ptr<CardArguments>& arguments,
                  int (*run)(const CardArguments&)) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("--store", arguments->store, "Store directory")->required();
  command->add_option("--scenes", arguments->scenes, "Scenes directory, if not beside the program");
  command->callback([&exit_code, arguments, run] { exit_code = run(*arguments); });
  return command;
}

void add_days(CLI::App& command, CardArguments& arguments) {
  command.add_option("--from", arguments.from, "First day, 2025-01-01")->required();
  command.add_option("--to", arguments.to, "Last day, 2025-12-31")->required();
}

}  // namespace

void add_cards(CLI::App& app, int& exit_code) {
  CLI::App* all = app.add_subcommand("cards", "Cards of notifiable diseases");
  all->require_subcommand(1);
  all->footer(
      "Example:\n  healthbrain cards reconcile --store district-store --export cards.csv\n"
      "  healthbrain cards quality --store district-store --from 2025-01-01 --to 2025-12-31\n\n"
      "CSV on stdout. The national direct report stays the legal channel.");
  auto arguments = std::make_shared<CardArguments>();
  CLI::App* one = add_one(*all, exit_code, "reconcile",
                          "Cards beside the export of the direct report, by card number: each "
                          "difference a line, both ways (exit 1 when there are any)",
                          arguments, reconcile);
  one->add_option("--export", arguments->file, "CSV, UTF-8; - for stdin")->required();
  arguments = std::make_shared<CardArguments>();
  add_days(*add_one(*all, exit_code, "quality",
                    "In time, reviewed, duplicates, identity numbers, missed, with intervals",
                    arguments, quality),
           *arguments);
  arguments = std::make_shared<CardArguments>();
  one = add_one(*all, exit_code, "monthly", "Cases and deaths by month and disease", arguments,
                monthly);
  one->add_option("--by", arguments->by, "Day that counts")
      ->capture_default_str()
      ->check(CLI::IsMember({"onset", "diagnosis", "report", "review"}));
  add_days(*one, *arguments);
  arguments = std::make_shared<CardArguments>();
  one = add_one(*all, exit_code, "due",
                "Cards not reviewed in the institution whose time limit passes, earliest first",
                arguments, due);
  one->add_option("--now", arguments->now, "2025-11-21T08:00:00+08:00")->required();
  one->add_option("--ahead", arguments->ahead, "Hours ahead")->check(CLI::Range(0, 1000));
}

}  // namespace hb::cli
