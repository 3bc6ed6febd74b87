#include "backup/manifest.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>

namespace hb::backup {
namespace {

namespace json = boost::json;

constexpr std::string_view format = "healthbrain-backup-1";
constexpr std::size_t most_parts = 100'000;

unexpected<Error> wrong(std::string message, std::string where = "manifest.json") {
  return fail(ErrorCode::invalid_input, std::move(message), std::move(where));
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : -1;
}

bool flag_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

/// A path that stays inside the directory it is put into.
bool stays_inside(const std::string& name) {
  if (name == key_part) return true;
  const std::filesystem::path path(name);
  if (!name.starts_with(store_prefix) || name.find('\0') != std::string::npos) return false;
  return std::ranges::none_of(
      path, [](const auto& step) { return step.empty() || step == "." || step == ".."; });
}

Result<Part> part_of(const json::value& value) {
  if (!value.is_object()) return wrong("expected an object in parts");
  const json::object& object = value.get_object();
  Part part{text_of(object, "name"), number_of(object, "bytes"), text_of(object, "sha256")};
  if (!stays_inside(part.name)) return wrong("a part has a name that leads out of the store");
  constexpr std::size_t digits = 64;
  const bool hex = part.sha256.size() == digits &&
                   part.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (part.bytes < 0 || !hex)
    return wrong("a part needs bytes and sha256, a number and 64 hex digits", part.name);
  return part;
}

}  // namespace

std::string Manifest::json() const {
  json::array list;
  for (const Part& part : parts)
    list.push_back({{"name", part.name}, {"bytes", part.bytes}, {"sha256", part.sha256}});
  const json::object object{
      {"format", format},
      {"made", format_instant(made)},
      {"program", program},
      {"store", json::object{{"id", store_id},
                             {"simulated", simulated},
                             {"name", json::object{{"zh", name_zh}, {"en", name_en}}}}},
      {"sealed", sealed},
      {"withKeys", with_keys},
      {"withTables", with_tables},
      {"seq", seq},
      {"batch", batch},
      {"audit", json::object{{"entries", audit_entries}, {"hash", audit_hash}}},
      {"parts", std::move(list)}};
  return json::serialize(object) + "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return wrong("expected a JSON object");
  const json::object& object = value.get_object();
  if (text_of(object, "format") != format)
    return wrong("expected format " + std::string(format) +
                 "; this is no backup of a store, or of a newer program");
  const json::value* store = object.if_contains("store");
  const json::value* audit = object.if_contains("audit");
  const json::value* parts = object.if_contains("parts");
  const auto made = parse_instant(text_of(object, "made"));
  if (store == nullptr || !store->is_object() || audit == nullptr || !audit->is_object() ||
      parts == nullptr || !parts->is_array() || !made)
    return wrong("expected store, audit, parts and made");
  if (parts->get_array().size() > most_parts) return wrong("too many parts");
  Manifest manifest;
  manifest.made = *made;
  manifest.program = text_of(object, "program");
  manifest.store_id = text_of(store->get_object(), "id");
  manifest.simulated = flag_of(store->get_object(), "simulated");
  if (const json::value* name = store->get_object().if_contains("name");
      name != nullptr && name->is_object()) {
    manifest.name_zh = text_of(name->get_object(), "zh");
    manifest.name_en = text_of(name->get_object(), "en");
  }
  manifest.sealed = flag_of(object, "sealed");
  manifest.with_keys = flag_of(object, "withKeys");
  manifest.with_tables = flag_of(object, "withTables");
  manifest.seq = number_of(object, "seq");
  manifest.batch = number_of(object, "batch");
  manifest.audit_entries = number_of(audit->get_object(), "entries");
  manifest.audit_hash = text_of(audit->get_object(), "hash");
  if (manifest.seq < 0 || manifest.batch < 0 || manifest.audit_entries < 0)
    return wrong("expected the numbers seq, batch and audit.entries");
  for (const json::value& one : parts->get_array()) {
    Result<Part> part = part_of(one);
    if (!part) return unexpected(part.error());
    manifest.parts.push_back(std::move(*part));
  }
  return manifest;
}

}  // namespace hb::backup
