#include <algorithm>
#include <memory>
#include <optional>
#include <span>

#include "core/utf8.hpp"
#include "records/reads.hpp"
#include "records/sight.hpp"
#include "records/tokens.hpp"

namespace hb::records {
namespace {

using sqlite::Query;

constexpr std::int64_t exact_total_limit = 10'000;
constexpr int steps_before_seek = 8;

/// The latest birth day with which somebody has completed `years` on `today`.
std::int32_t latest_birth(Date today, int years) {
  const YearMonthDay now = civil(today);
  for (int day = now.day; day > 0; --day) {  // 29 February has no counterpart in most years
    if (const std::optional<Date> birth = make_date(now.year - years, now.month, day)) {
      return birth->days;
    }
  }
  return unknown_day;  // before the calendar: nobody
}

/// The filters of a query over Traits, worked out once.
struct Filter {
  std::vector<bool> areas;        // [interned number]: is asked for
  std::vector<bool> reach;        // [interned number]: everybody there may be seen
  bool everybody = false;         // whoever lives where
  bool by_area = false;           // areas give anybody; else the known alone
  std::vector<ResidentId> known;  // may be seen besides, rising
  std::uint32_t sex = 0;
  bool any_sex = true;
  bool by_age = false;
  std::int32_t born_from = unknown_day;  // exclusive
  std::int32_t born_to = INT32_MAX;      // inclusive

  bool operator()(ResidentId id, const Traits& traits) const {
    if (!traits.exists || !areas[traits.area]) return false;
    if (!everybody && !reach[traits.area] && !std::ranges::binary_search(known, id)) return false;
    if (!any_sex && traits.sex != sex) return false;
    if (!by_age) return true;
    return traits.birth_day != unknown_day && traits.birth_day > born_from &&
           traits.birth_day <= born_to;
  }
};

Filter filter_of(const Interner& texts, const Principal& principal, const Sight& sight,
                 const PersonQuery& query) {
  Filter filter;
  filter.areas.resize(texts.size());
  filter.reach.resize(texts.size());
  filter.everybody = (sight.is_free() && principal.unrestricted) ||
                     (!sight.is_free() && sight.reaches_everybody());
  filter.by_area = sight.is_free() || sight.reaches_areas();
  filter.known = sight.known();
  filter.any_sex = query.sex.empty();
  filter.sex = UINT32_MAX;
  for (std::uint32_t number = 0; number < texts.size(); ++number) {
    const std::string text = texts.text(number);
    filter.areas[number] = text.starts_with(query.area);
    filter.reach[number] = filter.by_area && may_see_area(principal, text);
    if (text == query.sex) filter.sex = number;
  }
  filter.by_age = query.age_from >= 0 || query.age_to >= 0;
  if (query.age_from >= 0) filter.born_to = latest_birth(query.today, query.age_from);
  if (query.age_to >= 0) filter.born_from = latest_birth(query.today, query.age_to + 1);
  return filter;
}

/// The residents of one token in rising order: from memory, or from the index and from what a bulk
/// load owes.
class Postings {
 public:
  Postings(sqlite::Connection& connection, std::int64_t token, std::vector<ResidentId> owed)
      : query_(std::in_place, connection,
               "SELECT resident FROM token_index WHERE token = ?1 AND resident >= ?2 "
               "ORDER BY resident",
               token, 0),
        token_(token),
        owed_(std::move(owed)) {
    std::sort(owed_.begin(), owed_.end());
    step();
  }
  /// kept  rising
  Postings(std::int64_t token, TokenLists::List kept) : token_(token), kept_(std::move(kept)) {}

  /// The first resident that is not below `least`; 0 at the end.
  ResidentId seek(ResidentId least) {
    if (kept_) return seek_kept(least);
    for (int i = 0; i < steps_before_seek && stored_ != 0 && stored_ < least; ++i) step();
    if (stored_ != 0 && stored_ < least) {
      query_->bind(token_, least);
      step();
    }
    const auto owed = std::lower_bound(owed_.begin(), owed_.end(), least);
    if (owed == owed_.end()) return stored_;
    return stored_ == 0 ? *owed : std::min(stored_, *owed);
  }
  Result<void> finished() const { return query_ ? query_->finished() : Result<void>(); }
  /// Was much of it read, and not from memory?
  bool was_long() const { return steps_ > worth_keeping; }
  std::int64_t token() const { return token_; }

