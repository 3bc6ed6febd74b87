#include "indicators/definition.hpp"

#include <algorithm>
#include <charconv>

#include "indicators/content.hpp"

namespace hb::indicators {
namespace {

namespace fs = std::filesystem;

std::optional<double> number_of(ContentReader& content, const YAML::Node& map, const char* key) {
  const std::string text = content.text(map, key, false);
  if (text.empty()) return std::nullopt;
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status == std::errc() && end == text.data() + text.size()) return value;
  content.fault(content.child(map, key), std::string("“") + key + "” is not a number");
  return std::nullopt;
}

std::optional<Date> date_of(ContentReader& content, const YAML::Node& map, const char* key,
                            bool required) {
  const std::string text = content.text(map, key, required);
  if (text.empty()) return std::nullopt;
  const Result<Date> date = parse_date(text);
  if (date) return *date;
  content.fault(content.child(map, key), std::string("“") + key + "” is not a day");
  return std::nullopt;
}

Basis read_basis(ContentReader& content, const YAML::Node& map) {
  const YAML::Node node = content.child(map, "basis");
  return {content.localized(node, "population"), content.localized(node, "area"),
          content.localized(node, "year"), content.localized(node, "date")};
}

DefinitionVersion read_version(ContentReader& content, const YAML::Node& map) {
  DefinitionVersion version;
  version.version = content.whole(map, "version").value_or(1);
  version.basis = read_basis(content, map);
  version.change = content.localized(map, "change", false);
  const YAML::Node effective = content.child(map, "effective");
  version.from = date_of(content, effective, "from", true).value_or(Date{});
  version.to = date_of(content, effective, "to", false);
  if (version.to && *version.to < version.from) content.fault(effective, "“to” lies before “from”");
  return version;
}

std::map<std::string, UnitRule> read_units(ContentReader& content, const YAML::Node& root) {
  std::map<std::string, UnitRule> units;
  for (const YAML::Node& entry : content.list(root, "units")) {
    UnitRule unit;
    unit.id = content.text(entry, "id");
    unit.name = content.localized(entry, "name");
    for (const YAML::Node& spelling : content.list(entry, "spellings"))
      unit.spellings.push_back(spelling.IsScalar() ? spelling.Scalar() : "");
    unit.least = number_of(content, entry, "least");
    unit.most = number_of(content, entry, "most");
    unit.multiplier = number_of(content, entry, "multiplier");
    if (!units.emplace(unit.id, unit).second)
      content.fault(entry, "unit “" + unit.id + "” stands twice");
  }
  return units;
}

std::map<std::string, Localized> read_owners(ContentReader& content, const YAML::Node& root) {
  std::map<std::string, Localized> owners;
  for (const YAML::Node& entry : content.list(root, "owners"))
    owners[content.text(entry, "id")] = content.localized(entry, "name");
  return owners;
}

std::vector<RowReference> read_rows(ContentReader& content, const YAML::Node& map) {
  std::vector<RowReference> rows;
  for (const YAML::Node& entry : content.list(map, "rows", false)) {
    RowReference reference{entry.IsScalar() ? entry.Scalar() : "", 0};
    const std::size_t slash = reference.row.find('/');
    if (slash != std::string::npos) {
      const std::string part = reference.row.substr(slash + 1);
      const auto [end, status] =
          std::from_chars(part.data(), part.data() + part.size(), reference.part);
      if (status != std::errc() || end != part.data() + part.size() || reference.part < 1)
        content.fault(entry, "a part is a number from 1 on, like hangzhou-2020-27/1");
      reference.row.resize(slash);
    }
    rows.push_back(reference);
  }
  return rows;
}

std::optional<Better> better_of(std::string_view word) {
  for (const Better better : {Better::higher, Better::lower, Better::none})
    if (better_word(better) == word) return better;
  return std::nullopt;
}

Definition read_definition(ContentReader& content, const YAML::Node& entry,
                           const std::map<std::string, UnitRule>& units,
                           const std::map<std::string, Localized>& owners) {
  Definition definition;
  definition.id = content.text(entry, "id");
  definition.line = line_of(entry);
  definition.name = content.localized(entry, "name");
  const auto unit = units.find(content.text(entry, "unit"));
  if (unit == units.end())
    content.fault(content.child(entry, "unit"), "no such unit is listed in this file");
  else
    definition.unit = unit->second;
  definition.decimals = content.whole(entry, "decimals").value_or(0);
  const auto better = better_of(content.text(entry, "better"));
  if (!better) content.fault(entry, "“better” is not higher, lower or none");
  definition.better = better.value_or(Better::none);
  const auto owner = owners.find(content.text(entry, "owner"));
  if (owner == owners.end())
    content.fault(content.child(entry, "owner"), "no such owner is listed in this file");
  else
    definition.owner = owner->second;
  definition.every = content.text(entry, "every");
  definition.over = content.text(entry, "over");
  definition.is_public = content.text(entry, "visible") == "public";
  definition.survey = content.flag(entry, "survey");
  definition.counts = content.flag(entry, "counts");
  definition.computed = content.text(entry, "computed", false);
  definition.source = content.localized(entry, "source");
  definition.rows = read_rows(content, entry);
  for (const YAML::Node& former : content.list(entry, "former", false))
    definition.versions.push_back(read_version(content, former));
  definition.versions.push_back(read_version(content, entry));
  for (std::size_t i = 1; i < definition.versions.size(); ++i)
    if (definition.versions[i].version <= definition.versions[i - 1].version)
      content.fault(entry, "versions rise: the former ones stand oldest first, below the present");
  if (definition.versions.size() > 1 && definition.current().change.zh.empty())
    content.fault(entry, "“change” says what is new against the former version");
  return definition;
}

bool same(const Localized& one, const Localized& other) { return one.zh == other.zh; }

void tell(std::vector<Localized>& out, const char* zh, const char* en, const Localized& one,
          const Localized& other) {
  if (same(one, other)) return;
  out.push_back({std::string(zh) + "不同：" + one.zh + "／" + other.zh,
                 std::string(en) + ": " + one.en + " / " + other.en});
}

}  // namespace

