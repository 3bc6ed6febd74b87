#include <filesystem>
#include <fstream>
#include <iterator>

#include "forms/forms.hpp"
#include "workflow/flow_forms.hpp"
#include "workflow/given.hpp"
#include "workflow/simulate.hpp"

using namespace hb;
using namespace hb::workflow;
using namespace hb::test;
namespace fs = std::filesystem;

namespace {

/// Files that docs/howto/write-a-scene.md shows: a path in backticks that ends a paragraph, and the
/// block behind it.
std::map<std::string, std::string> files_of_howto() {
  std::ifstream in(source_dir() / "docs/howto/write-a-scene.md");
  std::map<std::string, std::string> files;
  std::string path;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      inside = !inside && !path.empty();
      if (!inside) path.clear();
    } else if (inside) {
      files[path] += line + "\n";
    } else if (line.ends_with('`')) {
      const std::size_t begin = line.rfind('`', line.size() - 2) + 1;
      path = line.substr(begin, line.size() - begin - 1);
    } else if (!line.empty()) {
      path.clear();
    }
  }
  return files;
}

}  // namespace

TEST_CASE(
    "docs/howto/write-a-scene.md: followed word for word, the scene is sound and nothing gets "
    "stuck") {
  const auto files = files_of_howto();
  REQUIRE(files.contains("scenes/mother-baby-rooms/flows/fault.yaml"));
  REQUIRE(files.size() == 6);  // head, data, board, two forms, flow
  const TempDir folder;
  fs::create_directories(folder.path() / "scenes/core");
  fs::copy(source_dir() / "scenes/core/calendars", folder.path() / "scenes/core/calendars");
  fs::copy_file(source_dir() / "scenes/core/roles.yaml", folder.path() / "scenes/core/roles.yaml");
  for (const auto& [name, text] : files) {
    if (!name.starts_with("scenes/")) continue;
    fs::create_directories((folder.path() / name).parent_path());
    std::ofstream(folder.path() / name) << text;
  }
  const auto checked = check(folder.path() / "scenes");
  REQUIRE(checked);
  for (const Fault& fault : checked->faults) MESSAGE(describe(fault));
  REQUIRE(checked->faults.empty());
  const Flow& flow = checked->flows.front();
  const std::vector<Library::Entry> entries{{flow, checked->surroundings.at(flow.file).calendars}};
  const auto result = simulate(flow, entries, {.instances = 1000, .seed = 1});
  REQUIRE(result);
  CHECK(result->stuck == 0);
  CHECK(result->finished == 1000);

  // The mistake that the page shows, with the words that it promises.
  std::string text = files.at("scenes/mother-baby-rooms/flows/fault.yaml");
  const std::size_t owner = text.find("    owner: keeper\n");
  REQUIRE(owner != std::string::npos);
  text.erase(owner, std::string("    owner: keeper\n").size());
  std::ofstream(folder.path() / "scenes/mother-baby-rooms/flows/fault.yaml") << text;
  const auto again = check(folder.path() / "scenes/mother-baby-rooms");
  REQUIRE(again);
  REQUIRE(again->faults.size() == 2);
  std::ifstream in(source_dir() / "docs/howto/write-a-scene.md");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  for (Fault fault : again->faults) {
    fault.file = fs::relative(fault.file, folder.path()).string();
    CHECK_MESSAGE(page.find(describe(fault) + "\n") != std::string::npos, describe(fault));
  }
}

TEST_CASE("FlowForms: a form filled in wrongly, stops the move and says why") {
  const Flow flow = flow_at("scenes/outbreak-response/flows/outbreak.yaml");
  FlowForms forms([] { return *parse_instant("2026-11-21T09:00:00+08:00"); });
  std::ifstream in(source_dir() / "tests/forms/cases/verification-no-reason/response.json");
  const std::string wrong{std::istreambuf_iterator<char>(in), {}};
  const auto issues = forms.issues(flow, "verification", wrong);
  REQUIRE(issues);
  REQUIRE(issues->size() == 2);
  CHECK((*issues)[1] == "reason: an answer is needed");
  std::ifstream good(source_dir() / "tests/forms/cases/verification-dismissed/response.json");
  const std::string right{std::istreambuf_iterator<char>(good), {}};
  CHECK(forms.issues(flow, "verification", right)->empty());
  std::string draft = right;
  draft.replace(draft.find("completed"), 9, "in-progress");
  CHECK(forms.issues(flow, "verification", draft)->front() == "the form is not completed");
  CHECK_FALSE(forms.issues(flow, "nothing", right));
}
