#include "records/tokens.hpp"

#include <algorithm>

namespace hb::records {

void append_big_endian(std::string& bytes, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
}

std::string pack_tokens(const std::vector<std::int64_t>& tokens) {
  std::string bytes;
  bytes.reserve(tokens.size() * 8);
  for (const std::int64_t token : tokens) {
    append_big_endian(bytes, static_cast<std::uint64_t>(token));
  }
  return bytes;
}

std::vector<std::int64_t> unpack_tokens(std::string_view bytes) {
  std::vector<std::int64_t> tokens;
  tokens.reserve(bytes.size() / 8);
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t token = 0;
    for (const char c : bytes.substr(0, 8)) token = token << 8 | static_cast<std::uint8_t>(c);
    tokens.push_back(static_cast<std::int64_t>(token));
  }
  return tokens;
}

namespace {

void join(std::vector<std::uint32_t>& list, std::uint32_t id) {
  if (list.empty() || list.back() < id) return list.push_back(id);
  const auto at = std::lower_bound(list.begin(), list.end(), id);
  if (at == list.end() || *at != id) list.insert(at, id);
}

void leave(std::vector<std::uint32_t>& list, std::uint32_t id) {
  const auto at = std::lower_bound(list.begin(), list.end(), id);
  if (at != list.end() && *at == id) list.erase(at);
}

}  // namespace

void put_traits(People& people, Interner& texts, const Resident& resident) {
  const auto position = static_cast<std::size_t>(resident.id);
  if (people.traits.size() <= position)
    people.traits.resize(position + 1, {unknown_day, 0, 0, false, false});
  const std::uint32_t area = texts.number(resident.area);
  if (people.by_area.size() <= area) people.by_area.resize(area + 1);
  const auto id = static_cast<std::uint32_t>(resident.id);
  Traits& traits = people.traits[position];
  if (traits.exists && (traits.area != area || resident.is_gone()))
    leave(people.by_area[traits.area], id);
  traits = {resident.birth_date ? resident.birth_date->days : unknown_day, area,
            static_cast<std::uint16_t>(texts.number(resident.sex)), !resident.is_gone(),
            resident.is_gone()};
  if (traits.exists) join(people.by_area[area], id);
}

}  // namespace hb::records
