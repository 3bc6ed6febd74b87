#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/result.hpp"
#include "server/http.hpp"

namespace hb::server::fhir_api {

/// What references inside of a transaction stand for: names that entries go by until they have one
/// of their own, and conditions that find a resource.
class Linker {
 public:
  /// Finds the one resource of a condition: "Patient/12", or the refusal.
  using Find = std::function<tl::expected<std::string, Response>(const std::string& type,
                                                                 const std::string& condition)>;
  explicit Linker(Find find) : find_(std::move(find)) {}

  /// full_url  "urn:uuid:…" or an address; name  "Patient/12"
  void add(const std::string& full_url, const std::string& name) { names_[full_url] = name; }

  /// The text with every such name and condition replaced.
  /// own_url  fullUrl of the entry, whose address relative references start from; empty if none
  tl::expected<std::string, Response> linked(std::string_view text, std::string_view own_url);

 private:
  tl::expected<std::string, Response> name_for(const std::string& text, bool is_reference,
                                               std::string_view base);
  Find find_;
  std::unordered_map<std::string, std::string> names_;
  std::unordered_map<std::string, std::string> found_;  // by condition
};

}  // namespace hb::server::fhir_api
