#include "simulate/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/check.hpp"

namespace hb::simulate {
namespace fs = std::filesystem;

std::vector<std::string> files_of_manifest(const fs::path& manifest) {
  std::vector<std::string> names;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.load(manifest.string()).get(root) != simdjson::SUCCESS) return names;
  std::string_view generator;
  simdjson::dom::array files;
  if (root["generator"].get(generator) != simdjson::SUCCESS || generator != "healthbrain simulate")
    return names;
  if (root["files"].get(files) != simdjson::SUCCESS) return names;
  for (const simdjson::dom::element file : files) {
    std::string_view name;
    if (file.get(name) == simdjson::SUCCESS && !name.starts_with('/') &&
        name.find("..") == std::string_view::npos)
      names.emplace_back(name);
  }
  return names;
}

Result<Output> Output::open(const fs::path& directory) {
  Output output(directory);
  std::error_code error;
  const bool existed = fs::exists(directory, error);
  if (existed && !fs::is_directory(directory, error))
    return fail(ErrorCode::invalid_input, "the output is not a directory", directory.string());
  if (!existed) {
    fs::create_directories(directory, error);
    if (error)
      return fail(ErrorCode::unavailable, "the output directory cannot be made: " + error.message(),
                  directory.string());
    output.made_directory_ = true;
  }
  if (::access(directory.c_str(), W_OK | X_OK) != 0)
    return fail(ErrorCode::unavailable,
                fmt::format("the output directory cannot be written: {}", std::strerror(errno)),
                directory.string());
  output.former_ = files_of_manifest(directory / "manifest.json");
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    const bool ours =
        std::find(output.former_.begin(), output.former_.end(), name) != output.former_.end();
    if (!ours &&
        (name.ends_with(".ndjson") || name.ends_with(".ndjson.gz") || name == "manifest.json"))
      return fail(
          ErrorCode::conflict,
          "the output directory holds a file that no simulation made; choose an empty directory",
          entry.path().string());
  }
  return output;
}

Output::Output(Output&& other) noexcept
    : directory_(std::move(other.directory_)),
      made_directory_(std::exchange(other.made_directory_, false)),
      made_folders_(std::exchange(other.made_folders_, {})),
      files_(std::exchange(other.files_, {})),
      former_(std::move(other.former_)) {}

Output::~Output() { discard(); }

void Output::discard() {
  std::error_code ignored;
  for (File& file : files_) {
    if (file.descriptor >= 0) ::close(file.descriptor);
    fs::remove(part(file.name), ignored);
  }
  files_.clear();
  for (const fs::path& folder : made_folders_) fs::remove(folder, ignored);  // only when empty
  made_folders_.clear();
  if (made_directory_) fs::remove(directory_, ignored);
}

unexpected<Error> Output::failed(const std::string& name, int error) {
  const std::string reason =
      error == ENOSPC || error == EDQUOT ? "the disk is full" : std::strerror(error);
  const std::size_t count = files_.size();
  discard();
  return fail(ErrorCode::unavailable,
              fmt::format("cannot write {}: {}; the {} half-written files were removed", name,
                          reason, count),
              (directory_ / name).string());
}

Result<std::size_t> Output::create(const std::string& name) {
  const fs::path folder = (directory_ / name).parent_path();
  std::error_code error;
  if (folder != directory_ && fs::create_directory(folder, error)) made_folders_.push_back(folder);
  if (error) return failed(name, error.value());
  const int descriptor = ::open(part(name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return failed(name, errno);
  files_.push_back({name, descriptor});
  return files_.size() - 1;
}

Result<void> Output::append(std::size_t index, std::string_view text) {
  const File& file = files_[index];
  while (!text.empty()) {
    const ssize_t written = ::write(file.descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed(std::string(file.name), errno ? errno : EIO);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> Output::write(const std::string& name, std::string_view text) {
  const Result<std::size_t> file = create(name);
  if (!file) return unexpected(file.error());
  return append(*file, text);
}

Result<void> Output::close(File& file) {
  errno = 0;
  bool good = ::fsync(file.descriptor) == 0;
  good = ::close(std::exchange(file.descriptor, -1)) == 0 && good;
  if (!good) return failed(std::string(file.name), errno ? errno : EIO);
  return {};
}

Result<void> Output::finish() {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const Result<void> closed = close(files_[i]);
    if (!closed) return closed;
  }
  std::error_code error;
  for (const std::string& name : former_) fs::remove(directory_ / name, error);
  for (const File& file : files_) {
    fs::rename(part(file.name), directory_ / file.name, error);
    if (error) return failed(std::string(file.name), error.value());
  }
  files_.clear();
  made_folders_.clear();
  made_directory_ = false;
  return {};
}

std::string gzip_member(std::string_view text) {
  constexpr int fastest = 1, gzip_wrapper = 15 + 16, most_memory = 9;
  z_stream stream{};
  HB_CHECK(deflateInit2(&stream, fastest, Z_DEFLATED, gzip_wrapper, most_memory,
                        Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  std::size_t left = text.size();
  do {  // zlib counts in 32 bits
    const std::size_t piece = std::min<std::size_t>(left, 1u << 30);
    stream.avail_in = static_cast<uInt>(piece);
    left -= piece;
    int code = Z_OK;
    do {
      const std::size_t room = packed.size() - stream.total_out;
      stream.avail_out = static_cast<uInt>(std::min<std::size_t>(room, 1u << 30));
      code = deflate(&stream, left == 0 ? Z_FINISH : Z_NO_FLUSH);
    } while (stream.avail_in > 0 || (left == 0 && code == Z_OK));
  } while (left > 0);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace hb::simulate
