#include "fhir/xml.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <pugixml.hpp>

#include "fhir/xml_json.hpp"
#include "support/lines.hpp"
#include "support/paths.hpp"

using namespace hb;
namespace fs = std::filesystem;

namespace {

std::string json_of(const std::string& xml) {
  const auto json = fhir::xml_to_json(xml);
  REQUIRE_MESSAGE(json.has_value(), (json ? "" : json.error().message + " " + json.error().where));
  return *json;
}

std::string xml_of(const std::string& json) {
  const auto xml = fhir::json_to_xml(json);
  REQUIRE_MESSAGE(xml.has_value(), (xml ? "" : xml.error().message + " " + xml.error().where));
  return *xml;
}

Error refused(const Result<std::string>& result) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == ErrorCode::invalid_input);
  return result.error();
}

/// Equal content is equal text: members by name, numbers with their digits.
std::string canonical(const std::string& json) {
  const auto tree = fhir::read_json_tree(json, 200);
  REQUIRE(tree.has_value());
  return fhir::write_json_tree(*tree, true);
}

/// What an XML document says: elements, attributes by name, text; without comments, declarations of
/// namespaces and schemas, and white space between elements.
void tell(const pugi::xml_node& node, std::string& told) {
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      told += child.value();
    } else if (child.type() == pugi::node_element) {
      (told += '<') += child.name();
      std::vector<std::string> attributes;
      for (const pugi::xml_attribute& attribute : child.attributes()) {
        const std::string name = attribute.name();
        if (name.starts_with("xmlns:") || name.ends_with(":schemaLocation")) continue;
        attributes.push_back(name + "=" + attribute.value());
      }
      std::sort(attributes.begin(), attributes.end());
      for (const std::string& attribute : attributes) (told += ' ') += attribute;
      told += '>';
      tell(child, told);
      told += "</>";
    }
  }
}

std::string told(const std::string& xml) {
  pugi::xml_document document;
  REQUIRE(document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8));
  std::string text;
  tell(document, text);
  return text;
}

}  // namespace

TEST_CASE("xml_to_json: lists, primitives with extensions, attributes, narrative, contained") {
  const std::string xml = R"(<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment --><Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://hl7.org/fhir patient.xsd">
  <id value="p1"/>
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">a &amp; b<br/> <b title='"'></b></div></text>
  <contained><Organization><id value="o"/><name value="卫生&#x9662;"/></Organization></contained>
  <extension url="http://x"><valueDecimal value="1.50"/></extension>
  <active value="true"/>
  <name id="n"><given value="A"/><given><extension url="http://y"><valueCode value="c"/></extension></given></name>
  <birthDate value="2020-02-03"><extension url="http://z"><valueInteger value="7"/></extension></birthDate>
</Patient>)";
  const std::string json =
      R"({"resourceType":"Patient","id":"p1","text":{"status":"generated","div":)"
      R"("<div xmlns=\"http://www.w3.org/1999/xhtml\">a &amp; b<br/> <b title='\"'></b></div>"},)"
      R"("contained":[{"resourceType":"Organization","id":"o","name":"卫生院"}],)"
      R"("extension":[{"url":"http://x","valueDecimal":1.50}],"active":true,)"
      R"("name":[{"id":"n","given":["A",null],"_given":[null,{"extension":[{"url":"http://y","valueCode":"c"}]}]}],)"
      R"("birthDate":"2020-02-03","_birthDate":{"extension":[{"url":"http://z","valueInteger":7}]}})";
  CHECK(json_of(xml) == json);
  CHECK(told(xml_of(json)) == told(xml));
  CHECK(json_of(xml_of(json)) == json);
}

