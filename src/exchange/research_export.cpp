#include "exchange/research_export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "core/csv.hpp"
#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "exchange/pseudonym.hpp"
#include "exchange/sorted_lines.hpp"

namespace hb::exchange {
namespace {

namespace fs = std::filesystem;
using Row = std::vector<tables::Value>;

constexpr std::size_t key_bytes = 32;

std::string decimal_text(const tables::Decimal& decimal) {
  std::int64_t unit = 1;
  for (int i = 0; i < decimal.scale; ++i) unit *= 10;
  const std::int64_t whole = decimal.scaled / unit;
  const std::int64_t part = decimal.scaled < 0 ? -(decimal.scaled % unit) : decimal.scaled % unit;
  return fmt::format("{}{}.{:0{}}", decimal.scaled < 0 && whole == 0 ? "-" : "", whole, part,
                     decimal.scale);
}

/// A value as it stands; empty = not known.
std::string text_of(const tables::Value& value) {
  struct Text {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return fmt::format("{}", v); }
    std::string operator()(const tables::Decimal& v) const { return decimal_text(v); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(Date v) const { return format_date(v); }
    std::string operator()(Instant v) const { return format_date(day_in_shanghai(v)); }
  };
  return std::visit(Text{}, value);
}

std::string beginning(const std::string& text, std::size_t characters) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && characters-- == 0) break;
  return text.substr(0, at);
}

/// Down to a multiple, below zero too.
std::string rounded(const tables::Value& value, std::int64_t to) {
  double number = 0;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    const std::int64_t rest = ((*whole % to) + to) % to;
    return std::to_string(*whole - rest);
  }
  if (const auto* real = std::get_if<double>(&value)) number = *real;
  if (const auto* decimal = std::get_if<tables::Decimal>(&value))
    number = static_cast<double>(decimal->scaled) / std::pow(10.0, decimal->scale);
  return fmt::format("{:.0f}",
                     std::floor(number / static_cast<double>(to)) * static_cast<double>(to));
}

std::optional<Date> day_of(const tables::Value& value) {
  if (const auto* date = std::get_if<Date>(&value)) return *date;
  if (const auto* instant = std::get_if<Instant>(&value)) return day_in_shanghai(*instant);
  return std::nullopt;
}

std::string shifted(const tables::Value& value, int days) {
  const std::optional<Date> day = day_of(value);
  return day ? format_date(Date{day->days + days}) : std::string();
}

/// One export on its way.
class Export {
 public:
  Export(const tables::Database& tables, const Principal& principal, const ResearchPlan& plan,
         const ResearchRequest& request, fs::path directory)
      : tables_(tables),
        principal_(principal),
        plan_(plan),
        request_(request),
        directory_(std::move(directory)),
        names_(request.key.empty() ? crypto::random_bytes(key_bytes) : request.key,
               plan.shift_days) {}

  Result<ResearchOutcome> run() {
    using Step = Result<void> (Export::*)();
    constexpr Step steps[] = {&Export::read_population, &Export::read_chosen,
                              &Export::make_classes,    &Export::write_people,
                              &Export::prove_people,    &Export::write_tables};
    for (const Step step : steps)
      if (Result<void> done = (this->*step)(); !done) return unexpected(done.error());
    return outcome_;
  }

 private:
  std::vector<std::pair<std::string, tables::Value>> parameters() const {
    return {{"as_of", request_.as_of}};
  }

  Result<void> read_population() {
    columns_.resize(plan_.identifiers.size());
    Result<void> sound;
    const auto scanned =
        tables_.scan(principal_, population_sql(), parameters(), [&](const Row& row) {
          sound = add_person(row);
          return sound.has_value();
        });
    if (!sound) return sound;
    return scanned;
  }

  /// The columns in the order of the quasi-identifiers.
  std::string population_sql() const {
    std::string columns;
    for (const ExportIdentifier& one : plan_.identifiers) columns += ", p." + one.column;
    return fmt::format("SELECT p.resident_id{} FROM ({}) AS p", columns, plan_.population_sql);
  }

