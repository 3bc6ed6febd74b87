#include "server/person.hpp"

#include "server/json.hpp"

namespace hb::server {

namespace {

const json::value* member(const json::value& value, std::string_view key) {
  return value.is_object() ? value.get_object().if_contains(key) : nullptr;
}

std::string text_at(const json::value& value, std::string_view key) {
  const json::value* found = member(value, key);
  return found && found->is_string() ? std::string(found->get_string()) : std::string{};
}

const json::array& list_at(const json::value& value, std::string_view key) {
  static const json::array none;
  const json::value* found = member(value, key);
  return found && found->is_array() ? found->get_array() : none;
}

/// The entry with this use, else the first.
const json::value* preferred(const json::array& list, std::string_view use) {
  for (const json::value& item : list)
    if (text_at(item, "use") == use) return &item;
  return list.empty() ? nullptr : &list.front();
}

std::string name_of(const json::value& patient) {
  const json::value* name = preferred(list_at(patient, "name"), "official");
  if (!name) return {};
  if (std::string text = text_at(*name, "text"); !text.empty()) return text;
  std::string line;
  for (const json::value& given : list_at(*name, "given")) {
    if (!given.is_string()) continue;
    line += std::string(given.get_string()) + " ";
  }
  return line + text_at(*name, "family");
}

std::string address_of(const json::value& patient) {
  const json::value* address = preferred(list_at(patient, "address"), "home");
  if (!address) return {};
  if (std::string text = text_at(*address, "text"); !text.empty()) return text;
  std::string line;
  const auto add = [&line](const std::string& part) {
    if (!part.empty()) line += (line.empty() ? "" : ", ") + part;
  };
  for (const json::value& part : list_at(*address, "line"))
    if (part.is_string()) add(std::string(part.get_string()));
  for (const char* key : {"city", "district", "state", "postalCode"}) add(text_at(*address, key));
  return line;
}

std::string masked(std::string_view value, std::size_t first, std::size_t last) {
  std::string text(value);
  for (std::size_t i = first; i + last < text.size(); ++i) text[i] = '*';
  return text;
}

}  // namespace

std::string mask_identifier(std::string_view value) {
  return value.size() >= 12 ? masked(value, 4, 4)
                            : masked(value, 0, std::min<std::size_t>(2, value.size() / 2));
}

std::string mask_telecom(std::string_view value) {
  return value.size() >= 8 ? masked(value, 3, 2)
                           : masked(value, 0, std::min<std::size_t>(2, value.size() / 2));
}

PersonCard read_person(std::string_view text) {
  PersonCard card;
  boost::system::error_code error;
  const json::value patient = json::parse(text, error);
  if (error) return card;
  card.name = name_of(patient);
  card.address = address_of(patient);
  for (const json::value& telecom : list_at(patient, "telecom")) {
    card.telecom_masked = mask_telecom(text_at(telecom, "value"));
    if (!card.telecom_masked.empty()) break;
  }
  for (const json::value& identifier : list_at(patient, "identifier")) {
    const std::string value = text_at(identifier, "value");
    if (value.empty()) continue;
    card.identifiers.push_back({text_at(identifier, "system"), mask_identifier(value)});
    const bool citizen = card.identifiers.back().system.ends_with("2.16.156.10011.1.3");
    if (citizen || card.identifier_masked.empty())
      card.identifier_masked = card.identifiers.back().value_masked;
  }
  return card;
}

}  // namespace hb::server