const DefinitionVersion* Definition::version(int number) const {
  const auto found = std::ranges::find(versions, number, &DefinitionVersion::version);
  return found == versions.end() ? nullptr : &*found;
}

Result<std::vector<Definition>> load_definitions(const fs::path& file) {
  const Result<YAML::Node> root = read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  if (content.text(*root, "schema") != "definitions-1")
    content.fault(*root, "“schema” is not definitions-1");
  const auto units = read_units(content, *root);
  const auto owners = read_owners(content, *root);
  std::vector<Definition> definitions;
  for (const YAML::Node& entry : content.list(*root, "definitions")) {
    definitions.push_back(read_definition(content, entry, units, owners));
    definitions.back().scene = file.parent_path().filename().string();
    definitions.back().file = file.string();
  }
  if (!content.ok()) return unexpected(content.error());
  return definitions;
}

Result<Definitions> Definitions::load(const fs::path& scenes_dir) {
  std::error_code problem;
  std::vector<fs::path> files;
  for (const fs::directory_entry& scene : fs::directory_iterator(scenes_dir, problem))
    if (const fs::path file = scene.path() / "definitions.yaml"; fs::exists(file))
      files.push_back(file);
  if (problem) return fail(ErrorCode::not_found, "no such directory", scenes_dir.string());
  std::ranges::sort(files);
  Definitions made;
  for (const fs::path& file : files) {
    auto read = load_definitions(file);
    if (!read) return unexpected(read.error());
    for (Definition& one : *read) {
      const std::string where = one.file + ":" + std::to_string(one.line);
      const std::size_t at = made.all_.size();
      if (!made.by_id_.emplace(one.id, at).second)
        return fail(ErrorCode::invalid_input, "the definition “" + one.id + "” stands twice",
                    where);
      for (const RowReference& row : one.rows) {
        const std::string key = row.part == 0 ? row.row : row.row + "/" + std::to_string(row.part);
        if (!made.by_row_.emplace(key, at).second)
          return fail(ErrorCode::invalid_input, "the row “" + key + "” belongs to two definitions",
                      where);
      }
      made.all_.push_back(std::move(one));
    }
  }
  return made;
}

const Definition* Definitions::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &all_[found->second];
}

const Definition* Definitions::of_row(std::string_view row, int part) const {
  auto found =
      by_row_.find(part == 0 ? std::string(row) : std::string(row) + "/" + std::to_string(part));
  return found == by_row_.end() ? nullptr : &all_[found->second];
}

std::vector<Localized> basis_differences(const FigureBasis& one, const FigureBasis& other) {
  std::vector<Localized> words;
  if (one.definition == nullptr || other.definition == nullptr) {
    words.push_back({"其中一个数据没有口径定义，不能直接比较",
                     "one of the figures has no definition: they are not comparable as they are"});
    return words;
  }
  const DefinitionVersion* a = one.definition->version(one.version);
  const DefinitionVersion* b = other.definition->version(other.version);
  if (one.definition != other.definition)
    words.push_back(
        {"指标不同：" + one.definition->name.zh + "／" + other.definition->name.zh,
         "different indicators: " + one.definition->name.en + " / " + other.definition->name.en});
  else if (one.version != other.version)
    words.push_back({"口径版本不同：第" + std::to_string(one.version) + "版／第" +
                         std::to_string(other.version) + "版",
                     "different versions of the definition: " + std::to_string(one.version) +
                         " / " + std::to_string(other.version)});
  if (a == nullptr || b == nullptr) return words;
  tell(words, "人口口径", "population", a->basis.population, b->basis.population);
  tell(words, "地域口径", "area", a->basis.area, b->basis.area);
  tell(words, "统计年度", "statistical year", a->basis.year, b->basis.year);
  tell(words, "时点口径", "date basis", a->basis.date, b->basis.date);
  if (one.definition->unit.id != other.definition->unit.id)
    tell(words, "单位", "unit", one.definition->unit.name, other.definition->unit.name);
  return words;
}

}  // namespace hb::indicators
