#include "programmes/enrolment.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "forms/json_text.hpp"

namespace hb::programmes {
namespace {

namespace json = boost::json;

constexpr const char* programme_system = "https://health-brain.org/fhir/CodeSystem/programme";
constexpr const char* status_url =
    "https://health-brain.org/fhir/StructureDefinition/programme-status";
constexpr const char* reason_url =
    "https://health-brain.org/fhir/StructureDefinition/programme-status-reason";

const json::value* member(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  return object != nullptr ? object->if_contains(name) : nullptr;
}

std::string text(const json::value* value) {
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<Date> day_at(const json::value& holder, const char* period, const char* end) {
  const json::value* found = member(holder, period);
  const std::string day = found != nullptr ? text(member(*found, end)) : "";
  const Result<Date> date = parse_date(std::string_view(day).substr(0, 10));
  return date ? std::optional(*date) : std::nullopt;
}

std::string extension_of(const json::value& holder, const char* url, const char* value) {
  const json::value* list = member(holder, "extension");
  if (list == nullptr || !list->is_array()) return {};
  for (const json::value& one : list->get_array())
    if (text(member(one, "url")) == url) return text(member(one, value));
  return {};
}

std::string programme_of(const json::value& episode) {
  const json::value* types = member(episode, "type");
  if (types == nullptr || !types->is_array()) return {};
  for (const json::value& type : types->get_array()) {
    const json::value* codings = member(type, "coding");
    if (codings == nullptr || !codings->is_array()) continue;
    for (const json::value& coding : codings->get_array())
      if (text(member(coding, "system")) == programme_system) return text(member(coding, "code"));
  }
  return {};
}

json::object state_entry(const Status& status, const Change& wanted) {
  json::array extensions{json::object{{"url", status_url}, {"valueCode", status.id}}};
  if (!wanted.reason.empty())
    extensions.push_back(json::object{{"url", reason_url}, {"valueString", wanted.reason}});
  return {{"extension", std::move(extensions)},
          {"status", status.fhir},
          {"period", {{"start", format_date(wanted.day)}}}};
}

/// Replaces what the extensions of the episode say of its state.
void set_state(json::object& episode, const Status& status, const std::string& reason) {
  json::array kept;
  if (const json::value* all = episode.if_contains("extension"); all && all->is_array())
    for (const json::value& one : all->get_array())
      if (const std::string url = text(member(one, "url")); url != status_url && url != reason_url)
        kept.push_back(one);
  kept.push_back(json::object{{"url", status_url}, {"valueCode", status.id}});
  if (!reason.empty()) kept.push_back(json::object{{"url", reason_url}, {"valueString", reason}});
  episode["extension"] = std::move(kept);
  episode["status"] = status.fhir;
}

json::object new_episode(const Programme& programme, const Change& wanted) {
  json::object episode{{"resourceType", "EpisodeOfCare"}, {"id", wanted.id}};
  episode["type"] = json::array{
      json::object{{"coding", json::array{json::object{{"system", programme_system},
                                                       {"code", programme.id},
                                                       {"display", programme.title.zh}}}}}};
  episode["patient"] = {{"reference", "Patient/" + wanted.patient}};
  if (!wanted.organization.empty())
    episode["managingOrganization"] = {{"reference", "Organization/" + wanted.organization}};
  if (!wanted.practitioner.empty())
    episode["careManager"] = {{"reference", "Practitioner/" + wanted.practitioner}};
  episode["period"] = {{"start", format_date(wanted.day)}};
  return episode;
}

Result<void> allowed(const Library& library, const Enrolment* current, const Status& status,
                     const Change& wanted, Date today) {
  const std::string now = current == nullptr ? "none" : current->status;
  if (std::ranges::find(status.after, now) == status.after.end()) {
    const Status* known = library.status(now);
    return fail(ErrorCode::conflict,
                "“" + status.title.zh + "” does not follow “" +
                    (known != nullptr ? known->title.zh : "未建档") + "” (" + now + ")",
                "status");
  }
  if (wanted.day > today) return fail(ErrorCode::invalid_input, "the day is in the future", "date");
  if (current != nullptr && current->status_since && wanted.day < *current->status_since)
    return fail(ErrorCode::invalid_input,
                "the day is before the present state began, " + format_date(*current->status_since),
                "date");
  if (status.reason && wanted.reason.empty())
    return fail(ErrorCode::invalid_input, "this state needs a reason", "reason");
  return {};
}

}  // namespace

std::optional<Enrolment> read_enrolment(const Library& library, std::string_view source) {
  boost::system::error_code wrong;
  const json::value body = json::parse(source, wrong);
  if (wrong || text(member(body, "resourceType")) != "EpisodeOfCare") return std::nullopt;
  Enrolment one;
  one.programme = programme_of(body);
  if (library.find(one.programme) == nullptr) return std::nullopt;
  one.id = text(member(body, "id"));
  one.json = source;
  one.since = day_at(body, "period", "start");
  one.until = day_at(body, "period", "end");
  one.status = extension_of(body, status_url, "valueCode");
  one.reason = extension_of(body, reason_url, "valueString");
  if (library.status(one.status) == nullptr) {
    const Status* status = library.status_of_fhir(text(member(body, "status")));
    one.status = status != nullptr ? status->id : "";
  }
  one.status_since = one.since;
  const json::value* history = member(body, "statusHistory");
  if (history != nullptr && history->is_array() && !history->get_array().empty())
    if (const auto day = day_at(history->get_array().back(), "period", "start"))
      one.status_since = day;
  return one;
}

Result<std::string> change(const Library& library, const Enrolment* current, const Change& wanted,
                           Date today) {
  const Programme* programme = library.find(wanted.programme);
  if (programme == nullptr)
    return fail(ErrorCode::invalid_input, "there is no programme “" + wanted.programme + "”",
                "programme");
  const Status* status = library.status(wanted.status);
  if (status == nullptr)
    return fail(ErrorCode::invalid_input, "there is no state “" + wanted.status + "”", "status");
  if (Result<void> may = allowed(library, current, *status, wanted, today); !may)
    return unexpected(may.error());
  const Status* former = current != nullptr ? library.status(current->status) : nullptr;
  const bool anew = current == nullptr || (former != nullptr && former->ends && !status->ends);
  json::object episode = anew ? new_episode(*programme, wanted)
                              : json::parse(current->json).as_object();  // read_enrolment() did
  json::array history;
  if (const json::value* all = episode.if_contains("statusHistory"); all && all->is_array())
    history = all->get_array();
  if (!anew && history.empty())
    history.push_back(
        json::object{{"status", text(episode.if_contains("status"))},
                     {"period", {{"start", format_date(current->since.value_or(wanted.day))}}}});
  if (!history.empty())
    history.back().get_object()["period"].get_object()["end"] = format_date(wanted.day);
  history.push_back(state_entry(*status, wanted));
  episode["statusHistory"] = std::move(history);
  set_state(episode, *status, wanted.reason);
  if (status->ends) episode["period"].get_object()["end"] = format_date(wanted.day);
  return forms::print(episode);
}

}  // namespace hb::programmes
