#include "exchange/adx.hpp"

#include <fmt/format.h>

#include <map>
#include <pugixml.hpp>
#include <sstream>

#include "exchange/measure_report.hpp"

namespace hb::exchange {
namespace {

constexpr const char* adx_space = "urn:ihe:qrph:adx:2015";

/// "2025" → "2025-01-01/P1Y"
std::string iso_period(const std::string& text) {
  const auto period = parse_period(text);
  if (!period) return text;
  const char* length = period->kind == Period::Kind::year      ? "P1Y"
                       : period->kind == Period::Kind::quarter ? "P3M"
                                                               : "P1M";
  return format_date(period->first) + "/" + length;
}

/// "2025-01-01/P1Y" → "2025". errors  invalid_input: another start or length
Result<std::string> read_iso_period(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto first = parse_date(text.substr(0, slash));
  const std::string_view length = slash == std::string_view::npos ? "" : text.substr(slash + 1);
  const int months = length == "P1Y" || length == "P12M" ? 12
                     : length == "P3M"                   ? 3
                     : length == "P1M"                   ? 1
                                                         : 0;
  if (!first || months == 0)
    return fail(ErrorCode::invalid_input, "a period like 2025-01-01/P1Y is expected",
                std::string(text));
  const YearMonthDay day = civil(*first);
  const int last = day.month + months;  // the month behind the period
  const auto next = make_date(day.year + (last - 1) / 12, (last - 1) % 12 + 1, day.day);
  if (!next) return fail(ErrorCode::invalid_input, "no such period", std::string(text));
  return period_of_days(*first, Date{next->days - 1});
}

void put(pugi::xml_node group, const DataValue& value, const char* component,
         const std::string& number) {
  if (number.empty()) return;
  pugi::xml_node node = group.append_child("dataValue");
  node.append_attribute("dataElement") = value.indicator.c_str();
  node.append_attribute("value") = number.c_str();
  if (*component != '\0') node.append_attribute("component") = component;
  if (!value.sex.empty()) node.append_attribute("sex") = value.sex.c_str();
  if (!value.age.empty()) node.append_attribute("ageBand") = value.age.c_str();
}

/// Values of one group by indicator and split, in the order of their first mention.
struct Group {
  std::vector<DataValue> values;
  DataValue& of(const DataValue& key) {
    for (DataValue& one : values)
      if (one.indicator == key.indicator && one.sex == key.sex && one.age == key.age) return one;
    values.push_back(key);
    return values.back();
  }
};

Result<void> read_group(const pugi::xml_node& node, const std::string& where,
                        std::vector<DataValue>& out) {
  DataValue common;
  common.area = node.attribute("orgUnit").value();
  if (common.area.empty())
    return fail(ErrorCode::invalid_input, "a group names its orgUnit", where);
  const auto period = read_iso_period(node.attribute("period").value());
  if (!period) return fail(ErrorCode::invalid_input, period.error().message, where + ", period");
  common.period = *period;
  Group group;
  int number = 0;
  for (const pugi::xml_node& one : node.children("dataValue")) {
    const std::string place = fmt::format("{}, dataValue {}", where, ++number);
    DataValue key = common;
    key.indicator = one.attribute("dataElement").value();
    key.sex = one.attribute("sex").value();
    key.age = one.attribute("ageBand").value();
    const std::string value = one.attribute("value").value();
    if (key.indicator.empty() || value.empty())
      return fail(ErrorCode::invalid_input, "dataElement and value are expected", place);
    DataValue& into = group.of(key);
    const std::string_view component = one.attribute("component").value();
    std::string& field = component == "numerator"     ? into.numerator
                         : component == "denominator" ? into.denominator
                                                      : into.value;
    if (!field.empty())
      return fail(ErrorCode::invalid_input, "this value stands twice in its group", place);
    field = value;
  }
  out.insert(out.end(), group.values.begin(), group.values.end());
  return {};
}

}  // namespace

std::string write_adx(const std::vector<DataValue>& values, Instant at) {
  pugi::xml_document document;
  pugi::xml_node head = document.append_child(pugi::node_declaration);
  head.append_attribute("version") = "1.0";
  head.append_attribute("encoding") = "UTF-8";
  pugi::xml_node root = document.append_child("adx");
  root.append_attribute("xmlns") = adx_space;
  root.append_attribute("exported") = format_instant(at).c_str();
  std::map<std::pair<std::string, std::string>, std::vector<const DataValue*>> groups;
  for (const DataValue& one : values) groups[{one.area, one.period}].push_back(&one);
  for (const auto& [key, list] : groups) {
    pugi::xml_node group = root.append_child("group");
    group.append_attribute("orgUnit") = key.first.c_str();
    group.append_attribute("period") = iso_period(key.second).c_str();
    group.append_attribute("dataSet") = adx_data_set;
    for (const DataValue* one : list) {
      put(group, *one, "", one->value);
      if (one->value.empty()) continue;
      put(group, *one, "numerator", one->numerator);
      put(group, *one, "denominator", one->denominator);
    }
  }
  std::ostringstream out;
  document.save(out, "  ");
  return out.str();
}

Result<std::vector<DataValue>> read_adx(std::string_view xml) {
  pugi::xml_document document;
  // Document types are not read: no entity is ever expanded.
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  if (!parsed)
    return fail(ErrorCode::invalid_input, std::string("not XML: ") + parsed.description(),
                "byte " + std::to_string(parsed.offset));
  const pugi::xml_node root = document.child("adx");
  if (!root || std::string_view(root.attribute("xmlns").value()) != adx_space)
    return fail(ErrorCode::invalid_input,
                "an adx element of the namespace urn:ihe:qrph:adx:2015 is expected");
  std::vector<DataValue> out;
  int number = 0;
  for (const pugi::xml_node& group : root.children("group"))
    if (const auto read = read_group(group, fmt::format("group {}", ++number), out); !read)
      return unexpected(read.error());
  if (number == 0) return fail(ErrorCode::invalid_input, "the message has no group", "adx");
  return out;
}

}  // namespace hb::exchange
