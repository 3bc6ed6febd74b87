#include "cards/acts.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

namespace hb::cards {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 10> words = {
    "submitted", "changed",   "reviewed", "numbered", "final",
    "returned",  "corrected", "deleted",  "restored", "distinct"};
constexpr std::string_view act_url = "https://health-brain.org/fhir/StructureDefinition/card-act";
constexpr std::string_view number_system = "https://health-brain.org/fhir/card-number";
constexpr std::size_t longest_number = 64;

/// Seconds are enough, in the district's time.
std::string time_text(Instant at) {
  const std::string utc = format_instant(at);  // 2026-11-21T08:00:00.000Z
  return utc.substr(0, 19) + "Z";
}

bool fits(ActKind kind, State state) {
  const auto among = [&](std::initializer_list<State> list) {
    return std::ranges::find(list, state) != list.end();
  };
  switch (kind) {
    case ActKind::submitted:
      return among({State::returned});
    case ActKind::changed:
    case ActKind::reviewed:
      return among({State::waiting});
    case ActKind::numbered:
      return among({State::sent});
    case ActKind::final:
      return among({State::reported});
    case ActKind::returned:
      return among({State::waiting, State::sent, State::reported});
    case ActKind::corrected:
      return among({State::sent, State::reported, State::final});
    case ActKind::restored:
      return among({State::deleted});
    case ActKind::deleted:
    case ActKind::distinct:
      return !among({State::deleted, State::corrected});
  }
  return false;
}

/// What an act of this kind must say.
Result<void> complete(const Order& order) {
  const auto need = [](bool there, const char* what) -> Result<void> {
    if (there) return {};
    return fail(ErrorCode::invalid_input, std::string(what) + " is missing", what);
  };
  switch (order.kind) {
    case ActKind::returned:
    case ActKind::deleted:
      return need(!order.act.reason.empty(), "reason");
    case ActKind::restored:
      return need(!order.act.note.empty(), "note");
    case ActKind::corrected:
      if (Result<void> why = need(!order.act.note.empty(), "note"); !why) return why;
      return need(!order.fields.empty(), "fields");
    case ActKind::changed:
      return need(!order.fields.empty(), "fields");
    case ActKind::distinct:
      return need(!order.act.other.empty(), "other");
    case ActKind::numbered:
      if (order.number.size() > longest_number)
        return fail(ErrorCode::invalid_input, "a card number has at most 64 characters", "number");
      return need(!order.number.empty(), "number");
    default:
      return {};
  }
}

json::object act_extension(const Act& act, ActKind kind) {
  json::array parts;
  parts.push_back(json::object{{"url", "act"}, {"valueCode", act_word(kind)}});
  parts.push_back(json::object{{"url", "at"}, {"valueDateTime", time_text(act.at)}});
  parts.push_back(json::object{{"url", "by"}, {"valueString", act.by.empty() ? "-" : act.by}});
  if (!act.reason.empty())
    parts.push_back(json::object{{"url", "reason"}, {"valueCode", act.reason}});
  if (!act.note.empty()) parts.push_back(json::object{{"url", "note"}, {"valueString", act.note}});
  if (!act.other.empty())
    parts.push_back(json::object{{"url", "other"}, {"valueString", act.other}});
  return {{"url", act_url}, {"extension", std::move(parts)}};
}

void append(json::object& body, const Act& act, ActKind kind) {
  json::value& list = body["extension"];
  if (!list.is_array()) list = json::array();
  list.get_array().push_back(act_extension(act, kind));
}

void attest(json::object& body, const char* mode, Instant at) {
  json::value& list = body["attester"];
  if (!list.is_array()) list = json::array();
  list.get_array().push_back(json::object{{"mode", mode}, {"time", time_text(at)}});
}

/// What the mended card must still have.
Result<void> whole(const json::object& body) {
  const auto fields = fields_of(json::serialize(body));
  if (!fields) return unexpected(fields.error());
  const auto lacking = missing(*fields);
  if (!lacking.empty())
    return fail(ErrorCode::invalid_input, lacking.front() + " is missing", lacking.front());
  return {};
}

/// Reviews and acts belong to the card that was reviewed.
void begin_anew(json::object& body, const Card& former, const std::string& new_id, const Act& act) {
  body.erase("meta");
  body.erase("attester");
  json::array kept;
  for (json::value& one : body["extension"].get_array())
    if (one.as_object().at("url").as_string() != act_url) kept.push_back(std::move(one));
  body["extension"] = std::move(kept);
  if (new_id.empty())
    body.erase("id");
  else
    body["id"] = new_id;
  body["status"] = "preliminary";
  body["date"] = time_text(act.at);
  body["relatesTo"] = json::array{
      json::object{{"code", "replaces"},
                   {"targetReference", json::object{{"reference", "Composition/" + former.id}}}}};
}

/// Only what the institution and the county have seen of it is changed here.
void take_effect(json::object& body, const Card& card, const Order& order) {
  const Instant at = order.act.at;
  switch (order.kind) {
    case ActKind::reviewed:
      attest(body, "professional", at);
      break;
    case ActKind::final:
      attest(body, "official", at);
      body["status"] = card.replaces.empty() ? "final" : "amended";
      break;
    case ActKind::numbered:
      body["identifier"] = json::object{{"system", number_system}, {"value", order.number}};
      break;
    case ActKind::returned:
      body.erase("attester");
      body["status"] = "preliminary";
      break;
    case ActKind::deleted:
      body["status"] = "entered-in-error";
      break;
    case ActKind::restored:
      body["status"] = !card.final_review      ? "preliminary"
                       : card.replaces.empty() ? "final"
                                               : "amended";
      break;
    default:
      break;
  }
}

}  // namespace

