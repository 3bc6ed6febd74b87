#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "workflow/check.hpp"

namespace hb::workflow {

/// All sound versions of all flows. A reading with faults changes nothing: what ran goes on
/// running. Members may be called from many threads.
class Library {
 public:
  struct Entry {
    Flow flow;
    std::map<std::string, Calendar> calendars;
  };

  /// Reads a folder of scenes again.
  /// returns  its faults; empty: the flows are now those of the folder
  /// errors   not_found: no flow in it
  Result<std::vector<Fault>> load(const std::filesystem::path& scenes);

  /// As load(), but flows whose own file has no fault become those of the folder all the same;
  /// those with faults stay as they were, if they were known. errors  not_found
  Result<std::vector<Fault>> load_sound(const std::filesystem::path& scenes,
                                        const SqlCheck& sql_check = {});

  /// A version of a flow. errors  not_found
  Result<std::shared_ptr<const Entry>> find(const std::string& id, int version) const;
  /// The newest version. errors  not_found
  Result<std::shared_ptr<const Entry>> newest(const std::string& id) const;
  std::vector<std::shared_ptr<const Entry>> all() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::shared_ptr<const Entry>> entries_;
};

}  // namespace hb::workflow