  Result<void> add_person(const Row& row) {
    const auto* id = std::get_if<std::int64_t>(&row.front());
    if (id == nullptr) return {};  // no person
    if (!number_of_.emplace(*id, static_cast<std::uint32_t>(people_.size())).second)
      return fail(ErrorCode::invalid_input, "the population names a person twice", plan_.id);
    people_.push_back(*id);
    for (std::size_t q = 0; q < plan_.identifiers.size(); ++q)
      columns_[q].push_back(base_text(*id, plan_.identifiers[q], row[q + 1]));
    return {};
  }

  std::string base_text(std::int64_t person, const ExportIdentifier& one,
                        const tables::Value& value) const {
    switch (plan_.hierarchies.at(one.hierarchy).kind) {
      case Hierarchy::Kind::age: {
        const std::optional<Date> birth = day_of(value);
        const int age = birth ? age_in_years(*birth, request_.as_of) : -1;
        return age < 0 ? std::string() : std::to_string(age);
      }
      case Hierarchy::Kind::date:
        return shifted(value, names_.shift(person));
      default:
        return text_of(value);
    }
  }

  Result<void> read_chosen() {
    chosen_.assign(people_.size(), plan_.chosen_sql.empty());
    if (plan_.chosen_sql.empty()) return {};
    return tables_.scan(principal_, plan_.chosen_sql, parameters(), [&](const Row& row) {
      const auto* id = std::get_if<std::int64_t>(&row.front());
      const auto found = id == nullptr ? number_of_.end() : number_of_.find(*id);
      if (found != number_of_.end()) chosen_[found->second] = true;
      return true;
    });
  }

  Result<void> make_classes() {
    std::vector<QuasiIdentifier> identifiers;
    for (std::size_t q = 0; q < plan_.identifiers.size(); ++q) {
      const ExportIdentifier& one = plan_.identifiers[q];
      auto made = quasi_identifier(one.name, columns_[q], plan_.hierarchies.at(one.hierarchy));
      if (!made) return unexpected(made.error());
      identifiers.push_back(std::move(*made));
      columns_[q] = {};
    }
    auto made = anonymise(identifiers, chosen_, {plan_.k, plan_.most_suppressed});
    if (!made) return unexpected(made.error());
    anonymised_ = std::move(*made);
    outcome_.population = people_.size();
    outcome_.chosen = anonymised_.chosen;
    outcome_.suppressed = anonymised_.suppressed;
    outcome_.exported = anonymised_.chosen - anonymised_.suppressed;
    outcome_.loss = anonymised_.loss;
    outcome_.combinations = anonymised_.looked_at;
    outcome_.risk = reidentification_risk(anonymised_.classes);
    for (std::size_t q = 0; q < identifiers.size(); ++q)
      outcome_.identifiers.push_back({identifiers[q].name, anonymised_.level[q],
                                      identifiers[q].levels.size(), anonymised_.loss_of[q]});
    return {};
  }

  Result<void> write_people() {
    std::string header = "person";
    for (const ExportIdentifier& one : plan_.identifiers) header += "," + csv_field(one.name);
    SortedLines lines(directory_);
    for (std::size_t person = 0; person < people_.size(); ++person) {
      const std::uint32_t where = anonymised_.class_of[person];
      if (where == left_out) continue;
      std::string line = names_.name("person", people_[person]);
      for (const std::string& shown : anonymised_.classes[where].shown)
        line += "," + csv_field(shown);
      if (Result<void> added = lines.add(std::move(line)); !added) return added;
    }
    return write_file("person", header, lines);
  }

  /// Counts the written file again, by itself.
  Result<void> prove_people() {
    const fs::path file = directory_ / "person.csv";
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const Result<std::vector<CsvRow>> rows = parse_csv(text);
    if (!rows) return unexpected(rows.error());
    std::map<std::vector<std::string>, std::size_t> sizes;
    for (std::size_t row = 1; row < rows->size(); ++row) {
      const auto& fields = (*rows)[row].fields;
      ++sizes[std::vector<std::string>(fields.begin() + 1, fields.end())];
    }
    for (const auto& [shown, size] : sizes)
      if (size < plan_.k)
        return fail(ErrorCode::invalid_input,
                    fmt::format("a class of {} people was written; nothing is given", size),
                    plan_.id);
    return {};
  }