 private:
  static constexpr int worth_keeping = 5'000;

  void step() {
    ++steps_;
    stored_ = query_->next() ? query_->integer(0) : 0;
  }

  /// Most of the time the next one: a few steps first, then a search in the rest.
  ResidentId seek_kept(ResidentId least) {
    const auto at = [&](std::size_t place) { return static_cast<ResidentId>((*kept_)[place]); };
    for (int i = 0; i < steps_before_seek && place_ < kept_->size() && at(place_) < least; ++i)
      ++place_;
    if (place_ < kept_->size() && at(place_) < least)
      place_ = static_cast<std::size_t>(
          std::lower_bound(kept_->begin() + static_cast<std::ptrdiff_t>(place_), kept_->end(),
                           static_cast<std::uint32_t>(least)) -
          kept_->begin());
    return place_ < kept_->size() ? at(place_) : 0;
  }

  std::optional<Query> query_;
  std::int64_t token_;
  std::vector<ResidentId> owed_;
  ResidentId stored_ = 0;
  int steps_ = 0;
  TokenLists::List kept_;
  std::size_t place_ = 0;
};

/// Keeps the whole list of a token; called with the lock of the residents held.
Result<void> keep_list(const Engine& engine, sqlite::Connection& connection, std::int64_t token) {
  Query query(connection, "SELECT resident FROM token_index WHERE token = ?1 ORDER BY resident",
              token);
  auto list = std::make_shared<std::vector<std::uint32_t>>();
  while (query.next()) list->push_back(static_cast<std::uint32_t>(query.integer(0)));
  if (const Result<void> read = query.finished(); !read) return read;
  engine.token_lists.put(token, std::move(list));
  return {};
}

/// Collects one page and counts on to the limit of exact totals.
struct Page {
  std::int64_t offset;
  std::int64_t limit;
  std::int64_t total = 0;
  std::vector<ResidentId> ids;

  bool is_full() const { return total >= offset + limit; }
  /// false: enough is known
  bool add(ResidentId id) {
    if (total >= offset && total < offset + limit) ids.push_back(id);
    ++total;
    return total < std::max(exact_total_limit, offset + limit);
  }
};

/// While a bulk load runs, a token may still stand in the index that a newer version dropped.
Result<bool> still_has(sqlite::Connection& connection, ResidentId id,
                       const std::vector<std::int64_t>& wanted) {
  Query query(connection, "SELECT tokens FROM resident_words WHERE resident = ?1", id);
  std::vector<std::int64_t> tokens;
  if (query.next()) tokens = unpack_tokens(query.bytes(0));
  if (!query.ok()) return unexpected(query.error());
  return std::all_of(wanted.begin(), wanted.end(), [&](std::int64_t token) {
    return std::binary_search(tokens.begin(), tokens.end(), token);
  });
}

Result<void> page_by_words(const Engine& engine, const std::vector<std::int64_t>& tokens,
                           const Filter& filter, Page& page) {
  const bool bulk = engine.bulk;
  std::vector<std::vector<ResidentId>> owed(tokens.size());
  for (std::size_t i = 0; i < tokens.size() && bulk; ++i) {
    const Result<void> found = engine.owed.tokens.find(
        tokens[i], [&](std::int64_t resident) { owed[i].push_back(resident); });
    if (!found) return found;
  }
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  std::vector<std::unique_ptr<Postings>> lists;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (TokenLists::List kept = engine.token_lists.find(tokens[i]); kept && !bulk)
      lists.push_back(std::make_unique<Postings>(tokens[i], std::move(kept)));
    else
      lists.push_back(std::make_unique<Postings>(**reader, tokens[i], std::move(owed[i])));
  }
  if (!filter.everybody && !filter.by_area)  // few: what they are not is not looked at
    lists.push_back(
        std::make_unique<Postings>(0, std::make_shared<const std::vector<std::uint32_t>>(
                                          filter.known.begin(), filter.known.end())));
  ResidentId wanted = 1;
  std::size_t agreed = 0;
  for (std::size_t i = 0;; i = (i + 1) % lists.size()) {
    const ResidentId found = lists[i]->seek(wanted);
    if (found == 0) break;
    agreed = found == wanted ? agreed + 1 : 1;
    wanted = found;
    if (agreed < lists.size()) continue;
    const auto position = static_cast<std::size_t>(wanted);
    if (position < engine.people.traits.size() && filter(wanted, engine.people.traits[position])) {
      const Result<bool> valid = bulk ? still_has(**reader, wanted, tokens) : Result<bool>(true);
      if (!valid) return unexpected(valid.error());
      if (*valid && !page.add(wanted)) break;
    }
    ++wanted;
    agreed = 0;
  }
  for (const auto& list : lists) {
    if (const Result<void> read = list->finished(); !read) return read;
    // Another process may write what is open for reading only: nothing would drop the list then.
    if (bulk || engine.options.read_only || !list->was_long()) continue;
    if (const Result<void> kept = keep_list(engine, **reader, list->token()); !kept) return kept;
  }
  return {};
}

/// Several lists of rising ids as one, each id once.
class Merged {
 public:
  using Ids = std::span<const std::uint32_t>;

