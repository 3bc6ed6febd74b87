#include "search/run.hpp"

#include <algorithm>
#include <charconv>

#include "search/include.hpp"
#include "search/match.hpp"

namespace hb::search {
namespace {

using records::StoredVersion;

/// "snapshot.value.seq": the newest version that the pages show, and where this page begins. Pages
/// that are put in order in memory begin at a number, with seq -1.
struct Cursor {
  Seq snapshot = 0;
  Place place;
};
constexpr Seq counted = -1;

std::string text_of(const Cursor& cursor) {
  return std::to_string(cursor.snapshot) + "." + std::to_string(cursor.place.value) + "." +
         std::to_string(cursor.place.seq);
}

Result<Cursor> parse_cursor(std::string_view text) {
  Cursor cursor;
  std::int64_t* parts[] = {&cursor.snapshot, &cursor.place.value, &cursor.place.seq};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < std::size(parts); ++i) {
    const bool separated = i == 0 || (at != end && *at++ == '.');
    const auto [stop, error] = std::from_chars(at, end, *parts[i]);
    if (!separated || error != std::errc())
      return fail(ErrorCode::invalid_input, "this is not a cursor of a page", "_cursor");
    at = stop;
  }
  if (at != end || cursor.snapshot < 0 || cursor.place.seq < counted)
    return fail(ErrorCode::invalid_input, "this is not a cursor of a page", "_cursor");
  return cursor;
}

Result<Page> ordered_page(Asking& asking, const Query& query, const Resolved& resolved,
                          const Plan& plan) {
  Page page;
  Judge judge;
  std::optional<Place> last;
  const Result<void> walked =
      walk(asking, resolved, plan, judge, [&](Found&& found) -> Result<bool> {
        if (static_cast<std::int64_t>(page.matches.size()) == query.count) {
          page.next = text_of({asking.snapshot, *last});
          return false;
        }
        last = found.place;
        page.matches.push_back(std::move(found.version));
        return true;
      });
  if (!walked) return unexpected(walked.error());
  return page;
}

/// One value of a sort key as it is compared; nothing comes last.
struct SortValue {
  bool none = true;
  std::int64_t number = 0;
  double real = 0;
  std::string text;
  friend auto operator<=>(const SortValue&, const SortValue&) = default;
};

SortValue sort_value(const Value& value, bool descending) {
  SortValue made;
  made.none = false;
  if (const auto* token = std::get_if<Token>(&value)) made.text = token->code;
  if (const auto* target = std::get_if<Target>(&value))
    made.text = target->id.empty() ? std::string(target->url)
                                   : std::string(target->type) + "/" + std::string(target->id);
  if (const auto* text = std::get_if<Text>(&value)) made.text = search_fold(text->text);
  if (const auto* uri = std::get_if<Uri>(&value)) made.text = uri->text;
  if (const auto* span = std::get_if<Span>(&value))
    made.number = descending ? span->high : span->low;
  if (const auto* number = std::get_if<Number>(&value)) made.real = fhir::to_double(number->value);
  if (const auto* amount = std::get_if<Amount>(&value)) made.real = fhir::to_double(amount->value);
  return made;
}

struct Sorted {
  std::vector<SortValue> keys;
  StoredVersion version;
};

Result<std::vector<SortValue>> sort_keys(Judge& judge, const Query& query,
                                         const StoredVersion& version) {
  std::vector<SortValue> keys;
  for (const SortKey& key : query.sort) {
    SortValue best;
    if (key.parameter->code == "_lastUpdated") {
      best.none = false;
      best.number = version.recorded.micros;
    } else {
      const Result<std::vector<Value>> values = judge.values(*key.parameter);
      if (!values) return unexpected(values.error());
      for (const Value& value : *values) {
        SortValue one = sort_value(value, key.descending);
        if (best.none || (key.descending ? one > best : one < best)) best = std::move(one);
      }
    }
    keys.push_back(std::move(best));
  }
  return keys;
}

bool before(const Query& query, const Sorted& left, const Sorted& right) {
  for (std::size_t i = 0; i < query.sort.size(); ++i) {
    const SortValue& a = left.keys[i];
    const SortValue& b = right.keys[i];
    if (a.none != b.none) return b.none;
    if (a == b) continue;
    return query.sort[i].descending ? a > b : a < b;
  }
  return left.version.seq < right.version.seq;
}

Result<Page> sorted_page(Asking& asking, const Query& query, const Resolved& resolved, Plan plan,
                         const std::optional<Place>& from) {
  plan.scan.after.reset();
  Judge judge;
  std::vector<Sorted> all;
  const Result<void> walked =
      walk(asking, resolved, plan, judge, [&](Found&& found) -> Result<bool> {
        if (static_cast<std::int64_t>(all.size()) == asking.limits.sorted)
          return too_costly("more than " + std::to_string(asking.limits.sorted) +
                            " results to put in order");
        Result<std::vector<SortValue>> keys = sort_keys(judge, query, found.version);
        if (!keys) return unexpected(keys.error());
        all.push_back({std::move(*keys), std::move(found.version)});
        return true;
      });
  if (!walked) return unexpected(walked.error());
  std::ranges::sort(
      all, [&](const Sorted& left, const Sorted& right) { return before(query, left, right); });
  const std::int64_t size = static_cast<std::int64_t>(all.size());
  const std::int64_t begin = std::clamp<std::int64_t>(from ? from->value : 0, 0, size);
  const std::int64_t end = std::min(begin + query.count, size);
  Page page;
  for (std::int64_t i = begin; i < end; ++i)
    page.matches.push_back(std::move(all[static_cast<std::size_t>(i)].version));
  if (end < size) page.next = text_of({asking.snapshot, {end, counted}});
  page.total = size;
  return page;
}

/// How many there are. Exact: every one is asked, with the same rights as the page.
Result<std::int64_t> count_all(Asking& asking, const Resolved& resolved, Plan plan) {
  plan.scan.after.reset();
  Judge judge;
  std::int64_t count = 0;
  const Result<void> walked =
      walk(asking, resolved, plan, judge, [&count](Found&&) -> Result<bool> {
        ++count;
        return true;
      });
  if (!walked) return unexpected(walked.error());
  return count;
}

bool wants_total(const Query& query) {
  return query.total != Total::none || query.summary == Summary::count;
}

}  // namespace

