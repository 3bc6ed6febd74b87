// FHIR XML → FHIR JSON.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <pugixml.hpp>

#include "core/utf8.hpp"
#include "fhir/definitions.hpp"
#include "fhir/parser.hpp"
#include "fhir/xml.hpp"
#include "fhir/xml_json.hpp"
#include "fhir/xml_text.hpp"

namespace hb::fhir {
namespace {

constexpr std::string_view fhir_namespace = "http://hl7.org/fhir";

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The number grammar of JSON, which is that of FHIR's decimal.
bool is_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t first = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - first;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const bool zero = at < text.size() && text[at] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at < text.size() && text[at] == '.' && (++at, digits() == 0)) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

bool is_numeric(Primitive primitive) {
  return primitive == Primitive::integer || primitive == Primitive::unsigned_int ||
         primitive == Primitive::positive_int || primitive == Primitive::decimal;
}

/// One walk over the document, side by side with the definitions.
class Reader {
 public:
  Reader(std::string_view source, const XmlLimits& limits) : source_(source), limits_(limits) {}

  Result<std::string> read(const pugi::xml_document& document) {
    pugi::xml_node root;
    for (const pugi::xml_node& node : document.children()) {
      if (node.type() == pugi::node_doctype)
        return error(node, "a DOCTYPE is not taken: FHIR needs none");
      if (node.type() == pugi::node_element) root = node;
    }
    if (auto checked = check_namespace(root); !checked) return unexpected(checked.error());
    if (auto done = resource(root); !done) return unexpected(done.error());
    return std::move(json_);
  }

 private:
  /// The nodes of one element of a type, in document order.
  struct Member {
    const ElementRow* row;
    std::vector<pugi::xml_node> nodes;
  };

  unexpected<Error> error(const pugi::xml_node& node, std::string message) const {
    const std::ptrdiff_t offset = node.offset_debug();
    const auto until = offset < 0 ? std::size_t{0} : static_cast<std::size_t>(offset);
    const auto line =
        1 + std::count(source_.begin(), source_.begin() + std::ptrdiff_t(until), '\n');
    std::string where = "line " + std::to_string(line);
    for (std::size_t i = 0; i < path_.size(); ++i) (where += i == 0 ? ", " : ".") += path_[i];
    return fail(ErrorCode::invalid_input, std::move(message), std::move(where));
  }

  Result<void> check_namespace(const pugi::xml_node& root) const {
    const std::string_view name = root.name();
    const std::size_t colon = name.find(':');
    const std::string declared =
        colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
    if (root.attribute(declared.c_str()).value() != fhir_namespace)
      return error(root, "the root element is not in the namespace http://hl7.org/fhir");
    return {};
  }

  Result<void> resource(const pugi::xml_node& node) {
    const std::string_view name = local_name(node);
    if (!is_resource_type(name))
      return error(node, "a FHIR R4 resource type is expected, found '" + shorten(name) + "'");
    if (path_.empty()) path_.emplace_back(name);
    json_ += "{\"resourceType\":";
    append_json_text(json_, name);
    for (const pugi::xml_attribute& attribute : node.attributes())
      if (!is_declaration(attribute)) return unexpected_attribute(node, attribute);
    auto done = members(definitions::find_type(name), node, true);
    json_ += '}';
    return done;
  }

  static bool is_declaration(const pugi::xml_attribute& attribute) {
    const std::string_view name = attribute.name();
    return name == "xmlns" || name.starts_with("xmlns:") || name.ends_with(":schemaLocation");
  }

  unexpected<Error> unexpected_attribute(const pugi::xml_node& node,
                                         const pugi::xml_attribute& attribute) const {
    return error(node, "no attribute '" + shorten(attribute.name()) + "' is expected here");
  }

  Result<std::string> attribute_text(const pugi::xml_node& node, const char* name) const {
    auto text = xml_text::decoded(node.attribute(name).value());
    if (!text) return error(node, "an entity that XML does not know, or a character it forbids");
    return *text;
  }

  /// The members of an object behind its opening brace. `filled`: something stands there already.
  Result<void> members(TypeId type, const pugi::xml_node& node, bool filled) {
    if (path_.size() > limits_.depth)
      return error(node, "at most " + std::to_string(limits_.depth) + " levels are taken");
    std::vector<Member> found;
    auto gathered = gather(type, node, found);
    if (!gathered) return gathered;
    for (const Member& member : found) {
      auto written = write_member(member, filled);
      if (!written) return written;
    }
    return {};
  }

