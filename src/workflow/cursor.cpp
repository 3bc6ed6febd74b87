#include "workflow/cursor.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <sstream>

namespace hb::workflow {
namespace {

constexpr std::uintmax_t max_bytes = 8U << 20U;
constexpr int max_depth = 64;
constexpr std::size_t max_nodes = 1'000'000;

/// Aliases can make a list hold itself, or a short file mean millions of nodes.
bool is_bounded(const YAML::Node& node, int depth, std::size_t& nodes) {
  if (depth > max_depth || ++nodes > max_nodes) return false;
  if (!node.IsSequence() && !node.IsMap()) return true;
  return std::ranges::all_of(node, [&](const auto& child) {
    return is_bounded(node.IsSequence() ? YAML::Node(child) : child.second, depth + 1, nodes);
  });
}

Place place_of(const YAML::Mark& mark) {
  return mark.is_null() ? Place{} : Place{mark.line + 1, mark.column + 1};
}

std::string joined(std::initializer_list<std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

}  // namespace

Place place_of(const YAML::Node& node) { return place_of(node.Mark()); }

bool is_id(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto fits = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 64 && is_letter(text.front()) &&
         std::ranges::all_of(text, fits);
}

std::optional<YAML::Node> read_document(const std::filesystem::path& file, Document& document) {
  std::error_code problem;
  const std::uintmax_t size = std::filesystem::file_size(file, problem);
  std::ifstream in(file, std::ios::binary);
  if (problem || !in) {
    document.fault({}, "", "the file cannot be read");
    return std::nullopt;
  }
  if (size > max_bytes) {
    document.fault({}, "", "content files hold at most 8 MB");
    return std::nullopt;
  }
  std::ostringstream text;
  text << in.rdbuf();
  try {
    YAML::Node root = YAML::Load(text.str());
    std::size_t nodes = 0;
    if (is_bounded(root, 0, nodes)) return root;
    document.fault({}, "", "nested too deeply, or an alias that holds itself");
  } catch (const YAML::Exception& error) {
    document.fault(place_of(error.mark), "", "not YAML: " + error.msg);
  }
  return std::nullopt;
}

void Cursor::fault(const char* key, std::string message) const {
  const Cursor at = child(key);
  document_->fault(at.at(), at.path(), std::move(message));
}

bool Cursor::only(std::initializer_list<std::string_view> keys) const {
  if (!node_.IsMap()) {
    fault("expected a mapping with " + joined(keys));
    return false;
  }
  for (const auto& [key, value] : entries()) {
    if (std::ranges::find(keys, key) != keys.end()) continue;
    document_->fault(value.at(), path_,
                     "“" + key + "” is not known here; known are " + joined(keys));
  }
  return true;
}

bool Cursor::has(const char* key) const { return node_.IsMap() && node_[key].IsDefined(); }

Cursor Cursor::child(const char* key, bool required) const {
  const std::string path = path_.empty() ? key : path_ + "." + key;
  if (node_.IsMap()) {
    for (const auto& entry : node_) {
      if (!entry.first.IsScalar() || entry.first.Scalar() != key) continue;
      const Place own = place_of(entry.second.Mark());
      // A nested mapping begins in a line of its own; its key is the better place.
      const bool own_place = entry.second.IsScalar() && own.line > 0;
      return {*document_, entry.second, path, own_place ? own : place_of(entry.first.Mark())};
    }
  }
  if (required) fault(std::string("“") + key + "” is missing");
  return {*document_, YAML::Node(YAML::NodeType::Null), path, at_};
}

std::string Cursor::scalar() const {
  if (node_.IsDefined() && node_.IsScalar()) return node_.Scalar();
  fault("expected a text");
  return {};
}

std::string Cursor::text(const char* key, bool required) const {
  const Cursor at = child(key, required);
  if (at.is_null()) return {};
  std::string value = at.scalar();
  if (value.empty() && at.node_.IsScalar()) at.fault("is empty");
  return value;
}

std::optional<int> Cursor::whole(const char* key, int least, bool required) const {
  const std::string digits = text(key, required);
  if (digits.empty()) return std::nullopt;
  int value = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (status == std::errc() && end == digits.data() + digits.size() && value >= least) return value;
  fault(key, "expected a whole number from " + std::to_string(least) + ", found “" + digits + "”");
  return std::nullopt;
}

bool Cursor::flag(const char* key) const {
  const std::string word = text(key);
  if (!word.empty() && word != "true" && word != "false")
    fault(key, "expected true or false, found “" + word + "”");
  return word == "true";
}

Localized Cursor::localized(const char* key, bool required) const {
  const Cursor at = child(key, required);
  if (at.is_null() || !at.only({"zh", "en"})) return {};
  return {at.text("zh", true), at.text("en", true)};
}

std::vector<Cursor> Cursor::items() const {
  if (is_null()) return {};
  if (!node_.IsSequence()) return {*this};
  std::vector<Cursor> list;
  for (std::size_t i = 0; i < node_.size(); ++i) {
    const Place own = workflow::place_of(node_[i]);
    list.emplace_back(*document_, node_[i], path_ + "[" + std::to_string(i) + "]",
                      own.line > 0 ? own : at_);
  }
  return list;
}

std::vector<Cursor> Cursor::items(const char* key) const { return child(key).items(); }

std::vector<std::string> Cursor::texts(const char* key) const {
  std::vector<std::string> list;
  for (const Cursor& item : items(key)) list.push_back(item.scalar());
  return list;
}

std::vector<std::pair<std::string, Cursor>> Cursor::entries() const {
  std::vector<std::pair<std::string, Cursor>> list;
  if (is_null()) return list;
  if (!node_.IsMap()) {
    fault("expected a mapping");
    return list;
  }
  std::set<std::string> known;
  for (const auto& entry : node_) {
    const Place at = place_of(entry.first.Mark());
    if (!entry.first.IsScalar()) {
      document_->fault(at, path_, "a key is not a text");
      continue;
    }
    const std::string& key = entry.first.Scalar();
    if (!known.insert(key).second) {
      document_->fault(at, path_, "“" + key + "” stands twice");
      continue;
    }
    list.emplace_back(
        key, Cursor(*document_, entry.second, path_.empty() ? key : path_ + "." + key, at));
  }
  return list;
}

std::vector<std::pair<std::string, Cursor>> Cursor::entries(const char* key) const {
  return child(key).entries();
}

}  // namespace hb::workflow
