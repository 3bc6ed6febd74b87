#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "indicators/definition.hpp"
#include "indicators/plan_check.hpp"
#include "indicators/publication_list.hpp"
#include "indicators/similar.hpp"
#include "scene/catalogue.hpp"
#include "scene/compartments.hpp"
#include "scene/identifying.hpp"
#include "scene/policy.hpp"
#include "scene/readers.hpp"
#include "scene/schema.hpp"
#include "scene/search_plan.hpp"
#include "views/view.hpp"

namespace hb::scene {
namespace {

namespace fs = std::filesystem;
using indicators::ContentReader;

/// Which schema the files of a folder are written in.
struct Folder {
  const char* name;
  const char* schema;
};
constexpr Folder folders[] = {
    {"indicators", "plan-1"},         {"boards", "board-1"},       {"codes", "codes-1"},
    {"exports", "research-export-1"}, {"reports", "report-1"},     {"flows", "flow-1"},
    {"streams", "stream-1"},          {"calendars", "calendar-1"}, {"criteria", "criteria-1"},
    {"programmes", nullptr}};  // each file names its own

class SceneChecker {
 public:
  SceneChecker(fs::path root, std::map<std::string, Schema> schemas, const SqlCheck& sql_check,
               const SqlColumns& sql_columns)
      : root_(std::move(root)),
        schemas_(std::move(schemas)),
        sql_check_(sql_check),
        sql_columns_(sql_columns) {}

  void scene(const fs::path& folder) {
    const fs::path head = folder / "scene.yaml";
    if (fs::exists(head)) {
      content(head, "scene-1");
    } else {
      add(head, 0, "", "scene.yaml is missing");
    }
    for (const fs::path& file : files_of(folder, ".yaml")) {
      if (file.filename() == "scene.yaml") continue;
      const bool is_roles = file.filename() == "roles.yaml";
      const std::optional<YAML::Node> root = content(file, is_roles ? "roles-1" : nullptr);
      if (is_roles && root) roles(file, *root);
      if (root && file.filename() == "compartments.yaml") compartments(file);
      if (root && file.filename() == "policy.yaml") policy(file);
      if (root && file.filename() == "search.yaml") search_plan(file);
      if (root && file.filename() == "definitions.yaml") definitions(file, *root);
      if (root && file.filename() == "checks.yaml") checks(file);
      if (root && file.filename() == "profile.yaml") profile(file, *root);
      if (root && file.filename() == "publications.yaml") publications(file, *root);
    }
    for (const Folder& part : folders) {
      for (const fs::path& file : files_of(folder / part.name, ".yaml")) {
        const bool computed = std::string_view(part.name) == "indicators" && is_measure(file);
        const std::optional<YAML::Node> root =
            content(file, computed ? "indicator-1" : part.schema);
        if (!root) continue;
        if (computed) measure(file, *root);
        if (std::string_view(part.name) == "indicators" && !computed) plan(file);
        if (std::string_view(part.name) == "boards") board(file, *root);
        if (std::string_view(part.name) == "codes") codes(file, *root);
      }
    }
    for (const fs::path& file : files_of(folder / "views", ".json")) view(file);
  }

  /// Boards may show plans and indicators of other scenes: known only when all are read.
  void references() {
    for (const Reference& reference : plan_references_) {
      if (ids_.contains("plan " + reference.id)) continue;
      add(reference.file, reference.line, reference.path,
          "there is no plan “" + reference.id + "” in the scenes");
    }
    for (const Reference& reference : row_references_) {
      if (ids_.contains("indicator " + reference.id)) continue;
      add(reference.file, reference.line, reference.path,
          "there is no plan indicator “" + reference.id + "” in the scenes");
    }
    for (const Reference& reference : measure_references_) {
      if (measures_.contains(reference.id)) continue;
      add(reference.file, reference.line, reference.path,
          "there is no computed indicator “" + reference.id + "” in the scenes");
    }
    for (const Reference& reference : code_references_) {
      if (ids_.contains("code list " + reference.id)) continue;
      add(reference.file, reference.line, reference.path,
          "there is no code list “" + reference.id + "” in the scenes");
    }
    for (const indicators::Measure& measure : computed_)
      for (const Error& error : indicators::derivation_faults(measure, computed_))
        add(measure.file, error);
    policy_references();
  }

