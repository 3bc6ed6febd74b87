#include "simulate/content.hpp"

#include <fmt/format.h>

#include "simulate/random.hpp"
#include "simulate/yaml.hpp"

namespace hb::simulate {

Field Field::open(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  if (!std::filesystem::exists(file)) throw ContentFault{"content file is missing", file.string()};
  YAML::Node root = YAML::LoadFile(file.string());
  Field field(root, name, "");
  if (!root.IsMap()) field.fault("needs a map of fields");
  return field;
}

void Field::fault(const std::string& message) const {
  const int line = node_.IsDefined() ? node_.Mark().line + 1 : 0;
  throw ContentFault{name_.empty() ? message : name_ + " " + message,
                     fmt::format("{}:{}", file_, line)};
}

Field Field::at(const std::string& key) const {
  if (!node_.IsMap()) fault("needs a map with " + key);
  const YAML::Node child = node_[key];
  if (!child.IsDefined() || child.IsNull()) fault("lacks the field " + key);
  return {child, file_, key};
}

std::optional<Field> Field::find(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  return at(key);
}

std::vector<Field> Field::items() const {
  if (!node_.IsSequence()) fault("needs a list");
  std::vector<Field> list;
  for (const YAML::Node& item : node_) list.emplace_back(item, file_, name_);
  return list;
}

std::vector<std::pair<std::string, Field>> Field::members() const {
  if (!node_.IsMap()) fault("needs a map");
  std::vector<std::pair<std::string, Field>> list;
  for (const auto& member : node_) {
    const auto key = member.first.as<std::string>();
    list.emplace_back(key, Field(member.second, file_, key));
  }
  return list;
}

std::string Field::text() const {
  if (!node_.IsScalar()) fault("needs a text");
  std::string text = node_.as<std::string>();
  for (const char c : text)
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20)
      fault("may not hold a quotation mark, backslash or control character");
  return text;
}

double Field::number(double least, double most) const {
  double value = 0;
  if (!node_.IsScalar() || !YAML::convert<double>::decode(node_, value))
    fault(fmt::format("needs a number from {} to {}", least, most));
  if (!(value >= least && value <= most))
    fault(fmt::format("is {}, needs a number from {} to {}", value, least, most));
  return value;
}

int Field::integer(int least, int most) const {
  int value = 0;
  if (!node_.IsScalar() || !YAML::convert<int>::decode(node_, value) || value < least ||
      value > most)
    fault(fmt::format("needs a whole number from {} to {}", least, most));
  return value;
}

Date Field::day() const {
  const Result<Date> date = parse_date(text());
  if (!date) fault("needs a day such as 2025-01-01");
  return *date;
}

Localized Field::localized() const { return {at("zh").text(), at("en").text()}; }

namespace {
void fill_by_age(const Field& field, double least, double most,
                 std::array<double, oldest + 1>& values) {
  int from = 0;
  double value = 0;
  bool first = true;
  for (const auto& [key, member] : field.members()) {
    char* end = nullptr;
    const long age = std::strtol(key.c_str(), &end, 10);
    if (end == key.c_str() || *end != '\0' || age < 0 || age > oldest)
      member.fault("is no age from 0 to 120");
    if (!first && age <= from) member.fault("must be a higher age than the one before");
    if (!first) std::fill(values.begin() + from, values.begin() + age, value);
    from = static_cast<int>(age);
    value = member.number(least, most);
    first = false;
  }
  if (first) field.fault("needs at least one age");
  std::fill(values.begin() + from, values.end(), value);
}
}  // namespace

AgeTable Field::by_age(double least, double most) const {
  AgeTable table;
  if (has("male") || has("female")) {
    fill_by_age(at("male"), least, most, table.values[0]);
    fill_by_age(at("female"), least, most, table.values[1]);
  } else {
    fill_by_age(*this, least, most, table.values[0]);
    table.values[1] = table.values[0];
  }
  return table;
}

AgeTable Field::curve(double least, double most) const {
  AgeTable table = by_age(least, most);  // checks ages and numbers; steps are then joined by lines
  const auto join = [&](const Field& field, std::array<double, oldest + 1>& values) {
    const auto members = field.members();
    for (std::size_t i = 0; i + 1 < members.size(); ++i) {
      const int from = std::atoi(members[i].first.c_str());
      const int until = std::atoi(members[i + 1].first.c_str());
      const double low = portable_log(members[i].second.number(least, most));
      const double high = portable_log(members[i + 1].second.number(least, most));
      for (int age = from; age < until; ++age)
        values[static_cast<std::size_t>(age)] =
            portable_exp(low + (high - low) * (age - from) / (until - from));
    }
  };
  const bool by_sex = has("male");
  join(by_sex ? at("male") : *this, table.values[0]);
  join(by_sex ? at("female") : *this, table.values[1]);
  return table;
}

bool Field::flag() const {
  bool value = false;
  if (!node_.IsScalar() || !YAML::convert<bool>::decode(node_, value)) fault("needs true or false");
  return value;
}

Normal Field::normal(double least, double most) const {
  Normal normal{at("mean").number(least, most), at("sd").number(0, most), least, most};
  if (const auto low = find("least")) normal.least = low->number(least, most);
  if (const auto high = find("most")) normal.most = high->number(least, most);
  return normal;
}

Concept make_concept(const std::string& system, const std::string& code, Localized text) {
  std::string coding =
      fmt::format(R"({{"system":"{}","code":"{}","display":"{}"}})", system, code, text.zh);
  std::string json = fmt::format(R"({{"coding":[{}],"text":"{}"}})", coding, text.zh);
  return {code, std::move(text), std::move(json), std::move(coding)};
}

Concept read_concept(const Field& field, const std::string& system) {
  return make_concept(system, field.at("code").text(), field.at("text").localized());
}

Result<Content> load_content(const std::filesystem::path& directory) {
  std::string file;
  const auto open = [&](const char* name) {
    file = name;
    return Field::open(directory / name);
  };
  return read_guarded(file, [&] {
    Content content;
    content.district = read_district(open("district.yaml"));
    const Field people = open("population.yaml");
    content.population = read_population(people, open("names.yaml"));
    const Field care = open("care.yaml");
    read_care(care, content);
    const Systems systems = read_systems(care);
    read_programmes(open("programmes.yaml"), systems, content);
    read_maternity(open("maternity.yaml"), systems, content);
    content.vaccines = read_vaccines(open("vaccines.yaml"), content);
    content.cards = read_cards(open("cards.yaml"), content.district);
    content.dirt = read_dirt(open("dirt.yaml"));
    return content;
  });
}

}  // namespace hb::simulate
