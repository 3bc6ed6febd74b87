// What is done to cards of notifiable diseases: each act a new version, or a new card.
#include <algorithm>

#include "server/card_routes.hpp"
#include "server/fhir/answer.hpp"
#include "server/fhir/writing.hpp"
#include "server/parameters.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

using cards::Card;

constexpr std::size_t longest_text = 2000;  // bytes

/// What a body may say of an act.
struct Said {
  std::optional<cards::ActKind> kind;
  cards::Order order;
  std::optional<std::int64_t> seen;
};

Response bad_body(const std::string& where, const Localized& expected) {
  return refusal(400, "invalid_input", expected, "body." + where);
}

/// Texts of the object `fields`.
Parsed<cards::Fields> fields_of_body(const json::object& body) {
  cards::Fields fields;
  const json::value* given = body.if_contains("fields");
  if (given == nullptr || given->is_null()) return fields;
  const Localized expected{"应为项目名与文本", "an object of fields and texts is expected"};
  if (!given->is_object()) return unexpected(bad_body("fields", expected));
  for (const auto& [name, value] : given->get_object()) {
    const std::string field(name);
    if (!value.is_string() || value.get_string().size() > longest_text)
      return unexpected(bad_body("fields." + field.substr(0, 40), expected));
    const auto known = std::ranges::find(cards::card_fields(), field, &cards::FieldKind::name);
    if (known == cards::card_fields().end() && field != "patient" && field != "organization" &&
        field != "practitioner")
      return unexpected(bad_body("fields." + field.substr(0, 40),
                                 {"报告卡没有此项目", "a card has no such field"}));
    fields[field] = std::string(value.get_string());
  }
  return fields;
}

Parsed<Said> said_in(const Request& request, const Principal& principal, Services& services) {
  boost::system::error_code wrong;
  const json::value body = json::parse(request.body, wrong);
  if (wrong || !body.is_object())
    return unexpected(bad_body("", {"请求内容应为 JSON 对象", "the body must be a JSON object"}));
  Said said;
  said.order.act.at = services.clock();
  said.order.act.by = principal.user;
  for (const auto& [name, value] : {std::pair{"note", &said.order.act.note},
                                    {"reason", &said.order.act.reason},
                                    {"other", &said.order.act.other},
                                    {"number", &said.order.number}}) {
    const auto text = body_text(request, name, false);
    if (!text) return unexpected(text.error());
    *value = text->value_or("");
    if (value->size() > longest_text)
      return unexpected(bad_body(name, {"不超过2000字节", "at most 2000 bytes are expected"}));
  }
  auto fields = fields_of_body(body.get_object());
  if (!fields) return unexpected(fields.error());
  said.order.fields = std::move(*fields);
  const json::value* seen = body.get_object().if_contains("seen");
  if (seen != nullptr && !seen->is_null()) {
    if (!seen->is_int64() || seen->get_int64() < 1)
      return unexpected(bad_body("seen", {"看到的版本号", "the version that was seen"}));
    said.seen = seen->get_int64();
  }
  return said;
}

/// A code of the list that belongs to the act.
Parsed<void> check_reason(const cards::Order& order, const Services& services) {
  if (order.act.reason.empty()) return {};
  const char* list =
      order.kind == cards::ActKind::deleted ? "card-delete-reason" : "card-return-reason";
  const scene::CodeList* known = services.catalogue.codes(list);
  if (known != nullptr && known->find(order.act.reason) != nullptr) return {};
  std::string expected;
  if (known != nullptr)
    for (const scene::Code& one : known->codes)
      expected += (expected.empty() ? "" : ", ") + one.code;
  return unexpected(bad_body("reason", {"应为：" + expected, "one of: " + expected}));
}

/// Words of coded fields must be of their lists.
Parsed<void> check_words(const cards::Fields& fields, const Services& services) {
  const std::initializer_list<std::pair<const char*, const char*>> lists = {
      {"disease", "notifiable-disease"},
      {"caseClass", "case-class"},
      {"course", "case-course"},
      {"populationGroup", "population-group"},
      {"belongsTo", "belongs-to"}};
  for (const auto& [field, list] : lists) {
    const auto given = fields.find(field);
    if (given == fields.end() || given->second.empty()) continue;
    const scene::CodeList* codes = services.catalogue.codes(list);
    if (codes == nullptr || codes->find(given->second) == nullptr)
      return unexpected(bad_body(std::string("fields.") + field,
                                 {"应为列表中的代码", "a code of its list is expected"}));
  }
  return {};
}

/// What a card that is filled in here must not have: faults against the form's profile.
Parsed<void> check_text(const std::string& text, Services& services) {
  const auto faults = faults_of_card(text, services);
  if (faults.empty()) return {};
  return unexpected(
      refusal(400, "invalid_input",
              {"报告卡未通过校验：" + faults.front(), "the card does not hold: " + faults.front()},
              "body.fields"));
}

