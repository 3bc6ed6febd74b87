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
  ", w.instance FROM work w"

Work work_of(const Query& query) {
  return {query.text(0),      static_cast<int>(query.integer(1)),
          query.text(2),      query.text(3),
          query.text(4),      query.text(5),
          query.text(6),      {query.integer(7)},
          {query.integer(8)}, query.integer(9) != 0,
          query.integer(10)};
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

/// What makes a row of work part of a list.
class Sieve {
 public:
  Sieve(const Lane& lane, const WorkList& list) : lane_(lane), list_(list) {
    if (lane.areas.empty() && !list.area.empty()) areas_.push_back(list.area);
    for (const std::string& own : lane.areas) {
      if (own.starts_with(list.area))
        areas_.push_back(own);
      else if (list.area.starts_with(own))
        areas_.push_back(list.area);
    }
    everywhere_ = lane.areas.empty() && list.area.empty();
    const WorkPlace before_all{list.from, -1, -1};
    start_ = list.after ? std::max(*list.after, before_all) : before_all;
  }

  bool everywhere() const { return everywhere_; }
  /// Beginnings of area codes; none and not everywhere: nothing fits.
  const std::vector<std::string>& areas() const { return areas_; }
  /// What fits comes after it.
  const WorkPlace& start() const { return start_; }
  bool is_past(Instant due) const { return list_.before && due >= *list_.before; }

  /// Columns: due, instance, token, flow or actor, state, area, user, organization.
  bool passes(const Query& row) const {
    if (!list_.state.empty() && row.bytes(4) != list_.state) return false;
    if (!list_.flow.empty()) {
      const std::string_view flow = row.bytes(3);
      if (flow.substr(0, flow.find('/')) != list_.flow) return false;
    }
    if (lane_.kind == Lane::Kind::waiting && !row.bytes(6).empty()) return false;
    if (lane_.by_organization && std::ranges::count(lane_.organizations, row.bytes(7)) == 0)
      return false;
    const std::string_view area = row.bytes(5);
    return everywhere_ || std::ranges::any_of(areas_, [&](const std::string& beginning) {
             return area.starts_with(beginning);
           });
  }

 private:
  const Lane& lane_;
  const WorkList& list_;
  std::vector<std::string> areas_;
  bool everywhere_ = false;
  WorkPlace start_;
};

/// Takes what passes until there are enough.
/// returns  false: given up after so many rows
Result<bool> sift(Query query, const Sieve& sieve, std::int64_t wanted, std::int64_t most,
                  std::vector<WorkPlace>& found) {
  std::int64_t taken = 0;
  for (std::int64_t looked = 0; taken < wanted && query.next(); ++looked) {
    if (looked == most) return false;
    const Instant due{query.integer(0)};
    if (sieve.is_past(due)) break;
    if (!sieve.passes(query)) continue;
    found.push_back({due, query.integer(1), static_cast<int>(query.integer(2))});
    ++taken;
  }
  if (!query.ok()) return unexpected(query.error());
  return true;
}

constexpr std::int64_t no_end = INT64_MAX;

/// The end of all texts that begin with this one.
std::string behind(const std::string& prefix) { return prefix + "\x7f"; }

/// Work of an actor in few areas of many, each area's best looked for in its own part of the index.
Result<void> best_of_areas(Connection& reader, const Lane& lane, const WorkList& list,
                           const Sieve& sieve, std::vector<WorkPlace>& found) {
  for (const std::string& area : sieve.areas()) {
    const Result<bool> done = sift(
        Query(reader,
              "SELECT due, instance, token, actor, state, area, user, organization FROM work"
              " INDEXED BY work_of_area WHERE actor = ?1 AND area >= ?2 AND area < ?3"
              " AND (due, instance, token) > (?4, ?5, ?6) AND due < ?7"
              " AND (?8 = '' OR state = ?8) AND (?9 = 0 OR user = '')"
              " ORDER BY due, instance, token LIMIT ?10",
              lane.name, area, behind(area), sieve.start().due.micros, sieve.start().row,
              sieve.start().token, list.before ? list.before->micros : no_end, list.state,
              lane.kind == Lane::Kind::waiting ? 1 : 0, lane.by_organization ? no_end : list.limit),
        sieve, list.limit, no_end, found);
    if (!done) return unexpected(done.error());
  }
  return {};
}

Result<void> walk_actor(Connection& reader, const Lane& lane, const WorkList& list,
                        const Sieve& sieve, std::vector<WorkPlace>& found) {
  const WorkPlace& start = sieve.start();
  if (lane.by_organization) {
    for (const std::string& organization : lane.organizations) {
      const Result<bool> done =
          sift(Query(reader,
                     "SELECT due, instance, token, actor, state, area, user, organization FROM work"
                     " INDEXED BY work_of_organization WHERE actor = ?1 AND organization = ?2"
                     " AND organization <> '' AND (due, instance, token) > (?3, ?4, ?5)"
                     " ORDER BY due, instance, token",
                     lane.name, organization, start.due.micros, start.row, start.token),
               sieve, list.limit, no_end, found);
      if (!done) return unexpected(done.error());
    }
    return {};
  }
  const std::size_t before = found.size();
  const std::int64_t most = sieve.everywhere() ? no_end : most_looked;
  const Result<bool> done =
      list.state.empty()
          ? sift(Query(reader,
                       "SELECT due, instance, token, actor, state, area, user, organization"
                       " FROM work INDEXED BY work_of_actor WHERE actor = ?1"
                       " AND (due, instance, token) > (?2, ?3, ?4) ORDER BY due, instance, token",
                       lane.name, start.due.micros, start.row, start.token),
                 sieve, list.limit, most, found)
          : sift(Query(reader,
                       "SELECT due, instance, token, actor, state, area, user, organization"
                       " FROM work INDEXED BY work_of_state WHERE actor = ?1 AND state = ?5"
                       " AND (due, instance, token) > (?2, ?3, ?4) ORDER BY due, instance, token",
                       lane.name, start.due.micros, start.row, start.token, list.state),
                 sieve, list.limit, most, found);
  if (!done) return unexpected(done.error());
  if (*done) return {};
  found.resize(before);
  return best_of_areas(reader, lane, list, sieve, found);
}

Result<void> walk(Connection& reader, const Lane& lane, const WorkList& list,
                  std::vector<WorkPlace>& found) {
  const Sieve sieve(lane, list);
  if (!sieve.everywhere() && sieve.areas().empty()) return {};
  const WorkPlace& start = sieve.start();
  if (lane.kind == Lane::Kind::waiting || lane.kind == Lane::Kind::actor)
    return walk_actor(reader, lane, list, sieve, found);
  const Result<bool> done =
      lane.kind == Lane::Kind::owned
          ? sift(Query(reader,
                       "SELECT due, instance, token, flow, state, area, user, organization FROM"
                       " work INDEXED BY work_of_user WHERE user = ?1 AND user <> ''"
                       " AND (due, instance, token) > (?2, ?3, ?4) ORDER BY due, instance, token",
                       lane.name, start.due.micros, start.row, start.token),
                 sieve, list.limit, no_end, found)
          : sift(Query(reader,
                       "SELECT due, instance, token, flow, state, area, '', organization FROM"
                       " superior WHERE actor = ?1 AND (due, instance, token) > (?2, ?3, ?4)"
                       " ORDER BY due, instance, token",
                       lane.name, start.due.micros, start.row, start.token),
                 sieve, list.limit, no_end, found);
  if (!done) return unexpected(done.error());
  return {};
}

/// The first of all lanes together.
Result<std::vector<WorkPlace>> places_of(Connection& reader, const WorkList& list) {
  std::vector<WorkPlace> found;
  for (const Lane& lane : list.lanes) {
    if (lane.kind == Lane::Kind::owned && lane.name.empty()) continue;
    if (!list.flow.empty() && lane.kind != Lane::Kind::owned &&
        lane.name.substr(0, lane.name.find('/')) != list.flow)
      continue;
    if (Result<void> done = walk(reader, lane, list, found); !done) return unexpected(done.error());
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  if (static_cast<std::int64_t>(found.size()) > list.limit)
    found.resize(static_cast<std::size_t>(list.limit));
  return found;
}

}  // namespace

Result<std::vector<Work>> Journal::work(const WorkList& list) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  const auto places = places_of(**reader, list);
  if (!places) return unexpected(places.error());
  std::vector<Work> works;
  for (const WorkPlace& place : *places) {
    Query query(**reader,
                HB_WORK_COLUMNS
                " JOIN instance i ON i.row = w.instance"
                " WHERE w.instance = ?1 AND w.token = ?2",
                place.row, place.token);
    if (query.next()) works.push_back(work_of(query));
    if (!query.ok()) return unexpected(query.error());
  }
  return works;
}

