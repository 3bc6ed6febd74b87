#include <algorithm>
#include <map>

#include "workflow/journal.hpp"

namespace hb::workflow {
namespace {

using records::sqlite::Connection;
using records::sqlite::one_integer;
using records::sqlite::Query;
using records::sqlite::ReaderPool;

/// Rows looked at in order of deadlines before the areas are looked for themselves.
constexpr int most_looked = 20'000;

#define HB_WORK_COLUMNS                                                                         \
  "SELECT i.id, w.token, w.flow, w.state, w.actor, w.user, w.area, w.since, w.due, w.escalated" \
  " FROM work w"

Work work_of(const Query& query) {
  return {query.text(0),      static_cast<int>(query.integer(1)),
          query.text(2),      query.text(3),
          query.text(4),      query.text(5),
          query.text(6),      {query.integer(7)},
          {query.integer(8)}, query.integer(9) != 0};
}

Result<void> take(Query query, std::vector<Work>& list) {
  while (query.next()) list.push_back(work_of(query));
  return query.finished();
}

/// The end of all texts that begin with this one.
std::string behind(const std::string& prefix) { return prefix + "\x7f"; }

bool is_before(const Work& a, const Work& b) {
  return std::tie(a.due, a.since, a.instance, a.token) <
         std::tie(b.due, b.since, b.instance, b.token);
}

/// What is derived of an instance: one line per piece of work.
std::string derived(const Work& work) {
  return std::to_string(work.token) + " " + work.flow + " " + work.state + " " + work.actor + " " +
         work.user + " " + work.area + " " + std::to_string(work.since.micros) + " " +
         std::to_string(work.due.micros) + " " + std::to_string(work.escalated);
}

std::vector<std::string> derived(const Instance& instance) {
  std::vector<std::string> lines;
  const boost::json::value* area = instance.data.if_contains("area");
  for (const Token& token : instance.tokens) {
    if (token.owner.actor.empty()) continue;
    Work work{instance.id,
              token.id,
              instance.flow,
              token.state,
              instance.flow + "/" + token.owner.actor,
              token.owner.user,
              "",
              token.since,
              never,
              !token.superiors.empty()};
    if (area != nullptr && area->is_string()) work.area = std::string(area->get_string());
    for (const Running& clock : token.clocks) work.due = std::min(work.due, clock.due);
    lines.push_back(derived(work));
  }
  std::ranges::sort(lines);
  return lines;
}

/// Work of an actor in order of deadlines, as far as the first rows tell.
/// returns  false: too few of these areas are among them, and the rest is better looked for by area
Result<bool> first_by_due(Connection& reader, const std::string& actor, const WorkQuery& query,
                          std::vector<Work>& list) {
  Query rows(reader,
             "SELECT instance, token, area FROM work INDEXED BY work_due WHERE actor = ?1"
             " AND user = '' ORDER BY due",
             actor);
  std::vector<std::pair<std::int64_t, std::int64_t>> found;
  const auto wanted = static_cast<std::size_t>(query.limit);
  bool all = true;
  for (int looked = 0; found.size() < wanted && rows.next(); ++looked) {
    if (looked == most_looked && !query.areas.empty()) {
      all = false;
      break;
    }
    const std::string_view area = rows.bytes(2);
    const bool fits =
        query.areas.empty() || std::ranges::any_of(query.areas, [&](const std::string& beginning) {
          return area.starts_with(beginning);
        });
    if (fits) found.emplace_back(rows.integer(0), rows.integer(1));
  }
  if (!rows.ok()) return unexpected(rows.error());
  if (!all) return false;
  for (const auto& [instance, token] : found) {
    Result<void> taken = take(Query(reader,
                                    HB_WORK_COLUMNS " JOIN instance i ON i.row = w.instance"
                                                    " WHERE w.instance = ?1 AND w.token = ?2",
                                    instance, token),
                              list);
    if (!taken) return unexpected(taken.error());
  }
  return true;
}

/// Work that waits for whoever of an actor takes it first.
Result<void> pool_work(Connection& reader, const std::string& actor, const WorkQuery& query,
                       std::vector<Work>& list) {
  const Result<bool> found = first_by_due(reader, actor, query, list);
  if (!found) return unexpected(found.error());
  if (*found) return {};
  Result<void> done;
  for (const std::string& area : query.areas) {
    if (!done) break;
    // The best of an area are found before their instances are looked up.
    done = take(Query(reader,
                      "SELECT i.id, w.token, w.flow, w.state, w.actor, w.user, w.area, w.since,"
                      " w.due, w.escalated FROM (SELECT instance AS at, token AS number, due"
                      " FROM work INDEXED BY work_area WHERE actor = ?1 AND user = ''"
                      " AND area >= ?2 AND area < ?3 ORDER BY due LIMIT ?4) best"
                      " JOIN work w ON w.instance = best.at AND w.token = best.number"
                      " JOIN instance i ON i.row = best.at",
                      actor, area, behind(area), query.limit),
                list);
  }
  return done;
}

}  // namespace

Result<std::vector<Work>> Journal::work(const WorkQuery& query) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  std::vector<Work> list;
  Result<void> done;
  if (!query.user.empty())
    done = take(Query(**reader,
                      HB_WORK_COLUMNS " JOIN instance i ON i.row = w.instance"
                                      " WHERE w.user = ?1 AND w.user <> '' ORDER BY w.due LIMIT ?2",
                      query.user, query.limit),
                list);
  for (const std::string& actor : query.actors)
    if (done) done = pool_work(**reader, actor, query, list);
  if (!done) return unexpected(done.error());
  std::ranges::sort(list, is_before);
  const auto same = [](const Work& a, const Work& b) {
    return a.instance == b.instance && a.token == b.token;
  };
  list.erase(std::unique(list.begin(), list.end(), same), list.end());
  if (static_cast<std::int64_t>(list.size()) > query.limit)
    list.resize(static_cast<std::size_t>(query.limit));
  return list;
}