TEST_CASE("xml_to_json: a prefix, GB18030, a Bundle") {
  CHECK(json_of(R"(<f:Basic xmlns:f="http://hl7.org/fhir"><f:id value="b"/></f:Basic>)") ==
        R"({"resourceType":"Basic","id":"b"})");
  CHECK(json_of("<?xml version='1.0' encoding='GB18030'?><Basic xmlns='http://hl7.org/fhir'>"
                "<code><text value='\xD6\xD0'/></code></Basic>") ==
        R"({"resourceType":"Basic","code":{"text":"中"}})");
  CHECK(
      json_of(R"(<Bundle xmlns="http://hl7.org/fhir"><type value="batch"/><entry><resource>
      <Basic><id value="b"/></Basic></resource></entry></Bundle>)") ==
      R"({"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Basic","id":"b"}}]})");
}

TEST_CASE("xml_to_json: what is refused, with line and path") {
  const auto of = [](const std::string& content) {
    return refused(
        fhir::xml_to_json("<Patient xmlns=\"http://hl7.org/fhir\">\n" + content + "</Patient>"));
  };
  CHECK(of("<colour value='red'/>").where == "line 2, Patient");
  CHECK(of("<colour value='red'/>").message == "'colour' is no element of Patient");
  CHECK(of("<name>\n<use value='a'/><use value='b'/></name>").where == "line 3, Patient.name[0]");
  CHECK(of("<active value='yes'/>").where == "line 2, Patient.active");
  CHECK(of("<multipleBirthInteger value='+2'/>").message == "a number is expected, such as 12.50");
  CHECK(of("<birthDate>2020</birthDate>").message == "the attribute 'value' is expected");
  CHECK(of("<birthDate value='2020' text='x'/>").message == "no attribute 'text' is expected here");
  CHECK(of("text").message.starts_with("text between elements"));
  CHECK(of("<gender value='&nbsp;'/>").message.starts_with("an entity"));
  CHECK(of("<gender value='&#1;'/>").message.starts_with("an entity"));
  CHECK(of("<contained/>").message == "one resource is expected here");
  CHECK(of("<contained><Hat/></contained>").message ==
        "a FHIR R4 resource type is expected, found 'Hat'");
  CHECK(refused(fhir::xml_to_json("<Patient><id value='a'/></Patient>")).where == "line 1");
  CHECK(refused(fhir::xml_to_json("<Patient xmlns='http://hl7.org/fhir'>\n<id>")).where ==
        "line 2");
  CHECK(refused(fhir::xml_to_json("")).message.starts_with("not XML"));
}

TEST_CASE("xml_to_json: a DOCTYPE is refused, so no entity is ever resolved") {
  const auto error = refused(
      fhir::xml_to_json("<!DOCTYPE Patient [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                        "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"&x;\"/></Patient>"));
  CHECK(error.message == "a DOCTYPE is not taken: FHIR needs none");
}

TEST_CASE("xml_to_json: limits on size, on the depth of elements and of markup") {
  const auto nested = [](std::size_t depth) {
    std::string open;
    std::string close;
    for (std::size_t i = 0; i < depth; ++i) {
      open += "<extension url='u'>";
      close += "</extension>";
    }
    return "<Basic xmlns='http://hl7.org/fhir'>" + open + "<valueCode value='c'/>" + close +
           "</Basic>";
  };
  CHECK(fhir::xml_to_json(nested(60)).has_value());
  CHECK(refused(fhir::xml_to_json(nested(65))).message == "at most 64 levels are taken");
  CHECK(refused(fhir::xml_to_json(nested(200'000))).message == "at most 64 levels are taken");
  const auto narrative = [](std::size_t depth) {
    std::string open;
    std::string close;
    for (std::size_t i = 1; i < depth; ++i) {
      open += "<b>";
      close += "</b>";
    }
    return "<Basic xmlns='http://hl7.org/fhir'><text><status value='additional'/><div>" + open +
           close + "</div></text></Basic>";
  };
  CHECK(fhir::xml_to_json(narrative(128)).has_value());
  CHECK(refused(fhir::xml_to_json(narrative(129))).message ==
        "at most 128 levels of markup are taken");
  CHECK(refused(fhir::xml_to_json(nested(3), {.bytes = 100})).message ==
        "at most 100 bytes of XML are taken");
}

TEST_CASE("json_to_xml: what is refused, with its path") {
  CHECK(refused(fhir::json_to_xml("{")).message.starts_with("not JSON"));
  CHECK(refused(fhir::json_to_xml("{}")).message ==
        "an object with resourceType of FHIR R4 is expected");
  CHECK(refused(fhir::json_to_xml(R"({"resourceType":"Basic","id":"a","id":"b"})")).message ==
        "the member 'id' stands twice in an object");
  const auto error = refused(
      fhir::json_to_xml(R"({"resourceType":"Patient","name":[{"given":["a"]},{"given":"b"}]})"));
  CHECK(error.where == "Patient.name[1].given");
  CHECK(error.message == "a list is expected, found a text");
  CHECK(refused(fhir::json_to_xml(R"({"resourceType":"Patient","active":"true"})")).message ==
        "true or false is expected, found a text");
  CHECK(refused(fhir::json_to_xml(R"({"resourceType":"Patient","hat":1})")).message ==
        "'hat' is no element of Patient");
  CHECK(refused(fhir::json_to_xml(R"({"resourceType":"Patient","gender":"\u0001"})")).message ==
        "a control character that XML does not allow");
  CHECK(refused(fhir::json_to_xml(
                    R"({"resourceType":"Basic","text":{"status":"empty","div":"<div><p></div>"}})"))
            .message == "one well-formed <div> is expected");
}

TEST_CASE("json_to_xml: line ends and quotes come back, numbers keep their digits") {
  const std::string json =
      R"({"resourceType":"Observation","valueQuantity":{"value":0.010,"unit":"a\n\"b\"\t<c> & 'd'"}})";
  CHECK(json_of(xml_of(json)) == json);
  CHECK(
      json_of(xml_of(R"({"resourceType":"Basic","extension":[{"url":"u","valueDecimal":1E-22}]})"))
          .ends_with("\"valueDecimal\":1E-22}]}"));
}

TEST_CASE("xml: every published R4 example comes back equal from the other form") {
  if (!test::has_shared()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  std::size_t json_files = 0;
  std::size_t xml_files = 0;
  for (const auto& file : fs::directory_iterator(test::shared_dir() / "data/fhir-r4-examples")) {
    const std::string text = test::read_file(file.path());
    const std::string extension = file.path().extension().string();
    INFO(file.path().filename().string());
    if (extension == ".json") {
      ++json_files;
      CHECK(canonical(json_of(xml_of(text))) == canonical(text));
    } else if (extension == ".xml") {
      ++xml_files;
      const std::string json = json_of(text);
      CHECK(told(xml_of(json)) == told(text));
      CHECK(json_of(xml_of(json)) == json);
    }
  }
  CHECK(json_files == 46);
  CHECK(xml_files == 9);
}