Result<std::int64_t> Journal::count(const WorkList& list) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  const auto places = places_of(**reader, list);
  if (!places) return unexpected(places.error());
  return static_cast<std::int64_t>(places->size());
}

Result<std::vector<Work>> Journal::work(const WorkQuery& query) const {
  WorkList list;
  list.limit = query.limit;
  list.lanes.push_back({Lane::Kind::owned, query.user, {}, false, {}});
  for (const std::string& actor : query.actors)
    list.lanes.push_back({Lane::Kind::waiting, actor, query.areas, false, {}});
  return work(list);
}

namespace {

/// Whether a row (started, row, area, status, organization, end) is part of the list.
bool is_listed(const Query& row, const InstanceList& list, const InstanceList::Of& of) {
  if (list.open && row.integer(3) != 0) return false;
  const std::string_view area = row.bytes(2);
  if (!area.starts_with(list.area)) return false;
  if (of.by_organization && std::ranges::count(of.organizations, row.bytes(4)) == 0) return false;
  return of.areas.empty() || std::ranges::any_of(of.areas, [&](const std::string& beginning) {
           return area.starts_with(beginning);
         });
}

Result<bool> stands_in(Connection& reader, std::int64_t row, const std::string& state) {
  const auto found = one_integer(
      reader, 0, "SELECT 1 FROM work WHERE instance = ?1 AND state = ?2 LIMIT 1", row, state);
  if (!found) return unexpected(found.error());
  return *found == 1;
}

}  // namespace

