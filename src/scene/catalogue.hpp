#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"
#include "core/policy.hpp"
#include "core/result.hpp"
#include "indicators/measure.hpp"
#include "indicators/plan.hpp"

namespace hb::scene {

struct SceneInfo {
  std::string id;  ///< folder name
  Localized title;
  Localized description;
  Localized owner;
};

/// One number of a board. Either `sql` (one row, one column; parameters $area, $from, $to) or
/// `measure` (what the records count: "open_problems", "resources", "deliveries").
struct KeyFigure {
  std::string id;
  Localized name;
  Localized basis;  ///< 口径
  Localized unit;
  Localized note;  ///< may be empty
  Localized source;
  std::string sql;
  std::string measure;
};

/// kind  key-figures: items · plans: plans (ids, empty = all) · areas: sql gives area, people,
///       visits · series: sql gives period ("2025-01"), value · freshness: nothing more
///       · measure-cards, measure-map, measure-ranking: measures (ids of computed indicators), of
///       which `chosen` is shown first · weeks: sql gives week (its Monday), series, value
///       · pyramid: sql gives age_band (its first year), male, female
struct Section {
  std::string id;
  std::string kind;
  Localized title;
  Localized unit;
  Localized source;
  Localized basis;
  std::string sql;
  std::vector<KeyFigure> items;
  std::vector<std::string> plans;
  std::vector<std::string> measures;
  std::string chosen;  ///< of a measure-map or -ranking; empty = the first
  std::string codes;   ///< of weeks: the code list that names the series; empty = names as given
};

/// Columns that the SQL of such a section must give; none when the kind has no SQL.
std::span<const std::string_view> section_columns(std::string_view kind);

struct Board {
  std::string id;  ///< "cockpit"
  std::string scene;
  Localized title;
  std::vector<Section> sections;
};

/// A code or a text that belongs to a key: gender/male, problem-rule/bad-date.
struct Code {
  std::string code;
  Localized name;
  Localized help;  ///< may be empty: what to do, what it means
};

struct CodeList {
  std::string id;  ///< "gender", "encounter-class", "resource-kind", "problem-rule", "area-level"
  std::string system;  ///< URL of the code system; empty = our own
  Localized title;
  std::vector<Code> codes;
  const Code* find(std::string_view code) const;
};

/// What may be done: "residents:read". A route of the API names one.
struct Permission {
  std::string id;
  Localized name;
  std::string scope;  ///< FHIR type a machine's token must be allowed to read; empty = no token may
};

/// Who people are in the district's offices, and what that lets them do.
struct Role {
  std::string id;  ///< "general-practitioner"
  Localized name;
  std::string purpose;  ///< why they read: "care", "public-health", "operation", "supervision"
  std::vector<std::string> permissions;
};

/// roles.yaml of a scene.
struct RoleFile {
  std::vector<Permission> permissions;
  std::vector<Role> roles;
};

/// A mistake in a scene.
struct SceneFault {
  std::string file;  ///< as given plus the path inside
  int line = 0;      ///< 1-based; 0 = the whole file
  std::string path;  ///< inside the document: "indicators[3].name.en"
  std::string message;
};

/// errors  invalid_input: what is refused; tables::Database::check_scene_sql fits
using SqlCheck = std::function<Result<void>(const std::string& sql)>;
/// Names of the columns that a SQL text with the parameters of a board gives.
/// errors  invalid_input: it does not bind, for example for a column that no table has
using SqlColumns = std::function<Result<std::vector<std::string>>(const std::string& sql)>;

/// All scenes, read once; immutable afterwards, so any thread may read.
class Catalogue {
 public:
  /// errors  invalid_input with where = file:line: the first mistake that keeps content from being
  ///         read (check() finds all, and more); not_found: no such directory
  static Result<Catalogue> load(const std::filesystem::path& scenes_dir);

  const std::vector<SceneInfo>& scenes() const { return scenes_; }
  const std::vector<indicators::Plan>& plans() const { return plans_; }
  const indicators::Plan* plan(std::string_view id) const;
  const indicators::Indicator* indicator(std::string_view id) const;
  /// Indicators that are computed from the tables.
  const std::vector<indicators::Measure>& measures() const { return measures_; }
  const std::vector<Board>& boards() const { return boards_; }
  const Board* board(std::string_view id) const;
  const CodeList* codes(std::string_view id) const;
  const std::vector<Permission>& permissions() const { return roles_.permissions; }
  const Permission* permission(std::string_view id) const;
  const std::vector<Role>& roles() const { return roles_.roles; }
  const Role* role(std::string_view id) const;
  /// Who sees what of persons (core/policy.yaml); null: there is no such file, and every role with
  /// the permission sees everything.
  const std::shared_ptr<const Policy>& policy() const { return policy_; }
  /// Name of a code; the code itself in both languages when it is not listed.
  Localized text(std::string_view list, std::string_view code) const;

 private:
  std::vector<SceneInfo> scenes_;
  std::vector<indicators::Plan> plans_;
  std::vector<indicators::Measure> measures_;
  std::vector<Board> boards_;
  std::vector<CodeList> codes_;
  RoleFile roles_;
  std::shared_ptr<const Policy> policy_;
};

/// `healthbrain scene check [DIR]`: every scene under scenes_dir (or scenes_dir itself when it
/// holds a scene.yaml, with schemas from its parent) against the JSON Schemas in scenes_dir/schema
/// and against each other: ids unique, both languages present, views compile and show no
/// identifying field, SQL passes sql_check (skipped when empty), the SQL of a board's section gives
/// the columns of its kind (skipped when sql_columns is empty), what is referred to exists.
/// returns  faults, ordered by file and line; empty = sound
/// errors   not_found: no such directory, or no scene in it
Result<std::vector<SceneFault>> check(const std::filesystem::path& scenes_dir,
                                      const SqlCheck& sql_check = {},
                                      const SqlColumns& sql_columns = {});

}  // namespace hb::scene
