#pragma once
#include <yaml-cpp/yaml.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

/// YAML and JSON content that is almost right: every value of a document taken away, replaced by
/// another type, or given a key that nobody knows, one at a time.
namespace hb::test {

/// A document as plain values; keys keep their order.
struct Plain {
  enum class Kind { nothing, text, list, map };
  Kind kind = Kind::nothing;
  bool bare = false;  ///< text written without quotes: a number, true, false
  std::string text;
  std::vector<std::pair<std::string, Plain>> items;  ///< of a list: without keys
};

inline Plain plain_of(const YAML::Node& node) {
  Plain plain;
  if (node.IsScalar()) {
    const std::string& text = node.Scalar();
    plain.kind = Plain::Kind::text;
    plain.text = text;
    plain.bare = node.Tag() == "?" && !text.empty() && text != "-" &&
                 (text == "true" || text == "false" ||
                  text.find_first_not_of("-0123456789.") == std::string::npos);
  } else if (node.IsSequence()) {
    plain.kind = Plain::Kind::list;
    for (const YAML::Node& one : node) plain.items.emplace_back("", plain_of(one));
  } else if (node.IsMap()) {
    plain.kind = Plain::Kind::map;
    for (const auto& one : node) plain.items.emplace_back(one.first.Scalar(), plain_of(one.second));
  }
  return plain;
}

inline void quote(const std::string& text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else
      out += c;
  }
  out += '"';
}

/// JSON, which is YAML too; every value on a line of its own.
inline void write(const Plain& plain, std::string& out) {
  if (plain.kind == Plain::Kind::nothing) {
    out += "null";
  } else if (plain.kind == Plain::Kind::text) {
    if (plain.bare)
      out += plain.text;
    else
      quote(plain.text, out);
  } else {
    const bool is_map = plain.kind == Plain::Kind::map;
    out += is_map ? '{' : '[';
    for (std::size_t i = 0; i < plain.items.size(); ++i) {
      out += i > 0 ? ",\n" : "\n";
      if (is_map) {
        quote(plain.items[i].first, out);
        out += ": ";
      }
      write(plain.items[i].second, out);
    }
    out += is_map ? '}' : ']';
  }
}

/// Replacements of a value, each with its name.
inline std::vector<std::pair<std::string, Plain>> replacements(const Plain& value) {
  using Kind = Plain::Kind;
  const Plain word{Kind::text, false, "x", {}};
  Plain more = value;
  if (value.kind == Kind::map) more.items.emplace_back("surprise", word);
  if (value.kind == Kind::list) more.items.emplace_back("", word);
  std::vector<std::pair<std::string, Plain>> all = {
      {"null", {}},
      {"empty text", {Kind::text, false, "", {}}},
      {"a word", word},
      {"a number", {Kind::text, true, "-7", {}}},
      {"a huge number", {Kind::text, true, "99999999999999999999", {}}},
      {"an empty list", {Kind::list, false, "", {}}},
      {"an empty map", {Kind::map, false, "", {}}},
      {"a list", {Kind::list, false, "", {{"", word}}}},
      {"a map", {Kind::map, false, "", {{"x", word}}}},
  };
  if (value.kind == Kind::map || value.kind == Kind::list)
    all.emplace_back("one thing more", std::move(more));
  return all;
}

/// Calls visit(place and change, text) for every mutation of a document. visit may count and skip:
/// make() gives the text only when it is asked for.
using VisitMutation =
    std::function<void(const std::string& what, const std::function<std::string()>& make)>;

inline void each_mutation(Plain& root, Plain& at, const std::string& path,
                          const VisitMutation& visit) {
  const auto text = [&root] {
    std::string out;
    write(root, out);
    return out + "\n";
  };
  const Plain kept = at;
  for (auto& [name, other] : replacements(kept))
    visit(path + ": " + name, [&, &value = other] {
      at = value;
      std::string out = text();
      at = kept;
      return out;
    });
  for (std::size_t i = 0; i < at.items.size(); ++i) {
    const std::string step = at.kind == Plain::Kind::map ? at.items[i].first : std::to_string(i);
    const std::string below = path.empty() ? step : path + "." + step;
    visit(below + ": taken away", [&] {
      at.items.erase(at.items.begin() + static_cast<std::ptrdiff_t>(i));
      std::string out = text();
      at = kept;
      return out;
    });
    each_mutation(root, at.items[i].second, below, visit);
  }
}

}  // namespace hb::test
