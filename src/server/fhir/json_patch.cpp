#include "server/fhir/json_patch.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "fhir/path/decimal.hpp"

namespace hb::server::fhir_api {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_operations = 1'000;
constexpr std::size_t most_members = 1'000;  // of an object: each is compared with those before
constexpr std::size_t longest_patch = 4u << 20;
constexpr std::size_t deepest = 200;
constexpr std::size_t most_copied = 8u << 20;  // bytes that `copy` may make in all

/// Builds the tree. A number with a point or an exponent becomes binary, which no text can be: its
/// digits as they stand.
class Reader {
 public:
  using number_integer_t = Json::number_integer_t;
  using number_unsigned_t = Json::number_unsigned_t;
  using number_float_t = Json::number_float_t;
  using string_t = Json::string_t;
  using binary_t = Json::binary_t;

  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(number_integer_t value) { return put(value); }
  bool number_unsigned(number_unsigned_t value) { return put(value); }
  bool number_float(number_float_t, const string_t& digits) {
    return put(Json::binary({digits.begin(), digits.end()}));
  }
  bool string(string_t& value) { return put(std::move(value)); }
  bool binary(binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool key(string_t& key) {
    key_ = std::move(key);
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return false;
  }

  Json take() { return std::move(root_); }

 private:
  bool is_full() const {
    return !open_.empty() && open_.back()->is_object() && open_.back()->size() == most_members;
  }
  Json* place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(parent[key_] = std::move(value));
  }
  bool put(Json value) {
    if (is_full()) return false;
    place(std::move(value));
    return true;
  }
  bool open(Json value) {
    if (open_.size() == deepest || is_full()) return false;
    open_.push_back(place(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  Json root_;
  std::string key_;
  std::vector<Json*> open_;  // stay where they are: only the innermost grows
};

std::optional<Json> parse(std::string_view text) {
  Reader reader;
  if (!Json::sax_parse(text.begin(), text.end(), &reader)) return std::nullopt;
  return reader.take();
}

void append(std::string& text, const Json& value) {
  if (value.is_binary()) {
    text.append(value.get_binary().begin(), value.get_binary().end());
  } else if (value.is_object()) {
    text += '{';
    for (const auto& [key, member] : value.items()) {
      if (text.back() != '{') text += ',';
      text.append(Json(key).dump()) += ':';
      append(text, member);
    }
    text += '}';
  } else if (value.is_array()) {
    text += '[';
    for (const Json& item : value) {
      if (text.back() != '[') text += ',';
      append(text, item);
    }
    text += ']';
  } else {
    text += value.dump();
  }
}

std::string text_of(const Json& value) {
  std::string text;
  append(text, value);
  return text;
}

std::size_t depth_of(const Json& value) {
  std::size_t inner = 0;
  if (value.is_structured())
    for (const Json& item : value) inner = std::max(inner, depth_of(item));
  return value.is_structured() ? inner + 1 : 0;
}

bool is_number(const Json& value) { return value.is_number() || value.is_binary(); }

/// As RFC 6902 compares: numbers by their value, objects whatever the order of their members.
bool equal(const Json& left, const Json& right) {
  if (is_number(left) && is_number(right)) {
    const auto a = fhir::parse_decimal(text_of(left));
    const auto b = fhir::parse_decimal(text_of(right));
    return a && b ? fhir::compare(*a, *b) == 0 : text_of(left) == text_of(right);
  }
  if (left.is_array() && right.is_array()) return std::ranges::equal(left, right, equal);
  if (!left.is_object() || !right.is_object()) return left == right;
  if (left.size() != right.size()) return false;
  for (const auto& [key, value] : left.items()) {
    const auto other = right.find(key);
    if (other == right.end() || !equal(value, *other)) return false;
  }
  return true;
}

std::string text_member_of(const Json& operation, const char* key) {
  const auto found = operation.find(key);
  return found != operation.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// One operation after the other, so that what fails can be named.
class Patching {
 public:
  explicit Patching(Json& resource) : resource_(resource) {}

  Result<void> apply(const Json& operation, std::size_t number) {
    where_ = "[" + std::to_string(number) + "]";
    if (!operation.is_object()) return wrong("expected an object with op and path");
    const std::string op = text_member_of(operation, "op");
    const std::string path = text_member_of(operation, "path");
    where_ += " " + path.substr(0, 200);
    if (!operation.contains("path")) return wrong("expected a path");
    try {
      if (op == "test") return test(operation, path);
      if (op != "add" && op != "remove" && op != "replace" && op != "move" && op != "copy")
        return wrong("expected op add, remove, replace, move, copy or test");
      if (const Result<void> afforded = afford(operation, op, path); !afforded) return afforded;
      resource_.patch_inplace(Json::array({operation}));
    } catch (const Json::out_of_range&) {
      return fail(ErrorCode::conflict, "there is nothing at this path", where_);
    } catch (const Json::exception& error) {
      return wrong(sentence(error));
    }
    return {};
  }

 private:
  unexpected<Error> wrong(std::string why) const {
    return fail(ErrorCode::invalid_input, std::move(why), where_);
  }

  /// The library's sentence without its number.
  static std::string sentence(const Json::exception& error) {
    const std::string_view whole = error.what();
    const std::size_t end = whole.find("] ");
    return std::string(end == std::string_view::npos ? whole : whole.substr(end + 2));
  }

  Result<void> test(const Json& operation, const std::string& path) const {
    const auto value = operation.find("value");
    if (value == operation.end()) return wrong("expected a value to test against");
    if (!equal(resource_.at(Json::json_pointer(path)), *value))
      return fail(ErrorCode::conflict, "the test failed: there is another value", where_);
    return {};
  }

  /// Copies of copies grow, and what is put inside of itself deepens, without end.
  Result<void> afford(const Json& operation, const std::string& op, const std::string& path) {
    if (op == "remove") return {};
    const bool brings = op == "add" || op == "replace";
    const auto value = operation.find("value");
    if (brings && value == operation.end()) return wrong("expected a value");
    const Json& moved =
        brings ? *value : resource_.at(Json::json_pointer(text_member_of(operation, "from")));
    const auto steps = static_cast<std::size_t>(std::ranges::count(path, '/'));
    if (steps + depth_of(moved) > deepest) return wrong("the patch nests too deeply");
    if (op == "copy") copied_ += text_of(moved).size();
    if (copied_ > most_copied) return wrong("the patch copies too much");
    return {};
  }

  Json& resource_;
  std::string where_;
  std::size_t copied_ = 0;
};

}  // namespace

Result<std::string> json_patched(std::string_view resource, std::string_view patch) {
  auto root = parse(resource);
  if (!root || !root->is_object())
    return fail(ErrorCode::invalid_input, "the resource is not an object of JSON");
  if (patch.size() > longest_patch)
    return fail(ErrorCode::invalid_input, "a JSON Patch has at most 4 MB");
  const auto operations = parse(patch);
  if (!operations || !operations->is_array())
    return fail(ErrorCode::invalid_input, "expected a JSON Patch: an array of operations");
  if (operations->size() > most_operations)
    return fail(ErrorCode::invalid_input,
                "at most " + std::to_string(most_operations) + " operations");
  Patching patching(*root);
  for (std::size_t i = 0; i < operations->size(); ++i)
    if (const Result<void> done = patching.apply((*operations)[i], i); !done)
      return unexpected(done.error());
  return text_of(*root);
}

}  // namespace hb::server::fhir_api
