#include "indicators/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/check.hpp"
#include "indicators/content.hpp"
#include "indicators/derived_file.hpp"

namespace hb::indicators {
namespace {

namespace fs = std::filesystem;

constexpr std::pair<std::string_view, Method> methods[] = {
    {"count", Method::count},
    {"proportion", Method::proportion},
    {"rate", Method::rate},
    {"mean", Method::mean},
    {"ratio", Method::ratio},
    {"life-expectancy", Method::life_expectancy},
    {"premature-30q70", Method::premature_30q70},
    {"formula", Method::formula},
    {"composite", Method::composite},
};
constexpr std::pair<std::string_view, Better> directions[] = {
    {"higher", Better::higher}, {"lower", Better::lower}, {"none", Better::none}};
constexpr std::pair<std::string_view, Period::Kind> kinds[] = {{"month", Period::Kind::month},
                                                               {"quarter", Period::Kind::quarter},
                                                               {"year", Period::Kind::year}};
constexpr std::string_view fields[] = {"population", "maternal-child", "infectious",  "chronic",
                                       "services",   "mortality",      "immunisation"};
constexpr std::string_view levels[] = {"country", "province", "city", "district", "street"};

/// A word of a table of words; the fault lists them.
template <class T, std::size_t N>
T one_of(ContentReader& content, const YAML::Node& at, const std::string& word,
         const std::pair<std::string_view, T> (&known)[N]) {
  std::string all;
  for (const auto& [name, value] : known) {
    if (name == word) return value;
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  content.fault(at, "“" + word + "” is none of: " + all);
  return known[0].second;
}

template <std::size_t N>
void check_word(ContentReader& content, const YAML::Node& at, const std::string& word,
                const std::string_view (&known)[N]) {
  if (std::ranges::find(known, word) != std::end(known)) return;
  std::string all;
  for (const std::string_view name : known) all += (all.empty() ? "" : ", ") + std::string(name);
  content.fault(at, "“" + word + "” is none of: " + all);
}

/// `visible: internal`; public where nothing is said.
bool is_internal(ContentReader& content, const YAML::Node& node) {
  const std::string word = content.text(node, "visible", false);
  if (!word.empty() && word != "public" && word != "internal")
    content.fault(content.child(node, "visible"), "“visible” is public or internal");
  return word == "internal";
}

double positive(ContentReader& content, const YAML::Node& root, const char* key) {
  const std::string text = content.text(root, key);
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole_text = status == std::errc() && end == text.data() + text.size();
  if (!whole_text || !(value > 0) || value > 1e9) {
    content.fault(content.child(root, key),
                  std::string("“") + key + "” is not a number above 0 and up to 1,000,000,000");
  }
  return value;
}

/// What only states have, and the ages.
void read_state(ContentReader& content, const YAML::Node& node, MeasurePart& part) {
  const std::string at = content.text(node, "at", false);
  part.at_last_year_end = at == "last-year-end";
  if (!at.empty() && (!part.state || (at != "period-end" && at != "last-year-end")))
    content.fault(node, "“at” is period-end or last-year-end, and only where “over_time” is state");
  part.from_age = content.whole(node, "from_age", false).value_or(0);
  if (part.from_age < 0 || part.from_age > 85 || part.from_age % 5 != 0)
    content.fault(node, "“from_age” is a multiple of 5 up to 85: the beginning of an age group");
}

MeasurePart read_part(ContentReader& content, const YAML::Node& root, const char* key) {
  MeasurePart part;
  const YAML::Node node = content.child(root, key);
  if (!node.IsMap()) {
    content.fault(root, std::string("“") + key + "” is not a mapping");
    return part;
  }
  part.name = content.localized(node, "name");
  const std::string over_time = content.text(node, "over_time");
  part.each = over_time == "each";
  part.state = over_time == "state";
  if (!part.each && !part.state && over_time != "sum")
    content.fault(content.child(node, "over_time"), "“over_time” is sum, state or each");
  read_state(content, node, part);
  part.ahead_days = content.whole(node, "ahead_days", false).value_or(0);
  if (part.ahead_days < 0 || part.ahead_days > 366 || (part.ahead_days > 0 && !part.each))
    content.fault(node, "“ahead_days” is 0 to 366, and only where “over_time” is each");
  part.by_resident = content.flag(node, "by_resident");
  part.internal = is_internal(content, node);
  part.sql = content.text(node, "sql");
  return part;
}

/// Where the SQL of a node begins: a block text (| or >) begins on the line after its key.
void place_sql(MeasurePart& part, const YAML::Node& node, const std::string& file) {
  part.file = file;
  if (!node.IsMap() || !node["sql"].IsDefined()) return;
  const bool block = part.sql.find('\n') != std::string::npos;
  part.line = line_of(node["sql"]) + (block ? 1 : 0);
}

std::vector<MeasureTarget> read_targets(ContentReader& content, const YAML::Node& root,
                                        Better better) {
  std::vector<MeasureTarget> targets;
  for (const YAML::Node& node : content.list(root, "targets", false)) {
    MeasureTarget target;
    target.level = content.text(node, "level");
    check_word(content, node, target.level, levels);
    target.year = content.whole(node, "year").value_or(0);
    target.text = content.text(node, "text");
    target.source = content.localized(node, "source");
    const Cell cell = read_target(target.text, better);
    if (cell.kind == CellKind::unreadable)
      content.fault(node, "the target “" + target.text + "” is not understood: " + cell.fault.en);
    targets.push_back(std::move(target));
  }
  return targets;
}

Basis read_basis(ContentReader& content, const YAML::Node& root) {
  const YAML::Node node = content.child(root, "basis");
  return {content.localized(node, "population"), content.localized(node, "area"),
          content.localized(node, "year"), content.localized(node, "date")};
}

void read_head(ContentReader& content, const YAML::Node& root, Measure& measure) {
  if (content.text(root, "schema") != "indicator-1")
    content.fault(root, "“schema” is not indicator-1");
  measure.id = content.text(root, "id");
  measure.version = content.whole(root, "version").value_or(0);
  if (measure.version < 1) content.fault(root, "“version” counts from 1");
  measure.field = content.text(root, "field");
  check_word(content, content.child(root, "field"), measure.field, fields);
  measure.internal = is_internal(content, root);
  measure.title = content.localized(root, "title");
  measure.unit = content.localized(root, "unit");
  measure.method =
      one_of(content, content.child(root, "method"), content.text(root, "method"), methods);
  measure.better =
      one_of(content, content.child(root, "better"), content.text(root, "better"), directions);
  measure.multiplier = positive(content, root, "multiplier");
  measure.decimals = content.whole(root, "decimals").value_or(0);
  if (measure.decimals < 0 || measure.decimals > 6) content.fault(root, "“decimals” is 0 to 6");
  for (const YAML::Node& kind : content.list(root, "periods"))
    measure.periods.push_back(one_of(content, kind, kind.IsScalar() ? kind.Scalar() : "", kinds));
  if (measure.periods.empty()) content.fault(root, "“periods” names no period");
  measure.basis = read_basis(content, root);
  const YAML::Node source = content.child(root, "source");
  measure.source = {content.localized(source, "title"), content.text(source, "document"), {}};
}

/// A statement without a rule over time: `key: { sql: … }`.
MeasurePart read_sql(ContentReader& content, const YAML::Node& root, const char* key,
                     const std::string& file) {
  MeasurePart part;
  const YAML::Node node = content.child(root, key);
  part.each = true;
  part.sql = content.text(node, "sql");
  place_sql(part, node, file);
  return part;
}

ResponsiblePart read_responsible(ContentReader& content, const YAML::Node& root, const char* key,
                                 const Measure& measure) {
  const YAML::Node node = content.child(root, key);
  ResponsiblePart part;
  part.name = content.localized(node, "name");
  const std::string over = content.text(node, "over");
  part.of_residents = over == "residents";
  if (over != "residents" && over != "events") content.fault(node, "“over” is residents or events");
  if (part.of_residents && !measure.list)
    content.fault(node, "“over: residents” needs the “list” of residents behind the number");
  part.sql = read_sql(content, root, key, measure.file);
  part.names = read_sql(content, node, "names", measure.file);
  return part;
}

/// What a method asks of a derivation, and the names of its parts.
void take_derivation(ContentReader& content, const YAML::Node& root, Measure& measure) {
  const auto& formula = measure.derivation->formula;
  const bool counts = formula && formula->numerator;
  const bool composite = measure.derivation->composite.has_value();
  if ((measure.method == Method::composite) != composite)
    content.fault(root, "“method” is composite exactly where there is a “composite”");
  if ((measure.method == Method::formula) != (formula && !counts))
    content.fault(root, "“method” is formula exactly where the formula gives a “value”");
  if (!counts) return;
  if (is_life_table(measure.method))
    content.fault(root, "a life table is not made of other indicators' counts");
  if ((measure.method == Method::count) == formula->denominator.has_value())
    content.fault(root, "a count has no “denominator”, every other method has one");
  measure.numerator.name = formula->numerator->name;
}

void read_parts(ContentReader& content, const YAML::Node& root, Measure& measure) {
  measure.derivation = read_derivation(content, root);
  if (measure.derivation) return take_derivation(content, root, measure);
  if (measure.method == Method::formula || measure.method == Method::composite)
    content.fault(root, "the indicators that this one is made of are missing");
  measure.numerator = read_part(content, root, "numerator");
  place_sql(measure.numerator, content.child(root, "numerator", false), measure.file);
  const bool counts = measure.method == Method::count;
  if (root["denominator"].IsDefined()) {
    measure.denominator = read_part(content, root, "denominator");
    place_sql(*measure.denominator, root["denominator"], measure.file);
    if (counts) content.fault(root["denominator"], "a count has no “denominator”");
  } else if (!counts) {
    content.fault(root, "“denominator” is missing: only a count goes without");
  }
  if (root["list"].IsDefined()) measure.list = read_sql(content, root, "list", measure.file);
  const YAML::Node responsible = root["responsible"];
  if (!responsible.IsDefined()) return;
  if (!measure.denominator) content.fault(responsible, "only a fraction is compared by unit");
  if (!responsible.IsMap()) return content.fault(responsible, "“responsible” is not a mapping");
  if (responsible["institution"].IsDefined())
    measure.institution = read_responsible(content, responsible, "institution", measure);
  if (responsible["team"].IsDefined())
    measure.team = read_responsible(content, responsible, "team", measure);
}

/// Of all that makes the numbers of a derived measure, those of its terms included.
std::string derived_fingerprint(const Measure& measure, const std::vector<Measure>& all) {
  std::string text = fmt::format("{}\n{}\n{}\n{}", measure.id, measure.version,
                                 method_word(measure.method), measure.multiplier);
  if (const auto& formula = measure.derivation->formula) {
    text += "\n" + formula->text;
    for (const auto* side : {&formula->numerator, &formula->denominator})
      if (*side) text += "\n" + (*side)->text;
  } else {
    const Composite& composite = *measure.derivation->composite;
    text += fmt::format("\n{} {} {} {}", aggregation_word(composite.aggregation),
                        missing_word(composite.missing), composite.draws, composite.seed);
    for (const Component& one : composite.components)
      text += fmt::format("\n{} {} {} {} {} {} {}", one.measure, one.part.weight,
                          one.part.higher_is_better, normalisation_word(one.part.normalisation),
                          one.part.least, one.part.most, one.part.target);
  }
  for (const std::string& id : measure.derivation->measures())
    if (const auto part = std::ranges::find(all, id, &Measure::id); part != all.end())
      text += "\n" + part->fingerprint;
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

std::string fingerprint_of(const Measure& measure) {
  std::string text = fmt::format("{}\n{}\n{}\n{}", measure.id, measure.version,
                                 method_word(measure.method), measure.multiplier);
  for (const MeasurePart* part :
       {&measure.numerator, measure.denominator ? &*measure.denominator : nullptr})
    if (part != nullptr)
      text += fmt::format("\n{} {} {} {} {}\n{}", part->each, part->state, part->at_last_year_end,
                          part->from_age, part->ahead_days, part->sql);
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

}  // namespace

std::string_view method_word(Method method) {
  for (const auto& [word, known] : methods)
    if (known == method) return word;
  return "";
}

bool is_life_table(Method method) {
  return method == Method::life_expectancy || method == Method::premature_30q70;
}

bool Measure::has_internal_counts() const {
  return internal || numerator.internal || (denominator && denominator->internal);
}

bool Measure::has_period(Period::Kind kind) const {
  return std::ranges::find(periods, kind) != periods.end();
}

Result<bool> is_measure_file(const fs::path& file) {
  const Result<YAML::Node> root = read_yaml(file);
  if (!root) return unexpected(root.error());
  if (!root->IsMap()) return false;
  const YAML::Node schema = (*root)["schema"];
  return schema.IsDefined() && schema.IsScalar() && schema.Scalar().starts_with("indicator-");
}

Result<Measure> load_measure(const fs::path& file) {
  const Result<YAML::Node> root = read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  Measure measure;
  measure.file = file.string();
  measure.scene = file.parent_path().parent_path().filename().string();
  if (!root->IsMap()) {
    content.fault(*root, "expected a mapping");
    return unexpected(content.error());
  }
  read_head(content, *root, measure);
  read_parts(content, *root, measure);
  measure.targets = read_targets(content, *root, measure.better);
  for (const YAML::Node& row : content.list(*root, "plan_rows", false)) {
    if (row.IsScalar())
      measure.plan_rows.push_back(row.Scalar());
    else
      content.fault(row, "expected the id of a plan's indicator");
  }
  if (!content.ok()) return unexpected(content.error());
  measure.fingerprint = fingerprint_of(measure);
  return measure;
}

Result<std::vector<Measure>> load_measures(const fs::path& scenes_dir) {
  std::error_code problem;
  std::vector<fs::path> files;
  for (const auto& scene : fs::directory_iterator(scenes_dir, problem)) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(scene.path() / "indicators", none))
      if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  if (problem) return fail(ErrorCode::not_found, "no such directory", scenes_dir.string());
  std::ranges::sort(files);
  std::vector<Measure> measures;
  std::map<std::string, std::string> known;
  for (const fs::path& file : files) {
    const Result<bool> wanted = is_measure_file(file);
    if (!wanted) return unexpected(wanted.error());
    if (!*wanted) continue;
    Result<Measure> measure = load_measure(file);
    if (!measure) return unexpected(measure.error());
    const auto [other, is_new] = known.emplace(measure->id, measure->file);
    if (!is_new)
      return fail(ErrorCode::invalid_input,
                  fmt::format("indicator “{}” stands also in {}", measure->id, other->second),
                  measure->file);
    measures.push_back(std::move(*measure));
  }
  for (const bool composites : {false, true})  // an index may rest on formulas
    for (Measure& measure : measures) {
      if (!measure.derivation || measure.derivation->composite.has_value() != composites) continue;
      const std::vector<Error> faults = derivation_faults(measure, measures);
      if (!faults.empty()) return unexpected(faults.front());
      measure.fingerprint = derived_fingerprint(measure, measures);
    }
  return measures;
}

Date state_day(const MeasurePart& part, const Period& period, Date today) {
  if (!part.at_last_year_end) return std::min(period.last, today);
  const std::optional<Date> first = make_date(civil(period.first).year, 1, 1);
  HB_CHECK(first.has_value());
  return Date{first->days - 1};
}

std::string place_in_file(const MeasurePart& part, const std::string& where) {
  int line = 0;
  std::string column;
  if (where.starts_with("sql:")) {
    const char* begin = where.data() + 4;
    const auto [end, status] = std::from_chars(begin, where.data() + where.size(), line);
    if (status != std::errc()) line = 0;
    column = std::string(end, where.data() + where.size());
  }
  const bool known = part.line > 0;
  return known ? fmt::format("{}:{}{}", part.file, part.line + std::max(line, 1) - 1,
                             line > 0 ? column : "")
               : part.file;
}

}  // namespace hb::indicators
