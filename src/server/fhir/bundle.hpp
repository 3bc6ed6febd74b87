#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "records/types.hpp"
#include "search/query.hpp"
#include "server/http.hpp"

namespace hb::server::fhir_api {

/// Builds a Bundle as text.
class Bundle {
 public:
  /// base  address of the interface without a slash at the end: "https://hub.example/fhir"
  Bundle(std::string_view type, std::string base);

  void link(std::string_view relation, std::string_view url);
  void total(std::int64_t count) { total_ = count; }
  /// mode  "match", "include"; empty: without search
  void add(const records::StoredVersion& version, std::string_view mode, std::string resource);
  /// An entry of a history: with the request that made it.
  void add_history(const records::StoredVersion& version);
  /// What became of an entry of a batch or transaction; empty parts are left out.
  struct Answered {
    std::string status;
    std::string location, etag, last_modified;
    std::string outcome, resource;  ///< JSON
  };
  void add_response(const Answered& answered);
  void add_outcome(std::string_view outcome);
  Response response() const;

 private:
  void entry(std::string_view content);
  std::string type_;
  std::string base_;
  std::string links_;
  std::string entries_;
  std::int64_t total_ = -1;
};

/// The resource as _elements and _summary ask for it; what was cut is marked SUBSETTED.
std::string shaped(const records::StoredVersion& version, const search::Query& query);

/// "http://host/fhir" as the client sees it.
std::string base_of(const Request& request, bool https);
/// name=value&… with what must be escaped.
std::string query_text(const search::QueryText& parameters);

}  // namespace hb::server::fhir_api
