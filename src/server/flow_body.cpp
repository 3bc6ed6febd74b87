#include "server/flow_body.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace hb::server {

namespace {

constexpr std::int64_t day_micros = 86'400'000'000;
constexpr std::int64_t shanghai = 8 * 3'600'000'000LL;

}  // namespace

FlowBody::FlowBody(const Request& request, std::initializer_list<std::string_view> keys) {
  boost::system::error_code wrong;
  body_ = json::parse(request.body, wrong);
  if (wrong || !body_.is_object()) {
    body_ = json::object();
    refuse("", {"JSON 对象", "a JSON object"});
    return;
  }
  for (const auto& [key, value] : body_.get_object())
    if (std::ranges::count(keys, std::string_view(key)) == 0) {
      std::string known;
      for (const std::string_view one : keys)
        known += (known.empty() ? "" : " ") + std::string(one);
      refuse(std::string(key).substr(0, 40), {"以下之一：" + known, "one of: " + known});
    }
}

void FlowBody::refuse(const std::string& name, const Localized& expected) {
  if (refusal_) return;
  const std::string where = name.empty() ? "body" : "body." + name;
  refusal_ = refusal(400, "invalid_input",
                     {where + " 应为" + expected.zh, where + " must be " + expected.en}, where);
}

std::string FlowBody::text(const char* name, bool required, std::size_t most) {
  const json::value* value = body_.get_object().if_contains(name);
  if (value == nullptr || value->is_null()) {
    if (required) refuse(name, {"非空文字", "a text that is not empty"});
    return {};
  }
  if (!value->is_string() || value->get_string().size() > most ||
      (required && value->get_string().empty())) {
    refuse(name, {"不超过 " + std::to_string(most) + " 字节的文字",
                  "a text of at most " + std::to_string(most) + " bytes"});
    return {};
  }
  return std::string(value->get_string());
}

std::optional<int> FlowBody::whole(const char* name, bool required) {
  const json::value* value = body_.get_object().if_contains(name);
  if ((value == nullptr || value->is_null()) && !required) return std::nullopt;
  if (value != nullptr && value->is_int64() && value->get_int64() >= 0 &&
      value->get_int64() <= 1'000'000'000)
    return static_cast<int>(value->get_int64());
  refuse(name, {"非负整数", "a whole number, 0 or more"});
  return std::nullopt;
}

const json::object* FlowBody::object_at(const char* name) {
  const json::value* value = body_.get_object().if_contains(name);
  if (value == nullptr || value->is_null()) return nullptr;
  if (value->is_object()) return &value->get_object();
  refuse(name, {"JSON 对象", "a JSON object"});
  return nullptr;
}

std::string FlowBody::object(const char* name) {
  const json::object* value = object_at(name);
  return value == nullptr ? std::string() : json::serialize(*value);
}

const json::array* FlowBody::array_at(const char* name) {
  const json::value* value = body_.get_object().if_contains(name);
  if (value != nullptr && value->is_array()) return &value->get_array();
  refuse(name, {"JSON 数组", "a JSON array"});
  return nullptr;
}

Parsed<std::optional<Instant>> moment_of(const Request& request, std::string_view name, bool end) {
  const std::string_view text = request.query(name).value_or("");
  if (text.empty()) return std::nullopt;
  if (const auto day = parse_date(text))
    return Instant{(day->days + (end ? 1 : 0)) * day_micros - shanghai};
  if (const auto instant = parse_instant(text)) return *instant;
  return unexpected(bad_parameter(
      name, {"日期或时刻，如 2026-11-21", "a day or an instant, such as 2026-11-21"}));
}

std::string cursor_of(const workflow::WorkPlace& place) {
  return std::to_string(place.due.micros) + "." + std::to_string(place.row) + "." +
         std::to_string(place.token);
}

Parsed<std::optional<workflow::WorkPlace>> work_cursor(const Request& request) {
  std::string_view text = request.query("cursor").value_or("");
  if (text.empty()) return std::nullopt;
  std::array<std::int64_t, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const bool last = i + 1 == numbers.size();
    if (wrong != std::errc() || (last ? !text.empty() : !text.starts_with('.')))
      return unexpected(bad_parameter("cursor", {"上一页给出的 next", "next of the page before"}));
    if (!last) text.remove_prefix(1);
  }
  return workflow::WorkPlace{Instant{numbers[0]}, numbers[1],
                             static_cast<int>(std::clamp<std::int64_t>(numbers[2], 0, INT32_MAX))};
}

workflow::Command command_of(const std::string& move) {
  using Kind = workflow::Command::Kind;
  workflow::Command command;
  command.kind = move == "take"       ? Kind::take
                 : move == "release"  ? Kind::release
                 : move == "delegate" ? Kind::delegate
                 : move == "withdraw" ? Kind::withdraw
                                      : Kind::move;
  if (command.kind == Kind::move) command.move = move;
  return command;
}

}  // namespace hb::server
