#pragma once
#include <string>
#include <vector>

namespace hb::workflow {

/// A place in a content file that is not as it should be.
struct Fault {
  std::string file;
  int line = 0;         ///< 1-based; 0 = the whole file
  int column = 0;       ///< 1-based; 0 = not known
  std::string path;     ///< "states.verify.moves.suspect.when"
  std::string message;  ///< what is wrong and what was expected

  friend bool operator==(const Fault&, const Fault&) = default;
};

/// "flows/outbreak.yaml:12:7: states.verify.owner: …"
std::string describe(const Fault& fault);

/// Ordered by file, line and column.
void sort_faults(std::vector<Fault>& faults);

}  // namespace hb::workflow
