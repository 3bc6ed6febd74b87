#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

/// The only place that talks to libarchive: a tar file compressed with zstd.
namespace hb::backup {

/// Called with bytes done since the last call; false stops.
using Step = std::function<bool(std::int64_t)>;

class ArchiveWriter {
 public:
  /// Makes a new file that only its owner may read.
  static Result<ArchiveWriter> open(const std::filesystem::path& file);
  ~ArchiveWriter();
  ArchiveWriter(ArchiveWriter&&) noexcept;

  /// mode  permissions, 0600
  /// returns  SHA-256 of what was added, hex
  Result<std::string> add_file(const std::string& name, const std::filesystem::path& file,
                               const Step& step);
  Result<std::string> add_text(const std::string& name, std::string_view text);
  /// Ends the archive; durable when it returns.
  Result<void> finish();

 private:
  struct State;
  explicit ArchiveWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A file in an archive, while it is read.
class Entry {
 public:
  virtual ~Entry() = default;
  virtual std::string name() const = 0;
  virtual std::int64_t bytes() const = 0;
  virtual unsigned mode() const = 0;  ///< permissions
  /// The next piece; empty at the end.
  /// errors  invalid_input: the archive is damaged or ends too early
  virtual Result<std::string_view> read() = 0;
};

/// Walks all files of an archive in their order.
/// visit   may read the entry or not; returns false to stop
/// errors  not_found, unavailable; invalid_input: no such archive, damaged, cut off, or it holds
///         something else than plain files
Result<void> walk_archive(const std::filesystem::path& file,
                          const std::function<Result<bool>(Entry&)>& visit);

}  // namespace hb::backup