  std::vector<SceneFault> take() {
    std::ranges::stable_sort(faults_, [](const SceneFault& a, const SceneFault& b) {
      return std::tie(a.file, a.line) < std::tie(b.file, b.line);
    });
    return std::move(faults_);
  }

 private:
  struct Reference {
    fs::path file;
    int line;
    std::string path;
    std::string id;
  };

  void add(const fs::path& file, int line, std::string path, std::string message) {
    faults_.push_back({file.string(), line, std::move(path), std::move(message)});
  }

  void add(const fs::path& file, std::vector<Mistake> mistakes) {
    for (Mistake& mistake : mistakes) {
      add(file, mistake.line, std::move(mistake.path), std::move(mistake.message));
    }
  }

  /// An error whose `where` is "file:12".
  void add(const fs::path& file, const Error& error) {
    const std::size_t colon = error.where.rfind(':');
    int line = 0;
    if (colon != std::string::npos && colon + 1 < error.where.size()) {
      std::istringstream(error.where.substr(colon + 1)) >> line;
    }
    add(file, line, "", error.message);
  }

  void unique(const std::string& kind, const std::string& id, const fs::path& file, int line) {
    const auto [known, is_new] = ids_.emplace(kind + " " + id, file);
    if (is_new) return;
    const std::string other = known->second.lexically_relative(root_).string();
    add(file, line, "", kind + " “" + id + "” stands also in " + other);
  }

  /// Syntax, schema and texts. returns  the document when it can be read on
  std::optional<YAML::Node> content(const fs::path& file, const char* wanted) {
    const Result<YAML::Node> root = indicators::read_yaml(file);
    if (!root) {
      add(file, root.error());
      return std::nullopt;
    }
    std::vector<Mistake> mistakes;
    find_double_keys(*root, "", mistakes);
    find_half_texts(*root, "", mistakes);
    const bool named = root->IsMap() && (*root)["schema"].IsDefined();
    std::string name = named && (*root)["schema"].IsScalar() ? (*root)["schema"].Scalar() : "";
    if (wanted != nullptr) name = wanted;  // the schema itself says that `schema` must be this
    bool sound = true;
    if (!name.empty()) {
      const auto schema = schemas_.find(name);
      if (schema == schemas_.end()) {
        mistakes.push_back(
            {indicators::line_of(*root), "schema", "there is no schema “" + name + "”"});
      } else {
        std::vector<Mistake> found = schema->second.check(*root);
        sound = found.empty();
        std::erase_if(mistakes, [&](const Mistake& known) {  // said by the schema already
          return std::ranges::find(found, known.path, &Mistake::path) != found.end();
        });
        std::ranges::move(found, std::back_inserter(mistakes));
      }
    }
    add(file, std::move(mistakes));
    return sound ? std::optional(*root) : std::nullopt;
  }

  void plan(const fs::path& file) {
    const Result<indicators::Plan> plan = indicators::load_plan(file);
    if (!plan) return add(file, plan.error());
    unique("plan", plan->id, file, 0);
    for (std::size_t i = 0; i < plan->indicators.size(); ++i) {
      const indicators::Indicator& one = plan->indicators[i];
      const std::string path = "indicators[" + std::to_string(i) + "]";
      unique("indicator", one.id, file, one.line);
      const indicators::Evaluation& result = one.evaluation;
      if (result.target.kind == indicators::CellKind::unreadable) {
        add(file, one.line, path + ".target", "not understood: " + result.target.fault.en);
      }
      if (result.value.kind == indicators::CellKind::unreadable) {
        add(file, one.line, path + ".values", "not understood: " + result.value.fault.en);
      }
      const auto printed = indicators::status_from_print(one.printed_status);
      if (!one.printed_status.empty() && !printed) {
        add(file, one.line, path + ".printed_status", "“" + one.printed_status + "” is no status");
      } else if (printed && *printed != result.status) {
        add(file, one.line, path + ".printed_status",
            "the source prints “" + one.printed_status + "”, the rule says " +
                std::string(indicators::status_word(result.status)) +
                ": state the standard by which it was judged");
      }
    }
  }

  /// Told from plans, which lie in the same folder, by its schema; what cannot be read is a plan.
  static bool is_measure(const fs::path& file) {
    return indicators::is_measure_file(file).value_or(false);
  }

