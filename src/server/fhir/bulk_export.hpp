#pragma once
#include <optional>
#include <string>
#include <vector>

#include "search/query.hpp"
#include "server/fhir/jobs.hpp"
#include "server/services.hpp"

/// Export of everything that somebody may read, as files of NDJSON.
/// source  HL7 FHIR Bulk Data Access 2.0 (hl7.org/fhir/uv/bulkdata/STU2)
namespace hb::server::fhir_api {

enum class ExportLevel : std::uint8_t { system, patient, group };

/// What a kick-off asks for.
struct ExportAsk {
  ExportLevel level = ExportLevel::system;
  std::string group;                                          ///< id, of ExportLevel::group
  std::vector<std::string> types;                             ///< empty: all
  std::optional<Instant> since;                               ///< what has changed after it
  std::vector<std::pair<std::string, std::string>> elements;  ///< type (empty: any), element
  std::vector<std::pair<std::string, std::string>> filters;   ///< type, text of a search
  std::vector<std::string> patients;                          ///< ids; empty: all
  Seq snapshot = 0;                                           ///< the last version there was …
  Instant time{};                                             ///< … when: transactionTime
};

/// lenient  parameters that are not known are left out
/// errors   invalid_input: what is wrong with which parameter (where = its name)
Result<ExportAsk> parse_export(const search::QueryText& parameters, bool lenient, Instant now);
/// The search of a _typeFilter, conditions alone. errors  invalid_input
Result<search::Query> export_filter(const std::string& type, const std::string& text, Instant now);
/// Parameters of a body as those of an address. errors  invalid_input
Result<search::QueryText> parameters_of(std::string_view body);

/// The residents behind the Patients of an ask, members of its Group or named, as far as the
/// principal may see them, rising; nullopt: all.
/// errors  not_found: the Group; unavailable: stopped
Result<std::optional<std::vector<ResidentId>>> residents_of(const records::Store& store,
                                                            const Principal& principal,
                                                            ExportAsk ask,
                                                            const std::function<bool()>& stopping);

boost::json::object object_of(const ExportAsk& ask);
ExportAsk export_ask_in(const boost::json::object& object);

/// The work of a job; goes on from what it has reached.
Result<void> run_export(Jobs::Work& work, Services& services);

/// The answer of a job that has ended well. base  address of the job, its files lie below
std::string export_manifest(const Job& job, const std::string& base, bool requires_token);

/// The file of an ended job with this name, and the key of the job's files.
struct ExportedFile {
  std::string type, name, key;
  std::int64_t lines = 0, pieces = 0, bytes = 0;
};
std::optional<ExportedFile> exported_file(const Job& job, std::string_view name);

}  // namespace hb::server::fhir_api
