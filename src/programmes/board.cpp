#include "programmes/board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace hb::programmes {
namespace {

using Parameters = std::vector<std::pair<std::string, tables::Value>>;

std::optional<Date> date_in(const tables::Value& value) {
  const Date* date = std::get_if<Date>(&value);
  return date != nullptr ? std::optional(*date) : std::nullopt;
}

std::string text_in(const tables::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : std::string();
}

std::int64_t whole_in(const tables::Value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  return whole != nullptr ? *whole : 0;
}

/// Numbers different texts or keys in the order in which they come.
template <class Key>
class Numbered {
 public:
  std::uint32_t of(const Key& key) {
    const auto [at, is_new] = known_.try_emplace(key, static_cast<std::uint32_t>(all_.size()));
    if (is_new) all_.push_back(key);
    return at->second;
  }
  const std::vector<Key>& all() const { return all_; }

 private:
  std::map<Key, std::uint32_t> known_;
  std::vector<Key> all_;
};

constexpr const char* enrolled =
    "e.status = 'active' AND e.start_date <= CAST($today AS DATE) "
    "AND (e.end_date IS NULL OR e.end_date > CAST($today AS DATE))";

/// A common table of the content's SQL, of all residents or of one.
std::string part_of(const std::string& name, const std::string& column, const std::string& sql,
                    bool one) {
  if (sql.empty()) return {};
  return fmt::format(", {0} AS (\n  SELECT c.resident_id, c.{1}\n  FROM (\n{2}\n  ) AS c{3}\n)",
                     name, column, sql,
                     one ? "\n  WHERE c.resident_id = CAST($resident AS BIGINT)" : "");
}

Result<std::map<std::int64_t, std::string>> names_of(const tables::Database& tables,
                                                     const Principal& principal,
                                                     std::chrono::milliseconds limit) {
  const auto found = tables.query(
      principal, "SELECT organization_key, max(name) AS name FROM organization GROUP BY 1", {},
      limit);
  if (!found) return unexpected(found.error());
  std::map<std::int64_t, std::string> names;
  for (const auto& row : found->rows) names[whole_in(row[0])] = text_in(row[1]);
  return names;
}

/// The programmes in which somebody is enrolled: only these are looked into for one person.
Result<std::set<std::string>> programmes_of(const tables::Database& tables,
                                            const Principal& principal, Date today, ResidentId one,
                                            std::chrono::milliseconds limit) {
  const auto found = tables.query(
      principal,
      fmt::format("SELECT e.programme FROM episode AS e "
                  "WHERE e.resident_id = CAST($resident AS BIGINT) AND {} GROUP BY e.programme",
                  enrolled),
      {{"today", today}, {"resident", one}}, limit);
  if (!found) return unexpected(found.error());
  std::set<std::string> ids;
  for (const auto& row : found->rows) ids.insert(text_in(row[0]));
  return ids;
}

}  // namespace

std::string member_sql(const Programme& programme, const Service& service, bool one) {
  std::string visits;  // ids of small letters, checked when they were read
  for (const std::string& visit : service.visits)
    visits += (visits.empty() ? "'" : ", '") + visit + "'";
  const char* only = one ? " AND e.resident_id = CAST($resident AS BIGINT)" : "";
  return fmt::format(
      R"(WITH member AS (
  SELECT e.resident_id, min(e.start_date) AS since, max(e.organization_key) AS organization_key
  FROM episode AS e
  WHERE e.programme = '{0}' AND {1}{2}
  GROUP BY e.resident_id
), visit AS (
  SELECT e.resident_id, max(e.start_date) AS last
  FROM encounter AS e
  WHERE e.type IN ({3}) AND e.status NOT IN ('planned', 'cancelled', 'entered-in-error')
    AND e.start_date <= CAST($today AS DATE){2}
  GROUP BY e.resident_id
){4}{5}
SELECT m.resident_id, m.since, r.area, m.organization_key, v.last, {6} AS state, {7} AS anchor
FROM member AS m
JOIN resident AS r ON r.resident_id = m.resident_id
LEFT JOIN visit AS v ON v.resident_id = m.resident_id{8}{9}
WHERE r.deceased IS NOT TRUE AND (r.deceased_date IS NULL OR r.deceased_date > CAST($today AS DATE))
  AND (r.left_date IS NULL OR r.left_date > CAST($today AS DATE)))",
      programme.id, enrolled, only, visits, part_of("judged", "state", service.state_sql, one),
      part_of("anchored", "anchor", service.anchor_sql, one),
      service.state_sql.empty() ? "CAST(NULL AS VARCHAR)" : "j.state",
      service.anchor_sql.empty() ? "CAST(NULL AS DATE)" : "a.anchor",
      service.state_sql.empty() ? "" : "\nLEFT JOIN judged AS j ON j.resident_id = m.resident_id",
      service.anchor_sql.empty() ? ""
                                 : "\nLEFT JOIN anchored AS a ON a.resident_id = m.resident_id");
}

