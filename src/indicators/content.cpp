#include "indicators/content.hpp"

#include <charconv>
#include <fstream>
#include <sstream>

namespace hb::indicators {
namespace {

constexpr std::uintmax_t max_bytes = 8U << 20U;
constexpr int max_depth = 64;
constexpr std::size_t max_nodes = 1'000'000;

/// Aliases can make a list hold itself, or a short file mean millions of nodes.
bool is_bounded(const YAML::Node& node, int depth, std::size_t& nodes) {
  if (depth > max_depth || ++nodes > max_nodes) return false;
  if (!node.IsSequence() && !node.IsMap()) return true;
  for (const auto& child : node) {
    if (node.IsSequence() ? !is_bounded(child, depth + 1, nodes)
                          : !is_bounded(child.second, depth + 1, nodes)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<YAML::Node> read_yaml(const std::filesystem::path& file) {
  std::error_code problem;
  const std::uintmax_t size = std::filesystem::file_size(file, problem);
  if (problem) return fail(ErrorCode::not_found, "no such file", file.string());
  if (size > max_bytes) {
    return fail(ErrorCode::invalid_input, "content files hold at most 8 MB", file.string());
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return fail(ErrorCode::unavailable, "cannot be read", file.string());
  try {
    YAML::Node root = YAML::Load(text.str());
    std::size_t nodes = 0;
    if (is_bounded(root, 0, nodes)) return root;
    return fail(ErrorCode::invalid_input, "nested too deeply, or an alias that holds itself",
                file.string());
  } catch (const YAML::Exception& error) {
    return fail(ErrorCode::invalid_input, "not YAML: " + error.msg,
                file.string() + ":" + std::to_string(error.mark.line + 1));
  }
}

int line_of(const YAML::Node& node) {
  const YAML::Mark mark = node.Mark();
  return mark.is_null() ? 0 : mark.line + 1;
}

void ContentReader::fault(const YAML::Node& at, std::string message) {
  if (error_) return;
  const int line = line_of(at);
  error_ = Error{ErrorCode::invalid_input, std::move(message),
                 line > 0 ? file_ + ":" + std::to_string(line) : file_};
}

YAML::Node ContentReader::child(const YAML::Node& map, const char* key, bool required) {
  if (!map.IsMap()) {
    fault(map, std::string("expected a mapping with “") + key + "”");
    return {};
  }
  const YAML::Node node = map[key];
  if (node.IsDefined()) return node;
  if (required) fault(map, std::string("“") + key + "” is missing");
  return {};
}

std::string ContentReader::text(const YAML::Node& map, const char* key, bool required) {
  const YAML::Node node = child(map, key, required);
  if (node.IsScalar()) return node.Scalar();
  if (!node.IsNull()) fault(node, std::string("“") + key + "” is not a text");
  return {};
}

std::optional<int> ContentReader::whole(const YAML::Node& map, const char* key, bool required) {
  const std::string digits = text(map, key, required);
  if (digits.empty()) return std::nullopt;
  int value = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (status == std::errc() && end == digits.data() + digits.size()) return value;
  fault(child(map, key, false), std::string("“") + key + "” is not a whole number");
  return std::nullopt;
}

bool ContentReader::flag(const YAML::Node& map, const char* key) {
  const std::string word = text(map, key, false);
  if (!word.empty() && word != "true" && word != "false")
    fault(child(map, key, false), std::string("“") + key + "” is true or false");
  return word == "true";
}

Localized ContentReader::localized(const YAML::Node& map, const char* key, bool required) {
  const YAML::Node node = child(map, key, required);
  if (node.IsNull()) return {};
  Localized value{text(node, "zh"), text(node, "en")};
  if (value.zh.empty() || value.en.empty()) {
    fault(node, std::string("“") + key + "” needs both zh and en");
  }
  return value;
}

YAML::Node ContentReader::list(const YAML::Node& map, const char* key, bool required) {
  const YAML::Node node = child(map, key, required);
  if (node.IsSequence() || node.IsNull()) return node;
  fault(node, std::string("“") + key + "” is not a list");
  return {};
}

}  // namespace hb::indicators
