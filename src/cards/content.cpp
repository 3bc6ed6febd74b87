#include "cards/content.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>

namespace hb::cards {
namespace {

namespace fs = std::filesystem;

unexpected<Error> wrong(const fs::path& file, const YAML::Node& node, const std::string& message) {
  return fail(ErrorCode::invalid_input, message,
              file.string() + ":" + std::to_string(node.Mark().line + 1));
}

/// Hours and names of the diseases of one code list.
Result<void> read_diseases(const fs::path& scenes, const std::string& list, Content& content) {
  std::error_code none;
  for (const auto& folder : fs::directory_iterator(scenes, none))
    for (const auto& file : fs::directory_iterator(folder.path() / "codes", none)) {
      if (file.path().extension() != ".yaml") continue;
      const YAML::Node root = YAML::LoadFile(file.path().string());
      for (const YAML::Node& one : root["lists"]) {
        if (one["id"].as<std::string>("") != list) continue;
        for (const YAML::Node& code : one["codes"]) {
          const auto id = code["code"].as<std::string>();
          if (code["hours"]) content.rules.hours[id] = code["hours"].as<int>();
          content.columns.diseases[code["name"]["zh"].as<std::string>()] = id;
          content.diseases.emplace_back(id, code["class"].as<std::string>("other"));
        }
        return {};
      }
    }
  return fail(ErrorCode::not_found, "there is no code list " + list, scenes.string());
}

/// "b08.4" → "B084"
std::string plain(std::string_view code) {
  std::string text;
  for (const char c : code)
    if (c != '.' && c != ' ') text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

void read_front_end(const YAML::Node& node, FrontEndColumns& columns) {
  for (const auto& one : node["columns"])
    columns.names[one.first.as<std::string>()] = one.second.as<std::vector<std::string>>();
  for (const auto& list : node["words"])
    for (const auto& word : list.second)
      columns.words[list.first.as<std::string>()][word.first.as<std::string>()] =
          word.second.as<std::string>();
}

Result<Content> read(const fs::path& scenes, const fs::path& file) {
  const YAML::Node root = YAML::LoadFile(file.string());
  Content content;
  for (const char* needed : {"diseases", "review_hours", "duplicate_days", "export"})
    if (!root[needed]) return wrong(file, root, std::string(needed) + " is missing");
  content.rules.review_hours = root["review_hours"].as<int>();
  content.rules.duplicate_days = root["duplicate_days"].as<int>();
  if (content.rules.review_hours < 1 || content.rules.duplicate_days < 1)
    return wrong(file, root, "review_hours and duplicate_days are 1 or more");
  const YAML::Node columns = root["export"];
  content.columns.number = columns["number"].as<std::vector<std::string>>();
  content.columns.disease = columns["disease"].as<std::vector<std::string>>();
  content.columns.onset = columns["onset"].as<std::vector<std::string>>();
  content.columns.deleted = columns["deleted"].as<std::vector<std::string>>();
  content.columns.deleted_words = columns["deleted_words"].as<std::vector<std::string>>();
  content.visits_sql = root["visits_sql"].as<std::string>("");
  content.deaths_sql = root["deaths_sql"].as<std::string>("");
  content.people_sql = root["people_sql"].as<std::string>("");
  for (const auto& one : root["icd"])
    content.icd[plain(one.first.as<std::string>())] = one.second.as<std::string>();
  read_front_end(root["front_end"], content.front_end);
  if (const auto done = read_diseases(scenes, root["diseases"].as<std::string>(), content); !done)
    return unexpected(done.error());
  // Names that the direct report uses beside those of the list.
  for (const auto& name : columns["names"])
    content.columns.diseases[name.first.as<std::string>()] = name.second.as<std::string>();
  for (const auto& [icd, disease] : content.icd)
    if (std::ranges::none_of(content.diseases,
                             [&](const auto& one) { return one.first == disease; }))
      return wrong(file, root["icd"], "icd " + icd + ": there is no disease " + disease);
  return content;
}

}  // namespace

std::string Content::disease_of(std::string_view icd_code) const {
  const std::string code = plain(icd_code);
  for (std::size_t length = code.size(); length > 0; --length)
    if (const auto found = icd.find(code.substr(0, length)); found != icd.end())
      return found->second;
  return {};
}

Result<Content> load_content(const fs::path& scenes) {
  std::error_code none;
  for (const auto& folder : fs::directory_iterator(scenes, none)) {
    const fs::path file = folder.path() / "cards.yaml";
    // The simulated district has a file of this name for another purpose.
    if (!fs::exists(file)) continue;
    try {
      if (YAML::LoadFile(file.string())["schema"].as<std::string>("") != "cards-1") continue;
      return read(scenes, file);
    } catch (const YAML::Exception& error) {
      return fail(ErrorCode::invalid_input, error.msg,
                  file.string() + ":" + std::to_string(error.mark.line + 1));
    }
  }
  return fail(ErrorCode::not_found, "no scene says how cards are judged (cards.yaml)",
              scenes.string());
}

}  // namespace hb::cards
