#pragma once
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/date.hpp"
#include "core/localized.hpp"
#include "core/result.hpp"
#include "simulate/content.hpp"

namespace hb::simulate {

/// Thrown while content is read, turned into an Error by load_content.
struct ContentFault {
  std::string message;
  std::string where;
};

/// What `read` gives, a function that reads content files and may throw; `file` is the one that is
/// being read. errors  invalid_input with the place; not_found: a file is missing
template <class Read>
auto read_guarded(const std::string& file, const Read& read) -> Result<decltype(read())> {
  try {
    return read();
  } catch (const ContentFault& fault) {
    const bool missing = fault.message == "content file is missing";
    return fail(missing ? ErrorCode::not_found : ErrorCode::invalid_input, fault.message,
                fault.where);
  } catch (const YAML::Exception& broken) {
    return fail(ErrorCode::invalid_input, "is not YAML: " + broken.msg,
                file + ":" + std::to_string(broken.mark.line + 1));
  }
}

/// A node of a content file that knows where it stands, so that every complaint names the line.
class Field {
 public:
  Field(YAML::Node node, std::string file, std::string name)
      : node_(std::move(node)), file_(std::move(file)), name_(std::move(name)) {}
  static Field open(const std::filesystem::path& file);

  /// A member; the fault names it when it is absent.
  Field at(const std::string& key) const;
  std::optional<Field> find(const std::string& key) const;
  std::vector<Field> items() const;
  std::vector<std::pair<std::string, Field>> members() const;

  /// Text that may go into JSON as it stands: no quote, backslash or control character.
  std::string text() const;
  double number(double least, double most) const;
  int integer(int least, int most) const;
  double share() const { return number(0, 1); }
  bool flag() const;
  /// {mean, sd, least, most}; the last two may be absent.
  Normal normal(double least, double most) const;
  Date day() const;
  Localized localized() const;
  AgeTable by_age(double least, double most) const;
  /// Values at some ages, above 0; between them straight lines of the logarithm.
  AgeTable curve(double least, double most) const;
  /// As many numbers as `values` has, none negative, not all 0.
  template <std::size_t n>
  void weights(std::array<double, n>& values) const {
    const auto list = items();
    if (list.size() != n) fault("needs " + std::to_string(n) + " numbers");
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += values[i] = list[i].number(0, 1e6);
    if (!(sum > 0)) fault("needs a number above 0");
  }
  bool is_map() const { return node_.IsMap(); }
  bool has(const std::string& key) const { return node_.IsMap() && node_[key].IsDefined(); }

  [[noreturn]] void fault(const std::string& message) const;

 private:
  YAML::Node node_;
  std::string file_;
  std::string name_;
};

/// code, text → a CodeableConcept of that system.
Concept make_concept(const std::string& system, const std::string& code, Localized text);
Concept read_concept(const Field& field, const std::string& system);

// One reader per file (content_place.cpp, content_care.cpp, content_services.cpp).
DistrictContent read_district(const Field& root);
PopulationContent read_population(const Field& people, const Field& names);
void read_care(const Field& care, Content& content);
struct Systems {
  std::string diagnosis, drug, measure, procedure;
};
Systems read_systems(const Field& care);
template <class Thing>
std::size_t index_of(const std::vector<Thing>& things, const std::string& id, const Field& field) {
  for (std::size_t i = 0; i < things.size(); ++i)
    if (things[i].id == id) return i;
  field.fault("is not defined: " + id);
}
template <class Thing>
std::vector<Share> read_shares(const Field& owner, const std::string& key,
                               const std::vector<Thing>& things) {
  std::vector<Share> shares;
  const auto field = owner.find(key);
  if (!field) return shares;
  for (const auto& [id, chance] : field->members())
    shares.push_back({index_of(things, id, chance), chance.share()});
  return shares;
}
std::optional<ProcedureContent> read_procedure(const Field& owner, const std::string& system);
/// The type of a visit: {code, text}; counted as "type.<code>".
Concept read_visit_type(const Field& field, Content& content);
void read_programmes(const Field& root, const Systems& systems, Content& content);
void read_maternity(const Field& root, const Systems& systems, Content& content);
VaccineContent read_vaccines(const Field& root, Content& content);
CardRules read_cards(const Field& root, const DistrictContent& district);
DirtContent read_dirt(const Field& root);

}  // namespace hb::simulate
