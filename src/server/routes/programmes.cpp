#include "server/programmes.hpp"

#include <algorithm>
#include <map>

#include "server/parameters.hpp"
#include "server/person.hpp"
#include "server/views.hpp"

/// Programmes of care: what there is, and what is due for the residents whom the asker sees.
namespace hb::server {

namespace {

using programmes::Board;
using programmes::DueRow;
using programmes::Standing;

constexpr std::int64_t most_in_csv = 5'000;  // residents
constexpr std::int64_t most_eligible = 500;

struct Filter {
  std::string programme;
  std::string state;  ///< overdue, due, later; empty: overdue and due
  std::string area;
  std::string organization;
};

Parsed<Filter> filter_of(const Request& request, const Services& services) {
  Filter filter;
  const auto programme = text_of(request, "programme");
  if (!programme) return unexpected(programme.error());
  filter.programme = *programme;
  if (!filter.programme.empty() && services.programmes->library().find(*programme) == nullptr)
    return unexpected(bad_parameter("programme", {"已有的专项", "a programme that there is"}));
  const auto state = word_of(request, "state", {"overdue", "due", "later"});
  if (!state) return unexpected(state.error());
  filter.state = *state;
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  filter.area = *area;
  const auto organization = text_of(request, "organization");
  if (!organization) return unexpected(organization.error());
  filter.organization = *organization;
  return filter;
}

bool fits(const Filter& filter, const Board& board, const DueRow& row,
          const programmes::Library& library) {
  if (!filter.programme.empty() && library.all()[row.programme].id != filter.programme)
    return false;
  if (!filter.area.empty() && !board.areas[row.area].starts_with(filter.area)) return false;
  return filter.organization.empty() ||
         std::to_string(board.organizations[row.organization].key) == filter.organization;
}

bool is_wanted(const Filter& filter, Standing standing) {
  if (filter.state.empty()) return standing == Standing::overdue || standing == Standing::due;
  return filter.state == programmes::word(standing);
}

/// The rows of one resident, [first, last).
struct Group {
  std::size_t first = 0;
  std::size_t last = 0;
  Standing standing = Standing::done;  ///< the worst
  Date day{};
};

struct Found {
  std::vector<Group> groups;
  std::map<Standing, std::int64_t> people;  ///< by the worst of theirs
};

/// Residents with something that fits; who waits longest stands first.
Found find(const Board& board, const Filter& filter, const programmes::Library& library) {
  Found found;
  for (std::size_t at = 0; at < board.rows.size();) {
    Group group{at, at, Standing::done, {}};
    Standing worst = Standing::done;
    bool wanted = false;
    bool is_member = false;
    for (; group.last < board.rows.size() &&
           board.rows[group.last].resident == board.rows[at].resident;
         ++group.last) {
      const DueRow& row = board.rows[group.last];
      if (!fits(filter, board, row, library)) continue;
      is_member = true;
      worst = std::min(worst, row.due.standing);
      if (!is_wanted(filter, row.due.standing)) continue;
      if (!wanted ||
          std::tie(row.due.standing, row.due.latest) < std::tie(group.standing, group.day)) {
        group.standing = row.due.standing;
        group.day = row.due.latest;
      }
      wanted = true;
    }
    if (is_member) ++found.people[worst];
    if (wanted) found.groups.push_back(group);
    at = group.last;
  }
  std::ranges::stable_sort(found.groups, [](const Group& a, const Group& b) {
    return std::tie(a.standing, a.day) < std::tie(b.standing, b.day);
  });
  return found;
}

json::object organization_object(const Board& board, std::uint32_t at) {
  return {{"id", std::to_string(board.organizations[at].key)},
          {"name", board.organizations[at].name}};
}

Result<json::object> person_object(const Board& board, const Group& group, const Filter& filter,
                                   const Principal& principal, Services& services) {
  const programmes::Library& library = services.programmes->library();
  const auto person = services.hub.store().person(principal, board.rows[group.first].resident);
  if (!person) return unexpected(person.error());
  json::object object = resident_object(person->resident, services, card_of(*person));
  json::array items;
  for (std::size_t at = group.first; at < group.last; ++at) {
    const DueRow& row = board.rows[at];
    if (!fits(filter, board, row, library) || row.due.standing == Standing::done) continue;
    items.push_back(due_object(library, row));
    object["organization"] = organization_object(board, row.organization);
  }
  object["services"] = std::move(items);
  object["state"] = programmes::word(group.standing);
  return object;
}

Parsed<std::shared_ptr<const Board>> board_of(const Request& request, const Principal& principal,
                                              Services& services) {
  const auto after = number_of(request, "after", 0, INT64_MAX);
  if (!after) return unexpected(after.error());
  auto board = services.programmes->board(services, principal, after->value_or(0));
  if (!board) return unexpected(outcome(board.error()));
  return std::move(*board);
}

json::object people_object(const std::map<Standing, std::int64_t>& people) {
  json::object counts;
  std::int64_t all = 0;
  for (const Standing standing :
       {Standing::overdue, Standing::due, Standing::later, Standing::done}) {
    const auto found = people.find(standing);
    const std::int64_t count = found == people.end() ? 0 : found->second;
    counts[programmes::word(standing)] = count;
    all += count;
  }
  counts["members"] = all;
  return counts;
}

}  // namespace

/// GET /api/programmes: the programmes, and how many people of each wait
Response get_programmes(Request& request, const Principal& principal, Services& services) {
  const auto board = board_of(request, principal, services);
  if (!board) return board.error();
  const programmes::Library& library = services.programmes->library();
  json::array items;
  for (const programmes::Programme& programme : library.all()) {
    json::array list;
    for (const programmes::Service& service : programme.services)
      list.push_back(
          json::object{{"id", service_id(programme, service)}, {"title", texts(service.title)}});
    const Filter filter{programme.id, "", "", ""};
    const auto people = find(**board, filter, library).people;
    items.push_back(json::object{{"id", programme.id},
                                 {"title", texts(programme.title)},
                                 {"source", texts(programme.source)},
                                 {"may", may_act(programme, principal)},
                                 {"asks", !programme.eligible_sql.empty()},
                                 {"services", std::move(list)},
                                 {"people", people_object(people)}});
  }
  json::array statuses;
  for (const programmes::Status& status : library.statuses())
    statuses.push_back(json::object{{"id", status.id},
                                    {"title", texts(status.title)},
                                    {"ends", status.ends},
                                    {"reason", status.reason}});
  json::array organizations;
  for (std::uint32_t at = 0; at < (*board)->organizations.size(); ++at)
    if ((*board)->organizations[at].key != 0)
      organizations.push_back(organization_object(**board, at));
  return json_response(200, json::object{{"day", format_date((*board)->day)},
                                         {"items", std::move(items)},
                                         {"statuses", std::move(statuses)},
                                         {"organizations", std::move(organizations)}});
}

/// GET /api/programmes/due: residents by who waits longest, each with what is due
Response get_due(Request& request, const Principal& principal, Services& services) {
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto filter = filter_of(request, services);
  if (!filter) return filter.error();
  const auto board = board_of(request, principal, services);
  if (!board) return board.error();
  const Found found = find(**board, *filter, services.programmes->library());
  const auto total = static_cast<std::int64_t>(found.groups.size());
  json::array items;
  for (std::int64_t at = page->offset(); at < std::min(total, page->offset() + page->size); ++at) {
    auto person = person_object(**board, found.groups[static_cast<std::size_t>(at)], *filter,
                                principal, services);
    if (!person) {
      if (person.error().code == ErrorCode::not_found) continue;  // gone since the list was made
      return outcome(person.error());
    }
    items.push_back(std::move(*person));
  }
  json::object body = list_object(total, *page, std::move(items));
  body["day"] = format_date((*board)->day);
  body["people"] = people_object(found.people);
  return json_response(200, body);
}

/// GET /api/programmes/due.csv: one line for each service that waits
Response get_due_csv(Request& request, const Principal& principal, Services& services) {
  const auto language = word_of(request, "lang", {"zh", "en"});
  if (!language) return language.error();
  const bool english = *language == "en";
  const auto filter = filter_of(request, services);
  if (!filter) return filter.error();
  const auto board = board_of(request, principal, services);
  if (!board) return board.error();
  const programmes::Library& library = services.programmes->library();
  const Found found = find(**board, *filter, library);
  const auto say = [&](const Localized& text) {
    return csv_cell(english && !text.en.empty() ? text.en : text.zh);
  };
  std::string rows = english ? "name,identifier,area,institution,service,state,last,due,latest\r\n"
                             : "姓名,证件号码,所属地区,管理机构,服务,状态,上次,应于,最迟\r\n";
  std::int64_t people = 0;
  for (const Group& group : found.groups) {
    if (++people > most_in_csv) break;
    const auto person =
        services.hub.store().person(principal, (*board)->rows[group.first].resident);
    if (!person) continue;
    const PersonCard card = card_of(*person);
    for (std::size_t at = group.first; at < group.last; ++at) {
      const DueRow& row = (*board)->rows[at];
      if (!fits(*filter, **board, row, library) || !is_wanted(*filter, row.due.standing)) continue;
      const programmes::Service& service = library.all()[row.programme].services[row.service];
      rows += csv_cell(card.name) + "," + csv_cell(card.identifier_masked) + "," +
              csv_cell((*board)->areas[row.area]) + "," +
              csv_cell((*board)->organizations[row.organization].name) + "," + say(service.title) +
              "," +
              say(row.due.standing == Standing::overdue ? Localized{"逾期", "overdue"}
                  : row.due.standing == Standing::due   ? Localized{"应随访", "due"}
                                                        : Localized{"未到期", "later"}) +
              "," + (row.last ? format_date(*row.last) : "") + "," + format_date(row.due.day) +
              "," + format_date(row.due.latest) + "\r\n";
    }
  }
  return csv_response("programmes-due-" + format_date((*board)->day) + ".csv", std::move(rows));
}

/// GET /api/programmes/{id}/eligible: who should be asked to join
Response get_eligible(Request& request, const Principal& principal, Services& services) {
  const programmes::Programme* programme =
      services.programmes->library().find(request.capture("id"));
  if (programme == nullptr) return not_found({"此专项", "such programme"});
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto all = programmes::eligible_of(*programme, services.hub.tables(), principal,
                                           services.today(), most_eligible);
  if (!all) return outcome(all.error());
  const auto total = static_cast<std::int64_t>(all->size());
  json::array items;
  for (std::int64_t at = page->offset(); at < std::min(total, page->offset() + page->size); ++at) {
    const programmes::Eligible& one = (*all)[static_cast<std::size_t>(at)];
    const auto person = services.hub.store().person(principal, one.resident);
    if (!person) continue;
    json::object object = resident_object(person->resident, services, card_of(*person));
    if (one.since) object["since"] = format_date(*one.since);
    object["note"] = one.note;
    items.push_back(std::move(object));
  }
  return json_response(200, list_object(total, *page, std::move(items), total >= most_eligible));
}

}  // namespace hb::server
