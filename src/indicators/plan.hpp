#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "indicators/evaluate.hpp"

namespace hb::indicators {

/// Where a plan or a value is printed.
struct Source {
  Localized title;
  std::string document;  ///< name of the document, in its own language
  std::string place;     ///< table or page: "附表1"
};

/// 口径. Where the source is silent the text says so; none is ever empty.
struct Basis {
  Localized population;
  Localized area;
  Localized year;
  Localized date;
};

struct LevelTarget {
  std::string level;  ///< "province", "city", "district"
  int year = 0;
  std::string text;
};

/// One reported value, as printed.
struct ReportedPoint {
  std::optional<int> year;
  std::string text;
  std::optional<Decimal> number;  ///< when the text is one plain number
  Localized source;
};

struct Indicator {
  std::string id;    ///< "hangzhou-2020-04-2"; unique over all plans
  std::string plan;  ///< id of its plan
  std::string no;    ///< as printed; two rows may share it with different scopes
  Localized field;
  Localized name;
  Localized scope;  ///< empty texts = not stated
  Localized unit;   ///< empty texts = none
  Better better = Better::none;
  std::string target_text;             ///< of the plan's own level
  std::vector<LevelTarget> targets;    ///< all levels stated, the plan's own among them
  std::vector<ReportedPoint> history;  ///< oldest first
  std::string value_text;              ///< the latest of history; empty = none
  std::optional<Decimal> value;
  std::optional<int> value_year;
  std::vector<Localized> part_names;  ///< of several values in one cell
  std::string printed_status;         ///< empty = the source prints none
  Basis basis;
  std::optional<Localized> note;
  std::optional<Standard> standard;
  Evaluation evaluation;  ///< filled by load_plan
  int line = 0;           ///< in the plan's file, 1-based
};

struct Plan {
  std::string id;  ///< "plan-13-5-hangzhou-2020"
  std::string scene;
  Localized title;
  std::string level;  ///< "province", "city", "district"
  Localized area;
  int year = 0;  ///< of the targets
  Source source;
  Localized note;                     ///< may be empty
  std::vector<Indicator> indicators;  ///< in printed order
  std::string file;
};

struct StatusCounts {
  int met = 0;
  int nearly = 0;
  int missed = 0;
  int not_decidable = 0;
};
StatusCounts count_statuses(const std::vector<Indicator>& indicators);

std::string_view better_word(Better better);  ///< "higher", "lower", "none"

/// Reads scenes/<scene>/indicators/<plan>.yaml and evaluates every indicator.
/// errors  invalid_input with where = file:line
Result<Plan> load_plan(const std::filesystem::path& file);

/// Every plan under scenes_dir/*/indicators/, in order of scene and file name.
/// errors  those of load_plan; not_found: no such directory
Result<std::vector<Plan>> load_plans(const std::filesystem::path& scenes_dir);

enum class Language : std::uint8_t { zh, en };

struct PlanCsvOptions {
  std::filesystem::path file;
  std::filesystem::path scenes_dir;  ///< where content of known plans is looked up; empty = nowhere
  std::string plan;                  ///< plan id; empty = the file's stem
  Language language = Language::zh;  ///< of `reason`
  std::size_t max_bytes = 64U << 20U;
};

/// `healthbrain indicator evaluate --plan FILE.csv`: evaluates every row of a plan table.
/// Content of the plan with the same id adds what a table cannot say (names of parts, standards).
///
/// returns  CSV with LF: no,name_zh,scope,target_text,target,value,status,gap,reason; one row per
///          row of the file, a row that cannot be read is not_decidable with the reason
/// errors   not_found: no such file; invalid_input with file:line: no header, a column is missing,
///          neither UTF-8 nor GB18030, too large, not CSV
Result<std::string> evaluate_plan_csv(const PlanCsvOptions& options);

/// The same for text in memory; `name` stands for the file in messages.
Result<std::string> evaluate_plan_text(std::string_view csv, const std::string& name,
                                       const PlanCsvOptions& options,
                                       const std::vector<Plan>& known);

}  // namespace hb::indicators
