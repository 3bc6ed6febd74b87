#pragma once
#include <array>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hb::server::fhir_api {

/// What is looked at before a write (the version of If-Match, whether a condition finds something)
/// must not change before it is durable: who depends on the same name waits. Names that do not meet
/// are written at the same time and share a commit.
class WriteLocks {
 public:
  class Held {
   public:
    explicit Held(std::vector<std::unique_lock<std::mutex>> locks) : locks_(std::move(locks)) {}

   private:
    std::vector<std::unique_lock<std::mutex>> locks_;
  };
  /// names  "Observation/12", "Patient?identifier=…"; locked in one order, so that nobody waits for
  /// ever
  Held hold(const std::vector<std::string>& names) {
    std::set<std::size_t> stripes;
    for (const std::string& name : names)
      stripes.insert(std::hash<std::string>{}(name) % mutexes_.size());
    std::vector<std::unique_lock<std::mutex>> locks;
    for (const std::size_t stripe : stripes) locks.emplace_back(mutexes_[stripe]);
    return Held(std::move(locks));
  }

 private:
  std::array<std::mutex, 1024> mutexes_;
};

}  // namespace hb::server::fhir_api