  void measure(const fs::path& file, const YAML::Node& root) {
    const Result<indicators::Measure> measure = indicators::load_measure(file);
    if (!measure) return add(file, measure.error());
    unique("indicator", measure->id, file, 0);
    measures_.insert(measure->id);
    if (measure->id != file.stem().string())
      add(file, indicators::line_of(root["id"]), "id",
          "the indicator “" + measure->id + "” belongs into a file of its name");
    const auto part = [&](const indicators::MeasurePart& one, const char* path) {
      if (!sql_check_) return;
      const Result<void> checked = sql_check_(one.sql);
      if (checked) return;
      Error error = checked.error();
      error.where = indicators::place_in_file(one, error.where);
      const std::size_t end = error.where.find(':', one.file.size() + 1);  // without the column
      error.where = error.where.substr(0, end);
      error.message = std::string(path) + ": " + error.message;
      add(file, error);
    };
    computed_.push_back(*measure);
    if (!measure->derivation) part(measure->numerator, "numerator.sql");
    if (measure->denominator) part(*measure->denominator, "denominator.sql");
    if (measure->list) part(*measure->list, "list.sql");
    for (const auto& [who, name] : {std::pair{&measure->institution, "responsible.institution"},
                                    {&measure->team, "responsible.team"}}) {
      if (!*who) continue;
      part((*who)->sql, (std::string(name) + ".sql").c_str());
      part((*who)->names, (std::string(name) + ".names.sql").c_str());
    }
    const YAML::Node rows = root["plan_rows"];
    for (std::size_t i = 0; i < measure->plan_rows.size(); ++i)
      row_references_.push_back({file, indicators::line_of(rows[i]),
                                 "plan_rows[" + std::to_string(i) + "]", measure->plan_rows[i]});
  }

  /// returns  whether the SQL, if there is any, passed
  bool sql(const fs::path& file, const YAML::Node& node, const std::string& path) {
    if (!sql_check_ || !node["sql"].IsDefined()) return true;
    const Result<void> checked = sql_check_(node["sql"].Scalar());
    if (checked) return true;
    const std::string where =
        checked.error().where.empty() ? "" : " (" + checked.error().where + ")";
    add(file, indicators::line_of(node["sql"]), path + ".sql", checked.error().message + where);
    return false;
  }

  /// The SQL of a section binds and gives the columns of its kind.
  void columns(const fs::path& file, const YAML::Node& node, const Section& section,
               const std::string& path) {
    if (!sql_columns_ || section.sql.empty()) return;
    const int line = indicators::line_of(node["sql"]);
    const Result<std::vector<std::string>> given = sql_columns_(section.sql);
    if (!given) return add(file, line, path + ".sql", given.error().message);
    for (const std::string_view wanted : section_columns(section.kind)) {
      if (std::ranges::find(*given, wanted) != given->end()) continue;
      add(file, line, path + ".sql",
          "a section “" + section.kind + "” needs the column “" + std::string(wanted) + "”");
    }
  }

  /// Remembers the ids in a list of a section, to be looked up when all scenes are read.
  void refer(std::vector<Reference>& references, const fs::path& file, const YAML::Node& list,
             const std::string& path) {
    for (std::size_t k = 0; list.IsDefined() && k < list.size(); ++k)
      references.push_back({file, indicators::line_of(list[k]),
                            path + "[" + std::to_string(k) + "]", list[k].Scalar()});
  }

  void board(const fs::path& file, const YAML::Node& root) {
    ContentReader reader(file.string());
    const Board board = read_board(reader, root);
    if (!reader.ok()) return add(file, reader.error());
    unique("board", board.id, file, 0);
    const YAML::Node sections = root["sections"];
    for (std::size_t i = 0; i < sections.size(); ++i) {
      const YAML::Node section = sections[i];
      const std::string path = "sections[" + std::to_string(i) + "]";
      if (sql(file, section, path)) columns(file, section, board.sections[i], path);
      const YAML::Node items = section["items"];
      for (std::size_t k = 0; items.IsDefined() && k < items.size(); ++k) {
        sql(file, items[k], path + ".items[" + std::to_string(k) + "]");
      }
      refer(plan_references_, file, section["plans"], path + ".plans");
      refer(measure_references_, file, section["measures"], path + ".measures");
      const YAML::Node tiles = section["tiles"];
      for (std::size_t k = 0; tiles.IsDefined() && k < tiles.size(); ++k)
        measure_references_.push_back({file, indicators::line_of(tiles[k]),
                                       path + ".tiles[" + std::to_string(k) + "].measure",
                                       tiles[k]["measure"].Scalar()});
      if (const YAML::Node list = section["codes"]; list.IsDefined())
        code_references_.push_back(
            {file, indicators::line_of(list), path + ".codes", list.Scalar()});
    }
  }

