#include "cli/demo_links.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/content.hpp"
#include "core/clock.hpp"
#include "crypto/digest.hpp"
#include "indicators/content.hpp"
#include "scene/policy.hpp"
#include "server/store_day.hpp"

namespace hb::cli {

namespace {

constexpr int days_of_approval = 365;
constexpr std::int64_t micros_per_day = std::int64_t{86'400} * 1'000'000;

const char* type_of(const Policy::Relation& relation) {
  return relation.by_practitioner ? "Practitioner" : "Organization";
}

/// Who of the table's column is known to most persons on this day, with one of the rows.
std::string busiest_sql(const Policy::Relation& relation, Date today) {
  const std::string day = "DATE '" + format_date(today) + "'";
  std::string sql = fmt::format(
      "SELECT {0}, count(DISTINCT resident_id) AS persons, max(seq) FROM {1} WHERE {0} IS NOT NULL "
      "AND {2} <= {3}",
      relation.by, relation.table, relation.begins, day);
  for (const auto& [column, codes] : relation.codes)
    sql += fmt::format(" AND {} IN ('{}')", column, fmt::join(codes, "', '"));
  if (relation.days != 0)
    sql += fmt::format(" AND {} > {} - {}", relation.begins, day, relation.days);
  else
    sql += fmt::format(" AND ({0} IS NULL OR {0} >= {1})", relation.ends, day);
  return sql + fmt::format(" GROUP BY {0} ORDER BY persons DESC NULLS LAST, {0} NULLS LAST LIMIT 1",
                           relation.by);
}

/// Every id that the text names as TYPE/ID.
std::set<std::string> named(const std::string& text, const std::string& type) {
  std::set<std::string> ids;
  const std::string before = "\"" + type + "/";
  for (std::size_t at = 0; (at = text.find(before, at)) != std::string::npos;) {
    at += before.size();
    ids.insert(text.substr(at, text.find('"', at) - at));
  }
  return ids;
}

}  // namespace

Result<DemoLinker> DemoLinker::open(const std::string& store, const std::string& scenes) {
  const auto folder = find_content(scenes, "scenes");
  if (!folder) return unexpected(folder.error());
  const std::filesystem::path core = *folder / "core";
  auto policy = scene::load_policy((core / "policy.yaml").string());
  if (!policy) return unexpected(policy.error());
  DemoLinker linker;
  linker.policy_ = std::make_shared<const Policy>(std::move(*policy));
  if (const Result<void> read = linker.read(core / "demo-accounts.yaml"); !read)
    return unexpected(read.error());
  auto hub = open_hub(store, scenes, default_threads(), false, true);
  if (!hub) return unexpected(hub.error());
  linker.hub_ = std::move(*hub);
  linker.today_ = server::day_of_store(*linker.hub_, system_clock());
  return linker;
}

Result<void> DemoLinker::read(const std::filesystem::path& file) {
  const Result<YAML::Node> root = indicators::read_yaml(file);
  if (!root) return unexpected(root.error());
  indicators::ContentReader content(file.string());
  if (content.text(*root, "schema") != "demo-accounts-1")
    content.fault(*root, "“schema” is not demo-accounts-1");
  approval_ = content.text(*root, "approval");
  for (const YAML::Node& one : content.list(*root, "residents")) {
    const std::string role = content.text(one, "role");
    const Policy::Rule* rule = policy_->rule(role);
    if (rule == nullptr || !rule->own)
      content.fault(one, fmt::format("“{}” is no role of policy.yaml that sees its own", role));
    residents_[role] = content.text(one, "sql");
  }
  if (!content.ok()) return unexpected(content.error());
  return {};
}

Result<std::string> DemoLinker::id_behind(const Policy::Relation& relation, std::int64_t key,
                                          std::int64_t seq) {
  const auto row = hub_->store().peek(Principal::system("demo accounts"), seq, seq);
  if (!row) return unexpected(row.error());
  if (*row)
    for (const std::string& id : named((**row).json, type_of(relation)))
      if (crypto::resource_key(type_of(relation), id) == key) return id;
  return std::string();
}

Result<void> DemoLinker::relate(const Policy::Relation& relation, DemoLinks& found) {
  std::vector<std::string>& ids =
      relation.by_practitioner ? found.links.practitioners : found.organizations;
  if (!ids.empty()) return {};  // one post for each account, the first relation's
  const auto rows =
      hub_->tables().query(Principal::system("demo accounts"), busiest_sql(relation, today_));
  if (!rows) return unexpected(rows.error());
  if (rows->rows.empty()) return {};
  const auto& row = rows->rows.front();
  const auto id =
      id_behind(relation, std::get<std::int64_t>(row[0]), std::get<std::int64_t>(row[2]));
  if (!id) return unexpected(id.error());
  if (!id->empty()) ids.push_back(*id);
  return {};
}

Result<DemoLinks> DemoLinker::of(const std::string& role) {
  DemoLinks found;
  const Policy::Rule* rule = policy_->rule(role);
  if (rule == nullptr) return found;
  for (std::size_t i = 0; i < policy_->relations().size(); ++i)
    if ((rule->relations >> i & 1) != 0)
      if (const Result<void> done = relate(policy_->relations()[i], found); !done)
        return unexpected(done.error());
  if (const auto sql = residents_.find(role); rule->own && sql != residents_.end()) {
    const auto rows = hub_->tables().query(Principal::system("demo accounts"), sql->second);
    if (!rows) return unexpected(rows.error());
    for (const auto& row : rows->rows)
      found.links.residents.push_back(std::get<std::int64_t>(row.front()));
  }
  if (rule->needs_approval) {
    found.links.approval = approval_;
    found.links.approved_until =
        Instant{system_clock()().micros + days_of_approval * micros_per_day};
  }
  return found;
}

}  // namespace hb::cli