  void add(Ids ids) {
    if (!ids.empty()) heads_.push_back(ids);
  }
  void begin() { std::ranges::make_heap(heads_, later); }

  /// 0 at the end
  std::uint32_t next() {
    while (!heads_.empty()) {
      std::ranges::pop_heap(heads_, later);
      Ids& head = heads_.back();
      const std::uint32_t id = head.front();
      head = head.subspan(1);
      if (head.empty())
        heads_.pop_back();
      else
        std::ranges::push_heap(heads_, later);
      if (id == last_) continue;
      return last_ = id;
    }
    return 0;
  }

 private:
  static bool later(const Ids& a, const Ids& b) { return a.front() > b.front(); }
  std::vector<Ids> heads_;
  std::uint32_t last_ = 0;
};

/// How many the areas that count and the known have, up to the limit of exact totals.
std::int64_t count_by_lists(const Engine& engine, const Filter& filter) {
  const People& people = engine.people;
  const auto in_lists = [&](std::size_t area) {
    return area < filter.areas.size() && filter.areas[area] &&
           (filter.everybody || filter.reach[area]);
  };
  std::int64_t count = 0;
  for (std::size_t area = 0; area < people.by_area.size(); ++area) {
    if (!in_lists(area)) continue;
    const std::vector<std::uint32_t>& list = people.by_area[area];
    if (filter.any_sex && !filter.by_age) {
      count += static_cast<std::int64_t>(list.size());
      continue;
    }
    for (const std::uint32_t id : list)
      if (filter(id, people.traits[id]) && ++count == exact_total_limit) return count;
  }
  for (const ResidentId id : filter.known) {
    const auto position = static_cast<std::size_t>(id);
    if (position >= people.traits.size() || in_lists(people.traits[position].area)) continue;
    if (filter(id, people.traits[position])) ++count;
  }
  return std::min(count, exact_total_limit);
}

/// Goes through the lists of the areas that count, not through everybody: who sees a street waits
/// no longer than who sees all.
void page_by_lists(const Engine& engine, const Filter& filter, Page& page) {
  Merged merged;
  for (std::size_t area = 0; area < engine.people.by_area.size(); ++area)
    if (area < filter.areas.size() && filter.areas[area] &&
        (filter.everybody || filter.reach[area]))
      merged.add(engine.people.by_area[area]);
  std::vector<std::uint32_t> known(filter.known.begin(), filter.known.end());
  merged.add(known);
  merged.begin();
  while (const std::uint32_t id = merged.next()) {
    if (id >= engine.people.traits.size()) break;
    if (!filter(id, engine.people.traits[id])) continue;
    if (!page.add(id)) return;
    if (!page.is_full()) continue;
    page.total = std::max(page.total, count_by_lists(engine, filter));
    return;
  }
}

void page_of_all(const Engine& engine, const Filter& filter, Page& page) {
  const bool all_areas = std::ranges::all_of(filter.areas, [](bool asked) { return asked; });
  if (!filter.everybody || !all_areas) return page_by_lists(engine, filter, page);
  for (std::size_t id = 1; id < engine.people.traits.size(); ++id) {
    const auto resident = static_cast<ResidentId>(id);
    if (filter(resident, engine.people.traits[id]) && !page.add(resident)) return;
  }
}

}  // namespace

