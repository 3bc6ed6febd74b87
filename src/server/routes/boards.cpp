#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <map>
#include <thread>

#include "core/json_text.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"
#include "stats/suppression.hpp"

namespace hb::server {

namespace {

using scene::KeyFigure;
using scene::Section;

constexpr auto time_limit = std::chrono::seconds(20);

/// What the sections of one board are made for.
struct BoardAsk {
  Services& services;
  Principal principal = Principal::published("public-health");  // all areas, no compartment
  std::string area;
  Period period;
  bool small_counts = false;  ///< whether the reader sees counts of few persons
  bool exact = false;         ///< counts of all that is stored as they are, else in thousands

  std::int64_t shown(std::int64_t count) const { return exact ? count : in_thousands(count); }
  /// Takes back counts of few persons, and as many more as their sum would give them back by.
  /// items  objects with the count under `name`
  void protect(json::array& items, const char* name) const {
    std::vector<json::value*> values;
    for (json::value& item : items) values.push_back(&item.get_object()[name]);
    protect(values);
  }
  void protect(const std::vector<json::value*>& values) const {
    if (small_counts) return;
    std::vector<std::optional<double>> counts;
    for (const json::value* value : values)
      counts.push_back(value->is_number() ? std::optional(value->to_number<double>())
                                          : std::nullopt);
    const std::vector<bool> hidden =
        stats::hidden_counts(counts, services.catalogue.policy()->small_count(), true);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (hidden[i]) *values[i] = nullptr;
  }
  Result<tables::ResultSet> query(const std::string& sql) const {
    const std::pair<std::string, tables::Value> known[] = {
        {"area", area}, {"from", period.first}, {"to", period.last}};
    std::vector<std::pair<std::string, tables::Value>> used;
    for (const auto& parameter : known)
      if (sql.find("$" + parameter.first) != std::string::npos) used.push_back(parameter);
    return services.hub.tables().query(principal, sql, used, time_limit);
  }
};

/// Numbers as numbers; texts and days as text; NULL as null.
json::value plain(const tables::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* text = std::get_if<std::string>(&value)) return json::string(*text);
  if (const auto* day = std::get_if<Date>(&value)) return json::string(format_date(*day));
  if (const auto* instant = std::get_if<Instant>(&value))
    return json::string(format_instant(*instant));
  if (const auto* decimal = std::get_if<tables::Decimal>(&value)) {
    double number = static_cast<double>(decimal->scaled);
    for (int i = 0; i < decimal->scale; ++i) number /= 10;
    return number;
  }
  return nullptr;
}

/// Position of a column that the scene's SQL must give.
Result<std::size_t> column(const tables::ResultSet& rows, std::string_view name,
                           const Section& section) {
  for (std::size_t i = 0; i < rows.columns.size(); ++i)
    if (rows.columns[i] == name) return i;
  return fail(ErrorCode::invalid_input, "the section's SQL must give a column " + std::string(name),
              section.id);
}

/// What the records count, not a table.
Result<json::value> measure(const BoardAsk& ask, const std::string& name) {
  const records::Store& store = ask.services.hub.store();
  if (name == "open_problems") {
    const auto count = open_problems(store, ask.principal, 0);
    if (!count) return unexpected(count.error());
    return json::value(*count);
  }
  if (name == "deliveries") {
    std::int64_t total = 0;
    const auto read = store.deliveries(ask.principal, 0, 1, &total);
    if (!read) return unexpected(read.error());
    return json::value(total);
  }
  if (name == "resources") {
    const auto counts = store.counts();
    if (!counts) return unexpected(counts.error());
    std::int64_t total = 0;
    for (const auto& [type, count] : *counts) total += count;
    return json::value(ask.shown(total));
  }
  return fail(ErrorCode::invalid_input, "unknown measure " + name);
}

Result<json::value> figure_value(const BoardAsk& ask, const KeyFigure& figure) {
  if (!figure.measure.empty()) return measure(ask, figure.measure);
  const auto rows = ask.query(figure.sql);
  if (!rows) return unexpected(rows.error());
  if (rows->rows.empty() || rows->rows.front().empty()) return json::value(nullptr);
  return plain(rows->rows.front().front());
}

Result<json::object> key_figures(const BoardAsk& ask, const Section& section) {
  const std::string as_of = format_instant(ask.services.feed.state().committed_at);
  json::array items;
  for (const KeyFigure& figure : section.items) {
    auto value = figure_value(ask, figure);
    if (!value) return unexpected(value.error());
    items.push_back(json::object{{"id", figure.id},
                                 {"name", texts(figure.name)},
                                 {"basis", texts(figure.basis)},
                                 {"value", std::move(*value)},
                                 {"unit", texts(figure.unit)},
                                 {"note", texts_or_null(figure.note)},
                                 {"source", texts(figure.source)},
                                 {"asOf", as_of}});
    // One figure of a small area; figures of the whole are published anyway.
    if (!ask.area.empty() && figure.measure.empty())
      ask.protect({&items.back().get_object()["value"]});
  }
  return json::object{{"items", std::move(items)}};
}

json::object plan_object(const indicators::Plan& plan) {
  json::array fields;
  for (const indicators::Indicator& indicator : plan.indicators) {
    json::value field = texts(indicator.field);
    json::object* group = nullptr;
    for (json::value& known : fields)
      if (known.get_object()["field"] == field) group = &known.get_object();
    if (!group) {
      fields.push_back(json::object{{"field", field}, {"indicators", json::array{}}});
      group = &fields.back().get_object();
    }
    (*group)["indicators"].get_array().push_back(indicator_object(indicator, plan));
  }
  return {{"id", plan.id},
          {"title", texts(plan.title)},
          {"source", json::object{{"title", texts(plan.source.title)},
                                  {"document", plan.source.document},
                                  {"page", plan.source.place}}},
          {"year", plan.year},
          {"counts", counts_object(indicators::count_statuses(plan.indicators))},
          {"fields", std::move(fields)}};
}

Result<json::object> plans(const BoardAsk& ask, const Section& section) {
  json::array list;
  for (const indicators::Plan& plan : ask.services.catalogue.plans()) {
    const bool named =
        std::find(section.plans.begin(), section.plans.end(), plan.id) != section.plans.end();
    if (section.plans.empty() || named) list.push_back(plan_object(plan));
  }
  return json::object{{"plans", std::move(list)}};
}

/// People and visits per area; the rate is made here, from numerator and denominator.
Result<json::object> areas(const BoardAsk& ask, const Section& section) {
  const auto rows = ask.query(section.sql);
  if (!rows) return unexpected(rows.error());
  const auto area = column(*rows, "area", section);
  if (!area) return unexpected(area.error());
  const auto people = column(*rows, "people", section);
  if (!people) return unexpected(people.error());
  const auto visits = column(*rows, "visits", section);
  if (!visits) return unexpected(visits.error());
  json::array list;
  for (const auto& row : rows->rows) {
    const json::value code = plain(row[*area]);
    const json::value number_of_people = plain(row[*people]);
    const json::value number_of_visits = plain(row[*visits]);
    json::value rate = nullptr;
    if (number_of_people.is_number() && number_of_visits.is_number()) {
      const double base = number_of_people.to_number<double>();
      if (base > 0) rate = number_of_visits.to_number<double>() * 1000 / base;
    }
    const std::string text = code.is_string() ? std::string(code.get_string()) : std::string{};
    const Localized name =
        text.empty() ? Localized{"区划不详", "Area unknown"} : ask.services.areas.name(text);
    list.push_back(json::object{{"area", code},
                                {"name", texts(name)},
                                {"people", number_of_people},
                                {"visits", number_of_visits},
                                {"visitsPerThousand", rate}});
  }
  ask.protect(list, "people");
  ask.protect(list, "visits");
  for (json::value& row : list)
    if (row.at("people").is_null() || row.at("visits").is_null())
      row.get_object()["visitsPerThousand"] = nullptr;
  return json::object{{"unit", texts(section.unit)},
                      {"rows", std::move(list)},
                      {"period", format_period(ask.period)},
                      {"source", texts(section.source)}};
}

Result<json::object> series(const BoardAsk& ask, const Section& section) {
  const auto rows = ask.query(section.sql);
  if (!rows) return unexpected(rows.error());
  const auto period = column(*rows, "period", section);
  if (!period) return unexpected(period.error());
  const auto value = column(*rows, "value", section);
  if (!value) return unexpected(value.error());
  json::array points;
  for (const auto& row : rows->rows)
    points.push_back(json::object{{"period", plain(row[*period])}, {"value", plain(row[*value])}});
  ask.protect(points, "value");
  return json::object{{"unit", texts(section.unit)},
                      {"source", texts(section.source)},
                      {"points", std::move(points)}};
}

/// Computed indicators by name: their values, trends and streets come from /api/measures.
Result<json::object> measures(const BoardAsk&, const Section& section) {
  json::array ids;
  for (const std::string& id : section.measures) ids.push_back(json::string(id));
  return json::object{
      {"measures", std::move(ids)},
      {"default", section.chosen.empty() ? section.measures.front() : section.chosen}};
}

std::string text_or_empty(const tables::Value& value) {
  const json::value text = plain(value);
  return text.is_string() ? std::string(text.get_string()) : std::string{};
}

/// Counts by week and series, one value per week; null where the SQL gives no row.
struct WeekTable {
  std::vector<Date> weeks;
  std::vector<std::pair<std::string, std::map<Date, json::value>>> series;  ///< as first met

