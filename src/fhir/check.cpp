#include "fhir/check.hpp"

#include <algorithm>
#include <array>

#include "fhir/check_deep.hpp"
#include "fhir/definitions.hpp"
#include "fhir/primitives.hpp"

namespace hb::fhir {
namespace {

/// Identifier.system (or Identifier.type code) that says: a citizen identity number.
constexpr std::string_view identity_systems[] = {"urn:oid:2.16.156.10011.1.3",
                                                 "2.16.156.10011.1.3"};
constexpr std::string_view identity_type_codes[] = {"NNCHN"};
/// Resources that identify people: their texts are never repeated in a fault.
constexpr std::string_view person_types[] = {"Patient", "RelatedPerson", "Person", "Practitioner"};

template <std::size_t N>
bool one_of(const std::string_view (&list)[N], std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

std::string_view text_at(simdjson::dom::object object, std::string_view key) {
  std::string_view text;
  return object.at_key(key).get(text) ? std::string_view{} : text;
}

const char* kind_name(Json value) {
  switch (value.type()) {
    case simdjson::dom::element_type::ARRAY:
      return "a list";
    case simdjson::dom::element_type::OBJECT:
      return "an object";
    case simdjson::dom::element_type::STRING:
      return "a text";
    case simdjson::dom::element_type::BOOL:
      return "true or false";
    case simdjson::dom::element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

struct KnownTypes {
  TypeId resource = definitions::find_type("Resource");
  TypeId identifier = definitions::find_type("Identifier");
  TypeId element = definitions::find_type("Element");
};

const KnownTypes& known() {
  static const KnownTypes types;
  return types;
}

/// One walk over the DOM, side by side with the definitions; `deep` asks what needs more than them.
class Walk final : public Reporter {
 public:
  Walk(const CheckOptions& options, DeepCheck* deep, std::vector<Fault>& faults)
      : options_(options), deep_(deep), faults_(faults) {}

  void resource(TypeId type, Json value, simdjson::dom::object object) {
    const bool outer = person_;
    person_ = person_ || one_of(person_types, definitions::type(type).name);
    if (depth_ == 0) push(definitions::type(type).name);
    if (deep_ == nullptr) {
      walk_object(type, value, object, true);
    } else {
      const Value around = deep_->enter(value, type);
      walk_object(type, value, object, true);
      deep_->leave(around);
    }
    person_ = outer;
  }

  void report(Level level, std::string_view rule, std::string_view last, std::string expected,
              std::string_view found) override {
    if (level == Level::off) return;
    std::size_t& count = level == Level::warn ? warnings_ : serious_;
    if (count++ >= options_.max_faults) return;
    faults_.push_back({std::string(rule), path(last), std::move(expected),
                       person_ ? std::string{} : shorten(found), level});
  }

 private:
  struct Frame {
    std::string_view name;
    std::int64_t index = -1;  ///< -1 = not in a list
  };

  bool full() const { return serious_ >= options_.max_faults; }
  void push(std::string_view name) { frames_[depth_++] = {name, -1}; }
  void pop() { --depth_; }

  std::string path(std::string_view last = {}) const {
    std::string text;
    for (std::size_t i = 0; i < depth_; ++i) {
      if (i > 0) text += '.';
      text += frames_[i].name;
      if (frames_[i].index >= 0) {
        text += '[';
        text += std::to_string(frames_[i].index);
        text += ']';
      }
    }
    if (!last.empty()) (text += '.') += last;
    return text;
  }

  void add(std::string rule, std::string where, std::string expected, std::string found = {}) {
    const Level level = deep_ == nullptr ? Level::reject : deep_->structure_level(rule);
    if (level == Level::off) return;
    std::size_t& count = level == Level::warn ? warnings_ : serious_;
    if (count++ < options_.max_faults)
      faults_.push_back(
          {std::move(rule), std::move(where), std::move(expected), std::move(found), level});
  }

  /// Presence of the elements of one object, one bit per slot.
  struct Seen {
    std::uint64_t values = 0;
    std::uint64_t extensions = 0;  ///< _field
    std::uint64_t nulls = 0;       ///< lists with null: allowed only beside an extension
  };

  void walk_object(TypeId type, Json value, simdjson::dom::object object, bool is_resource) {
    if (object.size() == 0) return add("empty", path(), "an object that is not empty");
    Seen seen;
    for (const auto field : object) {
      if (full()) return;
      const ElementRow* row = definitions::find_element(type, field.key);
      if (row != nullptr)
        member(*row, field.value, seen);
      else if (field.key.starts_with('_'))
        primitive_extension(type, field.key, field.value, seen);
      else if (!(is_resource && field.key == "resourceType"))
        add("unknown-element", path(field.key),
            "an element of " + std::string(definitions::type(type).name));
    }
    const std::uint64_t missing =
        (definitions::required_slots(type) & ~(seen.values | seen.extensions)) |
        (seen.nulls & ~seen.extensions);
    if (missing != 0) report_missing(type, missing, seen);
    if (type == known().identifier && person_) identifier(object);
    if (deep_ != nullptr) deep_->object(type, value, seen.values | seen.extensions, *this);
  }

  void report_missing(TypeId type, std::uint64_t missing, const Seen& seen) {
    for (const ElementRow& row : definitions::elements(type)) {
      const std::uint64_t bit = std::uint64_t{1} << row.slot;
      if ((missing & bit) == 0) continue;
      missing &= ~bit;
      const std::string name = std::string(row.stem) + (row.choice ? "[x]" : "");
      if ((seen.nulls & bit) != 0)
        add("wrong-type", path(row.key),
            "no null in the list (null stands only beside an extension in _" + name + ")", "null");
      else
        add("required", path(name), "at least " + std::to_string(row.min));
    }
  }

  void member(const ElementRow& row, Json value, Seen& seen) {
    const std::uint64_t bit = std::uint64_t{1} << row.slot;
    if ((seen.values & bit) != 0)
      return add("repeated", path(row.key), row.choice ? "one value[x] only" : "the element once");
    seen.values |= bit;
    if (depth_ == frames_.size()) return add("too-deep", path(), "at most 64 levels of nesting");
    push(row.key);
    simdjson::dom::array list;
    const bool is_list = !value.get(list);
    if (is_list != row.list) {
      add("wrong-type", path(), row.list ? "a list [...]" : "one value, not a list",
          kind_name(value));
    } else if (!row.list) {
      one(row, value);
    } else {
      if (list.size() == 0) add("empty", path(), "a list that is not empty");
      std::int64_t index = 0;
      for (const Json item : list) {
        frames_[depth_ - 1].index = index++;
        if (item.is_null() && definitions::primitive(row.type) != Primitive::none)
          seen.nulls |= bit;
        else
          one(row, item);
        if (full()) break;
      }
    }
    pop();
  }

  void one(const ElementRow& row, Json value) {
    const Primitive primitive = definitions::primitive(row.type);
    if (primitive != Primitive::none) {
      const PrimitiveFault fault = check_primitive(primitive, value);
      if (fault.rule != nullptr)
        add(fault.rule, path(), fault.expected, found(fault, primitive, value));
      else if (deep_ != nullptr)
        deep_->primitive(row, primitive, value, *this);
      return;
    }
    simdjson::dom::object object;
    if (value.get(object)) return add("wrong-type", path(), "an object {...}", kind_name(value));
    if (row.type == known().resource)
      inner_resource(value, object);
    else
      walk_object(row.type, value, object, false);
    if (deep_ != nullptr) deep_->complex(row, value, object, *this);
  }

  std::string found(const PrimitiveFault& fault, Primitive primitive, Json value) const {
    if (fault.kind_only) return kind_name(value);
    const bool dated = primitive == Primitive::date || primitive == Primitive::date_time ||
                       primitive == Primitive::instant || primitive == Primitive::code;
    if (person_ && !dated) return {};
    return shorten(value.is_string() ? std::string(value.get_string().value_unsafe())
                                     : simdjson::minify(value));
  }

  /// contained, Bundle.entry.resource, Parameters.parameter.resource: any resource type; no id
  /// needed.
  void inner_resource(Json value, simdjson::dom::object object) {
    const std::string_view name = text_at(object, "resourceType");
    if (name.empty())
      return add("not-fhir", path("resourceType"), "the name of a FHIR R4 resource type");
    if (!is_resource_type(name))
      return add("unknown-type", path("resourceType"), "a FHIR R4 resource type", shorten(name));
    resource(definitions::find_type(name), value, object);
  }

  void primitive_extension(TypeId type, std::string_view key, Json value, Seen& seen) {
    const ElementRow* row = definitions::find_element(type, key.substr(1));
    if (row == nullptr || definitions::primitive(row->type) == Primitive::none)
      return add("unknown-element", path(key),
                 "an element of " + std::string(definitions::type(type).name));
    seen.extensions |= std::uint64_t{1} << row->slot;
    if (depth_ == frames_.size()) return add("too-deep", path(), "at most 64 levels of nesting");
    push(key);
    simdjson::dom::array list;
    const bool is_list = !value.get(list);
    if (is_list != row->list) {
      add("wrong-type", path(), row->list ? "a list [...]" : "one value, not a list",
          kind_name(value));
    } else if (!is_list) {
      element(value);
    } else {
      std::int64_t index = 0;
      for (const Json item : list) {
        frames_[depth_ - 1].index = index++;
        if (!item.is_null()) element(item);
      }
    }
    pop();
  }

  void element(Json value) {
    simdjson::dom::object object;
    if (value.get(object)) return add("wrong-type", path(), "an object {...}", kind_name(value));
    walk_object(known().element, value, object, false);
  }

  void identifier(simdjson::dom::object object) {
    if (!one_of(identity_systems, text_at(object, "system")) && !has_identity_type(object)) return;
    const std::string_view value = text_at(object, "value");
    if (value.empty() || is_old_identity_number(value)) return;
    if (!is_identity_number(value))
      return add(
          "bad-identity-number", path("value"),
          "18 characters with a birth date that exists and the right check digit (GB 11643)");
    if (value.starts_with("77") && !options_.simulated)
      add("bad-identity-number", path("value"),
          "an area that exists (77 is kept for simulated stores)");
  }

  static bool has_identity_type(simdjson::dom::object object) {
    simdjson::dom::object type;
    simdjson::dom::array codings;
    if (object.at_key("type").get(type) || type.at_key("coding").get(codings)) return false;
    for (const Json coding : codings) {
      simdjson::dom::object fields;
      if (!coding.get(fields) && one_of(identity_type_codes, text_at(fields, "code"))) return true;
    }
    return false;
  }

  const CheckOptions& options_;
  DeepCheck* deep_;  ///< nullptr: structure only
  std::vector<Fault>& faults_;
  std::size_t serious_ = 0;                  ///< faults above a warning
  std::size_t warnings_ = 0;                 ///< also those not listed any more
  std::array<Frame, max_depth + 2> frames_;  // the parser refuses deeper nesting
  std::size_t depth_ = 0;
  bool person_ = false;  ///< inside a resource that identifies people
};

}  // namespace

std::vector<Fault> check(const Resource& resource, const CheckOptions& options) {
  std::vector<Fault> faults;
  check_deep(resource, options, nullptr, faults);
  return faults;
}

void check_deep(const Resource& resource, const CheckOptions& options, DeepCheck* deep,
                std::vector<Fault>& faults) {
  simdjson::dom::object object;
  const TypeId type = definitions::find_type(resource.type);
  if (type == no_type || resource.root.get(object)) {
    faults.push_back({"not-fhir", "", "a FHIR R4 resource", ""});
    return;
  }
  Walk(options, deep, faults).resource(type, resource.root, object);
}

}  // namespace hb::fhir
