#include "exchange/sorted_lines.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <queue>

namespace hb::exchange {
namespace {

Error cannot(const char* what, const std::filesystem::path& directory) {
  return {ErrorCode::unavailable, std::string(what) + ": " + std::strerror(errno),
          directory.string()};
}

/// A file that has no name and goes when it is closed.
std::FILE* nameless_file(const std::filesystem::path& directory) {
  std::string name = (directory / "run-XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) return nullptr;
  unlink(name.c_str());
  return fdopen(descriptor, "w+b");
}

bool write_line(std::FILE* file, const std::string& line) {
  const auto length = static_cast<std::uint32_t>(line.size());
  return std::fwrite(&length, sizeof length, 1, file) == 1 &&
         std::fwrite(line.data(), 1, line.size(), file) == line.size();
}

/// returns  false at the end
bool read_line(std::FILE* file, std::string& line) {
  std::uint32_t length = 0;
  if (std::fread(&length, sizeof length, 1, file) != 1) return false;
  line.resize(length);
  return std::fread(line.data(), 1, length, file) == length;
}

}  // namespace

SortedLines::SortedLines(std::filesystem::path directory, std::size_t bytes_in_memory)
    : directory_(std::move(directory)), most_bytes_(bytes_in_memory) {}

SortedLines::~SortedLines() {
  for (std::FILE* run : runs_) std::fclose(run);
}

Result<void> SortedLines::add(std::string line) {
  bytes_ += line.size() + sizeof(std::string);
  ++size_;
  lines_.push_back(std::move(line));
  if (bytes_ < most_bytes_) return {};
  return write_run();
}

Result<void> SortedLines::write_run() {
  std::ranges::sort(lines_);
  std::FILE* run = nameless_file(directory_);
  if (run == nullptr) return unexpected<Error>(cannot("a file cannot be made", directory_));
  runs_.push_back(run);
  for (const std::string& line : lines_)
    if (!write_line(run, line))
      return unexpected<Error>(cannot("a file cannot be written", directory_));
  if (std::fflush(run) != 0)
    return unexpected<Error>(cannot("a file cannot be written", directory_));
  std::rewind(run);
  lines_.clear();
  bytes_ = 0;
  return {};
}

Result<void> SortedLines::each(const std::function<Result<void>(const std::string&)>& visit) {
  if (runs_.empty()) {
    std::ranges::sort(lines_);
    for (const std::string& line : lines_)
      if (Result<void> visited = visit(line); !visited) return visited;
    return {};
  }
  if (!lines_.empty())
    if (Result<void> written = write_run(); !written) return written;
  using Head = std::pair<std::string, std::size_t>;  // a line and its run
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  std::string line;
  for (std::size_t run = 0; run < runs_.size(); ++run)
    if (read_line(runs_[run], line)) heads.emplace(line, run);
  std::size_t visited = 0;
  while (!heads.empty()) {
    const Head head = heads.top();
    heads.pop();
    ++visited;
    if (Result<void> done = visit(head.first); !done) return done;
    if (read_line(runs_[head.second], line)) heads.emplace(line, head.second);
  }
  if (visited != size_)
    return fail(ErrorCode::unavailable, "a temporary file could not be read back",
                directory_.string());
  return {};
}

}  // namespace hb::exchange