Result<std::vector<InstanceLine>> Journal::instances(
    const InstanceList& list, std::optional<std::pair<Instant, std::int64_t>>& looked_to) const {
  using Key = std::pair<Instant, std::int64_t>;
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  std::vector<Key> found;
  Key end{list.before.value_or(never), 0};
  if (list.after) end = std::min(end, *list.after);
  for (const InstanceList::Of& of : list.flows) {
    Query rows(**reader,
               "SELECT started, row, area, status, organization, end FROM instance"
               " INDEXED BY instance_started WHERE flow = ?1 AND (started, row) < (?2, ?3)"
               " AND started >= ?4 ORDER BY started DESC, row DESC",
               of.flow, end.first.micros, end.second, list.from.micros);
    std::int64_t taken = 0;
    for (int looked = 0; taken < list.limit && rows.next(); ++looked) {
      const Key key{Instant{rows.integer(0)}, rows.integer(1)};
      if (looked == most_looked) {  // the page ends here, and the next one goes on
        looked_to = looked_to ? std::max(*looked_to, key) : key;
        break;
      }
      if (!is_listed(rows, list, of)) continue;
      if (!list.state.empty() && rows.bytes(5) != list.state) {
        const Result<bool> stands = stands_in(**reader, key.second, list.state);
        if (!stands) return unexpected(stands.error());
        if (!*stands) continue;
      }
      found.push_back(key);
      ++taken;
    }
    if (!rows.ok()) return unexpected(rows.error());
  }
  if (looked_to) std::erase_if(found, [&](const Key& key) { return key < *looked_to; });
  std::ranges::sort(found, std::greater());
  if (static_cast<std::int64_t>(found.size()) > list.limit)
    found.resize(static_cast<std::size_t>(list.limit));
  std::vector<InstanceLine> lines;
  for (const Key& key : found) {
    Query id(**reader, "SELECT id FROM instance WHERE row = ?1", key.second);
    if (id.next()) lines.push_back({key.second, id.text(0), key.first});
    if (!id.ok()) return unexpected(id.error());
  }
  return lines;
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
