#include "programmes/visit.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "crypto/digest.hpp"
#include "forms/compose.hpp"
#include "forms/json_text.hpp"

namespace hb::programmes {
namespace {

namespace json = boost::json;

struct Part {
  std::shared_ptr<const forms::Questionnaire> form;
  const Service* service;
  std::string response;
  std::vector<json::object> made;
  std::string visit;  ///< id of its Encounter; empty: none
};

/// The forms of the services, each once, in their order.
std::vector<Part> parts_of(const Library& library, std::span<const Chosen> chosen) {
  std::vector<Part> parts;
  for (const Chosen& one : chosen)
    for (const std::string& path : one.service->forms) {
      auto form = library.form(path);
      const auto known =
          std::ranges::find_if(parts, [&](const Part& part) { return part.form == form; });
      if (form && known == parts.end()) parts.push_back({std::move(form), one.service, {}, {}, {}});
    }
  return parts;
}

Result<std::string> composed(const std::vector<Part>& parts) {
  std::vector<const forms::Questionnaire*> forms;
  for (const Part& part : parts) forms.push_back(part.form.get());
  return forms::compose(forms);
}

bool is_type(const json::object& resource, std::string_view type) {
  return resource.at("resourceType") == json::string(type);
}

json::object reference(const char* type, const std::string& id) {
  return {{"reference", std::string(type) + "/" + id}};
}

/// The element that says to which visit a resource belongs; empty: it has none.
const char* visit_element(const json::object& resource) {
  if (is_type(resource, "MedicationStatement")) return "context";
  for (const char* type : {"Observation", "Procedure", "Condition", "QuestionnaireResponse"})
    if (is_type(resource, type)) return "encounter";
  return "";
}

class Maker {
 public:
  Maker(std::vector<Part> parts, const VisitFacts& facts)
      : parts_(std::move(parts)), facts_(facts) {}

  Result<void> extract(std::string_view response, const forms::Surrounding& around, Visit& visit) {
    for (Part& part : parts_) {
      auto own = forms::part_of(*part.form, response, around);
      if (!own) return unexpected(own.error());
      const auto issues = forms::validate(*part.form, *own, around);
      if (!issues) return unexpected(issues.error());
      for (const forms::Issue& issue : *issues)
        if (issue.is_error) visit.issues.push_back(issue);
      const auto bundle = forms::extract(*part.form, *own, around);
      if (!bundle) return unexpected(bundle.error());
      part.response = std::move(*own);
      const json::value made = json::parse(*bundle);  // forms::extract wrote it
      for (const json::value& entry : made.at("entry").as_array())
        part.made.push_back(entry.at("resource").as_object());
    }
    return {};
  }

  std::vector<std::string> resources() {
    for (Part& part : parts_) name_visit(part);
    for (Part& part : parts_)  // a form beside another of its service belongs to that visit
      for (const Part& other : parts_)
        if (part.visit.empty() && other.service == part.service) part.visit = other.visit;
    std::map<std::string, int> times;
    for (const Part& part : parts_)
      for (const json::object& one : part.made) ++times[forms::print(one)];
    std::vector<std::string> out;
    for (Part& part : parts_)
      for (json::object& one : part.made)
        if (is_type(one, "Encounter")) out.push_back(forms::print(one));
    for (Part& part : parts_) {
      for (json::object& one : part.made) {
        const std::string text = forms::print(one);
        if (is_type(one, "Encounter") || times[text] == 0) continue;
        const bool shared = times[text] > 1;
        times[text] = 0;
        out.push_back(owned(std::move(one), part, shared));
      }
      out.push_back(filled(part));
    }
    return out;
  }

 private:
  std::string id(const std::string& form, const std::string& what) const {
    return "v" + crypto::sha256_hex(facts_.patient + "|" + facts_.key + "|" + form + "|" + what)
                     .substr(0, 31);
  }

  void name_visit(Part& part) {
    for (json::object& one : part.made) {
      if (!is_type(one, "Encounter") || !part.visit.empty()) continue;
      part.visit = id(part.form->id, "visit");
      one["id"] = part.visit;
      if (!facts_.organization.empty() && !one.contains("serviceProvider"))
        one["serviceProvider"] = reference("Organization", facts_.organization);
      if (!facts_.practitioner.empty() && !one.contains("participant"))
        one["participant"] = json::array{
            json::object{{"individual", reference("Practitioner", facts_.practitioner)}}};
    }
  }

  std::string owned(json::object one, const Part& part, bool shared) const {
    const char* element = visit_element(one);
    // The number of the resource among equals of a form is in its text.
    one["id"] = id(shared ? "shared" : part.form->id, forms::print(one));
    if (!shared && !part.visit.empty() && *element != '\0' && !one.contains(element))
      one[element] = reference("Encounter", part.visit);
    if (is_type(one, "Observation") && !facts_.organization.empty() && !one.contains("performer"))
      one["performer"] = json::array{reference("Organization", facts_.organization)};
    return forms::print(one);
  }

  std::string filled(const Part& part) const {
    json::object one = json::parse(part.response).as_object();  // forms::part_of wrote it
    one["id"] = id(part.form->id, "answers");
    one["subject"] = reference("Patient", facts_.patient);
    if (!part.visit.empty()) one["encounter"] = reference("Encounter", part.visit);
    if (!facts_.practitioner.empty())
      one["author"] = reference("Practitioner", facts_.practitioner);
    return forms::print(one);
  }

  std::vector<Part> parts_;
  const VisitFacts& facts_;
};

}  // namespace

Result<std::string> visit_form(const Library& library, std::span<const Chosen> chosen) {
  return composed(parts_of(library, chosen));
}

Result<Visit> make_visit(const Library& library, std::span<const Chosen> chosen,
                         std::string_view response, const forms::Surrounding& around,
                         const VisitFacts& facts) {
  std::vector<Part> parts = parts_of(library, chosen);
  const auto text = composed(parts);
  if (!text) return unexpected(text.error());
  std::vector<forms::FormFault> faults;
  const auto form = forms::read(*text, faults);
  if (!form)
    return fail(ErrorCode::invalid_input,
                "the forms do not fit together: " + faults.front().message, faults.front().path);
  boost::system::error_code wrong;
  json::value body = json::parse(response, wrong);
  if (wrong || !body.is_object())
    return fail(ErrorCode::invalid_input, "a QuestionnaireResponse is expected", "response");
  body.get_object()["subject"] = reference("Patient", facts.patient);
  body.get_object()["status"] = "completed";
  body.get_object().erase("questionnaire");
  const std::string complete = forms::print(body);
  Visit visit;
  const auto issues = forms::validate(*form, complete, around);
  if (!issues) return unexpected(issues.error());
  for (const forms::Issue& issue : *issues)
    if (issue.is_error) visit.issues.push_back(issue);
  if (!visit.issues.empty()) return visit;
  Maker maker(std::move(parts), facts);
  if (Result<void> done = maker.extract(complete, around, visit); !done)
    return unexpected(done.error());
  if (visit.issues.empty()) visit.resources = maker.resources();
  return visit;
}

}  // namespace hb::programmes