Result<Board> make_board(const Library& library, const tables::Database& tables,
                         const Principal& principal, Date today, std::optional<ResidentId> one,
                         std::chrono::milliseconds limit) {
  Board board;
  board.day = today;
  Numbered<std::string> areas;
  Numbered<std::int64_t> organizations;
  Parameters parameters{{"today", today}};
  std::optional<std::set<std::string>> own;
  if (one) {
    parameters.emplace_back("resident", *one);
    auto found = programmes_of(tables, principal, today, *one, limit);
    if (!found) return unexpected(found.error());
    own = std::move(*found);
  }
  for (std::size_t p = 0; p < library.all().size(); ++p) {
    const Programme& programme = library.all()[p];
    if (own && !own->contains(programme.id)) continue;
    for (std::size_t s = 0; s < programme.services.size(); ++s) {
      const Service& service = programme.services[s];
      const auto add = [&](const std::vector<tables::Value>& row) {
        const std::optional<Date> since = date_in(row[1]);
        if (!since) return true;
        DueRow made{whole_in(row[0]),
                    static_cast<std::uint16_t>(p),
                    static_cast<std::uint16_t>(s),
                    areas.of(text_in(row[2])),
                    organizations.of(whole_in(row[3])),
                    *since,
                    date_in(row[4]),
                    {}};
        made.due =
            due_of(service.schedule, {*since, made.last, text_in(row[5]), date_in(row[6])}, today);
        board.rows.push_back(made);
        return true;
      };
      const Result<void> done = tables.scan(
          principal, member_sql(programme, service, one.has_value()), parameters, add, limit);
      if (!done)
        return fail(done.error().code, done.error().message, programme.file + " " + service.id);
    }
  }
  std::ranges::sort(board.rows, [](const DueRow& a, const DueRow& b) {
    return std::tie(a.resident, a.programme, a.service) <
           std::tie(b.resident, b.programme, b.service);
  });
  board.areas = areas.all();
  if (board.rows.empty()) return board;
  const auto names = names_of(tables, principal, limit);
  if (!names) return unexpected(names.error());
  for (const std::int64_t key : organizations.all()) {
    const auto name = names->find(key);
    board.organizations.push_back({key, name != names->end() ? name->second : ""});
  }
  return board;
}

Result<std::vector<Eligible>> eligible_of(const Programme& programme,
                                          const tables::Database& tables,
                                          const Principal& principal, Date today,
                                          std::int64_t most) {
  std::vector<Eligible> all;
  if (programme.eligible_sql.empty()) return all;
  const std::string sql = fmt::format(
      R"(SELECT c.resident_id, c.since, c.note
FROM (
{0}
) AS c
JOIN resident AS r ON r.resident_id = c.resident_id
WHERE r.deceased IS NOT TRUE AND (r.deceased_date IS NULL OR r.deceased_date > CAST($today AS DATE))
  AND (r.left_date IS NULL OR r.left_date > CAST($today AS DATE))
  AND NOT EXISTS (SELECT 1 FROM episode AS e WHERE e.resident_id = c.resident_id
                  AND e.programme = '{1}' AND e.status IN ('active', 'onhold', 'cancelled'))
ORDER BY c.since NULLS LAST, c.resident_id NULLS LAST
LIMIT {2})",
      programme.eligible_sql, programme.id, most);
  const auto found = tables.query(principal, sql, {{"today", today}}, std::chrono::seconds(20));
  if (!found) return unexpected(found.error());
  for (const auto& row : found->rows)
    all.push_back({whole_in(row[0]), date_in(row[1]), text_in(row[2])});
  return all;
}

}  // namespace hb::programmes
