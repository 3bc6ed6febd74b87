#include "fhir/xml_json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cstdint>
#include <unordered_set>

namespace hb::fhir {
namespace {

using boost::json::error_code;
using boost::json::string_view;

/// Boost.JSON's parser events → JsonTree; the parser hands the digits of a number on.
struct Handler {
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;

  JsonTree root;
  std::vector<JsonTree*> open;  ///< stable: a container grows only while none of its items is open
  std::string key;
  std::string part;  ///< of a text or number that came in pieces

  JsonTree& add(JsonTree::Kind kind) {
    JsonTree* made = &root;
    if (!open.empty() && open.back()->kind == JsonTree::Kind::list) {
      made = &open.back()->items.emplace_back();
    } else if (!open.empty()) {
      made = &open.back()->fields.emplace_back(std::move(key), JsonTree{}).second;
      key.clear();
    }
    made->kind = kind;
    return *made;
  }
  bool begin(JsonTree::Kind kind) {
    JsonTree& made = add(kind);
    open.push_back(&made);
    return true;
  }
  bool end() {
    open.pop_back();
    return true;
  }
  bool number(string_view last) {
    JsonTree& made = add(JsonTree::Kind::number);
    made.text = std::move(part);
    made.text.append(last.data(), last.size());
    part.clear();
    return true;
  }
  bool append(string_view text) {
    part.append(text.data(), text.size());
    return true;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return begin(JsonTree::Kind::list); }
  bool on_array_end(std::size_t, error_code&) { return end(); }
  bool on_object_begin(error_code&) { return begin(JsonTree::Kind::object); }
  bool on_object_end(std::size_t, error_code&) { return end(); }
  bool on_string_part(string_view text, std::size_t, error_code&) { return append(text); }
  bool on_string(string_view text, std::size_t, error_code&) {
    append(text);
    JsonTree& made = add(JsonTree::Kind::text);
    made.text.swap(part);
    part.clear();
    return true;
  }
  bool on_key_part(string_view text, std::size_t, error_code&) {
    key.append(text.data(), text.size());
    return true;
  }
  bool on_key(string_view text, std::size_t, error_code&) {
    key.append(text.data(), text.size());
    return true;
  }
  bool on_number_part(string_view text, error_code&) { return append(text); }
  bool on_int64(std::int64_t, string_view text, error_code&) { return number(text); }
  bool on_uint64(std::uint64_t, string_view text, error_code&) { return number(text); }
  bool on_double(double, string_view text, error_code&) { return number(text); }
  bool on_bool(bool value, error_code&) {
    add(JsonTree::Kind::boolean).text = value ? "true" : "false";
    return true;
  }
  bool on_null(error_code&) {
    add(JsonTree::Kind::null);
    return true;
  }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

/// The first key that an object of the tree has twice; nullptr when none has.
const std::string* repeated_key(const JsonTree& tree) {
  std::unordered_set<std::string_view> keys;
  for (const auto& [key, value] : tree.fields) {
    if (!keys.insert(key).second) return &key;
    if (const std::string* inner = repeated_key(value)) return inner;
  }
  for (const JsonTree& item : tree.items)
    if (const std::string* inner = repeated_key(item)) return inner;
  return nullptr;
}

void write(std::string& json, const JsonTree& tree, bool sorted) {
  switch (tree.kind) {
    case JsonTree::Kind::null:
      json += "null";
      return;
    case JsonTree::Kind::boolean:
    case JsonTree::Kind::number:
      json += tree.text;
      return;
    case JsonTree::Kind::text:
      return append_json_text(json, tree.text);
    case JsonTree::Kind::list:
      json += '[';
      for (const JsonTree& item : tree.items) {
        if (&item != tree.items.data()) json += ',';
        write(json, item, sorted);
      }
      json += ']';
      return;
    case JsonTree::Kind::object:
      break;
  }
  std::vector<const std::pair<std::string, JsonTree>*> fields;
  for (const auto& field : tree.fields) fields.push_back(&field);
  if (sorted)
    std::sort(fields.begin(), fields.end(),
              [](const auto* a, const auto* b) { return a->first < b->first; });
  json += '{';
  for (const auto* field : fields) {
    if (field != fields.front()) json += ',';
    append_json_text(json, field->first);
    json += ':';
    write(json, field->second, sorted);
  }
  json += '}';
}

}  // namespace

const JsonTree* JsonTree::find(std::string_view key) const {
  for (const auto& [name, value] : fields)
    if (name == key) return &value;
  return nullptr;
}

Result<JsonTree> read_json_tree(std::string_view json, std::size_t depth) {
  boost::json::parse_options options;
  options.max_depth = depth;
  boost::json::basic_parser<Handler> parser(options);
  error_code error;
  const std::size_t read = parser.write_some(false, json.data(), json.size(), error);
  if (error)
    return fail(ErrorCode::invalid_input, "not JSON: " + error.message(),
                "byte " + std::to_string(read + 1));
  const auto rest = json.substr(read).find_first_not_of(" \t\r\n");
  if (rest != std::string_view::npos)
    return fail(ErrorCode::invalid_input, "not JSON: text behind its end",
                "byte " + std::to_string(read + rest + 1));
  JsonTree root = std::move(parser.handler().root);
  if (const std::string* key = repeated_key(root))
    return fail(ErrorCode::invalid_input, "the member '" + *key + "' stands twice in an object");
  return root;
}

std::string write_json_tree(const JsonTree& tree, bool sorted) {
  std::string json;
  write(json, tree, sorted);
  return json;
}

void append_json_text(std::string& json, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  json += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (json += '\\') += c;
    } else if (byte >= 0x20) {
      json += c;
    } else if (c == '\n') {
      json += "\\n";
    } else if (c == '\t') {
      json += "\\t";
    } else if (c == '\r') {
      json += "\\r";
    } else {
      ((json += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
    }
  }
  json += '"';
}

}  // namespace hb::fhir