  void add(Date week, const std::string& name, json::value value) {
    if (std::find(weeks.begin(), weeks.end(), week) == weeks.end()) weeks.push_back(week);
    const auto known = std::find_if(series.begin(), series.end(),
                                    [&](const auto& one) { return one.first == name; });
    auto& values =
        known == series.end()
            ? series.emplace_back(name, decltype(series)::value_type::second_type{}).second
            : known->second;
    values[week] = std::move(value);
  }
};

Result<json::object> weeks(const BoardAsk& ask, const Section& section) {
  const auto rows = ask.query(section.sql);
  if (!rows) return unexpected(rows.error());
  const auto week = column(*rows, "week", section);
  if (!week) return unexpected(week.error());
  const auto name = column(*rows, "series", section);
  if (!name) return unexpected(name.error());
  const auto value = column(*rows, "value", section);
  if (!value) return unexpected(value.error());
  WeekTable table;
  for (const auto& row : rows->rows) {
    const auto* monday = std::get_if<Date>(&row[*week]);
    if (!monday)
      return fail(ErrorCode::invalid_input, "the column week must be the Monday of the week",
                  section.id);
    table.add(*monday, text_or_empty(row[*name]), plain(row[*value]));
  }
  std::sort(table.weeks.begin(), table.weeks.end());
  json::array names, series;
  for (const Date monday : table.weeks)
    names.push_back(
        json::string(format_period({Period::Kind::week, monday, Date{monday.days + 6}})));
  for (auto& [code, values] : table.series) {
    json::array list;
    for (const Date monday : table.weeks) list.push_back(values[monday]);
    std::vector<json::value*> counts;
    for (json::value& count : list) counts.push_back(&count);
    ask.protect(counts);
    series.push_back(json::object{{"code", code},
                                  {"name", texts(ask.services.catalogue.text(section.codes, code))},
                                  {"values", std::move(list)}});
  }
  return json::object{{"unit", texts(section.unit)},
                      {"source", texts(section.source)},
                      {"weeks", std::move(names)},
                      {"series", std::move(series)}};
}

/// People by age and sex, in the order of the SQL.
Result<json::object> pyramid(const BoardAsk& ask, const Section& section) {
  const auto rows = ask.query(section.sql);
  if (!rows) return unexpected(rows.error());
  const auto band = column(*rows, "age_band", section);
  if (!band) return unexpected(band.error());
  const auto male = column(*rows, "male", section);
  if (!male) return unexpected(male.error());
  const auto female = column(*rows, "female", section);
  if (!female) return unexpected(female.error());
  json::array list;
  for (const auto& row : rows->rows)
    list.push_back(json::object{{"ageBand", plain(row[*band])},
                                {"male", plain(row[*male])},
                                {"female", plain(row[*female])}});
  ask.protect(list, "male");
  ask.protect(list, "female");
  return json::object{{"unit", texts(section.unit)},
                      {"source", texts(section.source)},
                      {"period", format_period(ask.period)},
                      {"rows", std::move(list)}};
}

/// What a delivery held, by kind and to the last item, is for who works with deliveries.
void close_counts(json::object& delivery) {
  for (const char* count : {"accepted", "duplicates", "quarantined", "openProblems", "orphans"})
    delivery[count] = in_thousands(delivery[count].as_int64());
  delivery["bytes"] = 0;  // a small file tells of every line in it
  delivery["digest"] = nullptr;
  delivery["seconds"] = nullptr;
  delivery["ended"] = nullptr;
  delivery["resources"] = json::object{};
  delivery["tables"] = json::object{};
}

Result<json::object> freshness(const BoardAsk& ask, const Section&) {
  const records::Store& store = ask.services.hub.store();
  const auto newest = store.deliveries(ask.principal, 0, 5);
  if (!newest) return unexpected(newest.error());
  json::array deliveries;
  for (const records::Delivery& delivery : *newest) {
    const auto open = open_problems(store, ask.principal, delivery.id);
    if (!open) return unexpected(open.error());
    deliveries.push_back(delivery_object(delivery, *open, ask.services.uploads.find(delivery.id)));
    if (!ask.exact) close_counts(deliveries.back().get_object());
  }
  const auto tables = ask.services.hub.tables().tables();
  if (!tables) return unexpected(tables.error());
  json::array rows = table_rows(*tables);
  for (json::value& row : rows)
    row.get_object()["rows"] = ask.shown(row.get_object()["rows"].as_int64());
  return json::object{{"deliveries", std::move(deliveries)},
                      {"tables", std::move(rows)},
                      {"feed", feed_object(ask.services.feed.state())}};
}

struct SectionKind {
  std::string_view kind;
  Result<json::object> (*make)(const BoardAsk&, const Section&);
};
constexpr SectionKind section_kinds[] = {
    {"key-figures", key_figures},
    {"plans", plans},
    {"areas", areas},
    {"series", series},
    {"freshness", freshness},
    {"measure-cards", measures},
    {"measure-map", measures},
    {"measure-ranking", measures},
    {"weeks", weeks},
    {"pyramid", pyramid},
};

Result<json::object> make_section(const BoardAsk& ask, const Section& section) {
  for (const SectionKind& known : section_kinds) {
    if (known.kind != section.kind) continue;
    auto made = known.make(ask, section);
    if (!made) return made;
    (*made)["id"] = section.id;
    (*made)["kind"] = section.kind;
    (*made)["title"] = texts(section.title);
    (*made)["basis"] = texts_or_null(section.basis);
    return made;
  }
  return fail(ErrorCode::invalid_input, "unknown kind of section: " + section.kind, section.id);
}

/// All sections that are made here, in their order; two at a time, as most of them wait for one
/// query each.
Result<json::array> make_sections(const BoardAsk& ask, const scene::Board& board) {
  std::vector<const Section*> wanted;
  for (const Section& section : board.sections)
    if (section.kind != "tiles")  // GET /api/boards/{id}/tiles: they may be edited
      wanted.push_back(&section);
  std::vector<Result<json::object>> made(wanted.size(), json::object{});
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < wanted.size(); i = next++)
      made[i] = make_section(ask, *wanted[i]);
  };
  {
    const std::jthread helper(work);
    work();
  }
  json::array sections;
  for (Result<json::object>& one : made) {
    if (!one) return unexpected(one.error());
    sections.push_back(std::move(*one));
  }
  return sections;
}

}  // namespace

