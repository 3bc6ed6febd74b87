#include "fhir/parser.hpp"

#include <algorithm>
#include <array>

#include "fhir/definitions.hpp"

namespace hb::fhir {
namespace {

tl::unexpected<Fault> fault(std::string rule, std::string path, std::string expected,
                            std::string found = {}) {
  return tl::unexpected<Fault>(
      Fault{std::move(rule), std::move(path), std::move(expected), std::move(found)});
}

}  // namespace

std::string shorten(std::string_view text) {
  std::size_t characters = 0;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool starts = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (starts && ++characters > 40) return std::string(text.substr(0, at)) + "…";
  }
  return std::string(text);
}

bool is_resource_id(std::string_view text) {
  static constexpr auto allowed = [] {
    std::array<bool, 256> table{};
    for (const char c :
         std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."))
      table[static_cast<unsigned char>(c)] = true;
    return table;
  }();
  if (text.empty() || text.size() > 64) return false;
  bool all = true;
  for (const char c : text) all &= allowed[static_cast<unsigned char>(c)];
  return all;
}

Beside look_beside(std::string_view json) {
  // Only a key begins with "_ more often than never; a text that does makes evaluation slower.
  for (std::size_t at = json.find('_'); at != json.npos; at = json.find('_', at + 1))
    if (at > 0 && json[at - 1] == '"') return Beside::some;
  return Beside::none;
}

bool is_resource_type(std::string_view name) {
  const TypeId id = definitions::find_type(name);
  return id != no_type && definitions::type(id).kind == TypeKind::resource &&
         !definitions::type(id).is_abstract;
}

tl::expected<Json, Fault> Parser::parse_json(std::string_view json) {
  constexpr std::size_t smallest = 1 << 16;
  if (parser_.capacity() < json.size() || parser_.max_depth() != max_depth) {
    const std::size_t capacity = std::max({smallest, json.size(), parser_.capacity()});
    if (parser_.allocate(capacity, max_depth)) throw std::bad_alloc();
  }
  Json root;
  const auto error = parser_.parse(json.data(), json.size(), false).get(root);
  if (!error) return root;
  if (error == simdjson::DEPTH_ERROR)
    return fault("too-deep", "", "at most " + std::to_string(max_depth) + " levels of nesting");
  if (error == simdjson::UTF8_ERROR) return fault("not-json", "", "JSON text in UTF-8");
  return fault("not-json", "", std::string("JSON text (") + simdjson::error_message(error) + ")");
}

tl::expected<Resource, Fault> Parser::parse(std::string_view json) {
  auto root = parse_json(json);
  if (!root) return tl::unexpected<Fault>(std::move(root.error()));
  auto resource = as_resource(*root);
  if (resource) {
    resource->source = json;
    resource->beside = look_beside(json);
  }
  return resource;
}

tl::expected<Resource, Fault> as_resource(Json element) {
  simdjson::dom::object object;
  if (element.get(object)) return fault("not-fhir", "", "a JSON object with resourceType");
  Resource resource;
  resource.root = element;
  if (object.at_key("resourceType").get(resource.type))
    return fault("not-fhir", "resourceType", "the name of a FHIR R4 resource type");
  if (!is_resource_type(resource.type))
    return fault("unknown-type", "resourceType", "a FHIR R4 resource type", shorten(resource.type));
  Json id;
  const std::string path = std::string(resource.type) + ".id";
  if (object.at_key("id").get(id))
    return fault("required", path, "the sender's id of the resource");
  if (id.get(resource.id) || !is_resource_id(resource.id))
    return fault(
        "bad-id", path, "1 to 64 letters, digits, hyphens and dots",
        id.is_string() ? shorten(id.get_string().value_unsafe()) : shorten(simdjson::minify(id)));
  return resource;
}

}  // namespace hb::fhir