Result<std::int64_t> Journal::load(std::string_view user) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  return one_integer(**reader, 0, "SELECT count(*) FROM work WHERE user = ?1 AND user <> ''", user);
}

Result<Journal::Counts> Journal::counts() const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  Query query(
      **reader,
      "SELECT (SELECT count(*) FROM instance), (SELECT count(*) FROM instance WHERE status ="
      " 0), (SELECT count(*) FROM event), (SELECT count(*) FROM work),"
      " (SELECT count(*) FROM outbox)");
  Counts counts;
  if (query.next())
    counts = {query.integer(0), query.integer(1), query.integer(2), query.integer(3),
              query.integer(4)};
  if (!query.ok()) return unexpected(query.error());
  return counts;
}

Result<std::vector<std::string>> Journal::check() const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  std::vector<std::string> faults;
  Query all(**reader, "SELECT row, id, version, status, events, next FROM instance ORDER BY row");
  while (all.next()) {
    const std::string id = all.text(1);
    const auto log = events(id);
    const auto instance = log ? replay(id, *log) : Result<Instance>(unexpected(log.error()));
    if (!instance) {
      faults.push_back("instance " + id + ": " + instance.error().message);
      continue;
    }
    const Instant next = instance->status == Status::active ? instance->next() : never;
    const Instant kept = all.is_null(5) ? never : Instant{all.integer(5)};
    if (instance->version != all.integer(2) ||
        static_cast<std::int64_t>(instance->status) != all.integer(3) ||
        instance->events != all.integer(4) || next != kept)
      faults.push_back("instance " + id + ": its row is not what its log makes");
    std::vector<std::string> lines;
    Query works(**reader,
                HB_WORK_COLUMNS " JOIN instance i ON i.row = w.instance WHERE w.instance = ?1",
                all.integer(0));
    while (works.next()) lines.push_back(derived(work_of(works)));
    if (!works.ok()) return unexpected(works.error());
    std::ranges::sort(lines);
    if (lines != derived(*instance))
      faults.push_back("instance " + id + ": its open work is not what its log makes");
  }
  if (!all.ok()) return unexpected(all.error());
  return faults;
}

}  // namespace hb::workflow