Result<std::string> make_board(Services& services, const std::string& key) {
  const std::size_t first = key.find('|');
  const std::size_t second = key.find('|', first + 1);
  const std::size_t third = key.find('|', second + 1);
  const std::size_t fourth = key.find('|', third + 1);
  const scene::Board* board = services.catalogue.board(key.substr(0, first));
  const Result<Period> period = parse_period(key.substr(second + 1, third - second - 1));
  if (!board || !period) return fail(ErrorCode::not_found, "there is no such board");
  const BoardAsk ask{services,
                     Principal::published("public-health"),
                     key.substr(first + 1, second - first - 1),
                     *period,
                     key.substr(third + 1, fourth - third - 1) == "all",
                     key.substr(fourth + 1) == "exact"};
  Result<json::array> sections = make_sections(ask, *board);
  if (!sections) return unexpected(sections.error());
  return json_text(json::object{{"id", board->id},
                                {"title", texts(board->title)},
                                {"area", ask.area},
                                {"period", format_period(ask.period)},
                                {"asOf", format_instant(services.feed.state().committed_at)},
                                {"feed", services.feed.reached()},
                                {"sections", std::move(*sections)}});
}

/// GET /api/boards/{id}?area=&period=: made once per area, period and feed number (FeedCache)
Response get_board(Request& request, const Principal& principal, Services& services) {
  const std::string id(request.capture("id"));
  if (!services.catalogue.board(id)) return not_found({"该看板", "such board"});
  const auto area = area_of(request);
  if (!area) return area.error();
  const auto period = period_of(request, std::to_string(civil(services.today()).year));
  if (!period) return period.error();
  const auto after = number_of(request, "after", 0, std::numeric_limits<std::int64_t>::max());
  if (!after) return after.error();
  const BatchId at_least = std::min<BatchId>(after->value_or(0), services.feed.reached());
  const bool small = services.catalogue.policy()->sees_small_counts(principal);
  const bool exact = services.gate.may(principal, "deliveries:read");
  const auto made =
      services.boards->get(id + "|" + *area + "|" + format_period(*period) + "|" +
                               (small ? "all" : "") + "|" + (exact ? "exact" : "rounded"),
                           at_least);
  if (!made) return outcome(made.error());
  return text_response(200, "application/json", *made->text);
}

}  // namespace hb::server
