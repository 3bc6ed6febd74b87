#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/principal.hpp"
#include "server/http.hpp"
#include "server/services.hpp"

namespace hb::server::fhir_api {

/// A write as a request or an entry of a Bundle asks for it.
struct Ask {
  enum class Kind { create, update, patch, remove } kind = Kind::create;
  std::string type;
  std::string id;         ///< of what is changed or deleted; empty: what the condition finds
  std::string text;       ///< the resource, or the JSON Patch; of a deletion empty
  std::string if_match;   ///< W/"3"
  std::string condition;  ///< "identifier=…": If-None-Exist, or what is to be changed or deleted
  std::string full_url;   ///< in a transaction, what other entries call the resource
  std::string at;         ///< for messages: "Bundle.entry[3]"; empty for a request of its own

  bool is_conditional() const { return id.empty() && kind != Kind::create; }
};

/// What became of it.
struct Done {
  int status = 0;                    ///< 200, 201, 204; 0 = nothing was written
  records::StoredVersion version{};  ///< seq 0: there was nothing to delete
  std::optional<Response> refusal;
};

/// Writes all of them as one commit, or nothing. With one refused, the others have status 0. First
/// what is deleted goes: the conditions of the others do not find it.
/// links  whether references by fullUrl and by condition (Patient?identifier=…) are replaced, as in
///        a transaction
std::vector<Done> write_all(Services& services, const Principal& principal, std::vector<Ask> asks,
                            bool links = false);

}  // namespace hb::server::fhir_api
