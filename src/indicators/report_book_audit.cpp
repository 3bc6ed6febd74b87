// What the store's audit learns of figures: each act and each vintage once it is durable here.
#include "indicators/report_book.hpp"
#include "records/store.hpp"

namespace hb::indicators {
namespace {

using records::sqlite::execute;
using records::sqlite::Query;
using Entries = std::vector<records::Store::AuditEntry>;

constexpr const char* waiting_sql = R"sql(
SELECT coalesce((SELECT max(id) FROM act), 0), coalesce((SELECT max(id) FROM vintage), 0),
       coalesce((SELECT max(act) FROM audited), 0), coalesce((SELECT max(vintage) FROM audited), 0)
)sql";

constexpr const char* acts_sql = R"sql(
SELECT a.at, a.account, a.source, a.figure, a.state, f.indicator, f.area, f.period
FROM act a JOIN figure f ON f.id = a.figure WHERE a.id > ?1 AND a.id <= ?2 ORDER BY a.id
)sql";

/// A reported figure's vintage is told of by its act.
constexpr const char* vintages_sql = R"sql(
SELECT at, account, source, number, indicator, area, period
FROM vintage WHERE computed = 1 AND id > ?1 AND id <= ?2 ORDER BY id
)sql";

struct Waiting {
  std::int64_t act = 0, vintage = 0, told_act = 0, told_vintage = 0;
  bool any() const { return act > told_act || vintage > told_vintage; }
};

Result<Waiting> waiting_of(records::sqlite::Connection& connection) {
  Query query(connection, waiting_sql);
  if (!query.next()) return unexpected(query.error());
  return Waiting{query.integer(0), query.integer(1), query.integer(2), query.integer(3)};
}

Result<void> add_acts(records::sqlite::Connection& connection, const Waiting& waiting,
                      Entries& entries) {
  Query query(connection, acts_sql, waiting.told_act, waiting.act);
  while (query.next())
    entries.push_back({Instant{query.integer(0)}, query.text(1), "operation",
                       "figure-" + query.text(4),
                       "figure " + std::to_string(query.integer(3)) + ", " + query.text(5) + " " +
                           query.text(6) + " " + query.text(7),
                       query.text(2)});
  return query.ok() ? Result<void>() : unexpected(query.error());
}

Result<void> add_vintages(records::sqlite::Connection& connection, const Waiting& waiting,
                          Entries& entries) {
  Query query(connection, vintages_sql, waiting.told_vintage, waiting.vintage);
  while (query.next())
    entries.push_back({Instant{query.integer(0)}, query.text(1), "operation", "figure-published",
                       "vintage " + std::to_string(query.integer(3)) + ", " + query.text(4) + " " +
                           query.text(5) + " " + query.text(6),
                       query.text(2)});
  return query.ok() ? Result<void>() : unexpected(query.error());
}

}  // namespace

Result<void> ReportBook::settle(records::Store& store) {
  {
    const std::lock_guard lock(mutex_);
    const Result<Waiting> waiting = waiting_of(connection_);
    if (!waiting) return unexpected(waiting.error());
    if (!waiting->any()) return {};
  }
  return changing([&]() -> Result<void> {
    const Result<Waiting> waiting = waiting_of(connection_);
    if (!waiting) return unexpected(waiting.error());
    if (!waiting->any()) return {};  // another program was faster
    Entries entries;
    if (Result<void> added = add_acts(connection_, *waiting, entries); !added) return added;
    if (Result<void> added = add_vintages(connection_, *waiting, entries); !added) return added;
    if (Result<void> noted = store.note_acts(std::move(entries)); !noted) return noted;
    return execute(connection_,
                   "INSERT INTO audited (id, act, vintage) "
                   "SELECT coalesce(max(id), 0) + 1, ?1, ?2 FROM audited",
                   waiting->act, waiting->vintage);
  });
}

}  // namespace hb::indicators
