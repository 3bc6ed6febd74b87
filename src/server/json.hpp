#pragma once
#include <boost/json.hpp>

#include "core/localized.hpp"
#include "server/http.hpp"

namespace hb::server {

namespace json = boost::json;

/// {"zh": …, "en": …}
json::object texts(const Localized& text);
/// The same, or null when both are empty.
json::value texts_or_null(const Localized& text);

Response json_response(int status, const json::value& body);

/// Text with the status and type given: CSV, metrics, YAML.
Response text_response(int status, std::string content_type, std::string body);

/// A cell of a CSV file; quoted where needed, and never read as a formula by a spreadsheet.
std::string csv_cell(std::string_view text);
/// UTF-8 with byte order mark, as spreadsheets in Chinese offices expect, to be saved as file_name.
Response csv_response(std::string_view file_name, std::string rows);

}  // namespace hb::server
