#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "support/paths.hpp"
#include "workflow/check.hpp"
#include "workflow/draw.hpp"

using namespace hb;
using namespace hb::workflow;
using namespace hb::test;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Faults of a file, one a line, without the folder.
std::string faults_of(const fs::path& file) {
  const Result<Checked> checked = check(file);
  REQUIRE(checked);
  std::string text;
  for (Fault fault : checked->faults) {
    fault.file = fs::path(fault.file).filename().string();
    text += describe(fault) + "\n";
  }
  return text;
}

/// Every word of `words`, in this order, in one line of text.
bool says(const std::string& text, const std::string& place, const std::string& words) {
  const std::size_t at = text.find(place);
  if (at == std::string::npos) return false;
  return text.substr(at, text.find('\n', at) - at).find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("check: the faults of each case, all at once, with line and column") {
  // cases/NAME.yaml and cases/NAME.want; HB_UPDATE_CASES=1 writes the latter.
  int cases = 0;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(source_dir() / "tests/workflow/cases"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    INFO(file.string());
    const std::string found = faults_of(file);
    const fs::path wanted = fs::path(file).replace_extension(".want");
    if (std::getenv("HB_UPDATE_CASES") != nullptr) std::ofstream(wanted) << found;
    REQUIRE(fs::exists(wanted));
    CHECK(found == read(wanted));
    ++cases;
  }
  CHECK(cases >= 6);
}

TEST_CASE("check: what the cases say, spelled out for some") {
  const fs::path folder = source_dir() / "tests/workflow/cases";
  CHECK(faults_of(folder / "sound.yaml").empty());
  const std::string graph = faults_of(folder / "graph.yaml");
  CHECK(says(graph, "graph.yaml:20", "dead end"));      // pit → pit-2 → pit
  CHECK(says(graph, "graph.yaml:25", "has no owner"));  // pit-2
  CHECK(graph.find("pit → pit-2 → pit") != std::string::npos);
  CHECK(graph.find("states.stuck: is never reached") != std::string::npos);
  CHECK(graph.find("states.stuck: has no way out") != std::string::npos);
  const std::string parallel = faults_of(folder / "parallel.yaml");
  CHECK(parallel.find("states.alone: joins what was never forked") != std::string::npos);
  CHECK(parallel.find("parts never come together") != std::string::npos);
  CHECK(parallel.find("inside and outside of parallel parts") != std::string::npos);
  const std::string unreadable = faults_of(folder / "unreadable.yaml");
  CHECK(unreadable.find("“two hours” is no duration") != std::string::npos);
  CHECK(unreadable.find("not FHIRPath") != std::string::npos);
  CHECK(unreadable.find("“colour” is not known here") != std::string::npos);
  CHECK(unreadable.find("“done” stands twice") != std::string::npos);
}

TEST_CASE("check: the flows of the project are sound") {
  const Result<Checked> checked = check(source_dir() / "scenes");
  REQUIRE(checked);
  for (const Fault& fault : checked->faults) MESSAGE(describe(fault));
  CHECK(checked->faults.empty());
  CHECK_FALSE(checked->flows.empty());
}

TEST_CASE("check: a path without flows is not found") {
  const TempDir empty;
  const Result<Checked> checked = check(empty.path());
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == ErrorCode::not_found);
}

TEST_CASE("parse_duration: units, and what is refused") {
  CHECK(parse_duration("2 h")->minutes == 120);
  CHECK(parse_duration("30 min")->minutes == 30);
  CHECK(parse_duration("3 d")->days == 3);
  CHECK(parse_duration("5 working d")->working);
  CHECK(format_duration(*parse_duration("90 min")) == "90 min");
  CHECK(format_duration(*parse_duration("8 working h")) == "8 working h");
  for (const char* wrong :
       {"", "2", "h", "0 h", "-1 h", "2 hours", "2h", "1.5 h", "2 working", "9999999 h"})
    CHECK_FALSE(parse_duration(wrong));
}

TEST_CASE("draw: every state and move stands in each picture, the same bytes each time") {
  std::vector<Fault> faults;
  const auto flow = load_flow(source_dir() / "tests/workflow/cases/sound.yaml", faults);
  REQUIRE(flow);
  const std::string mermaid = draw_mermaid(*flow, Language::en);
  CHECK(mermaid.find("s_open : Open<br/>≤ 2 h") != std::string::npos);
  CHECK(mermaid.find("s_open --> s_done : Finish") != std::string::npos);
  CHECK(mermaid.find("s_done --> [*]") != std::string::npos);
  CHECK(draw_dot(*flow, Language::zh).find("\"open\" -> \"done\" [label=\"完成\"]") !=
        std::string::npos);
  const std::string svg = draw_svg(*flow, Language::zh);
  CHECK(svg.starts_with("<svg xmlns"));
  CHECK(svg.find(">待办</text>") != std::string::npos);
  CHECK(svg.find(">≤ 2小时</text>") != std::string::npos);
  CHECK(svg == draw_svg(*flow, Language::zh));
}