  /// Also what no schema says: rows of plans and computed indicators that are named exist, and a
  /// row belongs to one definition.
  void definitions(const fs::path& file, const YAML::Node& root) {
    const auto read = indicators::load_definitions(file);
    if (!read) return add(file, read.error());
    const YAML::Node list = root["definitions"];
    for (std::size_t i = 0; i < read->size(); ++i) {
      const indicators::Definition& one = (*read)[i];
      const std::string path = "definitions[" + std::to_string(i) + "]";
      unique("definition", one.id, file, one.line);
      for (std::size_t k = 0; k < one.rows.size(); ++k) {
        const indicators::RowReference& row = one.rows[k];
        unique("row of a definition", row.row + "/" + std::to_string(row.part), file, one.line);
        row_references_.push_back(
            {file, one.line, path + ".rows[" + std::to_string(k) + "]", row.row});
      }
      if (!one.computed.empty())
        measure_references_.push_back(
            {file, indicators::line_of(list[i]["computed"]), path + ".computed", one.computed});
    }
  }

  /// Also what no schema says: the indicators exist.
  void profile(const fs::path& file, const YAML::Node& root) {
    const auto read = indicators::read_profile(file);
    if (!read) return add(file, read.error());
    for (std::size_t i = 0; i < read->items.size(); ++i)
      measure_references_.push_back({file, indicators::line_of(root["indicators"][i]),
                                     "indicators[" + std::to_string(i) + "].of",
                                     read->items[i].measure});
  }

  /// Also what no schema says: the indicators exist.
  void publications(const fs::path& file, const YAML::Node& root) {
    const auto read = indicators::read_publications(file);
    if (!read) return add(file, read.error());
    for (std::size_t i = 0; i < read->lines.size(); ++i)
      for (const std::string& id : read->lines[i].indicators)
        measure_references_.push_back({file, indicators::line_of(root["figures"][i]),
                                       "figures[" + std::to_string(i) + "].indicators", id});
  }

  /// Also what no schema says: formulas, rules and sources.
  void checks(const fs::path& file) {
    const auto read = indicators::load_checks(file);
    if (!read) return add(file, read.error());
    for (const indicators::PrintedFigure& figure : read->figures)
      unique("printed figure", figure.id, file, figure.line);
  }

  /// Also what no schema says: ranges, systems that are declared.
  void compartments(const fs::path& file) {
    const Result<Compartments> read = load_compartments(file);
    if (!read) add(file, read.error());
  }

  /// Also what no schema says: types and search parameters exist and can be indexed.
  void search_plan(const fs::path& file) {
    const Result<search::IndexPlan> read = load_search_plan(file);
    if (!read) add(file, read.error());
  }

  /// Also what no schema says: kinds, fields, relations and roles that are named exist.
  void policy(const fs::path& file) {
    const Result<Policy> read = load_policy(file);
    if (!read) return add(file, read.error());
    policy_ = *read;
    policy_file_ = file;
  }

  void codes(const fs::path& file, const YAML::Node& root) {
    ContentReader reader(file.string());
    const std::vector<CodeList> lists = read_codes(reader, root);
    if (!reader.ok()) return add(file, reader.error());
    for (const CodeList& list : lists) unique("code list", list.id, file, 0);
  }

  void roles(const fs::path& file, const YAML::Node& root) {
    ContentReader reader(file.string());
    const RoleFile known = read_roles(reader, root);
    if (!reader.ok()) return add(file, reader.error());
    for (const Role& role : known.roles) {
      unique("role", role.id, file, 0);
      roles_[role.id] = role.purpose;
    }
  }

  void view(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    const Result<YAML::Node> root = indicators::read_yaml(file);  // JSON is YAML, with lines
    if (!root) return add(file, root.error());
    std::vector<Mistake> mistakes;
    find_double_keys(*root, "", mistakes);
    find_identifying_columns(*root, mistakes);
    add(file, std::move(mistakes));
    const Result<views::View> compiled = views::View::compile(text.str());
    if (!compiled) {
      const int line = line_of_path(*root, compiled.error().where + " " + compiled.error().message);
      return add(file, line, compiled.error().where, compiled.error().message);
    }
    if (compiled->name() != file.stem().string()) {
      add(file, 0, "name", "the view “" + compiled->name() + "” belongs into a file of its name");
    }
    unique("view", compiled->name(), file, 0);
  }

