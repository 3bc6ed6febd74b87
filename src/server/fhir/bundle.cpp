#include "server/fhir/bundle.hpp"

#include <algorithm>
#include <cctype>

#include "fhir/summary.hpp"
#include "ingest/json_scan.hpp"
#include "server/fhir/answer.hpp"

namespace hb::server::fhir_api {

namespace {

constexpr std::string_view subsetted =
    R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"})";

std::string mark_subsetted(const std::string& meta) {
  const std::string tags = member(meta, "tag");
  std::string marked = "{";
  ingest::for_each_member(meta, [&](std::string_view key, std::string_view value) {
    if (key == "tag") return;
    ((marked += marked.size() > 1 ? ",\"" : "\"").append(key) += "\":").append(value);
  });
  if (marked.size() > 1) marked += ',';
  marked += "\"tag\":[";
  if (tags.size() > 2) marked += tags.substr(1, tags.size() - 2) + ",";
  return marked.append(subsetted) + "]}";
}

template <class Keep>
std::string cut(const std::string& resource, Keep&& keep) {
  std::string text = "{";
  ingest::for_each_member(resource, [&](std::string_view key, std::string_view value) {
    const bool always = key == "resourceType" || key == "id" || key == "meta";
    if (!always && !keep(key)) return;
    ((text += text.size() > 1 ? ",\"" : "\"").append(key) += "\":");
    text += key == "meta" ? mark_subsetted(std::string(value)) : std::string(value);
  });
  return text + "}";
}

std::string summed_up(std::string_view value, fhir::TypeId type);

/// Elements of a list, each summed up; anything else as it is.
std::string each_summed_up(std::string_view value, fhir::TypeId type) {
  if (value.front() != '[') return summed_up(value, type);
  std::string text = "[";
  for (const std::string& item : elements_of(value)) {
    if (text.size() > 1) text += ',';
    text += summed_up(item, type);
  }
  return text + "]";
}

/// What the definitions mark as part of a summary, in the parts of a resource too; data types
/// whole.
std::string summed_up(std::string_view value, fhir::TypeId type) {
  namespace definitions = fhir::definitions;
  if (value.empty() || value.front() != '{') return std::string(value);
  std::string text = "{";
  ingest::for_each_member(value, [&](std::string_view key, std::string_view member) {
    const bool extended = key.starts_with('_');  // extensions of a primitive go with it
    const fhir::ElementRow* row = definitions::find_element(type, extended ? key.substr(1) : key);
    const bool always = key == "resourceType" || key == "id" || key == "meta";
    if (!always && (row == nullptr || !definitions::is_summary(*row))) return;
    ((text += text.size() > 1 ? ",\"" : "\"").append(key) += "\":");
    const bool part = row != nullptr && !extended &&
                      definitions::type(row->type).kind == fhir::TypeKind::backbone;
    text += key == "meta" ? mark_subsetted(std::string(member))
            : part        ? each_summed_up(member, row->type)
                          : std::string(member);
  });
  return text + "}";
}

std::string escaped(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 ||
        std::string_view("-_.~:/,$*").find(c) != std::string_view::npos) {
      out += c;
    } else {
      ((out += '%') += digits[byte >> 4]) += digits[byte & 15];
    }
  }
  return out;
}

}  // namespace

Bundle::Bundle(std::string_view type, std::string base) : type_(type), base_(std::move(base)) {}

void Bundle::link(std::string_view relation, std::string_view url) {
  if (!links_.empty()) links_ += ',';
  links_ += "{\"relation\":" + json_text(relation) + ",\"url\":" + json_text(url) + "}";
}

void Bundle::entry(std::string_view content) {
  if (!entries_.empty()) entries_ += ',';
  (entries_ += '{').append(content) += '}';
}

void Bundle::add(const records::StoredVersion& version, std::string_view mode,
                 std::string resource) {
  std::string content = "\"fullUrl\":" + json_text(base_ + "/" + version.type + "/" + version.id) +
                        ",\"resource\":" + std::move(resource);
  if (!mode.empty()) content += ",\"search\":{\"mode\":" + json_text(mode) + "}";
  entry(content);
}

void Bundle::add_history(const records::StoredVersion& version) {
  const bool first = version.version == 1;
  std::string content = "\"fullUrl\":" + json_text(base_ + "/" + version.type + "/" + version.id);
  if (!version.deleted) content += ",\"resource\":" + resource_text(version);
  entry(content + ",\"request\":{\"method\":\"" +
        (version.deleted ? "DELETE"
         : first         ? "POST"
                         : "PUT") +
        "\",\"url\":" + json_text(version.type + "/" + version.id) +
        "},\"response\":{\"status\":\"" +
        (version.deleted ? "204"
         : first         ? "201"
                         : "200") +
        "\",\"etag\":" + json_text(etag(version)) +
        ",\"lastModified\":" + json_text(format_instant(version.recorded)) + "}");
}

void Bundle::add_response(const Answered& answered) {
  std::string content;
  if (!answered.resource.empty()) content = "\"resource\":" + answered.resource + ",";
  content += "\"response\":{\"status\":" + json_text(answered.status);
  const auto add = [&content](std::string_view name, const std::string& text) {
    if (!text.empty()) content.append(",\"").append(name).append("\":") += json_text(text);
  };
  add("location", answered.location);
  add("etag", answered.etag);
  add("lastModified", answered.last_modified);
  if (!answered.outcome.empty()) content += ",\"outcome\":" + answered.outcome;
  entry(content + "}");
}

void Bundle::add_outcome(std::string_view outcome) {
  entry("\"resource\":" + std::string(outcome) + ",\"search\":{\"mode\":\"outcome\"}");
}

Response Bundle::response() const {
  Response response;
  response.content_type = content_type;
  response.body = "{\"resourceType\":\"Bundle\",\"type\":" + json_text(type_);
  if (total_ >= 0) response.body += ",\"total\":" + std::to_string(total_);
  if (!links_.empty()) response.body += ",\"link\":[" + links_ + "]";
  if (!entries_.empty()) response.body += ",\"entry\":[" + entries_ + "]";
  response.body += '}';
  return response;
}

std::string shaped(const records::StoredVersion& version, const search::Query& query) {
  const std::string whole = resource_text(version);
  if (!query.elements.empty()) {
    return cut(whole, [&](std::string_view key) {
      return std::ranges::find(query.elements, key) != query.elements.end();
    });
  }
  if (query.summary == search::Summary::yes)
    return summed_up(whole, fhir::definitions::find_type(version.type));
  if (query.summary == search::Summary::text)
    return cut(whole, [](std::string_view key) { return key == "text"; });
  if (query.summary == search::Summary::data)
    return cut(whole, [](std::string_view key) { return key != "text"; });
  return whole;
}

std::string base_of(const Request& request, bool https) {
  return (https ? "https://" : "http://") + std::string(request.header("host")) + "/fhir";
}

std::string query_text(const search::QueryText& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters)
    ((text += text.empty() ? "" : "&") += escaped(name) + "=") += escaped(value);
  return text;
}

}  // namespace hb::server::fhir_api
