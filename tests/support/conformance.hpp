#pragma once
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>
#include <boost/json.hpp>

#include "support/paths.hpp"

namespace hb::test {

/// What a run of an imported suite showed; scripts/conformance makes docs/conformance.md of it.
class SuiteResult {
 public:
  /// order  place in docs/conformance.md; exclude  YAML list of {test, reason} under the project
  SuiteResult(std::string file, std::string title, int order, const std::string& exclude)
      : file_(std::move(file)), title_(std::move(title)), order_(order) {
    const auto list = YAML::LoadFile((source_dir() / exclude).string());
    for (const auto& item : list)
      excluded_[item["test"].as<std::string>()] = item["reason"].as<std::string>();
  }

  void note(std::string text) { note_ = std::move(text); }

  /// Counts a test and fails the run where it must: fault = empty when the suite is satisfied.
  void judge(const std::string& group, const std::string& test, const std::string& fault) {
    const std::string name = group + ": " + test;
    if (groups_.empty() || groups_.back().name != group) groups_.push_back({group, 0, 0});
    ++groups_.back().total;
    INFO(name);
    INFO(fault);
    if (const auto found = excluded_.find(name); found != excluded_.end()) {
      seen_.push_back(name);
      CHECK_MESSAGE(!fault.empty(), "passes now: take it out of the exclude file");
      return;
    }
    CHECK(fault.empty());
    groups_.back().passed += fault.empty();
  }

  /// Writes the piece and fails where the exclude file names a test that does not exist.
  void finish(int at_least_percent) {
    namespace json = boost::json;
    json::array groups;
    json::array excluded;
    int passed = 0;
    int total = 0;
    for (const Group& group : groups_) {
      groups.push_back({{"name", group.name}, {"passed", group.passed}, {"total", group.total}});
      passed += group.passed;
      total += group.total;
    }
    for (const auto& [name, reason] : excluded_) {
      excluded.push_back({{"test", name}, {"reason", reason}});
      INFO(name);
      CHECK_MESSAGE(std::find(seen_.begin(), seen_.end(), name) != seen_.end(),
                    "the exclude file names a test that does not exist");
    }
    MESSAGE(title_ << ": " << passed << " of " << total);
    CHECK(passed * 100 >= total * at_least_percent);
    const std::filesystem::path directory = HB_CONFORMANCE_DIR;
    std::filesystem::create_directories(directory);
    std::ofstream out(directory / (file_ + ".json"));
    out << json::serialize(json::object{{"suite", title_},
                                        {"order", order_},
                                        {"note", note_},
                                        {"passed", passed},
                                        {"total", total},
                                        {"groups", groups},
                                        {"excluded", excluded}})
        << '\n';
  }

 private:
  struct Group {
    std::string name;
    int passed;
    int total;
  };
  std::string file_;
  std::string title_;
  int order_;
  std::string note_;
  std::map<std::string, std::string> excluded_;
  std::vector<std::string> seen_;
  std::vector<Group> groups_;
};

}  // namespace hb::test
