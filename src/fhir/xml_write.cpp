// FHIR JSON → FHIR XML.
#include <algorithm>
#include <pugixml.hpp>

#include "fhir/definitions.hpp"
#include "fhir/parser.hpp"
#include "fhir/xml.hpp"
#include "fhir/xml_json.hpp"
#include "fhir/xml_text.hpp"

namespace hb::fhir {
namespace {

using Kind = JsonTree::Kind;

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "true or false";
    case Kind::number:
      return "a number";
    case Kind::text:
      return "a text";
    case Kind::list:
      return "a list";
    case Kind::object:
      return "an object";
  }
  return "";
}

/// The JSON kind of a primitive's value.
Kind kind_of(Primitive primitive) {
  switch (primitive) {
    case Primitive::boolean:
      return Kind::boolean;
    case Primitive::integer:
    case Primitive::unsigned_int:
    case Primitive::positive_int:
    case Primitive::decimal:
      return Kind::number;
    default:
      return Kind::text;
  }
}

/// One walk over the definitions of the types, side by side with the tree.
class Writer {
 public:
  explicit Writer(const XmlLimits& limits) : limits_(limits) {}

  Result<void> resource(const JsonTree& tree) {
    const JsonTree* type = tree.find("resourceType");
    if (type == nullptr || type->kind != Kind::text || !is_resource_type(type->text))
      return error("an object with resourceType of FHIR R4 is expected");
    const bool outermost = path_.empty();
    if (outermost) path_.push_back(type->text);
    (xml_ += '<') += type->text;
    if (outermost) xml_ += " xmlns=\"http://hl7.org/fhir\"";
    return content(definitions::find_type(type->text), tree, type->text, true);
  }

  std::string take() { return std::move(xml_); }

 private:
  unexpected<Error> error(std::string message) const {
    std::string where;
    for (std::size_t i = 0; i < path_.size(); ++i) (where += i == 0 ? "" : ".") += path_[i];
    return fail(ErrorCode::invalid_input, std::move(message), std::move(where));
  }

  Result<void> attribute(std::string_view name, std::string_view value) {
    ((xml_ += ' ') += name) += "=\"";
    if (!xml_text::append_escaped(xml_, value))
      return error("a control character that XML does not allow");
    xml_ += '"';
    return {};
  }

  /// An attribute from a member of the tree, when it is there.
  Result<void> attribute_of(const JsonTree& tree, std::string_view name) {
    const JsonTree* value = tree.find(name);
    if (value == nullptr) return {};
    if (value->kind != Kind::text) return error("'" + std::string(name) + "' must be a text");
    return attribute(name, value->text);
  }

  Result<void> check_members(TypeId type, const JsonTree& tree, bool is_resource) const {
    for (const auto& [key, value] : tree.fields) {
      const ElementRow* row = definitions::find_element(type, key);
      if (row == nullptr && key.starts_with('_')) {
        row = definitions::find_element(type, std::string_view(key).substr(1));
        if (row != nullptr && definitions::primitive(row->type) == Primitive::none) row = nullptr;
      }
      if (row == nullptr && !(is_resource && key == "resourceType"))
        return error("'" + shorten(key) + "' is no element of " +
                     std::string(definitions::type(type).name));
    }
    return {};
  }

  /// Everything from the attributes to the closing tag; the opening tag is still open.
  Result<void> content(TypeId type, const JsonTree& tree, std::string_view tag, bool is_resource) {
    if (path_.size() > limits_.depth)
      return error("at most " + std::to_string(limits_.depth) + " levels are taken");
    if (auto known = check_members(type, tree, is_resource); !known) return known;
    if (!is_resource)
      if (auto done = attribute_of(tree, "id"); !done) return done;
    if (type == extension_)
      if (auto done = attribute_of(tree, "url"); !done) return done;
    return children(type, tree, tag, is_resource);
  }

  Result<void> children(TypeId type, const JsonTree& tree, std::string_view tag, bool is_resource) {
    const std::size_t open = xml_.size();
    xml_ += '>';
    for (const ElementRow& row : definitions::elements(type)) {
      if (!is_resource && (row.key == "id" || (type == extension_ && row.key == "url"))) continue;
      const JsonTree* value = tree.find(row.key);
      const JsonTree* extras = nullptr;
      if (definitions::primitive(row.type) != Primitive::none)
        extras = tree.find("_" + std::string(row.key));
      if (value == nullptr && extras == nullptr) continue;
      path_.emplace_back(row.key);
      auto done = extras != nullptr || definitions::primitive(row.type) != Primitive::none
                      ? primitives(row, value, extras)
                      : complexes(row, *value);
      if (!done) return done;
      path_.pop_back();
    }
    if (xml_.size() == open + 1)
      xml_.replace(open, 1, "/>");
    else
      ((xml_ += "</") += tag) += '>';
    return {};
  }

