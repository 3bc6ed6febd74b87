#include "server/parameters.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

namespace hb::server {

namespace {

constexpr std::int64_t largest_offset = 10'000'000;
constexpr std::size_t longest_text = 200;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Parsed<std::optional<std::int64_t>> number_of(const Request& request, std::string_view name,
                                              std::int64_t low, std::int64_t high) {
  const auto text = request.query(name);
  if (!text || text->empty()) return std::nullopt;
  const auto value = whole_number(*text);
  if (value && *value >= low && *value <= high) return value;
  const std::string from = std::to_string(low);
  const std::string to = std::to_string(high);
  return unexpected(bad_parameter(
      name, {" " + from + " 至 " + to + " 的整数", "a whole number from " + from + " to " + to}));
}

Parsed<Page> page_of(const Request& request) {
  const auto number = number_of(request, "page", 1, largest_offset);
  if (!number) return unexpected(number.error());
  const auto size = number_of(request, "size", 1, 200);
  if (!size) return unexpected(size.error());
  const Page page{number->value_or(1), size->value_or(50)};
  if (page.offset() > largest_offset) {
    return unexpected(bad_parameter(
        "page", {"前 10,000,000 条以内的页码", "a page within the first 10,000,000 items"}));
  }
  return page;
}

Parsed<std::int64_t> captured_number(const Request& request, std::string_view name) {
  const auto value = whole_number(request.capture(name));
  if (value) return *value;
  return unexpected(bad_parameter(name, {"整数", "a whole number"}));
}

Parsed<std::string> word_of(const Request& request, std::string_view name,
                            std::initializer_list<std::string_view> words) {
  const auto text = request.query(name);
  if (!text || text->empty()) return std::string{};
  std::string all;
  for (const std::string_view word : words) {
    if (*text == word) return std::string(word);
    all += (all.empty() ? "" : ", ") + std::string(word);
  }
  return unexpected(bad_parameter(name, {"以下之一：" + all, "one of: " + all}));
}

Parsed<std::optional<std::string>> body_text(const Request& request, std::string_view name,
                                             bool required) {
  boost::system::error_code error;
  const boost::json::value body = boost::json::parse(request.body, error);
  const bool is_object = !error && body.is_object();
  const boost::json::value* value = is_object ? body.get_object().if_contains(name) : nullptr;
  if (value && value->is_string() && !value->get_string().empty())
    return std::string(value->get_string());
  if (!required && is_object && (!value || value->is_null())) return std::nullopt;
  const std::string shape = "{\"" + std::string(name) + "\": \"…\"}";
  return unexpected(refusal(400, "invalid_input",
                            {"请求内容应为 JSON：" + shape, "the body must be JSON: " + shape},
                            "body." + std::string(name)));
}

namespace {

Response bad_body(std::string_view name, const std::string& shape) {
  return refusal(400, "invalid_input",
                 {"请求内容应为 JSON：" + shape, "the body must be JSON: " + shape},
                 "body." + std::string(name));
}

/// The parsed body; null when it is no object.
boost::json::object body_of(const Request& request, bool& is_object) {
  boost::system::error_code error;
  boost::json::value body = boost::json::parse(request.body, error);
  is_object = !error && body.is_object();
  return is_object ? std::move(body.get_object()) : boost::json::object{};
}

}  // namespace

Parsed<bool> body_flag(const Request& request, std::string_view name) {
  bool is_object = false;
  const boost::json::object body = body_of(request, is_object);
  const boost::json::value* value = body.if_contains(name);
  if (value && value->is_bool()) return value->get_bool();
  return unexpected(bad_body(name, "{\"" + std::string(name) + "\": true}"));
}

Parsed<std::vector<std::string>> body_words(const Request& request, std::string_view name) {
  bool is_object = false;
  const boost::json::object body = body_of(request, is_object);
  const boost::json::value* value = body.if_contains(name);
  std::vector<std::string> list;
  const bool is_list =
      is_object &&
      (!value || (value->is_array() && std::ranges::all_of(value->get_array(), [](const auto& one) {
                    return one.is_string() && !one.get_string().empty();
                  })));
  if (!is_list) return unexpected(bad_body(name, "{\"" + std::string(name) + "\": [\"…\"]}"));
  if (value)
    for (const boost::json::value& one : value->get_array()) list.emplace_back(one.get_string());
  return list;
}

Parsed<std::string> text_of(const Request& request, std::string_view name) {
  const std::string_view text = request.query(name).value_or(std::string_view{});
  if (text.size() <= longest_text) return std::string(text);
  return unexpected(bad_parameter(name, {"不超过 200 字节的文字", "a text of at most 200 bytes"}));
}

Parsed<std::string> area_of(const Request& request) {
  const std::string_view text = request.query("area").value_or(std::string_view{});
  if (text.size() <= 12 && text.find_first_not_of("0123456789") == text.npos)
    return std::string(text);
  return unexpected(
      bad_parameter("area", {"至多 12 位数字的区划代码", "an area code of at most 12 digits"}));
}

Parsed<Period> period_of(const Request& request, const std::string& fallback) {
  const std::string_view text = request.query("period").value_or(std::string_view{});
  const Result<Period> period = parse_period(text.empty() ? std::string_view(fallback) : text);
  if (period) return *period;
  return unexpected(
      bad_parameter("period", {"2025、2025-Q3、2025-11、2025-W47 或 2025-11-21 的形式",
                               "such as 2025, 2025-Q3, 2025-11, 2025-W47 or "
                               "2025-11-21"}));
}

}  // namespace hb::server
