#pragma once
#include <optional>

#include "server/http.hpp"

/// JSON and XML: the handlers know JSON alone, what comes and goes as XML is turned here.
namespace hb::server::fhir_api {

enum class Format : std::uint8_t { json, xml };

/// What the client wants: `_format`, else Accept by its weights, JSON where both would do.
/// returns  nullopt: neither
std::optional<Format> wanted_format(const Request& request);

/// A body in XML becomes one in JSON.
/// returns  the refusal: 415 of another type, 400 of XML that is no FHIR (where = line and element)
std::optional<Response> read_format(Request& request);

/// The answer as the client wants it; 406 when it wants what there is not.
void write_format(const Request& request, Response& response);

}  // namespace hb::server::fhir_api
