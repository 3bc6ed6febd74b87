#include "ingest/person.hpp"

#include <algorithm>
#include <set>

#include "core/date.hpp"
#include "core/utf8.hpp"

namespace hb::ingest {

namespace {

using fhir::Json;

constexpr std::string_view area_code_url =
    "https://health-brain.org/fhir/StructureDefinition/area-code";
constexpr std::size_t longest_run = 4;  // characters of a Han name indexed together, and syllables
constexpr std::size_t longest_prefix = 12;  // letters of a Latin name indexed as prefixes
constexpr std::size_t most_words = 96;  // of one person: a hostile record cannot flood the index

std::string_view text_of(const Json& object, const char* key) {
  std::string_view text;
  if (object[key].get(text) != simdjson::SUCCESS) return {};
  return text;
}

std::optional<Date> date_of(std::string_view text) {
  if (text.size() < 10) return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  if (!date) return std::nullopt;
  return *date;
}

std::string area_of_address(const Json& address) {
  simdjson::dom::array extensions;
  if (address["extension"].get(extensions) != simdjson::SUCCESS) return {};
  for (const Json extension : extensions)
    if (text_of(extension, "url") == area_code_url)
      return std::string(text_of(extension, "valueCode"));
  return {};
}

/// The present address: use = home, else the first (docs/fhir-extensions.md).
std::string present_area(const Json& patient) {
  simdjson::dom::array addresses;
  if (patient["address"].get(addresses) != simdjson::SUCCESS) return {};
  for (const Json address : addresses)
    if (text_of(address, "use") == "home") return area_of_address(address);
  for (const Json address : addresses) return area_of_address(address);
  return {};
}

std::vector<std::string_view> code_points(std::string_view text) {
  std::vector<std::string_view> points;
  for (std::size_t at = 0; at < text.size();) points.push_back(next_code_point(text, at));
  return points;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void add_runs(const std::vector<std::string>& parts, std::set<std::string>& words) {
  for (std::size_t first = 0; first < parts.size(); ++first) {
    std::string run;
    for (std::size_t last = first; last < parts.size() && last < first + longest_run; ++last) {
      run += parts[last];
      words.insert(run);
    }
  }
  std::string whole;
  for (const std::string& part : parts) whole += part;
  if (!whole.empty()) words.insert(whole);
}

std::vector<std::string> split_spaces(std::string_view text) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n') {
      if (!part.empty()) parts.push_back(std::move(part));
      part.clear();
    } else {
      part.push_back(c);
    }
  }
  if (!part.empty()) parts.push_back(std::move(part));
  return parts;
}

void add_han_name(std::string_view folded, std::set<std::string>& words) {
  std::vector<std::string> characters;
  for (const std::string_view point : code_points(folded)) characters.emplace_back(point);
  add_runs(characters, words);
  const std::vector<std::string> syllables = split_spaces(pinyin(folded));
  add_runs(syllables, words);
  std::string initials;
  for (const std::string& syllable : syllables) initials.push_back(syllable.front());
  if (initials.size() >= 2) words.insert(initials);
}

void add_latin_name(std::string_view folded, std::set<std::string>& words) {
  for (std::size_t length = 2; length <= std::min(folded.size(), longest_prefix); ++length)
    words.insert(std::string(folded.substr(0, length)));
  if (!folded.empty()) words.insert(std::string(folded));
}

void add_name(std::string_view name, std::set<std::string>& words) {
  for (const std::string& part : split_spaces(name)) {
    const std::string folded = fold(part);
    if (is_ascii(folded))
      add_latin_name(folded, words);
    else
      add_han_name(folded, words);
  }
}

void add_names(const Json& patient, std::set<std::string>& words) {
  simdjson::dom::array names;
  if (patient["name"].get(names) != simdjson::SUCCESS) return;
  for (const Json name : names) {
    add_name(text_of(name, "text"), words);
    add_name(text_of(name, "family"), words);
    simdjson::dom::array given;
    if (name["given"].get(given) != simdjson::SUCCESS) continue;
    for (const Json part : given) {
      std::string_view text;
      if (part.get(text) == simdjson::SUCCESS) add_name(text, words);
    }
  }
}

void add_values(const Json& patient, const char* list, std::set<std::string>& words) {
  simdjson::dom::array items;
  if (patient[list].get(items) != simdjson::SUCCESS) return;
  for (const Json item : items) {
    const std::string word = fold(text_of(item, "value"));
    if (word.size() >= 4 && word.size() <= 64) words.insert(word);
  }
}

}  // namespace

records::Resident resident_from(const fhir::Resource& patient) {
  records::Resident resident;
  resident.patient_id = std::string(patient.id);
  resident.sex = std::string(text_of(patient.root, "gender"));
  resident.birth_date = date_of(text_of(patient.root, "birthDate"));
  resident.deceased = date_of(text_of(patient.root, "deceasedDateTime"));
  resident.area = present_area(patient.root);
  return resident;
}

std::vector<std::string> person_words(const fhir::Resource& patient) {
  std::set<std::string> words;
  add_values(patient.root, "identifier", words);
  add_values(patient.root, "telecom", words);
  add_names(patient.root, words);
  std::vector<std::string> list(words.begin(), words.end());
  if (list.size() > most_words) list.resize(most_words);
  return list;
}

std::vector<std::string> query_words(std::string_view line) {
  std::vector<std::string> words;
  for (const std::string& part : split_spaces(line)) {
    std::string word = fold(part);
    if (!word.empty()) words.push_back(std::move(word));
  }
  return words;
}

}  // namespace hb::ingest
