#include "cli/indicator_figures.hpp"

#include <fmt/format.h>

#include <fstream>

#include "cli/exit_code.hpp"
#include "cli/measure_store.hpp"
#include "cli/text_input.hpp"
#include "core/csv.hpp"
#include "indicators/measure_cells.hpp"
#include "indicators/publication_list.hpp"
#include "indicators/report_import.hpp"
#include "indicators/vintage_now.hpp"
#include "scene/catalogue.hpp"
#include "server/figure_file.hpp"

namespace hb::cli {
namespace {

namespace fs = std::filesystem;
using indicators::ReportBook;
using indicators::SignState;

struct FigureArguments {
  std::string store, scenes, user, file, out, plan, year, area, id, period, state, note, reason;
  std::string language = "zh";
  std::int64_t figure = 0;
  int threads = default_threads();
  bool all = false;
  bool dry_run = false;
  bool compare = false;
};

struct Content {
  scene::Catalogue catalogue;
  indicators::Definitions definitions;
};

Result<Content> load_content(const FigureArguments& arguments) {
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return unexpected(scenes.error());
  auto catalogue = scene::Catalogue::load(*scenes);
  if (!catalogue) return unexpected(catalogue.error());
  auto definitions = indicators::Definitions::load(*scenes);
  if (!definitions) return unexpected(definitions.error());
  return Content{std::move(*catalogue), std::move(*definitions)};
}

std::string line_of(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line += (i > 0 ? "," : "") + csv_field(fields[i]);
  return line + "\n";
}

Result<void> write_file(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  out.flush();
  if (!out) return fail(ErrorCode::unavailable, "cannot be written", path);
  return {};
}

int run_template(const FigureArguments& arguments) {
  const auto content = load_content(arguments);
  if (!content) return give_up(content.error());
  if (!arguments.plan.empty() && content->catalogue.plan(arguments.plan) == nullptr)
    return give_up({ErrorCode::not_found, "there is no plan with this id", arguments.plan});
  indicators::TemplateOptions options;
  options.plan = arguments.plan;
  options.year = arguments.year;
  options.area = arguments.area;
  options.with_computed = arguments.all;
  options.language =
      arguments.language == "en" ? indicators::Language::en : indicators::Language::zh;
  const auto rows =
      indicators::report_template(content->definitions, content->catalogue.plans(), options);
  const bool workbook = arguments.out.ends_with(".xlsx");
  const auto bytes = server::template_file(rows, workbook, arguments.year);
  if (!bytes) return give_up(bytes.error());
  if (arguments.out.empty()) {
    fmt::print("{}", bytes->substr(3));  // without the byte order mark
    return exit_ok;
  }
  const auto written = write_file(arguments.out, *bytes);
  return written ? exit_ok : give_up(written.error());
}

int run_import(const FigureArguments& arguments) {
  const auto content = load_content(arguments);
  if (!content) return give_up(content.error());
  const auto by = signer(arguments.store, content->catalogue, arguments.user, "figures:write");
  if (!by) return give_up(by.error());
  const auto bytes = read_text_input(arguments.file);
  if (!bytes) return give_up(bytes.error());
  const auto text = server::figures_csv(*bytes, arguments.file);
  if (!text) return give_up(text.error());
  const auto book = open_report_book(arguments.store);
  if (!book) return give_up(book.error());
  indicators::ImportOptions options;
  options.file = text_input_name(arguments.file);
  options.area = arguments.area;
  options.by = *by;
  options.dry_run = arguments.dry_run;
  const auto rows = indicators::import_figures(*text, content->definitions, **book, options);
  if (!rows) return give_up(rows.error());
  const bool english = arguments.language == "en";
  fmt::print("line,outcome,figure,indicator,area,period,value,rule,message\n");
  bool sound = true;
  for (const indicators::ImportedRow& row : *rows) {
    const bool bad = row.outcome == indicators::RowOutcome::refused ||
                     row.outcome == indicators::RowOutcome::unreadable;
    if (bad)
      say_error(fmt::format("{}:{}: {}: {}", options.file, row.line, row.rule, row.message.en));
    sound = sound && !bad;
    if (row.outcome == indicators::RowOutcome::empty) continue;
    fmt::print(
        "{}", line_of({std::to_string(row.line), std::string(indicators::outcome_word(row.outcome)),
                       row.figure > 0 ? std::to_string(row.figure) : "", row.cell.indicator,
                       row.cell.area, row.cell.period, row.value, row.rule,
                       english ? row.message.en : row.message.zh}));
  }
  return sound ? exit_ok : exit_some_put_aside;
}

std::vector<std::string> fields_of(const indicators::ReportedFigure& one) {
  return {std::to_string(one.id),
          one.given.cell.indicator,
          one.given.cell.area,
          one.given.cell.period,
          std::to_string(one.given.version),
          one.given.value,
          one.given.numerator,
          one.given.denominator,
          std::string(indicators::sign_word(one.state)),
          one.state_by,
          format_instant(one.state_at),
          one.by,
          one.given.file.empty() ? "" : one.given.file + ":" + std::to_string(one.given.line),
          one.given.note};
}

constexpr const char* figures_header =
    "figure,indicator,area,period,version,value,numerator,denominator,state,state_by,state_at,"
    "entered_by,place,note\n";

int run_figures(const FigureArguments& arguments) {
  const auto book = open_report_book(arguments.store);
  if (!book) return give_up(book.error());
  const auto state = indicators::read_sign_word(arguments.state);
  const auto figures = (*book)->figures({arguments.id, arguments.area, arguments.period, state});
  if (!figures) return give_up(figures.error());
  fmt::print("{}", figures_header);
  for (const auto& one : *figures) fmt::print("{}", line_of(fields_of(one)));
  return exit_ok;
}

int run_history(const FigureArguments& arguments) {
  const auto book = open_report_book(arguments.store);
  if (!book) return give_up(book.error());
  const auto figure = (*book)->figure(arguments.figure);
  if (!figure) return give_up(figure.error());
  const auto acts = (*book)->acts(arguments.figure);
  if (!acts) return give_up(acts.error());
  fmt::print("figure,state,by,at,note\n");
  for (const indicators::SignAct& act : *acts)
    fmt::print("{}",
               line_of({std::to_string(act.figure), std::string(indicators::sign_word(act.state)),
                        act.by, format_instant(act.at), act.note}));
  return exit_ok;
}

int run_move(const FigureArguments& arguments, SignState to) {
  const auto content = load_content(arguments);
  if (!content) return give_up(content.error());
  const char* permission = to == SignState::submitted ? "figures:write" : "figures:review";
  const auto by = signer(arguments.store, content->catalogue, arguments.user, permission);
  if (!by) return give_up(by.error());
  const auto book = open_report_book(arguments.store);
  if (!book) return give_up(book.error());
  const auto moved = (*book)->move(arguments.figure, to, *by, arguments.note);
  if (!moved) return give_up(moved.error());
  const auto figure = (*book)->figure(arguments.figure);
  if (!figure) return give_up(figure.error());
  fmt::print("{}{}", figures_header, line_of(fields_of(*figure)));
  return exit_ok;
}

int run_conflicts(const FigureArguments& arguments) {
  const auto book = open_report_book(arguments.store);
  if (!book) return give_up(book.error());
  const auto conflicts = (*book)->conflicts();
  if (!conflicts) return give_up(conflicts.error());
  fmt::print("{}", figures_header);
  for (const indicators::Conflict& conflict : *conflicts)
    for (const auto& one : conflict.figures) fmt::print("{}", line_of(fields_of(one)));
  return exit_ok;
}

int run_decide(const FigureArguments& arguments) {
  const auto content = load_content(arguments);
  if (!content) return give_up(content.error());
  const auto by = signer(arguments.store, content->catalogue, arguments.user, "figures:review");
  if (!by) return give_up(by.error());
  const auto book = open_report_book(arguments.store);
  if (!book) return give_up(book.error());
  const auto decided = (*book)->decide(arguments.figure, *by, arguments.reason);
  if (!decided) return give_up(decided.error());
  return run_history(arguments);
}

constexpr const char* vintage_header =
    "indicator,area,period,vintage,version,kind,value,lower,upper,by,at,reason,feed\n";

std::vector<std::string> fields_of(const indicators::Vintage& one) {
  return {one.cell.indicator,
          one.cell.area,
          one.cell.period,
          std::to_string(one.number),
          std::to_string(one.version),
          one.computed ? "computed" : "reported",
          one.value,
          one.lower,
          one.upper,
          one.by,
          format_instant(one.at),
          one.reason,
          one.computed ? std::to_string(one.feed) : ""};
}

/// Cells of a store for its authority, small counts included.
indicators::CellSource cells_of(const MeasureStore& store) {
  return [&engine = *store.engine](
             const indicators::CellsAsk& ask) -> Result<std::vector<indicators::MeasureCell>> {
    engine.ensure({ask.measure}, {ask.period});
    const auto snapshot = engine.snapshot();
    const auto cell = indicators::cell_of(engine, *snapshot, Principal::system("operation"), ask);
    if (!cell) return unexpected(cell.error());
    return std::vector{*cell};
  };
}

int publish_computed(const FigureArguments& arguments, ReportBook& book, const std::string& by) {
  const auto period = parse_period(arguments.period);
  if (!period) return give_up(period.error());
  const auto opened = open_measure_store({arguments.store, arguments.scenes, arguments.threads});
  if (!opened) return give_up(opened.error());
  indicators::MeasureEngine& engine = *opened->engine;
  engine.refresh();
  const indicators::CellSource cells = cells_of(*opened);
  bool all = true;
  fmt::print("{}", vintage_header);
  for (const indicators::Measure& measure : engine.measures()) {
    if (!arguments.id.empty() && measure.id != arguments.id) continue;
    if (!measure.has_period(period->kind)) continue;
    if (const auto may = indicators::check_publishable(measure); !may) {
      say_error(may.error());
      all = all && arguments.id.empty();  // of all indicators the internal ones are left out
      continue;
    }
    const auto now = indicators::computed_now(cells, measure, *period, arguments.area);
    if (!now) return give_up(now.error());
    if (now->value.empty()) continue;
    const auto made = book.publish_computed(*now, by, arguments.reason);
    if (!made) {
      say_error(made.error());
      all = false;
      continue;
    }
    fmt::print("{}", line_of(fields_of(*made)));
  }
  if (const auto saved = engine.save(); !saved) say_error(saved.error());
  return all ? exit_ok : exit_some_put_aside;
}

int run_publish(const FigureArguments& arguments) {
  const auto content = load_content(arguments);
  if (!content) return give_up(content.error());
  const auto by = signer(arguments.store, content->catalogue, arguments.user, "figures:review");
  if (!by) return give_up(by.error());
  const auto book = open_report_book(arguments.store);
  if (!book) return give_up(book.error());
  if (arguments.figure == 0) return publish_computed(arguments, **book, *by);
  const auto figure = (*book)->figure(arguments.figure);
  if (!figure) return give_up(figure.error());
  const auto* definition = content->definitions.find(figure->given.cell.indicator);
  if (definition != nullptr)
    if (const auto may = indicators::check_publishable(*definition); !may)
      return give_up(may.error());
  const auto made = (*book)->publish(arguments.figure, *by, arguments.reason);
  if (!made) return give_up(made.error());
  fmt::print("{}{}", vintage_header, line_of(fields_of(*made)));
  return exit_ok;
}

/// Whose name stands in the vintages of a list: an account that may publish; of a simulated store
/// without one the content itself.
Result<std::string> signer_of_list(const FigureArguments& arguments, const Content& content,
                                   const MeasureStore& store,
                                   const indicators::PublicationList& list) {
  if (!arguments.user.empty())
    return signer(arguments.store, content.catalogue, arguments.user, "figures:review");
  if (store.hub->store().info().simulated) return list.by;
  return fail(ErrorCode::forbidden,
              "this store holds no simulation: publishing needs an account (--user)",
              arguments.store);
}

int run_publish_list(const FigureArguments& arguments) {
  const auto content = load_content(arguments);
  if (!content) return give_up(content.error());
  const auto list = indicators::read_publications(arguments.file);
  if (!list) return give_up(list.error());
  const auto book = open_report_book(arguments.store);
  if (!book) return give_up(book.error());
  const auto store = open_measure_store({arguments.store, arguments.scenes, arguments.threads});
  if (!store) return give_up(store.error());
  const auto by = signer_of_list(arguments, *content, *store, *list);
  if (!by) return give_up(by.error());
  store->engine->refresh();
  const auto made =
      indicators::publish_list(*list, *store->engine, store->for_outside(), **book, *by);
  if (!made) return give_up(made.error());
  bool all = true;
  fmt::print("{}", vintage_header);
  for (const indicators::PublishedLine& one : *made) {
    if (one.vintage) {
      fmt::print("{}", line_of(fields_of(*one.vintage)));
      continue;
    }
    say_error(one.vintage.error());
    all = false;
  }
  if (const auto saved = store->engine->save(); !saved) say_error(saved.error());
  return all ? exit_ok : exit_some_put_aside;
}

/// now, difference, change
std::vector<std::string> difference_of(const indicators::Vintage& vintage,
                                       const MeasureStore& store, bool english) {
  const auto found = indicators::difference_of(vintage, *store.engine, cells_of(store));
  if (!found) return {"", "", found.error().message};
  return {found->now, found->difference, english ? found->words.en : found->words.zh};
}

int run_vintages(const FigureArguments& arguments) {
  const auto book = open_report_book(arguments.store);
  if (!book) return give_up(book.error());
  const auto vintages =
      (*book)->vintages({arguments.id, arguments.area, arguments.period, std::nullopt});
  if (!vintages) return give_up(vintages.error());
  std::optional<MeasureStore> opened;
  if (arguments.compare) {
    auto store = open_measure_store({arguments.store, arguments.scenes, arguments.threads});
    if (!store) return give_up(store.error());
    opened = std::move(*store);
    opened->engine->refresh();
  }
  std::string header = vintage_header;
  if (opened) header.insert(header.size() - 1, ",now,difference,change");
  fmt::print("{}", header);
  for (const indicators::Vintage& one : *vintages) {
    std::vector<std::string> fields = fields_of(one);
    if (opened)
      for (std::string& field : difference_of(one, *opened, arguments.language == "en"))
        fields.push_back(std::move(field));
    fmt::print("{}", line_of(fields));
  }
  return exit_ok;
}

using Arguments = std::shared_ptr<FigureArguments>;

void add_common(CLI::App& command, const Arguments& arguments, bool signs) {
  command.add_option("--store", arguments->store, "Store directory")->required();
  command.add_option("--scenes", arguments->scenes, "Scenes directory; found if not given");
  if (signs) command.add_option("--user", arguments->user, "Account that signs")->required();
}

void add_language(CLI::App& command, const Arguments& arguments) {
  command.add_option("--lang", arguments->language, "Language of the texts")
      ->check(CLI::IsMember({"zh", "en"}))
      ->capture_default_str();
}

void add_filter(CLI::App& command, const Arguments& arguments) {
  command.add_option("--id", arguments->id, "Indicator; all if not given");
  command.add_option("--area", arguments->area, "Area code");
  command.add_option("--period", arguments->period, "2025");
}

void add_files(CLI::App& indicator, int& exit_code) {
  auto arguments = std::make_shared<FigureArguments>();
  CLI::App* blank = indicator.add_subcommand(
      "template", "Table for departments to fill in (CSV on stdout, or a file)");
  blank->add_option("--year", arguments->year, "Year of the figures")->required();
  blank->add_option("--area", arguments->area, "Area code that is filled in");
  blank->add_option("--plan", arguments->plan, "Only indicators of this plan");
  blank->add_flag("--all", arguments->all, "Also indicators that the records give");
  blank->add_option("--out", arguments->out, "File to write: .csv or .xlsx");
  blank->add_option("--scenes", arguments->scenes, "Scenes directory; found if not given");
  add_language(*blank, arguments);
  blank->footer(
      "Example:\n  healthbrain indicator template --year 2025 --area 330105 "
      "--plan plan-14-5-gongshu-2025 --out report.xlsx");
  blank->callback([&exit_code, arguments] { exit_code = run_template(*arguments); });

  auto given = std::make_shared<FigureArguments>();
  CLI::App* import = indicator.add_subcommand(
      "import",
      "Enter reported figures as drafts: a filled-in template (CSV, XLSX), MeasureReports, ADX");
  import
      ->add_option("FILE", given->file, "CSV, XLSX, MeasureReport (JSON) or ADX (XML); - for stdin")
      ->required();
  add_common(*import, given, true);
  import->add_option("--area", given->area, "Area of rows that name none");
  import->add_flag("--dry-run", given->dry_run, "Only check");
  add_language(*import, given);
  std::string rules;
  for (const indicators::ImportRule& rule : indicators::import_rules())
    rules += fmt::format("\n  {:<28}{}", rule.id, rule.text.en);
  import->footer(
      "Example:\n  healthbrain indicator import report.xlsx --store district-store --user "
      "li.na\n\nA row that breaks a rule is refused and named on stderr; the rest goes on (exit "
      "3). Rules:" +
      rules);
  import->callback([&exit_code, given] { exit_code = run_import(*given);
});
}  // namespace

void add_lists(CLI::App& indicator, int& exit_code) {
  auto arguments = std::make_shared<FigureArguments>();
  CLI::App* figures = indicator.add_subcommand("figures", "Reported figures and where they stand");
  add_common(*figures, arguments, false);
  add_filter(*figures, arguments);
  figures->add_option("--state", arguments->state, "Only these")
      ->check(CLI::IsMember({"draft", "submitted", "approved", "published", "set-aside"}));
  figures->footer(
      "Example:\n  healthbrain indicator figures --store district-store --state submitted");
  figures->callback([&exit_code, arguments] { exit_code = run_figures(*arguments); });

  auto one = std::make_shared<FigureArguments>();
  CLI::App* history = indicator.add_subcommand("history", "Who signed a reported figure, and when");
  add_common(*history, one, false);
  history->add_option("--figure", one->figure, "Number of the figure")->required();
  history->footer("Example:\n  healthbrain indicator history --store district-store --figure 12");
  history->callback([&exit_code, one] { exit_code = run_history(*one); });

  auto clash = std::make_shared<FigureArguments>();
  CLI::App* conflicts =
      indicator.add_subcommand("conflicts", "Cells for which different values were reported");
  add_common(*conflicts, clash, false);
  conflicts->footer("Example:\n  healthbrain indicator conflicts --store district-store");
  conflicts->callback([&exit_code, clash] { exit_code = run_conflicts(*clash); });

  auto past = std::make_shared<FigureArguments>();
  CLI::App* vintages =
      indicator.add_subcommand("vintages", "Published numbers, each with its date");
  add_common(*vintages, past, false);
  add_filter(*vintages, past);
  vintages->add_flag("--compare", past->compare, "Also what the records and definitions give now");
  add_language(*vintages, past);
  vintages->footer(
      "Example:\n  healthbrain indicator vintages --store district-store --period 2025 --compare");
  vintages->callback([&exit_code, past] { exit_code = run_vintages(*past); });
}

void add_steps(CLI::App& indicator, int& exit_code) {
  struct Step {
    const char* name;
    const char* what;
    SignState to;
  };
  constexpr Step steps[] = {
      {"submit", "Submit a draft: the department answers for it", SignState::submitted},
      {"approve", "Approve a submitted figure; not by who submitted it", SignState::approved},
      {"return", "Give a figure back as a draft, with a note", SignState::draft}};
  for (const Step& step : steps) {
    auto arguments = std::make_shared<FigureArguments>();
    CLI::App* command = indicator.add_subcommand(step.name, step.what);
    add_common(*command, arguments, true);
    command->add_option("--figure", arguments->figure, "Number of the figure")->required();
    command->add_option("--note", arguments->note, "Why; needed to return a figure");
    command->footer(
        fmt::format("Example:\n  healthbrain indicator {} --store district-store --figure 12 "
                    "--user li.na",
                    step.name));
    command->callback(
        [&exit_code, arguments, to = step.to] { exit_code = run_move(*arguments, to); });
  }
  auto kept = std::make_shared<FigureArguments>();
  CLI::App* decide =
      indicator.add_subcommand("decide", "Keep one value of a conflict, set the others aside");
  add_common(*decide, kept, true);
  decide->add_option("--keep", kept->figure, "Number of the figure that counts")->required();
  decide->add_option("--why", kept->reason, "Reason, kept with the decision")->required();
  decide->footer(
      "Example:\n  healthbrain indicator decide --store district-store --keep 12 --user wu.leader "
      "--why 以统计年鉴为准");
  decide->callback([&exit_code, kept] { exit_code = run_decide(*kept); });

  auto shown = std::make_shared<FigureArguments>();
  CLI::App* publish = indicator.add_subcommand(
      "publish", "Make vintages: of an approved figure, or of computed numbers of a period");
  add_common(*publish, shown, true);
  auto* figure = publish->add_option("--figure", shown->figure, "Number of an approved figure");
  publish->add_option("--period", shown->period, "Computed numbers of this period")
      ->excludes(figure);
  publish->add_option("--id", shown->id, "Only this computed indicator");
  publish->add_option("--area", shown->area, "Area code of the computed numbers");
  publish->add_option("--reason", shown->reason, "Why a published number gets a further vintage");
  publish->footer(
      "Example:\n  healthbrain indicator publish --store district-store --period 2025 "
      "--area 770101 --user wu.leader");
  publish->callback([&exit_code, shown] { exit_code = run_publish(*shown); });

  auto listed = std::make_shared<FigureArguments>();
  CLI::App* many = indicator.add_subcommand(
      "publish-list", "Make vintages of all that a list names (content, publications-1)");
  many->add_option("FILE", listed->file, "The list")->required();
  add_common(*many, listed, false);
  many->add_option("--user", listed->user,
                   "Account that signs; without it only of a simulated store");
  many->footer(
      "Example:\n  healthbrain indicator publish-list scenes/demo-district/publications.yaml "
      "--store demo-data/r20000/store");
  many->callback([&exit_code, listed] { exit_code = run_publish_list(*listed); });
}

}  // namespace hb::cli

void add_indicator_figures(CLI::App& indicator, int& exit_code) {
  add_files(indicator, exit_code);
  add_lists(indicator, exit_code);
  add_steps(indicator, exit_code);
}

}  // namespace hb::cli
