#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace hb::simulate {

/// The files of one run. They are written under a name ending in ".part" and get their own when all
/// of them are complete; if anything fails before, finish() was not reached and all are removed.
class Output {
 public:
  /// errors  conflict, unavailable: see simulate()
  static Result<Output> open(const std::filesystem::path& directory);
  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  ~Output();

  /// Begins a file; the number is for append(). A name may stand in one folder: "truth/moves.csv".
  Result<std::size_t> create(const std::string& name);
  Result<void> append(std::size_t file, std::string_view text);
  /// Writes a whole small file.
  Result<void> write(const std::string& name, std::string_view text);
  /// Flushes, syncs and renames everything; removes what an earlier run left.
  Result<void> finish();

 private:
  struct File {
    std::string name;
    int descriptor;
  };
  explicit Output(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::filesystem::path part(const std::string& name) const {
    return directory_ / (name + ".part");
  }
  Result<void> close(File& file);
  void discard();
  unexpected<Error> failed(const std::string& name, int error);

  std::filesystem::path directory_;
  bool made_directory_ = false;
  std::vector<std::filesystem::path> made_folders_;
  std::vector<File> files_;
  std::vector<std::string> former_;  ///< files of an earlier run
};

/// Names under "files" of a manifest this program wrote; empty if it is none.
std::vector<std::string> files_of_manifest(const std::filesystem::path& manifest);

/// The text as one gzip member; members one after the other are a gzip file.
std::string gzip_member(std::string_view text);

}  // namespace hb::simulate
