#include "cli/district.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include <boost/json.hpp>

namespace hb::cli {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// The named file in the directories that are loaded, or beside the files that are.
std::optional<fs::path> find_beside(const std::vector<std::string>& paths, const char* name) {
  std::error_code ignored;
  for (const std::string& given : paths) {
    const fs::path path(given);
    const fs::path directory = fs::is_directory(path, ignored) ? path : path.parent_path();
    if (fs::is_regular_file(directory / name, ignored)) return directory / name;
  }
  return std::nullopt;
}

Result<json::object> read_object(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object())
    return fail(ErrorCode::invalid_input, "expected a JSON object", file.string());
  return std::move(value.as_object());
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string{};
}

/// Copied under a temporary name first: the server never reads half a file.
Result<void> copy_into(const fs::path& file, const fs::path& directory) {
  std::error_code error;
  const fs::path target = directory / file.filename();
  const fs::path half = target.string() + ".new";
  fs::copy_file(file, half, fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(half, target, error);
  if (error) {
    return fail(ErrorCode::unavailable, "cannot be copied into the store: " + error.message(),
                file.string());
  }
  return {};
}

Result<void> mark_simulated(ingest::Hub& hub, const json::object& manifest) {
  records::StoreInfo info = hub.store().info();
  if (info.simulated) return {};
  if (hub.store().last_seq() > 0) {
    return fail(ErrorCode::conflict,
                "this store already holds data of real people; simulated people need a new store",
                hub.directory());
  }
  info.simulated = true;
  info.name_zh = text_of(manifest, "name");
  info.name_en = text_of(manifest, "name_en");
  if (const json::value* name = manifest.if_contains("name"); name && name->is_object()) {
    info.name_zh = text_of(name->get_object(), "zh");
    info.name_en = text_of(name->get_object(), "en");
  }
  if (info.name_zh.empty()) info.name_zh = "模拟区";
  if (info.name_en.empty()) info.name_en = "Simulated District";
  return hub.store().set_info(info);
}

}  // namespace

Result<void> take_district(ingest::Hub& hub, const std::vector<std::string>& paths,
                           bool simulated) {
  json::object manifest;
  if (const auto file = find_beside(paths, "manifest.json")) {
    Result<json::object> read = read_object(*file);
    if (!read) return unexpected(read.error());
    const json::value* flag = read->if_contains("simulated");
    if (flag && flag->is_bool() && flag->get_bool()) {
      simulated = true;
      manifest = std::move(*read);
      if (Result<void> done = mark_simulated(hub, manifest); !done) return done;
      if (Result<void> done = copy_into(*file, hub.directory()); !done) return done;
    }
  }
  if (const auto file = find_beside(paths, "areas.geojson")) {
    if (const Result<json::object> read = read_object(*file); !read)
      return unexpected(read.error());
    if (Result<void> done = copy_into(*file, hub.directory()); !done) return done;
  }
  return simulated ? mark_simulated(hub, manifest) : Result<void>{};
}

}  // namespace hb::cli