  Result<void> gather(TypeId type, const pugi::xml_node& node, std::vector<Member>& found) {
    const bool is_resource = definitions::type(type).kind == TypeKind::resource;
    for (const pugi::xml_node& child : node.children()) {
      if (child.type() == pugi::node_comment || child.type() == pugi::node_pi) continue;
      if (child.type() != pugi::node_element) {
        if (is_blank(child.value())) continue;
        return error(child, "text between elements (values stand in the attribute 'value')");
      }
      const std::string_view name = local_name(child);
      const ElementRow* row = definitions::find_element(type, name);
      const bool as_attribute = !is_resource && name == "id";
      if (row == nullptr || as_attribute || (type == extension_ && name == "url"))
        return error(child, "'" + shorten(name) + "' is no element of " +
                                std::string(definitions::type(type).name));
      const auto known = std::find_if(found.begin(), found.end(),
                                      [&](const Member& member) { return member.row == row; });
      if (known == found.end())
        found.push_back({row, {child}});
      else if (row->list)
        known->nodes.push_back(child);
      else
        return error(child, "the element '" + std::string(name) + "' stands once");
    }
    return {};
  }

  void key(std::string_view name, bool& filled) {
    if (filled) json_ += ',';
    filled = true;
    append_json_text(json_, name);
    json_ += ':';
  }

  Result<void> write_member(const Member& member, bool& filled) {
    path_.emplace_back(member.row->key);
    Result<void> done;
    if (definitions::primitive(member.row->type) != Primitive::none) {
      done = primitives(member, filled);
    } else {
      key(member.row->key, filled);
      if (member.row->list) json_ += '[';
      for (std::size_t i = 0; done && i < member.nodes.size(); ++i) {
        if (i > 0) json_ += ',';
        if (member.row->list)
          path_.back() = std::string(member.row->key) + "[" + std::to_string(i) + "]";
        done = complex(*member.row, member.nodes[i]);
      }
      if (member.row->list) json_ += ']';
    }
    if (done) path_.pop_back();
    return done;
  }

  Result<void> complex(const ElementRow& row, const pugi::xml_node& node) {
    if (row.type == resource_) return inner_resource(node);
    json_ += '{';
    bool filled = false;
    auto done = attributes(row.type, node, false, filled);
    if (done) done = members(row.type, node, filled);
    json_ += '}';
    return done;
  }

  /// contained, Bundle.entry.resource: an element around one resource.
  Result<void> inner_resource(const pugi::xml_node& node) {
    pugi::xml_node inner;
    for (const pugi::xml_node& child : node.children()) {
      if (child.type() == pugi::node_comment) continue;
      if (child.type() != pugi::node_element ? !is_blank(child.value()) : bool(inner))
        return error(child, "one resource is expected here");
      if (child.type() == pugi::node_element) inner = child;
    }
    if (!inner) return error(node, "one resource is expected here");
    return resource(inner);
  }

  /// id and url, which are attributes; `with_value`: value is one too, and written by the caller.
  Result<void> attributes(TypeId type, const pugi::xml_node& node, bool with_value, bool& filled) {
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      const std::string_view name = attribute.name();
      if ((with_value && name == "value") || is_declaration(attribute)) continue;
      if (name != "id" && !(name == "url" && type == extension_))
        return unexpected_attribute(node, attribute);
      auto text = attribute_text(node, attribute.name());
      if (!text) return unexpected(text.error());
      key(name, filled);
      append_json_text(json_, *text);
    }
    return {};
  }

  static bool has_extras(const pugi::xml_node& node) {
    if (node.attribute("id")) return true;
    for (const pugi::xml_node& child : node.children())
      if (child.type() == pugi::node_element) return true;
    return false;
  }

  /// A primitive element: "key" with the values and "_key" with ids and extensions.
  Result<void> primitives(const Member& member, bool& filled) {
    if (definitions::primitive(member.row->type) == Primitive::xhtml)
      return narrative(member.nodes.front(), filled);
    const bool list = member.row->list;
    const auto any_of = [&](auto&& test) {
      return std::any_of(member.nodes.begin(), member.nodes.end(), test);
    };
    const auto has_value = [](const pugi::xml_node& node) { return bool(node.attribute("value")); };
    for (const pugi::xml_node& node : member.nodes)
      if (!has_value(node) && !has_extras(node))
        return error(node, "the attribute 'value' is expected");
    Result<void> done;
    if (any_of(has_value)) {
      key(member.row->key, filled);
      if (list) json_ += '[';
      for (std::size_t i = 0; done && i < member.nodes.size(); ++i) {
        if (i > 0) json_ += ',';
        if (has_value(member.nodes[i]))
          done = value(*member.row, member.nodes[i]);
        else
          json_ += "null";
      }
      if (list) json_ += ']';
    }
    if (!done || !any_of(has_extras)) return done ? check_primitives(member) : done;
    key("_" + std::string(member.row->key), filled);
    if (list) json_ += '[';
    for (std::size_t i = 0; done && i < member.nodes.size(); ++i) {
      if (i > 0) json_ += ',';
      done = extras(member.nodes[i]);
    }
    if (list) json_ += ']';
    return done;
  }

