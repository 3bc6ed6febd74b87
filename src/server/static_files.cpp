#include "server/static_files.hpp"

#include <sys/stat.h>

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <optional>

#include "server/outcome.hpp"

namespace hb::server {

namespace {

namespace fs = std::filesystem;

struct FileType {
  std::string_view ending;
  std::string_view content_type;
};
constexpr FileType file_types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".geojson", "application/geo+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".map", "application/json"},
};

std::string_view content_type_of(const fs::path& file) {
  const std::string ending = file.extension().string();
  for (const FileType& type : file_types)
    if (type.ending == ending) return type.content_type;
  return "application/octet-stream";
}

std::optional<std::string> tag_of(const fs::path& file) {
  struct stat about {};
  if (stat(file.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  return fmt::format("\"{:x}-{:x}-{:x}\"", about.st_size, about.st_mtim.tv_sec,
                     about.st_mtim.tv_nsec);
}

/// "gzip" among the codings, and not with q=0.
bool takes_gzip(std::string_view accepted) {
  const std::size_t at = accepted.find("gzip");
  if (at == accepted.npos) return false;
  const std::string_view rest = accepted.substr(at + 4, 6);
  return rest.find(";q=0") == rest.npos || rest.find(";q=0.") != rest.npos;
}

Response file_response(const fs::path& file, const Request& request, bool for_ever) {
  const bool zipped =
      takes_gzip(request.header("accept-encoding")) && tag_of(file.string() + ".gz").has_value();
  const fs::path chosen = zipped ? fs::path(file.string() + ".gz") : file;
  const auto tag = tag_of(chosen);
  if (!tag) return not_found({"该文件", "such file"});
  Response response;
  response.content_type = content_type_of(file);
  response.headers = {
      {"ETag", *tag},
      {"Vary", "Accept-Encoding"},
      {"Cache-Control", for_ever ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (zipped) response.headers.emplace_back("Content-Encoding", "gzip");
  if (request.header("if-none-match").find(*tag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  std::ifstream stream(chosen, std::ios::binary);
  response.body.assign(std::istreambuf_iterator<char>(stream), {});
  return response;
}

}  // namespace

Response serve_static(const fs::path& web_dir, const Request& request) {
  if (request.method != Method::get && request.method != Method::head) {
    Response refused =
        refusal(405, "invalid_input", {"此地址只能读取", "this path can only be read"});
    refused.headers.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  fs::path file = web_dir;
  for (const std::string& segment : request.segments) file /= segment;
  if (!request.segments.empty() && !request.trailing_slash && tag_of(file))
    return file_response(file, request, request.segments.front() == "assets");
  const bool names_a_file =
      !request.segments.empty() && request.segments.back().find('.') != std::string::npos;
  if (names_a_file) return not_found({"该文件", "such file"});
  if (!tag_of(web_dir / "index.html")) {
    return refusal(404, "not_found",
                   {"网页尚未构建（scripts/build），接口在 /api/openapi.yaml",
                    "the web pages are not built (scripts/build); the API is described at "
                    "/api/openapi.yaml"});
  }
  return file_response(web_dir / "index.html", request, false);
}

}  // namespace hb::server
