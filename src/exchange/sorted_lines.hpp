#pragma once
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace hb::exchange {

/// Sorts any number of lines in bounded memory: sorted runs on disk, merged at the end. So the
/// order of an export says nothing of the order in which things arrived.
class SortedLines {
 public:
  /// directory  where runs are kept while it works; they go with it
  explicit SortedLines(std::filesystem::path directory,
                       std::size_t bytes_in_memory = std::size_t{256} << 20);
  ~SortedLines();
  SortedLines(const SortedLines&) = delete;
  SortedLines& operator=(const SortedLines&) = delete;

  /// errors  unavailable: disk full
  Result<void> add(std::string line);
  /// Visits all lines in order; called once, at the end.
  Result<void> each(const std::function<Result<void>(const std::string&)>& visit);
  std::size_t size() const { return size_; }

 private:
  Result<void> write_run();

  std::filesystem::path directory_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::size_t size_ = 0;
  std::vector<std::string> lines_;
  std::vector<std::FILE*> runs_;  ///< temporary files without a name
};

}  // namespace hb::exchange
