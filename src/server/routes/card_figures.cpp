// Figures of the cards of notifiable diseases: quality, the yearbooks' table, reconciliation with
// the direct report.
#include <algorithm>

#include "cards/table.hpp"
#include "indicators/measure_cells.hpp"
#include "report/xlsx.hpp"
#include "server/card_routes.hpp"
#include "server/parameters.hpp"

namespace hb::server {

namespace {

using cards::Card;

constexpr auto list_limit = std::chrono::seconds(20);
constexpr std::string_view disease_system =
    "https://health-brain.org/fhir/CodeSystem/notifiable-disease";

struct Span {
  Date from, to;
};

/// Days of the query; the year of the store's day up to it when absent.
Parsed<Span> span_of(const Request& request, const Services& services) {
  const auto to = card_day(request, "to", services.today());
  if (!to) return unexpected(to.error());
  const auto from = card_day(request, "from", *make_date(civil(*to).year, 1, 1));
  if (!from) return unexpected(from.error());
  constexpr int most = 3660;
  if (*to < *from || to->days - from->days > most)
    return unexpected(bad_parameter(
        "to", {"不早于 from、且在十年以内的日期", "a day not before from, within ten years"}));
  return Span{*from, *to};
}

json::object share_object(const cards::Share& share) {
  return {{"x", share.x},
          {"n", share.n},
          {"value", share.value ? json::value(*share.value) : json::value(nullptr)},
          {"lower", share.value ? json::value(share.limits.lower) : json::value(nullptr)},
          {"upper", share.value ? json::value(share.limits.upper) : json::value(nullptr)}};
}

/// The table that is asked for, and what it stands on.
struct Table {
  cards::By by = cards::By::review;
  Span span{};
  std::string area;
  std::optional<std::int64_t> people;
  Date people_day;
  std::vector<cards::TableRow> rows;
  std::map<std::string, std::vector<std::int64_t>> months;
};

Result<std::optional<std::int64_t>> people_at(const CardView& view, const std::string& area,
                                              Date day, Services& services) {
  const std::string& sql = view.desk->content.people_sql;
  if (sql.empty()) return std::optional<std::int64_t>();
  const auto rows = services.hub.tables().query(Principal::published("cards"), sql,
                                                {{"day", day}, {"area", area}}, list_limit);
  if (!rows) return unexpected(rows.error());
  if (rows->rows.size() != 1) return std::optional<std::int64_t>();
  const auto* count = std::get_if<std::int64_t>(&rows->rows.front().at(0));
  return count == nullptr || *count == 0 ? std::optional<std::int64_t>() : std::optional(*count);
}

/// The asker's areas, or the one that is asked for, which must lie within them.
Parsed<std::vector<std::string>> areas_of(const std::string& area, const Principal& principal) {
  if (!area.empty()) {
    if (!indicators::may_read(principal, area))
      return unexpected(outcome(
          {ErrorCode::forbidden, "this area is outside the areas that you may see", "area"}));
    return std::vector<std::string>{area};
  }
  if (principal.unrestricted) return std::vector<std::string>{""};
  return principal.areas;
}

Parsed<Table> table_of(const Request& request, const Principal& principal, Services& services) {
  Table table;
  const auto by = word_of(request, "by", {"onset", "diagnosis", "report", "review"});
  if (!by) return unexpected(by.error());
  if (!by->empty()) table.by = *cards::read_by(*by);
  const auto span = span_of(request, services);
  if (!span) return unexpected(span.error());
  table.span = *span;
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  table.area = *area;
  const auto areas = areas_of(*area, principal);
  if (!areas) return unexpected(areas.error());
  auto view = card_view(principal, services);
  if (!view) return unexpected(view.error());
  std::erase_if(view->cards, [&](const Card& card) {
    return std::ranges::none_of(*areas,
                                [&](const std::string& one) { return card.area.starts_with(one); });
  });
  table.people_day = *make_date(civil(span->to).year - 1, 12, 31);
  for (const std::string& one : *areas) {
    const auto people = people_at(*view, one, table.people_day, services);
    if (!people) return unexpected(outcome(people.error()));
    if (*people) table.people = table.people.value_or(0) + **people;
  }
  auto diseases = view->desk->content.diseases;
  // A line of zeros would say that there was none of what is closed to the asker.
  if (services.compartments != nullptr) {
    const Compartments::Set closed = services.compartments->closed_to(principal);
    std::erase_if(diseases, [&](const auto& one) {
      return (services.compartments->of_code(disease_system, one.first) & closed) != 0;
    });
  }
  table.rows =
      cards::disease_table(view->cards, diseases, {table.by, span->from, span->to, table.people});
  table.months = cards::by_month(view->cards, table.by, span->from, span->to);
  return table;
}

Localized name_of(const cards::TableRow& row, const Services& services) {
  if (!row.disease.empty()) return services.catalogue.text("notifiable-disease", row.disease);
  if (row.legal_class == "A") return {"甲类传染病合计", "Class A"};
  if (row.legal_class == "B") return {"乙类传染病合计", "Class B"};
  if (row.legal_class == "C") return {"丙类传染病合计", "Class C"};
  return {"甲乙丙类传染病合计", "Classes A, B and C"};
}

json::value number_or_null(const std::optional<double>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

constexpr std::array<std::pair<const char*, const char*>, 8> heads = {
    {{"疾病", "Disease"},
     {"发病数", "Cases"},
     {"死亡数", "Deaths"},
     {"发病率(1/10万)", "Incidence per 100,000"},
     {"死亡率(1/10万)", "Mortality per 100,000"},
     {"病死率(%)", "Case fatality %"},
     {"上年同期发病数", "Cases, same days a year before"},
     {"上年同期死亡数", "Deaths, same days a year before"}}};

/// The table as cells, its head first.
std::vector<std::vector<report::SheetCell>> cells_of(const Table& table, bool chinese,
                                                     const Services& services) {
  std::vector<std::vector<report::SheetCell>> rows(1);
  for (const auto& [zh, en] : heads) rows[0].emplace_back(chinese ? zh : en);
  const auto rate = [](const std::optional<double>& value, double times) {
    return value ? report::SheetCell(*value * times, 4) : report::SheetCell("");
  };
  for (const cards::TableRow& row : table.rows) {
    const Localized name = name_of(row, services);
    rows.push_back({report::SheetCell(chinese ? name.zh : name.en),
                    report::SheetCell(static_cast<double>(row.cases), 0),
                    report::SheetCell(static_cast<double>(row.deaths), 0), rate(row.incidence, 1),
                    rate(row.mortality, 1), rate(row.fatality, 100),
                    report::SheetCell(static_cast<double>(row.cases_before), 0),
                    report::SheetCell(static_cast<double>(row.deaths_before), 0)});
  }
  return rows;
}

std::string file_name(const Table& table) {
  return "cards-" + format_date(table.span.from) + "-" + format_date(table.span.to);
}

}  // namespace

/// GET /api/cards/quality?from=&to=
Response get_card_quality(Request& request, const Principal& principal, Services& services) {
  const auto span = span_of(request, services);
  if (!span) return span.error();
  const auto view = card_view(principal, services);
  if (!view) return view.error();
  const auto known = cards::identified(services.hub.store(), view->cards);
  if (!known) return outcome(known.error());
  const cards::Quality made =
      cards::quality(view->cards, *known, view->desk->content.rules, span->from, span->to);
  cards::Share missed = cards::share(0, 0);
  if (!view->desk->content.visits_sql.empty()) {
    const auto rows =
        services.hub.tables().query(principal, view->desk->content.visits_sql,
                                    {{"from", span->from}, {"to", span->to}}, list_limit);
    if (!rows) return outcome(rows.error());
    std::int64_t without = 0;
    for (const auto& row : rows->rows) {
      const auto* with_card = row.size() < 6 ? nullptr : std::get_if<std::int64_t>(&row[5]);
      without += with_card != nullptr && *with_card == 0 ? 1 : 0;
    }
    missed = cards::share(without, static_cast<std::int64_t>(rows->rows.size()));
  }
  return json_response(200, json::object{{"from", format_date(span->from)},
                                         {"to", format_date(span->to)},
                                         {"cards", made.cards},
                                         {"in_time", share_object(made.in_time)},
                                         {"reviewed", share_object(made.reviewed)},
                                         {"twice", share_object(made.twice)},
                                         {"identified", share_object(made.identified)},
                                         {"returned", share_object(made.returned)},
                                         {"missed", share_object(missed)}});
}

/// GET /api/cards/table?by=&from=&to=&area=
Response get_card_table(Request& request, const Principal& principal, Services& services) {
  const auto table = table_of(request, principal, services);
  if (!table) return table.error();
  json::array rows;
  for (const cards::TableRow& row : table->rows) {
    json::array months;
    if (const auto found = table->months.find(row.disease); found != table->months.end())
      for (const std::int64_t count : found->second) months.push_back(count);
    rows.push_back(json::object{{"disease", row.disease},
                                {"name", texts(name_of(row, services))},
                                {"class", row.legal_class},
                                {"cases", row.cases},
                                {"deaths", row.deaths},
                                {"incidence", number_or_null(row.incidence)},
                                {"mortality", number_or_null(row.mortality)},
                                {"fatality", number_or_null(row.fatality)},
                                {"cases_before", row.cases_before},
                                {"deaths_before", row.deaths_before},
                                {"months", std::move(months)}});
  }
  return json_response(
      200, json::object{{"from", format_date(table->span.from)},
                        {"to", format_date(table->span.to)},
                        {"people", table->people ? json::value(*table->people) : nullptr},
                        {"people_day", format_date(table->people_day)},
                        {"rows", std::move(rows)}});
}

/// GET /api/cards/table.csv?by=&from=&to=&area=&lang=
Response get_card_table_csv(Request& request, const Principal& principal, Services& services) {
  const auto lang = word_of(request, "lang", {"zh", "en"});
  if (!lang) return lang.error();
  const auto table = table_of(request, principal, services);
  if (!table) return table.error();
  std::string text;
  for (const auto& row : cells_of(*table, *lang != "en", services)) {
    std::string line;
    for (const report::SheetCell& cell : row) {
      if (!line.empty()) line += ',';
      if (!cell.number) {
        line += csv_cell(cell.text);
        continue;
      }
      std::array<char, 40> buffer{};
      std::snprintf(buffer.data(), buffer.size(), "%.*f", cell.decimals, *cell.number);
      line += buffer.data();
    }
    text += line + "\r\n";
  }
  return csv_response(file_name(*table) + ".csv", std::move(text));
}

/// GET /api/cards/table.xlsx?by=&from=&to=&area=&lang=
Response get_card_table_xlsx(Request& request, const Principal& principal, Services& services) {
  const auto lang = word_of(request, "lang", {"zh", "en"});
  if (!lang) return lang.error();
  const auto table = table_of(request, principal, services);
  if (!table) return table.error();
  report::SheetTable sheet;
  sheet.name = *lang == "en" ? "Notifiable diseases" : "法定传染病";
  sheet.rows = cells_of(*table, *lang != "en", services);
  sheet.widths = {28, 10, 10, 16, 16, 12, 16, 16};
  const auto bytes = report::write_xlsx({sheet});
  if (!bytes) return outcome(bytes.error());
  Response response = text_response(
      200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", *bytes);
  response.headers.emplace_back("content-disposition",
                                "attachment; filename=\"" + file_name(*table) + ".xlsx\"");
  return response;
}

/// POST /api/cards/reconcile?from=&to= with the CSV of the direct report as body
Response post_card_reconcile(Request& request, const Principal& principal, Services& services) {
  const bool between = request.query("from").has_value() || request.query("to").has_value();
  const auto span = span_of(request, services);
  if (!span) return span.error();
  auto view = card_view(principal, services);
  if (!view) return view.error();
  std::string_view csv = request.body;
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  const auto national = cards::read_export(csv, "export.csv", view->desk->content.columns);
  if (!national) return outcome(national.error());
  // What is in the file and with a card that this account does not see is not "only there".
  std::set<std::string> all;
  for (const Card& card : view->set->cards) all.insert(card.number);
  if (between)
    std::erase_if(view->cards, [&](const Card& card) {
      const auto day = cards::day_by(card, cards::By::report);
      return !day || *day < span->from || *day > span->to;
    });
  const cards::Reconciliation made = cards::reconcile(view->cards, *national);
  json::array differences;
  json::object counts;
  for (const cards::Difference& one : made.differences) {
    if (one.kind == cards::Difference::Kind::only_there && all.contains(one.number)) continue;
    const std::string word(cards::kind_word(one.kind));
    json::value& count = counts[word];
    count = count.is_int64() ? count.get_int64() + 1 : 1;
    const bool diseases = one.kind == cards::Difference::Kind::disease ||
                          one.kind == cards::Difference::Kind::only_here ||
                          one.kind == cards::Difference::Kind::only_there;
    const auto shown = [&](const std::string& text) {
      if (text.empty()) return json::value(nullptr);
      return json::value(diseases ? texts(services.catalogue.text("notifiable-disease", text))
                                  : json::object{{"zh", text}, {"en", text}});
    };
    differences.push_back(
        json::object{{"kind", word},
                     {"kind_name", texts(services.catalogue.text("card-difference", word))},
                     {"number", one.number},
                     {"card", one.card},
                     {"here", shown(one.here)},
                     {"there", shown(one.there)},
                     {"line", one.line}});
  }
  services.hub.store().note_audit(
      principal, "card", "reconcile " + std::to_string(differences.size()) + " differences");
  return json_response(200, json::object{{"here", made.here},
                                         {"there", made.there},
                                         {"agree", made.agree},
                                         {"counts", std::move(counts)},
                                         {"differences", std::move(differences)}});
}

}  // namespace hb::server