  /// Line of the deepest node that a text such as "select[0].column[2].path: …" names.
  static int line_of_path(const YAML::Node& root, std::string_view text) {
    YAML::Node at = root;
    int line = indicators::line_of(root);
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t end = std::min(text.find_first_of(".[]: ", i), text.size());
      const std::string step(text.substr(i, end - i));
      i = end + 1;
      if (step.empty()) continue;
      const bool index = at.IsSequence() &&
                         std::ranges::all_of(step, [](char c) { return c >= '0' && c <= '9'; }) &&
                         step.size() < 6;
      if (!index && !at.IsMap()) break;
      const YAML::Node& here = at;  // a constant node is never extended by asking
      const YAML::Node next = index ? here[std::stoul(step)] : here[step];
      if (!next.IsDefined() || next.Mark().is_null()) break;
      at.reset(next);
      line = indicators::line_of(next);
    }
    return line;
  }

  /// Roles and tables of the policy are those of roles.yaml and of the views, and the other way
  /// round: who is forgotten sees nothing, and a table without a kind is nobody's.
  void policy_references() {
    if (!policy_) return;
    if (const std::string& people = policy_->small_groups().people; !measures_.contains(people))
      add(policy_file_, 0, "small_groups.people",
          "there is no computed indicator “" + people + "” in the scenes");
    for (const auto& [role, purpose] : roles_) {
      const Policy::Rule* rule = policy_->rule(role);
      if (rule == nullptr)
        add(policy_file_, 0, "roles", "the role “" + role + "” of roles.yaml has no rule");
      else if (std::ranges::find(rule->purposes, purpose) == rule->purposes.end())
        add(policy_file_, 0, "roles",
            "the rule of “" + role + "” does not hold for the purpose “" + purpose +
                "” of the role");
    }
    for (const auto& [id, file] : ids_)
      if (id.starts_with("view ") && !policy_->kind_of_table(id.substr(5)))
        add(policy_file_, 0, "kinds", "the table “" + id.substr(5) + "” is in no kind");
    for (const Policy::Kind& kind : policy_->kinds())
      for (const std::string& table : kind.tables)
        if (!ids_.contains("view " + table))
          add(policy_file_, 0, "kinds", "there is no table “" + table + "”");
  }

  fs::path root_;
  std::optional<Policy> policy_;
  fs::path policy_file_;
  std::map<std::string, std::string> roles_;  ///< id → purpose
  std::map<std::string, Schema> schemas_;
  const SqlCheck& sql_check_;
  const SqlColumns& sql_columns_;
  std::map<std::string, fs::path> ids_;  ///< "plan x" → file
  std::vector<Reference> plan_references_;
  std::vector<Reference> row_references_;  ///< `plan` is the id of a plan's indicator
  std::vector<Reference> measure_references_;
  std::vector<Reference> code_references_;
  std::set<std::string> measures_;  ///< ids of computed indicators
  std::vector<indicators::Measure> computed_;
  std::vector<SceneFault> faults_;
};

}  // namespace

Result<std::vector<SceneFault>> check(const fs::path& scenes_dir, const SqlCheck& sql_check,
                                      const SqlColumns& sql_columns) {
  const bool single = fs::exists(scenes_dir / "scene.yaml");
  fs::path own = fs::absolute(scenes_dir).lexically_normal();
  if (!own.has_filename()) own = own.parent_path();
  const fs::path all = single ? own.parent_path() : scenes_dir;
  const auto folders_found = scene_folders(all);
  if (!folders_found) return unexpected(folders_found.error());
  if (folders_found->empty()) {
    return fail(ErrorCode::not_found, "no scene in this directory", scenes_dir.string());
  }
  auto schemas = load_schemas(all / "schema");
  if (!schemas) return unexpected(schemas.error());
  SceneChecker checker(all, std::move(*schemas), sql_check, sql_columns);
  for (const fs::path& folder : *folders_found) checker.scene(folder);
  checker.references();
  std::vector<SceneFault> faults = checker.take();
  if (single) {
    const std::string prefix = (own / "").string();
    std::erase_if(faults, [&](const SceneFault& fault) { return !fault.file.starts_with(prefix); });
  }
  return faults;
}

}  // namespace hb::scene