  Result<void> extras(const pugi::xml_node& node) {
    if (!has_extras(node)) {
      json_ += "null";
      return check_primitive_node(node);
    }
    json_ += '{';
    bool filled = false;
    auto done = attributes(element_, node, true, filled);
    if (done) done = members(element_, node, filled);
    json_ += '}';
    return done;
  }

  Result<void> check_primitives(const Member& member) {
    for (const pugi::xml_node& node : member.nodes)
      if (auto checked = check_primitive_node(node); !checked) return checked;
    return {};
  }

  /// A primitive without id and extension: neither text nor other attributes.
  Result<void> check_primitive_node(const pugi::xml_node& node) {
    bool filled = false;
    if (auto done = attributes(element_, node, true, filled); !done) return done;
    std::vector<Member> none;
    return gather(element_, node, none);
  }

  Result<void> value(const ElementRow& row, const pugi::xml_node& node) {
    const Primitive primitive = definitions::primitive(row.type);
    auto text = attribute_text(node, "value");
    if (!text) return unexpected(text.error());
    if (is_numeric(primitive)) {
      if (!is_number(*text)) return error(node, "a number is expected, such as 12.50");
      json_ += *text;
    } else if (primitive == Primitive::boolean) {
      if (*text != "true" && *text != "false") return error(node, "true or false is expected");
      json_ += *text;
    } else {
      append_json_text(json_, *text);
    }
    return {};
  }

  Result<void> narrative(const pugi::xml_node& node, bool& filled) {
    if (std::string_view(node.name()) != "div")
      return error(node, "<div xmlns=\"http://www.w3.org/1999/xhtml\"> is expected");
    const auto begin = static_cast<std::size_t>(node.offset_debug()) - 1;
    const auto markup = xml_text::markup(source_.substr(begin), limits_.markup_depth);
    if (!markup)
      return error(
          node, "at most " + std::to_string(limits_.markup_depth) + " levels of markup are taken");
    key("div", filled);
    append_json_text(json_, *markup);
    return {};
  }

  std::string_view source_;
  const XmlLimits& limits_;
  std::string json_;
  std::vector<std::string> path_;
  const TypeId resource_ = definitions::find_type("Resource");
  const TypeId element_ = definitions::find_type("Element");
  const TypeId extension_ = definitions::find_type("Extension");
};

/// The encoding that the XML declaration names, in lower case; empty when none.
std::string declared_encoding(std::string_view xml) {
  if (!xml.starts_with("<?xml")) return {};
  const std::string_view head = xml.substr(0, xml.find("?>"));
  std::size_t at = head.find("encoding");
  if (at == std::string_view::npos) return {};
  at = head.find_first_of("\"'", at);
  if (at == std::string_view::npos) return {};
  std::string name(head.substr(at + 1, head.find(head[at], at + 1) - at - 1));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return name;
}

Result<std::string> utf8_of(std::string_view xml) {
  if (xml.starts_with("\xEF\xBB\xBF")) xml.remove_prefix(3);
  const std::string encoding = declared_encoding(xml);
  const bool chinese = encoding == "gb18030" || encoding == "gbk" || encoding == "gb2312";
  if (is_utf8(xml) && !chinese) return std::string(xml);
  if (!encoding.empty() && !chinese && encoding != "utf-8")
    return fail(ErrorCode::invalid_input, "XML in UTF-8 or GB18030 is expected");
  auto converted = gb18030_to_utf8(xml);
  if (!converted) return fail(ErrorCode::invalid_input, "XML in UTF-8 or GB18030 is expected");
  return converted;
}

}  // namespace

Result<std::string> xml_to_json(std::string_view xml, const XmlLimits& limits) {
  if (xml.size() > limits.bytes)
    return fail(ErrorCode::invalid_input,
                "at most " + std::to_string(limits.bytes) + " bytes of XML are taken");
  auto text = utf8_of(xml);
  if (!text) return unexpected(text.error());
  std::string buffer = *text;
  pugi::xml_document document;
  const auto parsed = document.load_buffer_inplace(buffer.data(), buffer.size(),
                                                   xml_text::parse_options, pugi::encoding_utf8);
  if (!parsed) {
    const auto line =
        1 + std::count(text->begin(), text->begin() + std::ptrdiff_t(parsed.offset), '\n');
    return fail(ErrorCode::invalid_input, std::string("not XML: ") + parsed.description(),
                "line " + std::to_string(line));
  }
  return Reader(*text, limits).read(document);
}

}  // namespace hb::fhir