Result<Page> run(const records::Store& store, const Index& index, const Principal& principal,
                 const Query& query, const RunLimits& limits) {
  const Seq last = store.last_seq();
  // Others write meanwhile: a first page shows what the index holds, if that is what was asked for.
  Cursor cursor{std::min(index.reached(), last), {}};
  const bool first_page = query.cursor.empty();
  if (!first_page) {
    const Result<Cursor> parsed = parse_cursor(query.cursor);
    if (!parsed) return unexpected(parsed.error());
    cursor = *parsed;
  }
  const Seq wanted = limits.wanted > 0 ? limits.wanted : last;
  if (index.reached() < std::min(first_page ? wanted : cursor.snapshot, last))
    return fail(ErrorCode::unavailable, "the search index is being made: version " +
                                            std::to_string(index.reached()) + " of " +
                                            std::to_string(store.last_seq()));
  Asking asking{store,  index,           principal,
                limits, cursor.snapshot, std::chrono::steady_clock::now() + limits.time};
  const Result<Resolved> resolved = resolve(asking, query);
  if (!resolved) return unexpected(resolved.error());
  Result<Plan> plan = make_plan(asking, query, *resolved);
  if (!plan) return unexpected(plan.error());
  std::optional<Place> from;
  if (!first_page) from = cursor.place;
  plan->scan.after = from;
  Result<Page> page;
  if (query.summary != Summary::count) {
    page = plan->in_order ? ordered_page(asking, query, *resolved, *plan)
                          : sorted_page(asking, query, *resolved, *plan, from);
    if (!page) return page;
  }
  if (wants_total(query) && !page->total) {
    const Result<std::int64_t> total = count_all(asking, *resolved, *plan);
    if (!total) return unexpected(total.error());
    page->total = *total;
  } else if (!wants_total(query)) {
    page->total.reset();
  }
  Result<std::vector<StoredVersion>> more = included(asking, query, page->matches);
  if (!more) return unexpected(more.error());
  page->included = std::move(*more);
  for (const StoredVersion& version : page->matches) store.note_given(principal, version);
  for (const StoredVersion& version : page->included) store.note_given(principal, version);
  return page;
}

}  // namespace hb::search
