// Tuning of early warning: runs over the store's history, what came out, and who decided by it.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/csv.hpp"
#include "server/parameters.hpp"
#include "server/signal_routes.hpp"
#include "signals/tuning.hpp"
#include "watch/decisions.hpp"

namespace hb::server {

namespace {

namespace fs = std::filesystem;
using signals::TuningRun;

constexpr std::size_t longest_note = 500;  // bytes
constexpr const char* known_file = "known-outbreaks.csv";

fs::path known_path(const Services& services) {
  return fs::path(services.hub.directory()) / known_file;
}

/// Codes of the diseases by their names and by themselves.
std::map<std::string, std::string> disease_codes(const Services& services) {
  std::map<std::string, std::string> codes;
  if (const scene::CodeList* list = services.catalogue.codes("notifiable-disease"))
    for (const scene::Code& one : list->codes) {
      codes[one.code] = one.code;
      codes[one.name.zh] = one.code;
    }
  return codes;
}

/// Outbreaks that the district gave; none when it gave none.
Result<std::vector<watch::Outbreak>> known_outbreaks(const Services& services) {
  std::ifstream file(known_path(services), std::ios::binary);
  if (!file) return std::vector<watch::Outbreak>{};
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return watch::read_outbreaks(text, known_file, disease_codes(services));
}

json::object point_object(const TuningRun::Point& one) {
  return {{"false_discoveries", one.false_discoveries},
          {"outbreaks", one.outbreaks},
          {"detected", one.detected},
          {"days", one.days ? json::value(*one.days) : json::value(nullptr)},
          {"signals_a_week", one.signals_a_week},
          {"false_a_week", one.false_a_week},
          {"chosen", one.chosen}};
}

json::object run_object(const TuningRun& run) {
  json::array points;
  for (const TuningRun::Point& one : run.points) points.push_back(point_object(one));
  return {{"id", run.id},
          {"state", signals::state_word(run.state)},
          {"by", run.by},
          {"at", format_instant(run.at)},
          {"ended", run.ended ? json::value(format_instant(*run.ended)) : json::value(nullptr)},
          {"from", format_date(run.from)},
          {"to", format_date(run.to)},
          {"injections", run.injections},
          {"least_cases", run.least_cases},
          {"most_false_a_week", run.most_false_a_week},
          {"known", run.known},
          {"progress", run.progress},
          {"error", run.error.empty() ? json::value(nullptr) : json::value(run.error)},
          {"points", std::move(points)}};
}

Result<json::object> all_object(Services& services) {
  json::array runs;
  for (const TuningRun& run : services.signals->tuning().list()) runs.push_back(run_object(run));
  const auto decided = watch::read_decisions(services.hub.directory());
  if (!decided) return unexpected(decided.error());
  json::array decisions;
  for (auto one = decided->rbegin(); one != decided->rend(); ++one)
    decisions.push_back(json::object{{"at", format_instant(one->at)},
                                     {"by", one->author},
                                     {"threshold", one->threshold},
                                     {"false_discoveries", one->false_discoveries},
                                     {"basis", one->basis}});
  const auto now = watch::decided_options(services.hub.directory());
  if (!now) return unexpected(now.error());
  const auto known = known_outbreaks(services);
  if (!known) return unexpected(known.error());
  const Date today = services.today();
  return json::object{{"runs", std::move(runs)},
                      {"decisions", std::move(decisions)},
                      {"false_discoveries", now->false_discoveries},
                      {"threshold", now->threshold},
                      {"known", known->size()},
                      {"today", format_date(today)}};
}

Response tuning_answer(int status, Services& services) {
  const auto body = all_object(services);
  return body ? json_response(status, *body) : outcome(body.error());
}

/// A number of the body within bounds; the fallback where it is absent.
Parsed<double> body_number(const json::object& body, const char* name, double low, double high,
                           double fallback) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr || value->is_null()) return fallback;
  if (value->is_number()) {
    const double number = value->to_number<double>();
    if (number >= low && number <= high) return number;
  }
  const std::string span = fmt::format("{:g}–{:g}", low, high);
  return unexpected(refusal(400, "invalid_input", {"应为 " + span, span + " is expected"},
                            std::string("body.") + name));
}

