// Filled-in tables of reported figures: any bytes give an error with a place, or one answer per
// row, with a reason where it is not taken. Nothing is written.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "indicators/definition.hpp"
#include "indicators/report_import.hpp"

namespace {

using namespace hb::indicators;

const Definitions& definitions() {
  static const auto loaded = Definitions::load(HB_SOURCE_DIR "/scenes");
  if (!loaded) std::abort();
  return *loaded;
}

ReportBook& book() {
  static const auto opened = [] {
    std::string folder = (std::filesystem::temp_directory_path() / "hb-fuzz-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    auto made = ReportBook::open(folder + "/figures.db");
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);  // the open file stays until the end
    return made;
  }();
  if (!opened) std::abort();
  return **opened;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ImportOptions options;
  options.file = "figures.csv";
  options.area = "330105";
  options.by = "li";
  options.dry_run = true;
  const auto rows = import_figures(text, definitions(), book(), options);
  if (!rows) {
    if (rows.error().where.empty() || rows.error().message.empty()) std::abort();
    return 0;
  }
  for (const ImportedRow& row : *rows) {
    const bool refused =
        row.outcome == RowOutcome::refused || row.outcome == RowOutcome::unreadable;
    if (refused == row.rule.empty()) std::abort();
    if (refused && (row.message.zh.empty() || row.message.en.empty())) std::abort();
    if (row.line < 2) std::abort();
  }
  return 0;
}
