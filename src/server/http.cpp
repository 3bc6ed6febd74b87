#include "server/http.hpp"

#include <boost/url.hpp>

#include "core/utf8.hpp"

namespace hb::server {

namespace {

constexpr std::pair<std::string_view, Method> method_names[] = {
    {"GET", Method::get},         {"HEAD", Method::head},   {"POST", Method::post},
    {"PUT", Method::put},         {"PATCH", Method::patch}, {"DELETE", Method::del},
    {"OPTIONS", Method::options},
};

bool is_clean_text(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

bool is_clean_segment(std::string_view segment) {
  return segment != "." && segment != ".." && segment.find_first_of("/\\") == segment.npos &&
         is_clean_text(segment);
}

std::optional<std::string_view> find(const std::vector<std::pair<std::string, std::string>>& pairs,
                                     std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (key == name) return value;
  return std::nullopt;
}

}  // namespace

Method parse_method(std::string_view text) {
  for (const auto& [name, method] : method_names)
    if (name == text) return method;
  return Method::other;
}

std::string_view method_name(Method method) {
  for (const auto& [name, value] : method_names)
    if (value == method) return name;
  return "OTHER";
}

std::string_view Request::header(std::string_view name) const {
  return find(headers, name).value_or(std::string_view{});
}
std::optional<std::string_view> Request::query(std::string_view name) const {
  return find(parameters, name);
}
std::string_view Request::capture(std::string_view name) const {
  return find(captures, name).value_or(std::string_view{});
}

bool parse_target(std::string_view target, Request& request) {
  // RFC 3986 has no "|" of itself in a query; clients of FHIR write tokens (system|code) with it.
  std::string mended(target.substr(0, target.find('?')));
  for (const char letter : target.substr(mended.size()))
    letter == '|' ? mended += "%7C" : mended += letter;
  const auto url = boost::urls::parse_origin_form(mended);
  if (!url) return false;
  for (const std::string& segment : url->segments()) {
    if (!is_clean_segment(segment)) return false;
    request.segments.push_back(segment);
  }
  request.trailing_slash = !request.segments.empty() && request.segments.back().empty();
  if (request.trailing_slash) request.segments.pop_back();
  for (const auto& parameter : url->params()) {
    if (!is_clean_text(parameter.key) || !is_clean_text(parameter.value)) return false;
    request.parameters.emplace_back(parameter.key, parameter.value);
  }
  return true;
}

bool is_loopback_host(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != host.npos && host.find(']', colon) == host.npos &&
                        (host.front() == '[' || host.find(':') == colon);
  if (has_port) {
    const std::string_view port = host.substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != port.npos)
      return false;
    host = host.substr(0, colon);
  }
  return host == "127.0.0.1" || host == "localhost" || host == "[::1]";
}

}  // namespace hb::server
