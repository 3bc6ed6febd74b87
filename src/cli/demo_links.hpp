#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/date.hpp"
#include "core/policy.hpp"
#include "core/result.hpp"
#include "ingest/hub.hpp"
#include "security/access_book.hpp"

namespace hb::cli {

/// What ties an account of the demonstration to persons.
struct DemoLinks {
  std::vector<std::string> organizations;  ///< Organization ids
  security::Links links;
};

/// Finds, for every role of the policy, whom its account is to be so that it sees somebody: for a
/// relation the practitioner, or institution, that most persons of the store have it to; for
/// `own` the residents that the content names by scene SQL (scenes/core/demo-accounts.yaml); for
/// another department an approval number of a year.
class DemoLinker {
 public:
  /// errors  invalid_input: a fault in the content, with file and line
  static Result<DemoLinker> open(const std::string& store, const std::string& scenes);
  /// errors  invalid_input: SQL of the content is refused; unavailable: the store
  Result<DemoLinks> of(const std::string& role);

 private:
  Result<void> read(const std::filesystem::path& file);
  Result<void> relate(const Policy::Relation& relation, DemoLinks& found);
  Result<std::string> id_behind(const Policy::Relation& relation, std::int64_t key,
                                std::int64_t seq);

  std::unique_ptr<ingest::Hub> hub_;
  std::shared_ptr<const Policy> policy_;
  Date today_;
  std::map<std::string, std::string> residents_;  ///< role → SQL
  std::string approval_;
};

}  // namespace hb::cli
