#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/fhir/jobs.hpp"

namespace hb::server {
struct Services;
}

/// Import of files of NDJSON that lie where the operator of this server has allowed.
/// source  Bulk Import, proposal of the FHIR bulk data work group: Parameters with inputFormat,
///         inputSource and input (type, url)
namespace hb::server::fhir_api {

/// Where files may come from; from nowhere else, whoever asks.
struct ImportSources {
  std::string folder;                  ///< --import-dir; empty: none
  std::vector<std::string> addresses;  ///< --import-from: beginnings of addresses
  std::string roots;  ///< PEM file of the roots trusted for https; empty: the system's
};

struct ImportInput {
  std::string type;  ///< as the sender says; what stands in the lines counts
  std::string url;
};

/// Inputs of a body. errors  invalid_input (where = parameter)
Result<std::vector<ImportInput>> parse_import(std::string_view body);

/// A file of the folder: its path, symbolic links followed; or the address, when it begins as one
/// that is allowed. errors  forbidden: everything else
struct ImportPlace {
  std::string path;
  std::string address;
};
Result<ImportPlace> place_of(const ImportSources& sources, const std::string& url);

boost::json::object object_of(const std::vector<ImportInput>& inputs);

/// The work of a job: one delivery per input, one after the other; goes on with the first that has
/// not ended. What a crash cut off is read anew: what was taken is there and counts as duplicate.
Result<void> run_import(Jobs::Work& work, Services& services);

/// The answer of a job that has ended well. base  address of the job
std::string import_manifest(const Job& job, Services& services, const std::string& base);

/// Lines of OperationOutcomes for "errors-N.ndjson" of a job, in pieces; nullptr: no such file.
std::function<Result<std::string>()> import_errors(const Job& job, Services& services,
                                                   std::string_view name);

}  // namespace hb::server::fhir_api
