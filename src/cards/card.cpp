#include "cards/card.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "crypto/digest.hpp"

namespace hb::cards {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 7> states = {"waiting", "returned",  "sent",   "reported",
                                                    "final",   "corrected", "deleted"};
constexpr std::array<std::string_view, 4> bys = {"onset", "diagnosis", "report", "review"};
constexpr std::string_view document_type = "notifiable-disease-card";
constexpr std::string_view case_url =
    "https://health-brain.org/fhir/StructureDefinition/notifiable-case";
constexpr std::string_view act_url = "https://health-brain.org/fhir/StructureDefinition/card-act";

const json::value* member(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::string text(const json::value* value) {
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::array& list(const json::value& value, std::string_view name) {
  static const json::array none;
  const json::value* found = member(value, name);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

std::string code_of(const json::value* coding) {
  return coding == nullptr ? std::string() : text(member(*coding, "code"));
}

/// "Patient/p1" → "p1"
std::string id_of(const json::value* reference) {
  const std::string whole = reference == nullptr ? "" : text(member(*reference, "reference"));
  return whole.substr(whole.rfind('/') == whole.npos ? 0 : whole.rfind('/') + 1);
}

/// Days and instants of a card; the first that cannot be read is kept as fault.
class Times {
 public:
  std::optional<Date> day(const std::string& value, const char* element) {
    if (value.empty()) return std::nullopt;
    const auto read = parse_date(value.substr(0, 10));
    if (!read) return say(element), std::nullopt;
    return *read;
  }
  std::optional<Instant> instant(const std::string& value, const char* element) {
    if (value.empty()) return std::nullopt;
    constexpr std::size_t only_day = 10;
    const auto read = parse_instant(value.size() == only_day ? value + "T00:00:00+08:00" : value);
    if (!read) return say(element), std::nullopt;
    return *read;
  }
  const std::string& fault() const { return fault_; }

 private:
  void say(const char* element) {
    if (fault_.empty()) fault_ = element;
  }
  std::string fault_;
};

void read_case(const json::value& extension, Times& times, Card& card) {
  for (const json::value& one : list(extension, "extension")) {
    const std::string url = text(member(one, "url"));
    if (url == "disease") card.disease = code_of(member(one, "valueCoding"));
    if (url == "caseClass") card.case_class = text(member(one, "valueCode"));
    if (url == "onsetDate") card.onset = times.day(text(member(one, "valueDate")), "onsetDate");
    if (url == "deathDate") card.death = times.day(text(member(one, "valueDate")), "deathDate");
    if (url == "diagnosisTime")
      card.diagnosed = times.instant(text(member(one, "valueDateTime")), "diagnosisTime");
    if (url == "presentArea") card.area = text(member(one, "valueCode"));
  }
}

void read_act(const json::value& extension, Times& times, Card& card) {
  Act act;
  for (const json::value& one : list(extension, "extension")) {
    const std::string url = text(member(one, "url"));
    if (url == "act") act.act = text(member(one, "valueCode"));
    if (url == "at") {
      const auto at = times.instant(text(member(one, "valueDateTime")), "card-act.at");
      if (at) act.at = *at;
    }
    if (url == "by") act.by = text(member(one, "valueString"));
    if (url == "reason") act.reason = text(member(one, "valueCode"));
    if (url == "note") act.note = text(member(one, "valueString"));
    if (url == "other") act.other = text(member(one, "valueString"));
  }
  if (act.act == "returned") card.returned = true;
  if (act.act == "submitted") card.returned = false;
  card.acts.push_back(std::move(act));
}

bool is_card(const json::value& body) {
  const json::value* type = member(body, "type");
  if (text(member(body, "resourceType")) != "Composition" || type == nullptr) return false;
  return std::ranges::any_of(list(*type, "coding"), [](const json::value& coding) {
    return code_of(&coding) == document_type;
  });
}

std::optional<Date> first_day(const Card& card) {
  for (const By by : {By::onset, By::diagnosis, By::report})
    if (const auto day = day_by(card, by)) return day;
  return std::nullopt;
}

bool told_apart(const Card& one, const Card& other) {
  const auto says = [](const Card& card, const std::string& id) {
    return std::ranges::any_of(
        card.acts, [&](const Act& act) { return act.act == "distinct" && act.other == id; });
  };
  return says(one, other.id) || says(other, one.id);
}

bool all_distinct(const std::vector<Card>& cards, const std::vector<std::size_t>& group) {
  for (std::size_t i = 0; i < group.size(); ++i)
    for (std::size_t k = i + 1; k < group.size(); ++k)
      if (!told_apart(cards[group[i]], cards[group[k]])) return false;
  return true;
}

}  // namespace

std::string_view state_word(State state) { return states[static_cast<std::size_t>(state)]; }

std::optional<State> read_state(std::string_view word) {
  const auto found = std::ranges::find(states, word);
  if (found == states.end()) return std::nullopt;
  return static_cast<State>(found - states.begin());
}

std::optional<By> read_by(std::string_view word) {
  const auto found = std::ranges::find(bys, word);
  if (found == bys.end()) return std::nullopt;
  return static_cast<By>(found - bys.begin());
}

State Card::state() const {
  if (deleted) return State::deleted;
  if (superseded) return State::corrected;
  if (returned) return State::returned;
  if (!hospital_review) return State::waiting;
  if (number.empty()) return State::sent;
  return final_review ? State::final : State::reported;
}

Result<Card> read_card(std::string_view composition) {
  boost::system::error_code wrong;
  const json::value body = json::parse(composition, wrong);
  if (wrong || !is_card(body))
    return fail(ErrorCode::not_found, "this is no card of a notifiable disease");
  Card card;
  Times times;
  card.id = text(member(body, "id"));
  card.key = crypto::resource_key("Composition", card.id);
  card.patient = id_of(member(body, "subject"));
  if (const json::value* identifier = member(body, "identifier"))
    card.number = text(member(*identifier, "value"));
  card.deleted = text(member(body, "status")) == "entered-in-error";
  card.filled = times.instant(text(member(body, "date")), "date");
  card.organization = id_of(member(body, "custodian"));
  for (const json::value& attester : list(body, "attester")) {
    const auto at = times.instant(text(member(attester, "time")), "attester.time");
    const std::string mode = text(member(attester, "mode"));
    if (mode == "professional") card.hospital_review = at;
    if (mode == "official") card.final_review = at;
  }
  for (const json::value& related : list(body, "relatesTo"))
    if (text(member(related, "code")) == "replaces")
      card.replaces = id_of(member(related, "targetReference"));
  for (const json::value& extension : list(body, "extension")) {
    if (text(member(extension, "url")) == case_url) read_case(extension, times, card);
    if (text(member(extension, "url")) == act_url) read_act(extension, times, card);
  }
  if (!times.fault().empty())
    return fail(ErrorCode::invalid_input, times.fault() + ": a day or time is expected", card.id);
  return card;
}

void mark_superseded(std::vector<Card>& cards) {
  std::set<std::string> replaced;
  for (const Card& card : cards)
    if (!card.replaces.empty() && !card.deleted) replaced.insert(card.replaces);
  for (Card& card : cards) card.superseded = replaced.contains(card.id);
}

std::vector<std::vector<std::size_t>> duplicates(const std::vector<Card>& cards, int days) {
  std::map<std::pair<std::int64_t, std::string>, std::vector<std::pair<Date, std::size_t>>> people;
  for (std::size_t i = 0; i < cards.size(); ++i)
    if (const auto day = first_day(cards[i]); cards[i].counts() && cards[i].resident != 0 && day)
      people[{cards[i].resident, cards[i].disease}].push_back({*day, i});
  std::vector<std::vector<std::size_t>> groups;
  for (auto& [who, list] : people) {
    std::ranges::sort(list);
    std::vector<std::size_t> group{list.front().second};
    const auto close = [&] {
      std::ranges::sort(group);
      if (group.size() > 1 && !all_distinct(cards, group)) groups.push_back(group);
    };
    for (std::size_t i = 1; i < list.size(); ++i) {
      if (list[i].first.days - list[i - 1].first.days > days) {
        close();
        group.clear();
      }
      group.push_back(list[i].second);
    }
    close();
  }
  std::ranges::sort(groups);
  return groups;
}

std::optional<Date> day_by(const Card& card, By by) {
  const auto day = [](const std::optional<Instant>& instant) {
    return instant ? std::optional(day_in_shanghai(*instant)) : std::nullopt;
  };
  switch (by) {
    case By::onset:
      return card.onset;
    case By::diagnosis:
      return day(card.diagnosed);
    case By::report:
      return day(card.filled);
    case By::review:
      return day(card.final_review);
  }
  return std::nullopt;
}

}  // namespace hb::cards