Parsed<json::object> body_of(const Request& request) {
  boost::system::error_code wrong;
  const json::value body = json::parse(request.body, wrong);
  if (!wrong && body.is_object()) return body.get_object();
  return unexpected(refusal(400, "invalid_input",
                            {"请求内容应为 JSON 对象", "the body must be a JSON object"}, "body"));
}

Parsed<Date> body_day(const json::object& body, const char* name, Date fallback) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr || value->is_null()) return fallback;
  const auto day = value->is_string() ? parse_date(value->get_string())
                                      : Result<Date>(fail(ErrorCode::invalid_input, ""));
  if (day) return *day;
  return unexpected(refusal(400, "invalid_input", {"日期，如 2025-01-01", "a day, 2025-01-01"},
                            std::string("body.") + name));
}

Parsed<watch::TuneOptions> options_of(const json::object& body, const Services& services) {
  watch::TuneOptions options;
  const Date today = services.today();
  const auto from = body_day(body, "from", Date{today.days - 364});
  if (!from) return unexpected(from.error());
  const auto to = body_day(body, "to", today);
  if (!to) return unexpected(to.error());
  const auto injections = body_number(body, "injections", 1, 100, options.injections);
  if (!injections) return unexpected(injections.error());
  const auto cases =
      body_number(body, "least_cases", 1, 10'000, static_cast<double>(options.least_cases));
  if (!cases) return unexpected(cases.error());
  const auto most = body_number(body, "most_false_a_week", 0.01, 1000, options.false_a_week);
  if (!most) return unexpected(most.error());
  options.from = *from;
  options.to = *to;
  options.injections = static_cast<int>(*injections);
  options.least_cases = static_cast<std::int64_t>(*cases);
  options.false_a_week = *most;
  return options;
}

/// Which rows of the bench: the curves, or parted by one thing.
bool is_of(const CsvRow& row, const std::string& by) {
  // part,detector,stream,disease,season,shape,size,…
  const bool shaped = row.fields[5] != "all";
  const bool parted = row.fields[3] != "all";
  if (by == "shape") return shaped;
  if (by == "disease") return parted;
  return !shaped && !parted;
}

}  // namespace

/// GET /api/tuning: runs, decisions, what holds
Response get_tuning(Request&, const Principal&, Services& services) {
  if (const auto house = signal_house(services); !house) return house.error();
  return tuning_answer(200, services);
}

/// POST /api/tuning {"from","to","injections","least_cases","most_false_a_week"}
Response post_tuning(Request& request, const Principal& principal, Services& services) {
  const auto house = signal_house(services);
  if (!house) return house.error();
  const auto body = body_of(request);
  if (!body) return body.error();
  const auto options = options_of(*body, services);
  if (!options) return options.error();
  auto truth = known_outbreaks(services);
  if (!truth) return outcome(truth.error());
  const auto run =
      (*house)->tuning().start(services.hub.tables(), (*house)->streams(), std::move(*truth),
                               *options, principal.user, services.clock);
  if (!run) return outcome(run.error());
  services.hub.store().note_audit(principal, "tuning", "start " + run->id);
  return tuning_answer(202, services);
}

