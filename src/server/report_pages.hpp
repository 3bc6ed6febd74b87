#pragma once
#include <string>

#include "report/template.hpp"
#include "server/http.hpp"
#include "server/services.hpp"

namespace hb::server {

/// The last year that is over.
int last_full_year(const Services& services);

/// A report of an area and year, as it is handed on: without small counts and compartments.
/// errors  those of fill() and of the reported figures
Result<report::FilledReport> filled_report(Services& services, const report::ReportTemplate& form,
                                           const std::string& area, int year);

/// A document as html, docx or pdf; anything else is html.
Response document_response(const report::Document& document, std::string_view format,
                           const std::string& name);

/// Bytes to be saved as a file.
Response file_response(const char* type, const std::string& name, std::string body);

}  // namespace hb::server
