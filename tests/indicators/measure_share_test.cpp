#include <random>

#include "measure_store.hpp"
#include "tables/moment.hpp"
#include "tables/share.hpp"

using namespace hb;
using namespace hb::test;

namespace {

constexpr auto limit = std::chrono::seconds(20);

/// Everybody who has a row in a table.
std::set<ResidentId> everybody(const tables::Moment& moment,
                               const std::vector<tables::TableSchema>& schemas) {
  std::set<ResidentId> all;
  for (const tables::TableSchema& schema : schemas) {
    if (std::ranges::find(schema.columns, "resident_id", &tables::ColumnSpec::name) ==
        schema.columns.end())
      continue;
    const auto set = moment.query("SELECT DISTINCT resident_id FROM " + schema.name, {}, limit);
    REQUIRE(set.has_value());
    for (const auto& row : set->rows) all.insert(std::get<std::int64_t>(row[0]));
  }
  return all;
}

Slice one_period(const Asked& ask, const CubeQuery& query, const Period& when) {
  const Date today = *make_date(2025, 12, 31);
  const std::vector<Period> periods = query.part.each ? std::vector<Period>{when} : months_of(when);
  const auto slices = run_cube(ask, {&query, when.first, when.last, periods}, today);
  Slice sum;
  for (const auto& slice : slices) {
    REQUIRE_MESSAGE(!slice->error, (slice->error ? slice->error->where + " " + slice->error->message
                                                 : std::string()));
    const auto more = exchanged(sum, nullptr, slice.get());
    REQUIRE(more.has_value());
    sum = *more;
  }
  return sum;
}

}  // namespace

TEST_CASE("measures: shares of any split of the residents add up to the figure") {
  MeasureStore store;
  std::string records;
  std::ifstream in(source_dir() / "tests/cases/measures/small-district/1-records.ndjson");
  for (std::string line; std::getline(in, line);) records += line + "\n";
  store.deliver(records);
  const auto measures = load_measures(source_dir() / "scenes");
  REQUIRE(measures.has_value());
  const auto schemas = store.hub().tables().schemas();
  std::map<std::uint64_t, CubeQuery> queries;
  for (const Measure& measure : *measures)
    for (const MeasurePart* part :
         {&measure.numerator, measure.denominator ? &*measure.denominator : nullptr}) {
      if (part == nullptr || !part->by_resident) continue;
      CubeQuery query = make_query(*part, is_life_table(measure.method), schemas);
      queries.emplace(query.fingerprint, std::move(query));
    }
  CHECK(queries.size() > 50);

  const auto moment = std::as_const(store.hub()).tables().moment(1);
  REQUIRE(moment.has_value());
  const auto parts = share_schemas(queries, schemas);
  auto share = tables::Share::open(parts);
  REQUIRE(share.has_value());
  const std::set<ResidentId> all = everybody(**moment, parts);
  CHECK(all.size() == 31);
  const Asked ask_all = [&](const std::string& sql, const auto& parameters) {
    return (*moment)->query(sql, parameters, limit);
  };
  const Asked ask_share = [&](const std::string& sql, const auto& parameters) {
    return (*share)->query(sql, parameters, limit);
  };
  std::mt19937 random(11);
  for (const char* when : {"2025", "2024"}) {
    std::vector<std::vector<ResidentId>> groups(3);
    for (const ResidentId id : all) groups[random() % 3].push_back(id);
    std::map<std::uint64_t, Slice> sums;
    for (const auto& group : groups) {
      for (const tables::TableSchema& schema : parts)
        REQUIRE((*share)->fill(schema.name, **moment, group).has_value());
      for (const auto& [fingerprint, query] : queries) {
        const Slice part = one_period(ask_share, query, period(when));
        const auto more = exchanged(sums[fingerprint], nullptr, &part);
        REQUIRE(more.has_value());
        sums[fingerprint] = *more;
      }
    }
    std::size_t cells = 0;
    for (const auto& [fingerprint, query] : queries) {
      CAPTURE(query.part.file);
      CAPTURE(query.part.line);
      const Slice whole = one_period(ask_all, query, period(when));
      CHECK(whole.areas == sums[fingerprint].areas);
      CHECK(whole.rows == sums[fingerprint].rows);
      cells += whole.rows.size();
    }
    CHECK(cells > 100);
  }
}

TEST_CASE("exchanged: a share out, another in; cells of 0 vanish") {
  // Two streets: 3 men and 1 woman in the first, 2 men in the second.
  Slice slice;
  slice.areas = {"770101001", "770101002"};
  slice.rows = {{0, Sex::male, 40, 3, 0}, {0, Sex::female, 40, 1, 0}, {1, Sex::male, 40, 2, 0}};
  Slice former;
  former.areas = {"770101001"};
  former.rows = {{0, Sex::female, 40, 1, 0}};
  Slice present;
  present.areas = {"770101002"};
  present.rows = {{0, Sex::female, 40, 1, 0}};
  const auto moved = exchanged(slice, &former, &present);
  REQUIRE(moved.has_value());
  CHECK(moved->areas == slice.areas);
  CHECK(moved->rows == std::vector<Slice::Row>{{0, Sex::male, 40, 3, 0},
                                               {1, Sex::male, 40, 2, 0},
                                               {1, Sex::female, 40, 1, 0}});
  CHECK(exchanged(*moved, &present, &former)->rows == slice.rows);
  // A share that is not in the slice: the slice is to be made from all rows.
  CHECK_FALSE(exchanged(slice, &present, nullptr).has_value());
}