/// GET /api/tuning/{id}?by=: the rows of the bench; by shape, disease, or the curves alone
Response get_tuning_run(Request& request, const Principal&, Services& services) {
  const auto house = signal_house(services);
  if (!house) return house.error();
  const auto by = word_of(request, "by", {"shape", "disease"});
  if (!by) return by.error();
  const auto run = (*house)->tuning().find(request.capture("id"));
  if (!run) return outcome(run.error());
  json::object body = run_object(*run);
  json::array columns, rows;
  if (run->state == TuningRun::State::done) {
    const auto text = (*house)->tuning().rows(run->id);
    if (!text) return outcome(text.error());
    const auto parsed = parse_csv(*text);
    if (!parsed) return outcome(parsed.error());
    for (const std::string& name : parsed->front().fields) columns.push_back(json::value(name));
    for (std::size_t i = 1; i < parsed->size(); ++i) {
      if (!is_of((*parsed)[i], *by)) continue;
      json::array row;
      for (const std::string& field : (*parsed)[i].fields) row.push_back(json::value(field));
      rows.push_back(std::move(row));
    }
  }
  body["columns"] = std::move(columns);
  body["rows"] = std::move(rows);
  return json_response(200, body);
}

/// POST /api/tuning/{id}/cancel
Response cancel_tuning(Request& request, const Principal& principal, Services& services) {
  const auto house = signal_house(services);
  if (!house) return house.error();
  const auto run = (*house)->tuning().cancel(request.capture("id"));
  if (!run) return outcome(run.error());
  services.hub.store().note_audit(principal, "tuning", "cancel " + run->id);
  return tuning_answer(200, services);
}

/// POST /api/tuning/{id}/decide {"false_discoveries", "note"}: the daily run works with it from now
/// on
Response decide_tuning(Request& request, const Principal& principal, Services& services) {
  const auto house = signal_house(services);
  if (!house) return house.error();
  const auto body = body_of(request);
  if (!body) return body.error();
  const auto share = body_number(*body, "false_discoveries", 0.0001, 0.9999, -1);
  if (!share) return share.error();
  const auto note = body_text(request, "note");
  if (!note) return note.error();
  if ((*note)->size() > longest_note)
    return refusal(400, "invalid_input", {"不超过500字节", "at most 500 bytes are expected"},
                   "body.note");
  const auto run = (*house)->tuning().find(request.capture("id"));
  if (!run) return outcome(run.error());
  const auto point = std::ranges::find(run->points, *share, &TuningRun::Point::false_discoveries);
  if (point == run->points.end())
    return refusal(400, "invalid_input",
                   {"应为该次试运行中的一个阈值", "one of the points of the run is expected"},
                   "body.false_discoveries");
  watch::Decision decision;
  decision.at = services.clock();
  decision.author = principal.user;
  decision.threshold = watch::FusionOptions{}.threshold;
  decision.false_discoveries = point->false_discoveries;
  decision.basis = fmt::format(
      "{}: {} to {}: outbreaks with {} cases or more found {} of {}, {:.2f} signals a week, {:.2f} "
      "that fit none; {}",
      run->id, format_date(run->from), format_date(run->to), run->least_cases, point->detected,
      point->outbreaks, point->signals_a_week, point->false_a_week, **note);
  if (const auto added = watch::add_decision(services.hub.directory(), decision); !added)
    return outcome(added.error());
  services.hub.store().note_audit(principal, "tuning",
                                  "decide " + fmt::format("{:g}", point->false_discoveries));
  (*house)->notify();
  return tuning_answer(200, services);
}

/// POST /api/tuning/outbreaks with the CSV of outbreaks that are known to have been
Response post_known_outbreaks(Request& request, const Principal& principal, Services& services) {
  if (const auto house = signal_house(services); !house) return house.error();
  std::string_view csv = request.body;
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  const auto read = watch::read_outbreaks(csv, known_file, disease_codes(services));
  if (!read) return outcome(read.error());
  const fs::path path = known_path(services);
  const fs::path beside = path.string() + ".new";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file << csv;
  file.close();
  std::error_code wrong;
  if (file) fs::rename(beside, path, wrong);
  if (!file || wrong) return outcome({ErrorCode::unavailable, "cannot be written", known_file});
  services.hub.store().note_audit(principal, "tuning",
                                  "known outbreaks " + std::to_string(read->size()));
  return tuning_answer(200, services);
}

}  // namespace hb::server