  Result<void> write_tables() {
    for (const ExportTable& table : plan_.tables)
      if (Result<void> written = write_table(table); !written) return written;
    for (const SensitiveAttribute& one : plan_.sensitive)
      outcome_.diversity.emplace_back(
          one.name,
          l_diversity(sensitive_values_[one.name], anonymised_.class_of, anonymised_.classes));
    return {};
  }

  Result<void> write_table(const ExportTable& table) {
    std::string sql = "SELECT t.resident_id";
    std::string header = "person";
    for (const ExportColumn& column : table.columns) {
      sql += ", t." + column.column;
      header += "," + column.column;
    }
    sql += " FROM " + table.table + " AS t";
    const std::vector<Watched> watched = watch(table);
    SortedLines lines(directory_);
    Result<void> sound;
    const auto scanned = tables_.scan(principal_, sql, {}, [&](const Row& row) {
      sound = add_row(table, watched, row, lines);
      return sound.has_value();
    });
    if (!sound) return sound;
    if (!scanned) return scanned;
    outcome_.tables.emplace_back(table, lines.size());
    return write_file(table.table, header, lines);
  }

  /// A sensitive attribute of the table at hand: where it stands in a row.
  struct Watched {
    const SensitiveAttribute* attribute;
    std::size_t column;
  };

  std::vector<Watched> watch(const ExportTable& table) const {
    std::vector<Watched> watched;
    for (const SensitiveAttribute& one : plan_.sensitive)
      for (std::size_t c = 0; one.table == table.table && c < table.columns.size(); ++c)
        if (table.columns[c].column == one.column) watched.push_back({&one, c + 1});
    return watched;
  }

  Result<void> add_row(const ExportTable& table, const std::vector<Watched>& watched,
                       const Row& row, SortedLines& lines) {
    const auto* id = std::get_if<std::int64_t>(&row.front());
    const auto found = id == nullptr ? number_of_.end() : number_of_.find(*id);
    if (found == number_of_.end() || anonymised_.class_of[found->second] == left_out) return {};
    std::string line = names_.name("person", *id);
    const int days = names_.shift(*id);
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      line += "," + csv_field(given(table.columns[c], row[c + 1], days));
    for (const Watched& one : watched)
      note_sensitive(*one.attribute, found->second, row[one.column]);
    return lines.add(std::move(line));
  }

  std::string given(const ExportColumn& column, const tables::Value& value, int days) const {
    if (std::holds_alternative<std::monostate>(value)) return {};
    switch (column.as) {
      case ExportColumn::As::keep:
        return text_of(value);
      case ExportColumn::As::shift:
        return shifted(value, days);
      case ExportColumn::As::key:
        return names_.name("key", std::get<std::int64_t>(value));
      case ExportColumn::As::prefix:
        return beginning(text_of(value), column.length);
      case ExportColumn::As::round:
        return rounded(value, column.to);
    }
    return {};
  }

  void note_sensitive(const SensitiveAttribute& attribute, std::uint32_t person,
                      const tables::Value& value) {
    std::string text = text_of(value);
    if (text.empty()) return;
    if (attribute.length > 0) text = beginning(text, attribute.length);
    auto& numbers = sensitive_numbers_[attribute.name];
    const std::uint32_t number =
        numbers.emplace(text, static_cast<std::uint32_t>(numbers.size())).first->second;
    if (!noted_[attribute.name].insert(std::uint64_t{person} << 32 | number).second) return;
    sensitive_values_[attribute.name].push_back({person, number});
  }

  Result<void> write_file(const std::string& name, const std::string& header, SortedLines& lines) {
    const fs::path file = directory_ / (name + ".csv");
    std::ofstream out(file, std::ios::binary);
    out << header << '\n';
    const auto written = lines.each([&](const std::string& line) -> Result<void> {
      out << line << '\n';
      return {};
    });
    if (!written) return written;
    out.close();
    if (!out) return fail(ErrorCode::unavailable, "the file cannot be written", file.string());
    return {};
  }

  const tables::Database& tables_;
  const Principal& principal_;
  const ResearchPlan& plan_;
  const ResearchRequest& request_;
  fs::path directory_;
  Pseudonyms names_;
  std::vector<std::int64_t> people_;
  std::unordered_map<std::int64_t, std::uint32_t> number_of_;
  std::vector<std::vector<std::string>> columns_;  ///< per quasi-identifier, one text per person
  std::vector<bool> chosen_;
  Anonymised anonymised_{};
  std::map<std::string, std::unordered_map<std::string, std::uint32_t>> sensitive_numbers_;
  std::map<std::string, std::unordered_set<std::uint64_t>> noted_;
  std::map<std::string, std::vector<SensitiveValue>> sensitive_values_;
  ResearchOutcome outcome_;
};

