#include "workflow/records_sink.hpp"

#include <boost/json.hpp>

#include "crypto/digest.hpp"

namespace hb::workflow {
namespace {

namespace json = boost::json;

constexpr const char* event_system = "https://health-brain.org/fhir/CodeSystem/flow-event";

/// The number of the event in meta.tag; 0: none.
int event_of(std::string_view text) {
  boost::system::error_code wrong;
  const json::value body = json::parse(text, wrong);
  const json::object* object = wrong ? nullptr : body.if_object();
  const json::value* meta = object != nullptr ? object->if_contains("meta") : nullptr;
  const json::object* members = meta != nullptr ? meta->if_object() : nullptr;
  const json::value* tags = members != nullptr ? members->if_contains("tag") : nullptr;
  const json::array* list = tags != nullptr ? tags->if_array() : nullptr;
  for (const json::value& tag : list != nullptr ? *list : json::array()) {
    const json::object* one = tag.if_object();
    const json::value* system = one != nullptr ? one->if_contains("system") : nullptr;
    const json::value* code = one != nullptr ? one->if_contains("code") : nullptr;
    if (system == nullptr || code == nullptr || *system != event_system || !code->is_string())
      continue;
    return std::atoi(code->get_string().c_str());
  }
  return 0;
}

std::string tagged(const Sink::Piece& piece) {
  if (piece.number == 0) return piece.json;
  json::object body = json::parse(piece.json).as_object();  // made by tasks_of
  body["meta"] = {
      {"tag", json::array{{{"system", event_system}, {"code", std::to_string(piece.number)}}}}};
  return json::serialize(body);
}

/// Patient/… of a resource that is about somebody; empty: about nobody.
std::string patient_of(std::string_view text) {
  boost::system::error_code wrong;
  const json::value body = json::parse(text, wrong);
  if (wrong || !body.is_object()) return {};
  for (const char* name : {"subject", "for", "patient"}) {
    const json::value* reference = body.get_object().if_contains(name);
    const json::object* object = reference != nullptr ? reference->if_object() : nullptr;
    const json::value* target = object != nullptr ? object->if_contains("reference") : nullptr;
    if (target == nullptr || !target->is_string()) continue;
    const std::string_view value = target->get_string();
    if (value.starts_with("Patient/")) return std::string(value.substr(8));
  }
  return {};
}

}  // namespace

Result<bool> RecordsSink::was_taken(const Piece& piece) const {
  const auto found = store_.latest(Principal::system("workflow"), piece.type, piece.id);
  if (!found) {
    if (found.error().code == ErrorCode::not_found) return false;
    return unexpected(found.error());
  }
  return piece.number == 0 || found->deleted || event_of(found->json) >= piece.number;
}

Result<void> RecordsSink::take(const std::vector<Piece>& pieces, bool maybe_again) {
  records::WriteSet set;
  for (const Piece& piece : pieces) {
    if (maybe_again) {
      const Result<bool> taken = was_taken(piece);
      if (!taken) return unexpected(taken.error());
      if (*taken) continue;
    }
    const std::string body = tagged(piece);
    records::NewVersion version;
    version.type = piece.type;
    version.id = piece.id;
    version.fingerprint = crypto::fingerprint(body);
    version.body = store_.packer().pack(piece.type, body);
    if (const std::string patient = patient_of(body); !patient.empty()) {
      auto resident = store_.resolve_resident(patient);
      if (!resident) return unexpected(resident.error());
      version.resident = resident->first.id;
      if (resident->second)
        set.residents.push_back({resident->first, records::ResidentChange::no_resource, {}});
    }
    set.resources.push_back(std::move(version));
  }
  if (set.resources.empty()) return {};
  set.touched.push_back({"task", "", "", static_cast<std::int64_t>(set.resources.size())});
  const auto receipt = store_.commit(std::move(set));
  if (!receipt) return unexpected(receipt.error());
  return {};
}

Sealing sealing_of(const records::Store& store) {
  return {[&store](std::string_view plain, std::string_view context) {
            return store.seal(plain, context);
          },
          [&store](std::string_view sealed, std::string_view context) {
            return store.open_sealed(sealed, context);
          }};
}

}  // namespace hb::workflow
