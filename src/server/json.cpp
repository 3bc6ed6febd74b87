#include "server/json.hpp"
#include "core/json_text.hpp"

namespace hb::server {

json::object texts(const Localized& text) { return {{"zh", text.zh}, {"en", text.en}}; }

json::value texts_or_null(const Localized& text) {
  if (text.zh.empty() && text.en.empty()) return nullptr;
  return texts(text);
}

Response json_response(int status, const json::value& body) {
  return text_response(status, "application/json", json_text(body));
}

Response text_response(int status, std::string content_type, std::string body) {
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

std::string csv_cell(std::string_view text) {
  // = + @ and a tab begin a formula in spreadsheets; a sign before a number is left alone.
  std::string cell;
  const bool signed_number =
      text.size() > 1 && text[0] == '-' && text.find_first_not_of("0123456789.", 1) == text.npos;
  const bool formula = !text.empty() && !signed_number &&
                       std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos &&
                       text != "-";
  if (formula) cell += '\'';
  cell += text;
  if (cell.find_first_of(",\"\n\r") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char letter : cell) {
    if (letter == '"') quoted += '"';
    quoted += letter;
  }
  return quoted + '"';
}

Response csv_response(std::string_view file_name, std::string rows) {
  Response response =
      text_response(200, "text/csv; charset=utf-8", "\xEF\xBB\xBF" + std::move(rows));
  std::string safe;
  for (const char letter : file_name) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || letter == '-' || letter == '.';
    safe += plain ? letter : '_';
  }
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + safe + "\"");
  return response;
}

}  // namespace hb::server