Result<void> load_people(const Engine& engine) {
  {
    const std::shared_lock lock(engine.traits_mutex);
    if (engine.traits_loaded) return {};
  }
  const std::unique_lock lock(engine.traits_mutex);
  if (engine.traits_loaded) return {};
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  Query query(**reader, select_resident);

  while (query.next()) put_traits(engine.people, engine.texts, resident_of(query));
  engine.traits_loaded = query.ok();
  return query.finished();
}

namespace {

/// The rules that may answer: a role that does not show names or birthdays does not search by them
/// either, or the answer would tell what is hidden.
Result<Sight> asking_sight(const Engine& engine, const Principal& principal,
                           const PersonQuery& query) {
  Result<Sight> sight = Sight::of(engine, principal);
  if (!sight || sight->is_free()) return sight;
  sight->require_kind(engine.options.policy->kind_of_type("Patient"));
  const bool had_any = !sight->rules().empty();
  const FieldPlan& fields = *engine.fields;
  if (!query.words.empty() && fields.name() != FieldPlan::none) sight->require_full(fields.name());
  if ((query.age_from >= 0 || query.age_to >= 0) && fields.birth() != FieldPlan::none)
    sight->require_full(fields.birth());
  if (had_any && sight->rules().empty())
    return fail(ErrorCode::forbidden,
                "the roles of this account do not show what is searched for, so they do not search "
                "by it either");
  return sight;
}

std::string description(const PersonQuery& query) {
  return "residents, " + std::to_string(query.words.size()) + " words, area " +
         (query.area.empty() ? "all" : query.area);
}

}  // namespace

Result<PersonPage> find_people(const Engine& engine, const Principal& principal,
                               const PersonQuery& query) {
  if (query.offset < 0 || query.limit < 0) {
    return fail(ErrorCode::invalid_input, "offset and limit must not be negative");
  }
  if (engine.options.read_only && principal.user != "system") {
    return fail(ErrorCode::forbidden,
                "the store is open for reading only: searches could not be audited");
  }
  Result<Sight> sight = asking_sight(engine, principal, query);
  if (!sight) return unexpected(sight.error());
  const Result<void> loaded = load_people(engine);
  if (!loaded) return unexpected(loaded.error());
  std::vector<std::int64_t> tokens;
  for (const std::string& word : query.words) {
    const std::string folded = fold(word);
    if (!folded.empty()) tokens.push_back(engine.token(folded));
  }
  Page page{query.offset, query.limit, 0, {}};
  {
    const std::shared_lock lock(engine.traits_mutex);
    const Filter filter = filter_of(engine.texts, principal, *sight, query);
    Result<void> paged;
    if (tokens.empty()) {
      page_of_all(engine, filter, page);
    } else {
      paged = page_by_words(engine, tokens, filter, page);
    }
    if (!paged) return unexpected(paged.error());
  }
  PersonPage result{std::min(page.total, exact_total_limit), {}};
  for (const ResidentId id : page.ids) {
    Result<std::optional<Resident>> resident = find_resident(engine, id);
    if (!resident) return unexpected(resident.error());
    if (*resident)
      if (auto shown = seen(engine, principal, *sight, std::move(**resident)))
        result.residents.push_back(std::move(*shown));
  }
  note(engine, principal, "search", description(query));
  return result;
}

}  // namespace hb::records
