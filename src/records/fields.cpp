#include "records/fields.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <iterator>

#include "core/json_text.hpp"
#include "core/mask.hpp"

namespace hb::records {

namespace json = boost::json;

namespace {

constexpr std::size_t street_digits = 9;
constexpr std::size_t year_digits = 4;
constexpr std::string_view area_extension = "/area-code";
constexpr std::string_view person_types[] = {"Patient", "RelatedPerson", "Person"};

std::string_view text_at(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string_view(found->get_string())
                                                : std::string_view{};
}

/// Texts of a list, one after the other.
std::string joined(const json::object& object, std::string_view key) {
  std::string text;
  if (const json::value* list = object.if_contains(key); list != nullptr && list->is_array())
    for (const json::value& one : list->get_array())
      if (one.is_string()) text += std::string_view(one.get_string());
  return text;
}

/// Keeps these members alone.
void keep(json::object& object, std::initializer_list<std::string_view> members) {
  for (auto at = object.begin(); at != object.end();)
    at = std::ranges::find(members, std::string_view(at->key())) == members.end()
             ? object.stable_erase(at)
             : std::next(at);
}

void mask_human_name(json::object& name) {
  std::string text(text_at(name, "text"));
  if (text.empty()) text = std::string(text_at(name, "family")) + joined(name, "given");
  keep(name, {"use"});
  name["text"] = mask_name(text);
}

void mask_identifier(json::object& identifier) {
  const std::string value = mask_identity(text_at(identifier, "value"));
  keep(identifier, {"use", "type", "system"});
  identifier["value"] = value;
}

void cut_text(json::value& value, std::size_t length) {
  const std::string_view text = value.get_string();
  if (text.size() > length) value = json::string(text.substr(0, length));
}

/// The street of an area code stays: rows are given by it.
void mask_place(json::object& address) {
  std::string text(text_at(address, "text"));
  if (text.empty())
    text = std::string(text_at(address, "city")) + std::string(text_at(address, "district")) +
           joined(address, "line");
  keep(address, {"use", "type", "city", "district", "state", "country", "extension"});
  address["text"] = mask_address(text);
  json::value* extensions = address.if_contains("extension");
  if (extensions == nullptr || !extensions->is_array()) return;
  json::array codes;
  for (json::value& one : extensions->get_array()) {
    if (!one.is_object() || !text_at(one.get_object(), "url").ends_with(area_extension)) continue;
    if (json::value* code = one.get_object().if_contains("valueCode"); code && code->is_string())
      cut_text(*code, street_digits);
    codes.push_back(std::move(one));
  }
  *extensions = std::move(codes);
}

/// A telephone, or somebody to call.
void mask_contact(json::object& contact) {
  if (contact.contains("value")) {
    const std::string value = mask_phone(text_at(contact, "value"));
    keep(contact, {"system", "use", "rank"});
    contact["value"] = value;
    return;
  }
  keep(contact, {"relationship", "name", "telecom", "gender"});
  if (json::value* name = contact.if_contains("name"); name && name->is_object())
    mask_human_name(name->get_object());
  if (json::value* list = contact.if_contains("telecom"); list && list->is_array())
    for (json::value& one : list->get_array())
      if (one.is_object()) mask_contact(one.get_object());
}

/// Of an extension the value, of a text the text.
void cut(json::value& value, std::size_t length) {
  if (value.is_string()) return cut_text(value, length);
  if (!value.is_object()) return;
  for (json::key_value_pair& member : value.get_object())
    if (member.key().starts_with("value") && member.value().is_string())
      cut_text(member.value(), length);
}

/// false: cannot be masked, goes whole
bool mask_one(json::value& value, Mask mask) {
  if (mask == Mask::year || mask == Mask::street) {
    cut(value, mask == Mask::year ? year_digits : street_digits);
    return value.is_string() || value.is_object();
  }
  if (!value.is_object()) return false;
  switch (mask) {
    case Mask::name:
      mask_human_name(value.get_object());
      return true;
    case Mask::identity:
      mask_identifier(value.get_object());
      return true;
    case Mask::phone:
      mask_contact(value.get_object());
      return true;
    case Mask::address:
      mask_place(value.get_object());
      return true;
    default:
      return false;
  }
}

bool names_person(const json::object& object) {
  const std::string_view reference = text_at(object, "reference");
  const std::string_view type = text_at(object, "type");
  return std::ranges::any_of(person_types, [&](std::string_view person) {
    if (type == person) return true;
    const std::size_t at = reference.rfind(person);
    return at != reference.npos && (at == 0 || reference[at - 1] == '/') &&
           reference.substr(at + person.size()).starts_with('/');
  });
}

}  // namespace

/// One body on its way out.
class Shaper {
 public:
  Shaper(const std::vector<Show>& shows) : shows_(shows) {}

  void apply(json::object& root, const FieldPlan::Field& field) {
    const Show show = shows_[field.group];
    if (show != Show::full) walk(root, field, 0, show);
  }