Result<void> check_request(const ResearchPlan& plan, const ResearchRequest& request,
                           const Principal& principal) {
  const auto has_role = [&](const std::string& role) {
    return std::ranges::find(plan.roles, role) != plan.roles.end();
  };
  if (std::ranges::none_of(principal.roles, has_role))
    return fail(ErrorCode::forbidden, "this export is made by other roles", plan.id);
  const auto is_break = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (request.approval.size() < 4 || request.approval.size() > 80 ||
      std::ranges::any_of(request.approval, is_break))
    return fail(ErrorCode::invalid_input,
                "the number of the approval is needed, 4 to 80 characters");
  if (!request.key.empty() && request.key.size() != key_bytes)
    return fail(ErrorCode::invalid_input, "the key of an export has 32 bytes");
  std::error_code error;
  if (fs::exists(request.out, error) && !fs::is_empty(request.out, error))
    return fail(ErrorCode::invalid_input, "the directory is there and not empty",
                request.out.string());
  return {};
}

/// The entry must stand in the audit: without one nothing is given.
Result<void> note(const records::Store& store, const Principal& principal,
                  const std::string& what) {
  store.note_audit(principal, "export", what);
  records::Store::AuditQuery query;
  query.user = principal.user;
  query.what = what;
  query.limit = 1;
  const auto entries = store.audit(Principal::system("operation"), query);
  if (!entries) return unexpected(entries.error());
  if (entries->empty())
    return fail(ErrorCode::unavailable, "the export could not be written into the audit");
  return {};
}

std::size_t rows_of(const ResearchOutcome& outcome) {
  std::size_t rows = 0;
  for (const auto& [table, count] : outcome.tables) rows += count;
  return rows;
}

}  // namespace

Result<ResearchOutcome> export_research(const tables::Database& tables, const records::Store& store,
                                        const Principal& principal, const ResearchPlan& plan,
                                        const ResearchRequest& request, const Clock& clock) {
  if (auto checked = check_request(plan, request, principal); !checked)
    return unexpected(checked.error());
  if (auto checked = check_plan(plan, tables.schemas()); !checked)
    return unexpected(checked.error());
  const std::string what =
      fmt::format("research export {}, approval {}", plan.id, request.approval);
  if (auto noted = note(store, principal, what + ": begun"); !noted)
    return unexpected(noted.error());

  const fs::path part = request.out.string() + ".part";
  std::error_code error;
  fs::remove_all(part, error);
  fs::create_directories(part, error);
  if (error)
    return fail(ErrorCode::unavailable, "cannot make the directory: " + error.message(),
                part.string());
  const auto give_up = [&](const Error& reason) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    return unexpected<Error>(reason);
  };
  Result<ResearchOutcome> outcome = Export(tables, principal, plan, request, part).run();
  if (!outcome) return give_up(outcome.error());
  outcome->plan = plan.id;
  outcome->title = plan.title;
  outcome->approval = request.approval;
  outcome->user = principal.user;
  outcome->purpose = principal.purpose;
  outcome->made = clock();
  outcome->as_of = request.as_of;
  outcome->k = plan.k;
  outcome->shift_days = plan.shift_days;
  const std::string report = report_json(*outcome);
  std::ofstream out(part / "report.json", std::ios::binary);
  out << report;
  out.close();
  if (!out) return give_up({ErrorCode::unavailable, "the report cannot be written", part.string()});
  auto noted = note(store, principal,
                    fmt::format("{}: {} people, {} rows, report {}", what, outcome->exported,
                                rows_of(*outcome), crypto::sha256_hex(report).substr(0, 16)));
  if (!noted) return give_up(noted.error());
  fs::remove(request.out, error);  // an empty directory
  fs::rename(part, request.out, error);
  if (error)
    return give_up({ErrorCode::unavailable, "cannot name the directory: " + error.message(),
                    request.out.string()});
  return outcome;
}

}  // namespace hb::exchange
