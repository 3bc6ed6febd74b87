#pragma once
#include <filesystem>

#include "server/http.hpp"

namespace hb::server {

/// A file of the web client. Unknown paths without a file ending get index.html, which knows the
/// client's own routes; files under assets/ carry a content hash in their name and may be kept for
/// a year. A precompressed file.gz is sent where the browser takes it. The path's parts are clean
/// already (parse_target): nothing outside the directory can be named.
Response serve_static(const std::filesystem::path& web_dir, const Request& request);

}  // namespace hb::server