  Result<void> complexes(const ElementRow& row, const JsonTree& value) {
    if (!row.list) return complex(row, value);
    if (value.kind != Kind::list)
      return error(std::string("a list is expected, found ") + kind_name(value.kind));
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      path_.back() = std::string(row.key) + "[" + std::to_string(i) + "]";
      if (auto done = complex(row, value.items[i]); !done) return done;
    }
    return {};
  }

  Result<void> complex(const ElementRow& row, const JsonTree& value) {
    if (value.kind != Kind::object)
      return error(std::string("an object is expected, found ") + kind_name(value.kind));
    (xml_ += '<') += row.key;
    if (row.type != resource_) return content(row.type, value, row.key, false);
    xml_ += '>';
    if (auto done = resource(value); !done) return done;
    ((xml_ += "</") += row.key) += '>';
    return {};
  }

  Result<void> primitives(const ElementRow& row, const JsonTree* value, const JsonTree* extras) {
    if (!row.list) return primitive(row, value, extras);
    for (const JsonTree* list : {value, extras})
      if (list != nullptr && list->kind != Kind::list)
        return error(std::string("a list is expected, found ") + kind_name(list->kind));
    const std::size_t values = value == nullptr ? 0 : value->items.size();
    const std::size_t others = extras == nullptr ? 0 : extras->items.size();
    for (std::size_t i = 0; i < std::max(values, others); ++i) {
      path_.back() = std::string(row.key) + "[" + std::to_string(i) + "]";
      const auto present = [i](const JsonTree* list, std::size_t size) -> const JsonTree* {
        return i < size && list->items[i].kind != Kind::null ? &list->items[i] : nullptr;
      };
      auto done = primitive(row, present(value, values), present(extras, others));
      if (!done) return done;
    }
    return {};
  }

  Result<void> primitive(const ElementRow& row, const JsonTree* value, const JsonTree* extras) {
    const Primitive kind = definitions::primitive(row.type);
    if (value == nullptr && extras == nullptr)
      return error("null stands only beside an extension in _" + std::string(row.key));
    if (value != nullptr && value->kind != kind_of(kind))
      return error(std::string(kind_name(kind_of(kind))) + " is expected, found " +
                   kind_name(value->kind));
    if (extras != nullptr && extras->kind != Kind::object)
      return error(std::string("an object is expected, found ") + kind_name(extras->kind));
    if (kind == Primitive::xhtml) return value == nullptr ? Result<void>{} : narrative(value->text);
    (xml_ += '<') += row.key;
    static const JsonTree nothing{Kind::object, {}, {}, {}};
    const JsonTree& others = extras == nullptr ? nothing : *extras;
    if (auto known = check_members(element_, others, false); !known) return known;
    if (auto done = attribute_of(others, "id"); !done) return done;
    if (value != nullptr)
      if (auto done = attribute("value", value->text); !done) return done;
    return children(element_, others, row.key, false);
  }

  /// The markup as it stands, when it is one well-formed <div>.
  Result<void> narrative(const std::string& markup) {
    pugi::xml_document document;
    const auto parsed = document.load_buffer(markup.data(), markup.size(), xml_text::parse_options,
                                             pugi::encoding_utf8);
    const pugi::xml_node div = document.first_child();
    const std::size_t begin = markup.find_first_not_of(" \t\r\n");
    if (!parsed || std::string_view(div.name()) != "div" || div.next_sibling())
      return error("one well-formed <div> is expected");
    const auto whole =
        xml_text::markup(std::string_view(markup).substr(begin), limits_.markup_depth);
    if (!whole)
      return error("at most " + std::to_string(limits_.markup_depth) +
                   " levels of markup are taken");
    if (div.attribute("xmlns")) {
      xml_ += markup;
    } else {
      xml_ += "<div xmlns=\"http://www.w3.org/1999/xhtml\"";
      xml_ += std::string_view(markup).substr(begin + 4);
    }
    return {};
  }

  const XmlLimits& limits_;
  std::string xml_;
  std::vector<std::string> path_;
  const TypeId resource_ = definitions::find_type("Resource");
  const TypeId element_ = definitions::find_type("Element");
  const TypeId extension_ = definitions::find_type("Extension");
};

}  // namespace

Result<std::string> json_to_xml(std::string_view json, const XmlLimits& limits) {
  if (json.size() > limits.bytes)
    return fail(ErrorCode::invalid_input,
                "at most " + std::to_string(limits.bytes) + " bytes of JSON are taken");
  // A level of elements is at most two of JSON: a list and an object.
  auto tree = read_json_tree(json, 2 * limits.depth + 2);
  if (!tree) return unexpected(tree.error());
  Writer writer(limits);
  if (auto done = writer.resource(*tree); !done) return unexpected(done.error());
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + writer.take();
}

}  // namespace hb::fhir