/// errors of the engine, with the place in the body
Response refused(const Error& error) {
  if (error.code != ErrorCode::invalid_input || error.where.empty()) return outcome(error);
  Error told = error;
  told.where = "body." + error.where;
  return outcome(told);
}

/// Another card of the store has this national number already.
bool number_is_taken(const CardView& view, const std::string& number, const std::string& id) {
  return std::ranges::any_of(view.set->cards, [&](const Card& other) {
    return other.counts() && other.number == number && other.id != id;
  });
}

Response write(const Principal& principal, Services& services, fhir_api::Ask ask, int status,
               const std::string& word) {
  std::vector<fhir_api::Ask> asks;
  asks.push_back(std::move(ask));
  fhir_api::Done done =
      std::move(fhir_api::write_all(services, principal, std::move(asks)).front());
  if (done.refusal && done.refusal->status == 412)
    return refusal(
        409, "conflict",
        {"该报告卡刚被他人处理，请刷新后再试", "somebody else was faster: read the card again"});
  if (done.refusal && done.refusal->status == 403)
    return outcome({ErrorCode::forbidden,
                    "this account does not see the whole card, so it may not change it", ""});
  if (done.refusal) return std::move(*done.refusal);
  services.hub.store().note_audit(principal, "card", word + " " + done.version.id);
  services.events.publish("cards", "{}");
  return card_response(status, done.version.id, principal, services);
}

}  // namespace

/// POST /api/cards {"fields": {…}, "note"}: a new card, waiting for the review in the institution
Response post_card(Request& request, const Principal& principal, Services& services) {
  auto said = said_in(request, principal, services);
  if (!said) return said.error();
  const auto view = card_view(principal, services);
  if (!view) return view.error();
  const cards::Fields& fields = said->order.fields;
  if (const auto right = check_words(fields, services); !right) return right.error();
  const auto organization = fields.find("organization");
  if (organization != fields.end() && !principal.organizations.empty() &&
      std::ranges::count(principal.organizations, organization->second) == 0)
    return outcome({ErrorCode::forbidden, "cards are filled in for the own institution",
                    "body.fields.organization"});
  const auto patient = fields.find("patient");
  if (patient != fields.end()) {
    const auto known = services.hub.store().read(principal, "Patient", patient->second);
    if (!known) return person_outcome(known.error());
  }
  const auto text = cards::new_card(fields, said->order.act);
  if (!text) return refused(text.error());
  if (const auto right = check_text(*text, services); !right) return right.error();
  fhir_api::Ask ask;
  ask.type = "Composition";
  ask.text = *text;
  return write(principal, services, std::move(ask), 201, "submitted");
}

/// POST /api/cards/{id}/acts/{act} {"reason","note","number","other","fields","seen"}
Response post_card_act(Request& request, const Principal& principal, Services& services) {
  const auto kind = cards::read_act(request.capture("act"));
  if (!kind) return not_found({"该操作", "such act"});
  const std::string id(request.capture("id"));
  auto said = said_in(request, principal, services);
  if (!said) return said.error();
  said->order.kind = *kind;
  const auto version = services.hub.store().read(principal, "Composition", id);
  if (!version) return person_outcome(version.error());
  const auto view = card_view(principal, services);
  if (!view) return view.error();
  const Card* card = view->set->find(id);
  if (card == nullptr) return not_found({"该报告卡", "such card"});
  const auto possible = cards::possible(*card);
  if (said->seen && *said->seen != version->version)
    return refusal(
        409, "conflict",
        {"该报告卡刚被他人处理，请刷新后再试", "somebody else was faster: read the card again"});
  if (std::ranges::count(possible, *kind) > 0 &&
      std::ranges::count(acts_for(*card, principal, services), *kind) == 0)
    return outcome({ErrorCode::forbidden, "this account has not the right to do this", "act"});
  if (const auto right = check_reason(said->order, services); !right) return right.error();
  if (const auto right = check_words(said->order.fields, services); !right) return right.error();
  if (*kind == cards::ActKind::numbered && number_is_taken(*view, said->order.number, id))
    return refusal(409, "conflict",
                   {"该国家编号已属于另一张卡", "another card has this national number"},
                   "body.number");
  if (*kind == cards::ActKind::distinct && std::ranges::none_of(view->cards, [&](const Card& one) {
        return one.id == said->order.act.other;
      }))
    return bad_body("other", {"应为另一张报告卡", "another card is expected"});
  const auto text = cards::act_on(version->json, *card, said->order);
  if (!text) return refused(text.error());
  if (!said->order.fields.empty())
    if (const auto right = check_text(*text, services); !right) return right.error();
  fhir_api::Ask ask;
  ask.type = "Composition";
  ask.text = *text;
  if (*kind == cards::ActKind::corrected) {
    return write(principal, services, std::move(ask), 201, "corrected " + id + " by");
  }
  ask.kind = fhir_api::Ask::Kind::update;
  ask.id = id;
  ask.if_match = fhir_api::etag(*version);
  return write(principal, services, std::move(ask), 200, std::string(cards::act_word(*kind)));
}

}  // namespace hb::server
