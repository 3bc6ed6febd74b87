#include <boost/json.hpp>

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "forms/json_text.hpp"
#include "workflow/step.hpp"
#include "workflow/tasks.hpp"

namespace hb::workflow {
namespace {

namespace json = boost::json;

std::string id_of_key(const std::string& key) {
  const crypto::Fingerprint print = crypto::fingerprint(key);
  std::string bytes;
  for (const std::uint64_t half : {print.high, print.low})
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(half >> shift);
  return crypto::to_hex(bytes);
}

}  // namespace

/// "<instance>/<event>/<n>": the same act gives the same keys.
std::string Step::next_key() const {
  const int event = fired_.after.events;
  return fired_.after.id + "/" + std::to_string(event) + "/" +
         std::to_string(fired_.outgoing.size() + 1);
}

std::string Step::write(std::string type, json::object resource) {
  Outgoing out;
  out.kind = Outgoing::Kind::resource;
  out.key = next_key();
  out.type = std::move(type);
  out.id = id_of_key(out.key);
  json::object body{{"resourceType", out.type}, {"id", out.id}};
  for (auto& [name, value] : resource)
    if (name != "resourceType" && name != "id") body[name] = std::move(value);
  out.body = forms::print(body);
  std::string id = out.id;
  fired_.outgoing.push_back(std::move(out));
  return id;
}

Outcome<std::string> Step::write_form(const std::string& form, const std::string& response) {
  const auto failed = [&](const std::string& why) {
    return tl::unexpected(refuse(ErrorCode::invalid_input, "form", why));
  };
  boost::system::error_code wrong;
  const json::value body = json::parse(response, wrong);
  if (wrong || !body.is_object()) return failed("the form is no JSON");
  std::string id = write("QuestionnaireResponse", body.get_object());
  if (!environment_.extract) return id;
  const auto made = environment_.extract(form, response);
  if (!made) return failed("nothing can be made of the form: " + made.error().message);
  for (const std::string& text : *made) {
    const json::value resource = json::parse(text, wrong);
    const json::object* object = wrong ? nullptr : resource.if_object();
    const json::value* type = object != nullptr ? object->if_contains("resourceType") : nullptr;
    if (type == nullptr || !type->is_string()) return failed("the form makes no resource");
    json::object derived = *object;
    if (type->get_string() == "Observation" || type->get_string() == "MedicationStatement")
      derived["derivedFrom"] = json::array{{{"reference", "QuestionnaireResponse/" + id}}};
    write(std::string(type->get_string()), std::move(derived));
  }
  return id;
}

void Step::message(const Owner& to, const std::string& zh, const std::string& en, bool is_task) {
  const std::string instance = "Task/" + fired_.after.id;
  json::object body;
  if (is_task) {
    body = {{"status", "requested"},
            {"intent", "order"},
            {"partOf", json::array{{{"reference", instance}}}},
            {"description", zh},
            {"_description", translation(en)},
            {"authoredOn", format_instant(now_)},
            {"owner", reference_to(flow_, to)}};
    write("Task", std::move(body));
    return;
  }
  body = {{"status", "completed"},
          {"about", json::array{{{"reference", instance}}}},
          {"sent", format_instant(now_)},
          {"recipient", json::array{reference_to(flow_, to)}},
          {"payload", json::array{{{"contentString", zh}, {"_contentString", translation(en)}}}}};
  write("Communication", std::move(body));
}

Outcome<void> Step::effects(const Move& move, Scope& scope, const Token& from) {
  const auto failed = [&](const Error& error) {
    return tl::unexpected(
        refuse(ErrorCode::invalid_input, "data", "an effect of the move fails: " + error.message));
  };
  for (const Effect& effect : move.effects) {
    if (effect.kind == Effect::Kind::message || effect.kind == Effect::Kind::task) {
      const auto zh = scope.text(effect.zh);
      const auto en = scope.text(effect.en);
      if (!zh || !en) return failed(!zh ? zh.error() : en.error());
      const Owner to = effect.to == "owner"     ? from.owner
                       : effect.to == "starter" ? Owner{"starter", fired_.after.starter}
                                                : Owner{effect.to, ""};
      message(to, *zh, *en, effect.kind == Effect::Kind::task);
    } else if (effect.kind == Effect::Kind::create) {
      const auto body = scope.fill(effect.body, effect.formulas);
      if (!body) return failed(body.error());
      const json::object& object = body->as_object();
      const json::value* type = object.if_contains("resourceType");
      if (type == nullptr || !type->is_string())
        return failed({ErrorCode::invalid_input, "a created resource has no type", ""});
      write(std::string(type->get_string()), object);
    } else {
      json::object data;
      for (const auto& [name, formula] : effect.data) {
        auto value = scope.value(formula);
        if (!value) return failed(value.error());
        if (!value->is_null()) data[name] = std::move(*value);
      }
      Outgoing out;
      out.kind = Outgoing::Kind::start;
      out.key = next_key();
      out.id = id_of_key(out.key);
      out.flow = effect.flow;
      out.as = effect.as;
      out.body = json::serialize(data);
      Event child = event(Event::Kind::child_started);
      child.as = effect.as;
      child.child = out.id;
      child.child_flow = effect.flow;
      fired_.outgoing.push_back(std::move(out));
      if (Outcome<void> added = add(std::move(child)); !added) return added;
    }
  }
  return {};
}

}  // namespace hb::workflow
