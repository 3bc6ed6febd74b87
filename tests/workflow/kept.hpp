#pragma once
#include <filesystem>
#include <map>
#include <memory>

#include "records/store.hpp"
#include "workflow/engine.hpp"
#include "workflow/given.hpp"
#include "workflow/records_sink.hpp"

namespace hb::test {

/// Scenes of one flow folder: repair and order, as they are in the project.
inline std::filesystem::path repair_scenes(const std::filesystem::path& folder) {
  const auto flows = folder / "scenes/repair/flows";
  std::filesystem::create_directories(flows);
  for (const char* name : {"repair.yaml", "order.yaml"})
    std::filesystem::copy_file(source_dir() / "tests/workflow/flows/repair/flows" / name,
                               flows / name, std::filesystem::copy_options::overwrite_existing);
  return folder / "scenes";
}

/// Records, log and engine in one folder.
struct House {
  explicit House(const std::filesystem::path& folder, Clock clock = system_clock()) {
    auto opened = records::Store::open((folder / "records.db").string(), {});
    REQUIRE(opened);
    store = std::move(*opened);
    auto kept =
        workflow::Journal::open((folder / "flows.db").string(), workflow::sealing_of(*store));
    REQUIRE(kept);
    journal = std::move(*kept);
    const auto faults = library.load(repair_scenes(folder));
    REQUIRE(faults);
    REQUIRE(faults->empty());
    engine = std::make_unique<workflow::Engine>(library, *journal, workflow::Directory{}, clock);
    sink = std::make_unique<workflow::RecordsSink>(*store);
  }
  /// Carries out everything, also what follows from it.
  void pump_all() {
    for (;;) {
      const auto done = engine->pump(*sink);
      REQUIRE(done);
      if (*done == 0) return;
    }
  }
  std::unique_ptr<records::Store> store;
  std::unique_ptr<workflow::Journal> journal;
  workflow::Library library;
  std::unique_ptr<workflow::Engine> engine;
  std::unique_ptr<workflow::RecordsSink> sink;
};

inline const Principal reporter = person("zhao", "nurse");
inline const Principal engineer = person("wang", "engineer");
inline const Principal head = person("chen", "leader");
inline const Principal buyer = person("bai", "buyer");

}  // namespace hb::test
