#include "records/sorted_runs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <queue>
#include <utility>

namespace hb::records {
namespace {

constexpr std::int64_t fence_step = 256;
constexpr std::int64_t merge_buffer_pairs = 32 * 1024;
constexpr std::size_t bloom_bits_per_key = 10;
constexpr int bloom_probes = 7;

std::uint64_t mixed(std::int64_t key) {  // the finaliser of SplitMix64
  auto x = static_cast<std::uint64_t>(key) + 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

unexpected<Error> file_error(const char* what) {
  return fail(ErrorCode::unavailable,
              std::string("the temporary file of the bulk load could not be ") + what + ": " +
                  std::strerror(errno));
}

}  // namespace

Bloom::Bloom(std::size_t keys) : words_(keys == 0 ? 0 : keys * bloom_bits_per_key / 64 + 8) {}

void Bloom::add(std::int64_t key) {
  const std::uint64_t hash = mixed(key);
  std::uint64_t* const block = &words_[(hash >> 32) * (words_.size() / 8) >> 32 << 3];
  std::uint64_t bits = hash * 0x9E3779B97F4A7C15ULL;  // seven bits of one cache line
  for (int i = 0; i < bloom_probes; ++i, bits >>= 9) block[bits >> 6 & 7] |= 1ULL << (bits & 63);
}

bool Bloom::may_have(std::int64_t key) const {
  if (words_.empty()) return false;
  const std::uint64_t hash = mixed(key);
  const std::uint64_t* const block = &words_[(hash >> 32) * (words_.size() / 8) >> 32 << 3];
  std::uint64_t bits = hash * 0x9E3779B97F4A7C15ULL;
  for (int i = 0; i < bloom_probes; ++i, bits >>= 9) {
    if ((block[bits >> 6 & 7] >> (bits & 63) & 1) == 0) return false;
  }
  return true;
}

SortedRuns::~SortedRuns() {
  if (file_ >= 0) close(file_);
}

SortedRuns::SortedRuns(SortedRuns&& other) noexcept
    : folder_(std::move(other.folder_)),
      file_(std::exchange(other.file_, -1)),
      runs_(std::move(other.runs_)) {}

SortedRuns& SortedRuns::operator=(SortedRuns&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(file_, other.file_);
  std::swap(runs_, other.runs_);
  return *this;
}

std::int64_t SortedRuns::size() const {
  return runs_.empty() ? 0 : runs_.back().first + runs_.back().count;
}

Result<SortedRuns::Run> SortedRuns::write(const std::vector<Pair>& sorted) {
  if (file_ < 0) {
    std::string name = folder_ + "/records-bulk-XXXXXX";
    file_ = mkostemp(name.data(), O_CLOEXEC);
    if (file_ < 0) return file_error("made");
    unlink(name.c_str());
  }
  Run run{size(), static_cast<std::int64_t>(sorted.size()), {}, Bloom(sorted.size())};
  const char* bytes = reinterpret_cast<const char*>(sorted.data());
  std::size_t left = sorted.size() * sizeof(Pair);
  auto offset = static_cast<off_t>(run.first * static_cast<std::int64_t>(sizeof(Pair)));
  while (left > 0) {
    const ssize_t written = pwrite(file_, bytes, left, offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return file_error("written");
    bytes += written;
    offset += written;
    left -= static_cast<std::size_t>(written);
  }
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    run.bloom.add(sorted[i].key);
    if (i % fence_step == 0) run.fences.push_back(sorted[i].key);
  }
  return run;
}

Result<void> SortedRuns::read_pairs(std::int64_t first, std::int64_t count,
                                    std::vector<Pair>& into) const {
  into.resize(static_cast<std::size_t>(count));
  char* bytes = reinterpret_cast<char*>(into.data());
  std::size_t left = into.size() * sizeof(Pair);
  auto offset = static_cast<off_t>(first * static_cast<std::int64_t>(sizeof(Pair)));
  while (left > 0) {
    const ssize_t got = pread(file_, bytes, left, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return file_error("read");
    bytes += got;
    offset += got;
    left -= static_cast<std::size_t>(got);
  }
  return {};
}

Result<void> SortedRuns::find(std::int64_t key,
                              const std::function<void(std::int64_t)>& visit) const {
  std::vector<Pair> block;
  for (const Run& run : runs_) {
    if (!run.bloom.may_have(key)) continue;
    // The first block that can hold the key is the one before the first fence that is not below it.
    const auto fence = std::lower_bound(run.fences.begin(), run.fences.end(), key);
    auto number = std::max<std::int64_t>(0, fence - run.fences.begin() - 1);
    for (; number * fence_step < run.count; ++number) {
      const std::int64_t first = number * fence_step;
      const Result<void> read =
          read_pairs(run.first + first, std::min(fence_step, run.count - first), block);
      if (!read) return read;
      auto pair = std::lower_bound(block.begin(), block.end(), Pair{key, INT64_MIN});
      for (; pair != block.end() && pair->key == key; ++pair) visit(pair->value);
      if (pair != block.end()) break;
    }
  }
  return {};
}

Result<void> SortedRuns::merge(const std::vector<Pair>& last,
                               const std::function<Result<void>(const Pair&)>& visit) const {
  struct Source {
    std::vector<Pair> buffer;
    std::size_t position = 0;
    std::int64_t next = 0;  // pair in the file
    std::int64_t end = 0;
  };
  std::vector<Source> sources;
  for (const Run& run : runs_) sources.push_back({{}, 0, run.first, run.first + run.count});
  const auto refill = [&](Source& source) -> Result<void> {
    const std::int64_t count = std::min(merge_buffer_pairs, source.end - source.next);
    const Result<void> read = read_pairs(source.next, count, source.buffer);
    source.next += count;
    source.position = 0;
    return read;
  };
  using Head = std::pair<Pair, std::size_t>;  // a pair and the source it comes from
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (const Result<void> read = refill(sources[i]); !read) return read;
    if (!sources[i].buffer.empty()) heads.push({sources[i].buffer.front(), i});
  }
  const std::size_t in_memory = sources.size();
  std::size_t last_position = 0;
  if (!last.empty()) heads.push({last.front(), in_memory});

  std::optional<Pair> former;
  while (!heads.empty()) {
    const auto [pair, from] = heads.top();
    heads.pop();
    if (pair != former) {
      if (Result<void> visited = visit(pair); !visited) return visited;
      former = pair;
    }
    if (from == in_memory) {
      if (++last_position < last.size()) heads.push({last[last_position], from});
      continue;
    }
    Source& source = sources[from];
    if (++source.position == source.buffer.size()) {
      if (source.next == source.end) continue;
      if (const Result<void> read = refill(source); !read) return read;
    }
    heads.push({source.buffer[source.position], from});
  }
  return {};
}

}  // namespace hb::records