  /// What stands beside references to persons, wherever they are.
  void references(json::value& value, bool hide_display, bool hide_identifier) {
    if (value.is_array())
      for (json::value& one : value.get_array()) references(one, hide_display, hide_identifier);
    if (!value.is_object()) return;
    json::object& object = value.get_object();
    if (names_person(object)) {
      if (hide_display) object.stable_erase("display");
      if (hide_identifier) object.stable_erase("identifier");
    }
    for (json::key_value_pair& member : object)
      references(member.value(), hide_display, hide_identifier);
  }

 private:
  static bool is_meant(const json::value& item, const FieldPlan::Step& step) {
    if (step.extension.empty()) return true;
    if (!item.is_object()) return false;
    const std::string_view url = text_at(item.get_object(), "url");
    return url == step.extension ||
           (url.size() > step.extension.size() && url.ends_with(step.extension) &&
            url[url.size() - step.extension.size() - 1] == '/');
  }

  void walk(json::object& object, const FieldPlan::Field& field, std::size_t depth, Show show) {
    const FieldPlan::Step& step = field.steps[depth];
    json::value* value = object.if_contains(step.member);
    if (value == nullptr) return;
    const bool last = depth + 1 == field.steps.size();
    if (!last) {
      for_each(*value, step, [&](json::value& item) {
        if (item.is_object()) walk(item.get_object(), field, depth + 1, show);
        return true;
      });
      return;
    }
    object.stable_erase("_" + step.member);
    value = object.if_contains(step.member);
    const bool empty = for_each(*value, step, [&](json::value& item) {
      return show == Show::masked && mask_one(item, field.mask);
    });
    if (empty) object.stable_erase(step.member);
  }

  /// Items for which `keeps` says false go. returns  whether nothing is left
  template <class Keeps>
  static bool for_each(json::value& value, const FieldPlan::Step& step, const Keeps& keeps) {
    if (!value.is_array()) return is_meant(value, step) && !keeps(value);
    json::array& list = value.get_array();
    for (auto at = list.begin(); at != list.end();)
      at = is_meant(*at, step) && !keeps(*at) ? list.erase(at) : std::next(at);
    return list.empty();
  }

  const std::vector<Show>& shows_;
};

FieldPlan::FieldPlan(const Policy& policy) : groups_(policy.groups().size()) {
  for (std::size_t group = 0; group < policy.groups().size(); ++group) {
    for (const std::string& path : policy.groups()[group].paths) {
      Field field{group, policy.groups()[group].mask, {}};
      const std::size_t dot = path.find('.');
      for (std::size_t at = dot; at < path.size();) {
        const std::size_t end = std::min(path.find('.', at + 1), path.size());
        std::string word = path.substr(at + 1, end - at - 1);
        Step step;
        if (const std::size_t open = word.find('('); open != std::string::npos) {
          step.extension = word.substr(open + 1, word.size() - open - 2);
          word.resize(open);
        }
        step.member = std::move(word);
        field.steps.push_back(std::move(step));
        at = end;
      }
      const std::string type = path.substr(0, dot);
      (type == "*" ? any_type_ : by_type_[type]).push_back(std::move(field));
    }
  }
  name_ = policy.group("name").value_or(none);
  identity_ = policy.group("identity").value_or(none);
  birth_ = policy.group("birth").value_or(none);
  area_ = policy.group("area").value_or(none);
}

Result<std::string> FieldPlan::shown(std::string_view type, std::string_view text,
                                     const std::vector<Show>& shows) const {
  if (std::ranges::all_of(shows, [](Show show) { return show == Show::full; }))
    return std::string(text);
  std::array<unsigned char, 32 * 1024> space;
  json::monotonic_resource memory(space.data(), space.size());
  boost::system::error_code error;
  json::value root = json::parse(text, error, &memory);
  if (error || !root.is_object()) return fail(ErrorCode::invalid_input, "a body is not JSON");
  Shaper shaper(shows);
  const auto hides = [&](std::size_t group) { return group != none && shows[group] != Show::full; };
  if (hides(name_) || hides(identity_)) shaper.references(root, hides(name_), hides(identity_));
  if (const auto fields = by_type_.find(type); fields != by_type_.end())
    for (const Field& field : fields->second) shaper.apply(root.get_object(), field);
  for (const Field& field : any_type_) shaper.apply(root.get_object(), field);
  std::string out;
  out.reserve(text.size());
  append_json(out, root);
  return out;
}

Resident FieldPlan::shown(Resident resident, const std::vector<Show>& shows) const {
  const auto show = [&](std::size_t group) { return group == none ? Show::full : shows[group]; };
  if (resident.birth_date && show(birth_) == Show::none) resident.birth_date.reset();
  if (resident.birth_date && show(birth_) == Show::masked) {
    resident.birth_date = make_date(civil(*resident.birth_date).year, 1, 1);
    resident.year_only = true;
  }
  if (show(area_) == Show::none) resident.area.clear();
  if (show(area_) == Show::masked && resident.area.size() > street_digits)
    resident.area.resize(street_digits);
  return resident;
}

}  // namespace hb::records