std::string_view act_word(ActKind kind) { return words[static_cast<std::size_t>(kind)]; }

std::optional<ActKind> read_act(std::string_view word) {
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return static_cast<ActKind>(found - words.begin());
}

std::vector<ActKind> possible(const Card& card) {
  std::vector<ActKind> list;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (const auto kind = static_cast<ActKind>(i); fits(kind, card.state())) list.push_back(kind);
  return list;
}

Result<std::string> act_on(std::string_view composition, const Card& card, const Order& order,
                           const std::string& new_id) {
  if (!fits(order.kind, card.state()))
    return fail(ErrorCode::conflict,
                "a card that is " + std::string(state_word(card.state())) + " cannot be " +
                    std::string(act_word(order.kind)),
                card.id);
  if (Result<void> said = complete(order); !said) return unexpected(said.error());
  if (order.fields.contains("patient"))
    return fail(ErrorCode::invalid_input, "a card keeps its person", "patient");
  boost::system::error_code wrong;
  json::value parsed = json::parse(composition, wrong);
  if (wrong || !parsed.is_object())
    return fail(ErrorCode::invalid_input, "the card is no JSON object", card.id);
  json::object& body = parsed.get_object();
  const auto before = fields_of(composition);
  if (!before) return unexpected(before.error());
  if (order.kind == ActKind::corrected) begin_anew(body, card, new_id, order.act);
  take_effect(body, card, order);
  if (!order.fields.empty()) {
    if (Result<void> put = put_fields(body, order.fields); !put) return unexpected(put.error());
    if (order.kind == ActKind::corrected || order.kind == ActKind::changed) {
      if (changes(*before, *fields_of(json::serialize(body))).empty())
        return fail(ErrorCode::invalid_input, "nothing is changed", "fields");
    }
    if (Result<void> there = whole(body); !there) return unexpected(there.error());
  }
  append(body, order.act, order.kind);
  return json::serialize(parsed);
}

Result<std::string> new_card(const Fields& fields, const Act& by, const std::string& number) {
  if (const auto lacking = missing(fields); !lacking.empty())
    return fail(ErrorCode::invalid_input, lacking.front() + " is missing", lacking.front());
  json::object body{
      {"resourceType", "Composition"},
      {"status", "preliminary"},
      {"type",
       json::object{
           {"coding", json::array{json::object{
                          {"system", "https://health-brain.org/fhir/CodeSystem/document-type"},
                          {"code", "notifiable-disease-card"}}}}}},
      {"date", time_text(by.at)},
      {"author", json::array{json::object{{"display", by.by.empty() ? "-" : by.by}}}},
      {"title", "传染病报告卡"}};
  if (Result<void> put = put_fields(body, fields); !put) return unexpected(put.error());
  if (!number.empty())
    body["identifier"] = json::object{{"system", number_system}, {"value", number}};
  append(body, by, ActKind::submitted);
  return json::serialize(body);
}

}  // namespace hb::cards
