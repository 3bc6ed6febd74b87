#include "signals/content.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>

#include "signals/kept.hpp"

namespace hb::signals {
namespace {

namespace fs = std::filesystem;

/// A mistake in the file; caught in load_content, where it becomes an Error.
struct Mistake {
  YAML::Mark mark;
  std::string message;
};

[[noreturn]] void wrong(const YAML::Node& node, const std::string& message) {
  throw Mistake{node.Mark(), message};
}

YAML::Node member(const YAML::Node& node, const char* name) {
  if (!node.IsMap()) wrong(node, "a map is expected");
  const YAML::Node found = node[name];
  if (!found.IsDefined()) wrong(node, std::string(name) + " is missing");
  return found;
}

std::string text(const YAML::Node& node, const char* name) {
  const YAML::Node found = member(node, name);
  if (!found.IsScalar() || found.Scalar().empty())
    wrong(found, std::string(name) + ": a text is expected");
  return found.Scalar();
}

double number(const YAML::Node& node, const char* name, double least, double most) {
  const YAML::Node found = member(node, name);
  double value = 0;
  if (!found.IsScalar() || !YAML::convert<double>::decode(found, value) || !(value >= least) ||
      !(value <= most))
    wrong(found, std::string(name) + ": a number from " + std::to_string(least) + " to " +
                     std::to_string(most) + " is expected");
  return value;
}

std::vector<std::string> words(const YAML::Node& node, const char* name) {
  const YAML::Node found = member(node, name);
  if (!found.IsSequence() || found.size() == 0)
    wrong(found, std::string(name) + ": a list is expected");
  std::vector<std::string> list;
  for (const YAML::Node& one : found) {
    if (!one.IsScalar()) wrong(one, std::string(name) + ": a list of words is expected");
    list.push_back(one.Scalar());
  }
  return list;
}

void known(const YAML::Node& node, std::initializer_list<const char*> names) {
  for (const auto& entry : node)
    if (std::ranges::none_of(names, [&](const char* one) { return entry.first.Scalar() == one; }))
      wrong(entry.first, "there is no field " + entry.first.Scalar());
}

YAML::Node list_of(const YAML::Node& root, const char* name) {
  const YAML::Node found = root[name];
  if (found.IsDefined() && !found.IsSequence())
    wrong(found, std::string(name) + ": a list is expected");
  return found;
}

Content read(const YAML::Node& root) {
  if (!root.IsMap()) wrong(root, "a map is expected");
  known(root,
        {"schema", "at_most", "lookback", "line_lists", "serial_intervals", "references", "flow"});
  Content content;
  content.at_most = number(root, "at_most", 1, 10000);
  content.lookback = static_cast<int>(number(root, "lookback", 1, 60));
  for (const YAML::Node& one : list_of(root, "line_lists")) {
    content.line_lists.push_back({words(one, "kinds"), text(one, "sql")});
    known(one, {"kinds", "sql"});
  }
  for (const YAML::Node& one : list_of(root, "serial_intervals")) {
    content.serial_intervals.push_back({words(one, "diseases"), number(one, "mean", 1.01, 60),
                                        number(one, "sd", 0.1, 60), text(one, "source")});
    known(one, {"diseases", "mean", "sd", "source"});
  }
  for (const YAML::Node& one : list_of(root, "references")) {
    const YAML::Node basis = member(one, "basis");
    content.references.push_back(
        {text(one, "id"), number(one, "value", 0, 1e9), {text(basis, "zh"), text(basis, "en")}});
    known(one, {"id", "value", "basis"});
  }
  if (const YAML::Node flow = root["flow"]; flow.IsDefined()) {
    content.flow = {text(flow, "id"), text(flow, "source"), text(flow, "way"), {}};
    known(flow, {"id", "source", "way", "moves"});
    for (const auto& move : member(flow, "moves")) {
      const std::string word = move.second.Scalar();
      if (word != "reopened" && (!read_state(word) || read_state(word) == State::raised))
        wrong(move.second, "suspected, dismissed, confirmed, excluded or reopened is expected");
      content.flow.moves[move.first.Scalar()] = word;
    }
  }
  return content;
}

}  // namespace

const LineList* Content::line_list(std::string_view kind) const {
  for (const LineList& one : line_lists)
    if (std::ranges::count(one.kinds, kind) > 0) return &one;
  return nullptr;
}

const SerialInterval* Content::serial_interval(std::string_view disease) const {
  for (const SerialInterval& one : serial_intervals)
    if (std::ranges::count(one.diseases, disease) > 0) return &one;
  return nullptr;
}

Result<Content> load_content(const fs::path& scenes) {
  std::optional<fs::path> file;
  std::error_code none;
  for (const auto& folder : fs::directory_iterator(scenes, none)) {
    const fs::path here = folder.path() / "signals.yaml";
    if (!fs::exists(here)) continue;
    if (file)
      return fail(ErrorCode::invalid_input, "two scenes say what is done with signals",
                  here.string());
    file = here;
  }
  if (!file)
    return fail(ErrorCode::not_found, "no scene says what is done with signals (signals.yaml)",
                scenes.string());
  try {
    return read(YAML::LoadFile(file->string()));
  } catch (const Mistake& mistake) {
    return fail(ErrorCode::invalid_input, mistake.message,
                file->string() + ":" + std::to_string(mistake.mark.line + 1));
  } catch (const YAML::Exception& error) {
    return fail(ErrorCode::invalid_input, error.msg,
                file->string() + ":" + std::to_string(error.mark.line + 1));
  }
}

}  // namespace hb::signals
