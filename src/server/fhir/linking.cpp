#include "server/fhir/linking.hpp"

#include <boost/json.hpp>

#include "fhir/definitions.hpp"
#include "fhir/parser.hpp"
#include "server/fhir/answer.hpp"

namespace hb::server::fhir_api {

namespace {

/// The quote that ends the string beginning at `quote`; npos: none.
std::size_t end_of_string(std::string_view text, std::size_t quote) {
  for (std::size_t at = quote + 1; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at;
  }
  return std::string_view::npos;
}

std::string unescaped(std::string_view raw) {
  if (raw.find('\\') == std::string_view::npos) return std::string(raw);
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse("\"" + std::string(raw) + "\"", error);
  return error ? std::string(raw) : std::string(value.as_string());
}

/// "http://other/fhir" of "http://other/fhir/Patient/12"; empty for anything else.
std::string_view base_of_url(std::string_view url) {
  if (!url.starts_with("http")) return {};
  const std::size_t id = url.rfind('/');
  const std::size_t type = id == 0 || id == url.npos ? url.npos : url.rfind('/', id - 1);
  return type == url.npos ? std::string_view() : url.substr(0, type);
}

}  // namespace

/// What the string is to be instead; empty: it stays.
tl::expected<std::string, Response> Linker::name_for(const std::string& text, bool is_reference,
                                                     std::string_view base) {
  if (const auto known = names_.find(text); known != names_.end()) return known->second;
  if (!is_reference) return std::string();
  if (!base.empty())
    if (const auto known = names_.find(std::string(base) + "/" + text); known != names_.end())
      return known->second;
  const std::size_t question = text.find('?');
  if (question == std::string::npos || !fhir::is_resource_type(text.substr(0, question)))
    return std::string();
  if (const auto known = found_.find(text); known != found_.end()) return known->second;
  auto found = find_(text.substr(0, question), text.substr(question + 1));
  if (found) found_[text] = *found;
  return found;
}

tl::expected<std::string, Response> Linker::linked(std::string_view text,
                                                   std::string_view own_url) {
  const std::string_view base = base_of_url(own_url);
  std::string linked;
  std::size_t copied = 0;
  bool is_reference = false;
  for (std::size_t quote = text.find('"'); quote != std::string_view::npos;) {
    const std::size_t end = end_of_string(text, quote);
    if (end == std::string_view::npos) break;
    const std::string_view raw = text.substr(quote + 1, end - quote - 1);
    const std::size_t next = text.find_first_not_of(" \t\r\n", end + 1);
    const bool is_key = next != std::string_view::npos && text[next] == ':';
    if (!is_key) {
      auto name = name_for(unescaped(raw), is_reference, base);
      if (!name) return name;
      if (!name->empty()) {
        linked.append(text.substr(copied, quote - copied)).append(json_text(*name));
        copied = end + 1;
      }
    }
    is_reference = is_key && raw == "reference";
    quote = text.find('"', end + 1);
  }
  return linked.append(text.substr(copied));
}

}  // namespace hb::server::fhir_api
