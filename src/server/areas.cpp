#include "server/areas.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "server/json.hpp"

namespace hb::server {

namespace {

namespace fs = std::filesystem;

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string{};
}

std::string_view level_of(std::string_view code) {
  return code.size() <= 6 ? "district" : code.size() <= 9 ? "street" : "community";
}

std::string parent_of(std::string_view code) {
  return std::string(code.size() > 9   ? code.substr(0, 9)
                     : code.size() > 6 ? code.substr(0, 6)
                                       : code.substr(0, std::min<std::size_t>(4, code.size())));
}

Result<Area> read_area(const json::value& feature) {
  const json::value* properties =
      feature.is_object() ? feature.get_object().if_contains("properties") : nullptr;
  if (!properties || !properties->is_object())
    return fail(ErrorCode::invalid_input, "a feature has no properties");
  const json::object& object = properties->get_object();
  Area area{text_at(object, "code"), {}, text_at(object, "level"), text_at(object, "parent")};
  area.name.zh = text_at(object, "name");
  area.name.en = text_at(object, "name_en");
  if (const json::value* name = object.if_contains("name"); name && name->is_object())
    area.name = {text_at(name->get_object(), "zh"), text_at(name->get_object(), "en")};
  if (area.code.empty() || area.name.zh.empty())
    return fail(ErrorCode::invalid_input, "every feature needs the properties code and name");
  if (area.name.en.empty()) area.name.en = area.name.zh;
  if (area.level.empty()) area.level = level_of(area.code);
  if (area.parent.empty()) area.parent = parent_of(area.code);
  return area;
}

}  // namespace

Result<Areas> Areas::load(const fs::path& store_dir) {
  Areas areas;
  const fs::path file = store_dir / "areas.geojson";
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return areas;
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  boost::system::error_code error;
  const json::value document = json::parse(text, error);
  const json::value* features =
      !error && document.is_object() ? document.get_object().if_contains("features") : nullptr;
  if (!features || !features->is_array())
    return fail(ErrorCode::invalid_input, "expected a GeoJSON FeatureCollection", file.string());

  json::array streets;
  for (const json::value& feature : features->get_array()) {
    Result<Area> area = read_area(feature);
    if (!area) return fail(area.error().code, area.error().message, file.string());
    const json::value* geometry = feature.get_object().if_contains("geometry");
    if (area->level == "street" && geometry && geometry->is_object()) {
      streets.push_back(
          json::object{{"type", "Feature"},
                       {"properties",
                        {{"code", area->code}, {"name", area->name.zh}, {"nameEn", area->name.en}}},
                       {"geometry", *geometry}});
    }
    areas.by_code_.emplace(area->code, areas.areas_.size());
    areas.areas_.push_back(std::move(*area));
  }
  areas.geojson_ = json::serialize(
      json::object{{"type", "FeatureCollection"}, {"features", std::move(streets)}});
  return areas;
}

const Area* Areas::find(std::string_view code) const {
  const auto found = by_code_.find(std::string(code));
  return found == by_code_.end() ? nullptr : &areas_[found->second];
}

Localized Areas::name(std::string_view code) const {
  for (const std::size_t length : {code.size(), std::size_t{12}, std::size_t{9}, std::size_t{6}}) {
    if (length > code.size()) continue;
    if (const Area* area = find(code.substr(0, length))) return area->name;
  }
  return {std::string(code), std::string(code)};
}

}  // namespace hb::server
