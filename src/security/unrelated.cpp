#include "security/unrelated.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string_view>

namespace hb::security {
namespace {

constexpr std::int64_t entries_at_once = 20'000;
constexpr std::int64_t most_entries = 500'000;

/// "resident 12 Encounter/…" → 12; 0: about nobody.
ResidentId resident_of(std::string_view what) {
  constexpr std::string_view mark = "resident ";
  if (!what.starts_with(mark)) return 0;
  what.remove_prefix(mark.size());
  ResidentId id = 0;
  std::from_chars(what.data(), what.data() + what.size(), id);
  return id;
}

using Looks = std::map<std::pair<std::string, ResidentId>, Look>;

void count(Looks& looks, const records::Store::AuditEntry& entry) {
  const ResidentId resident = resident_of(entry.what);
  if (resident == 0) return;
  Look& look = looks[{entry.user, resident}];
  if (look.reads++ == 0) look = {entry.user, resident, 1, entry.at, entry.at, entry.purpose, false};
  if (entry.at >= look.last) look.purpose = entry.purpose;
  look.first = std::min(look.first, entry.at);
  look.last = std::max(look.last, entry.at);
}

Policy::Set all_relations(const Policy& policy) {
  Policy::Set set = 0;
  for (std::size_t i = 0; i < policy.relations().size(); ++i) set |= Policy::Set{1} << i;
  return set;
}

/// Residents somebody is related to, on one of the days or by being linked.
Result<std::set<ResidentId>> related_to(const tables::Database& tables, const Policy& policy,
                                        const Principal& who, const UnrelatedAsk& ask) {
  std::set<ResidentId> known(who.own.begin(), who.own.end());
  if (who.practitioners.empty() && who.organizations.empty()) return known;
  for (const Date day :
       {day_in_shanghai(ask.since), day_in_shanghai(Instant{ask.until.micros - 1}), ask.today}) {
    const Result<Related> related = tables.related(who, all_relations(policy), day);
    if (!related) return unexpected(related.error());
    for (const auto& [resident, relations] : *related) known.insert(resident);
  }
  return known;
}

}  // namespace

Result<UnrelatedReport> looks_without_relation(const records::Store& store,
                                               const tables::Database& tables, const Policy& policy,
                                               const FindAccount& find, const WasOpen& was_open,
                                               const UnrelatedAsk& ask) {
  UnrelatedReport report;
  Looks looks;
  records::Store::AuditQuery query;
  query.user = ask.user;
  query.action = "read";
  query.since = ask.since;
  query.until = ask.until;
  query.limit = entries_at_once;
  for (;;) {
    const auto page = store.search_audit(Principal::system("supervision"), query);
    if (!page) return unexpected(page.error());
    for (const records::Store::AuditEntry& entry : page->entries) {
      if (entry.user == "system") continue;
      ++report.entries;
      count(looks, entry);
    }
    if (!page->next) break;
    query.before = page->next;
    report.complete = report.entries < most_entries;
    if (!report.complete) break;
  }
  std::map<std::string, std::set<ResidentId>> related;
  for (auto& [key, look] : looks) {
    if (!related.contains(look.user)) {
      const auto who = find(look.user);
      if (!who) return unexpected(who.error());
      auto known = *who ? related_to(tables, policy, **who, ask) : std::set<ResidentId>();
      if (!known) return unexpected(known.error());
      related[look.user] = std::move(*known);
    }
    if (related[look.user].contains(look.resident)) continue;
    const Result<bool> open = was_open(look.user, look.resident, look.last);
    if (!open) return unexpected(open.error());
    look.emergency = *open;
    report.looks.push_back(look);
  }
  std::ranges::stable_sort(report.looks,
                           [](const Look& a, const Look& b) { return a.reads > b.reads; });
  return report;
}

}  // namespace hb::security
