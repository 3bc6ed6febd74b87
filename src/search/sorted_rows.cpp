#include "search/sorted_rows.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <queue>

namespace hb::search {
namespace {

constexpr std::size_t rows_per_read = 32'768;  // 768 KB

unexpected<Error> disk_error(const std::string& path) {
  return fail(ErrorCode::unavailable,
              std::string("the search index could not be written or read: ") + std::strerror(errno),
              path);
}

class File {
 public:
  explicit File(int handle) : handle_(handle) {}
  ~File() {
    if (handle_ >= 0) ::close(handle_);
  }
  File(File&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
  File& operator=(File&&) = delete;
  int handle() const { return handle_; }
  bool is_open() const { return handle_ >= 0; }

 private:
  int handle_;
};

bool write_all(int handle, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(handle, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

/// The rows of a file, read in pieces.
class Reader {
 public:
  static Result<Reader> open(const std::string& path, const std::optional<Row>& after) {
    File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return disk_error(path);
    const off_t size = ::lseek(file.handle(), 0, SEEK_END);
    if (size < 0) return disk_error(path);
    if (static_cast<std::size_t>(size) % sizeof(Row) != 0)
      return fail(ErrorCode::unavailable, "a part of the search index is cut off", path);
    Reader reader(std::move(file), path, static_cast<std::size_t>(size) / sizeof(Row));
    const Result<void> moved = after ? reader.move_behind(*after) : Result<void>();
    if (!moved) return unexpected(moved.error());
    return reader;
  }

  /// nullptr at the end.
  Result<const Row*> next() {
    if (at_ == rows_.size()) {
      rows_.resize(std::min(rows_per_read, count_ - place_));
      at_ = 0;
      if (rows_.empty()) return nullptr;
      const Result<void> read = this->read(place_, rows_);
      if (!read) return unexpected(read.error());
      place_ += rows_.size();
    }
    return &rows_[at_++];
  }

 private:
  Reader(File file, std::string path, std::size_t count)
      : file_(std::move(file)), path_(std::move(path)), count_(count) {}

  Result<void> read(std::size_t from, std::span<Row> rows) {
    auto* data = reinterpret_cast<char*>(rows.data());
    std::size_t left = rows.size_bytes();
    auto offset = static_cast<off_t>(from * sizeof(Row));
    while (left > 0) {
      const ssize_t got = ::pread(file_.handle(), data, left, offset);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return disk_error(path_);
      data += got;
      offset += got;
      left -= static_cast<std::size_t>(got);
    }
    return {};
  }

  Result<void> move_behind(const Row& after) {
    std::size_t low = 0;
    std::size_t high = count_;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      Row row{};
      const Result<void> got = read(middle, std::span(&row, 1));
      if (!got) return got;
      if (row <= after)
        low = middle + 1;
      else
        high = middle;
    }
    place_ = low;
    return {};
  }

  File file_;
  std::string path_;
  std::size_t count_;
  std::size_t place_ = 0;  // of the row to read next
  std::vector<Row> rows_;
  std::size_t at_ = 0;
};

}  // namespace

Result<void> write_rows(const std::string& path, std::span<const Row> rows) {
  const std::string fresh = path + ".new";
  const File file(::open(fresh.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.is_open()) return disk_error(fresh);
  const bool written =
      write_all(file.handle(), reinterpret_cast<const char*>(rows.data()), rows.size_bytes()) &&
      ::fdatasync(file.handle()) == 0 && ::rename(fresh.c_str(), path.c_str()) == 0;
  if (!written) return disk_error(fresh);
  return {};
}

Result<void> merge_rows(const std::vector<std::string>& paths, const std::optional<Row>& after,
                        const std::function<Result<bool>(const Row&)>& use) {
  struct Head {
    Row row;
    std::size_t reader;
  };
  const auto later = [](const Head& left, const Head& right) { return left.row > right.row; };
  std::priority_queue<Head, std::vector<Head>, decltype(later)> heads(later);
  std::vector<Reader> readers;
  const auto advance = [&](std::size_t number) -> Result<void> {
    const Result<const Row*> row = readers[number].next();
    if (!row) return unexpected(row.error());
    if (*row != nullptr) heads.push({**row, number});
    return {};
  };
  for (const std::string& path : paths) {
    Result<Reader> reader = Reader::open(path, after);
    if (!reader) return unexpected(reader.error());
    readers.push_back(std::move(*reader));
    const Result<void> begun = advance(readers.size() - 1);
    if (!begun) return begun;
  }
  std::optional<Row> former;
  while (!heads.empty()) {
    const Head head = heads.top();
    heads.pop();
    if (former != head.row) {
      former = head.row;
      const Result<bool> go_on = use(head.row);
      if (!go_on) return unexpected(go_on.error());
      if (!*go_on) return {};
    }
    const Result<void> moved = advance(head.reader);
    if (!moved) return moved;
  }
  return {};
}

}  // namespace hb::search
