#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>

#include "cli/exit_code.hpp"
#include "cli/indicator_plans.hpp"
#include "cli/measure_store.hpp"
#include "core/csv.hpp"
#include "core/json_text.hpp"
#include "indicators/figure_source.hpp"

namespace hb::cli {
namespace {

namespace json = boost::json;

struct AssessArguments {
  std::string plan, store, scenes, area, id, prefix, title_zh, title_en, out;
  std::string language = "zh";
  std::string format = "csv";
  int year = 2025;
  int threads = default_threads();
};

/// Content, and the store where one is given.
struct Ground {
  std::vector<indicators::Plan> plans;
  indicators::Definitions definitions;
  std::optional<MeasureStore> store;
  std::unique_ptr<indicators::ReportBook> book;

  indicators::FigureSource figures(const std::string& area) const {
    if (!store)
      return [](const indicators::Definition&, int) -> indicators::CurrentFigure { return {}; };
    return indicators::figures_of(
        {book.get(), store->engine.get(),
         indicators::given_source(*store->engine, {}, {Principal::system("operation"), true, true}),
         area});
  }
};

Result<Ground> prepare(const AssessArguments& arguments) {
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return unexpected(scenes.error());
  auto plans = indicators::load_plans(*scenes);
  if (!plans) return unexpected(plans.error());
  auto definitions = indicators::Definitions::load(*scenes);
  if (!definitions) return unexpected(definitions.error());
  Ground ground{std::move(*plans), std::move(*definitions), std::nullopt, nullptr};
  if (arguments.store.empty()) return ground;
  auto store = open_measure_store({arguments.store, arguments.scenes, arguments.threads});
  if (!store) return unexpected(store.error());
  auto book = open_report_book(arguments.store);
  if (!book) return unexpected(book.error());
  store->engine->refresh();
  ground.store = std::move(*store);
  ground.book = std::move(*book);
  return ground;
}

const indicators::Plan* find_plan(const Ground& ground, const std::string& id) {
  const auto found = std::ranges::find(ground.plans, id, &indicators::Plan::id);
  return found == ground.plans.end() ? nullptr : &*found;
}

std::string number_text(const std::optional<double>& number) {
  return number ? fmt::format("{:.4g}", *number) : "";
}

using Fields = std::vector<std::pair<const char*, std::string>>;

Fields fields_of(const indicators::AssessedRow& row, bool english) {
  const auto pick = [english](const Localized& text) { return english ? text.en : text.zh; };
  std::string ids;
  for (const indicators::Definition* one : row.definitions)
    ids += (ids.empty() ? "" : " ") + one->id;
  return {{"no", row.row->no},
          {"name", pick(row.row->name)},
          {"scope", pick(row.row->scope)},
          {"unit", pick(row.row->unit)},
          {"definition", ids},
          {"base", row.base_text},
          {"base_year", row.base_year ? std::to_string(*row.base_year) : ""},
          {"value", row.current.value},
          {"origin", std::string(indicators::origin_word(row.current.origin))},
          {"state", row.current.state},
          {"target", row.row->target_text},
          {"status", std::string(indicators::status_word(row.evaluation.status))},
          {"gap", row.evaluation.gap ? format_decimal(*row.evaluation.gap) : ""},
          {"change", number_text(row.change)},
          {"expected", number_text(row.expected)},
          {"pace", row.pace ? std::string(indicators::pace_word(*row.pace)) : ""},
          {"reason", pick(row.evaluation.reason)},
          {"remark", pick(row.current.remark)}};
}

int run_assess(const AssessArguments& arguments) {
  const auto ground = prepare(arguments);
  if (!ground) return give_up(ground.error());
  const indicators::Plan* plan = find_plan(*ground, arguments.plan);
  if (plan == nullptr)
    return give_up({ErrorCode::not_found, "there is no plan with this id", arguments.plan});
  const auto found = indicators::assess_plan(*plan, ground->definitions, arguments.year,
                                             ground->figures(arguments.area), ground->plans);
  const bool english = arguments.language == "en";
  if (arguments.format == "json") {
    json::array rows;
    for (const auto& row : found.rows) {
      json::object object;
      for (const auto& [name, text] : fields_of(row, english)) object[name] = text;
      rows.push_back(std::move(object));
    }
    fmt::print("{}\n", json_text(json::object{{"plan", plan->id},
                                              {"year", found.year},
                                              {"met", found.counts.met},
                                              {"nearly", found.counts.nearly},
                                              {"missed", found.counts.missed},
                                              {"not_decidable", found.counts.not_decidable},
                                              {"without_figure", found.without_figure},
                                              {"rows", std::move(rows)}}));
  } else {
    bool first = true;
    for (const auto& row : found.rows) {
      const Fields fields = fields_of(row, english);
      std::string header;
      std::string line;
      for (const auto& [name, text] : fields) {
        header += (header.empty() ? "" : ",") + std::string(name);
        line += (&name == &fields.front().first ? "" : ",") + csv_field(text);
      }
      fmt::print("{}{}\n", first ? header + "\n" : "", line);
      first = false;
    }
  }
  fmt::print(stderr,
             "{} rows: {} met, {} nearly, {} missed, {} not decidable ({} without a figure)\n",
             found.rows.size(), found.counts.met, found.counts.nearly, found.counts.missed,
             found.counts.not_decidable, found.without_figure);
  return exit_ok;
}

int run_draft(const AssessArguments& arguments, int target_year) {
  const auto ground = prepare(arguments);
  if (!ground) return give_up(ground.error());
  const indicators::Plan* plan = find_plan(*ground, arguments.plan);
  if (plan == nullptr)
    return give_up({ErrorCode::not_found, "there is no plan with this id", arguments.plan});
  const std::string yaml = indicators::draft_plan(*plan, ground->definitions,
                                                  {arguments.id,
                                                   arguments.prefix,
                                                   {arguments.title_zh, arguments.title_en},
                                                   target_year,
                                                   arguments.year},
                                                  ground->figures(arguments.area));
  if (arguments.out.empty()) {
    fmt::print("{}", yaml);
    return exit_ok;
  }
  std::ofstream out(arguments.out, std::ios::binary);
  out << yaml;
  out.flush();
  if (!out) return give_up({ErrorCode::unavailable, "cannot be written", arguments.out});
  return exit_ok;
}

void add_store_options(CLI::App& command, const std::shared_ptr<AssessArguments>& arguments) {
  command.add_option("--store", arguments->store,
                     "Store directory: computed and reported figures; none if not given");
  command.add_option("--scenes", arguments->scenes, "Scenes directory; found if not given");
  command.add_option("--area", arguments->area, "Area code of the figures");
}

}  // namespace

void add_indicator_assess(CLI::App& indicator, int& exit_code) {
  auto arguments = std::make_shared<AssessArguments>();
  CLI::App* assess = indicator.add_subcommand(
      "assess", "Hold a plan against the figures of a year: at its end the final assessment");
  assess->add_option("--plan", arguments->plan, "Id of the plan")->required();
  assess->add_option("--year", arguments->year, "Year of the figures")->capture_default_str();
  add_store_options(*assess, arguments);
  assess->add_option("--format", arguments->format, "csv or json")
      ->check(CLI::IsMember({"csv", "json"}))
      ->capture_default_str();
  assess->add_option("--lang", arguments->language, "Language of the texts")
      ->check(CLI::IsMember({"zh", "en"}))
      ->capture_default_str();
  assess->footer(
      "Example:\n  healthbrain indicator assess --plan plan-14-5-gongshu-2025 --year 2025 "
      "--store district-store --area 770101\n\n"
      "origin: published, computed, reported (state says how far), printed (in the plan), none");
  assess->callback([&exit_code, arguments] { exit_code = run_assess(*arguments); });

  auto draft = std::make_shared<AssessArguments>();
  auto target_year = std::make_shared<int>(2030);
  CLI::App* next = indicator.add_subcommand(
      "draft-plan", "The plan that follows: the same indicators, no targets, the base filled in");
  next->add_option("--from", draft->plan, "Id of the former plan")->required();
  next->add_option("--id", draft->id, "Id of the new plan")->required();
  next->add_option("--prefix", draft->prefix, "Beginning of the ids of its rows")->required();
  next->add_option("--title-zh", draft->title_zh, "Title")->required();
  next->add_option("--title-en", draft->title_en, "Title in English")->required();
  next->add_option("--year", *target_year, "Year of its targets")->capture_default_str();
  next->add_option("--base", draft->year, "Year of the base")->capture_default_str();
  add_store_options(*next, draft);
  next->add_option("--out", draft->out, "File to write; stdout if not given");
  next->footer(
      "Example:\n  healthbrain indicator draft-plan --from plan-14-5-gongshu-2025 --id "
      "plan-15-5-gongshu-2030\n    --prefix gongshu-2030 --title-zh 主要指标 --title-en "
      "\"Main indicators\" --store district-store --area 770101");
  next->callback([&exit_code, draft, target_year] { exit_code = run_draft(*draft, *target_year); });
}

}  // namespace hb::cli
