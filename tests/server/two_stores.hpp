#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "district.hpp"
#include "ingest/hub.hpp"

/// Two stores that differ in nothing but what only some programmes may see: whoever may not see it
/// must not be able to tell one from the other.
namespace hb::test {

/// For opening a store with the project's compartments.
ingest::HubOptions two_stores_options();

/// A copy of the small district's store, with or without the secret items of 张伟 (8 resources: a
/// visit for HIV and what belongs to it, a programme for severe mental illness) and of 李小明 (one
/// visit for HIV, to the health centre). Both have got one
/// delivery more, with a visible item of 王芳 and, in the one, the secret items; and after it
/// another one with a visit of 张伟 that all may see.
class Copy {
 public:
  /// more     as many hidden visits besides
  /// peopled  with one resource more of each kind for 王芳, as any district has: neither the kinds
  ///          nor the periods that occur are then a secret's own
  explicit Copy(bool secret, int more = 0, bool peopled = false);
  const std::filesystem::path& folder() const { return folder_; }
  std::unique_ptr<server::Server> serve() const;

 private:
  TempDir temp_;
  std::filesystem::path folder_;
};

}  // namespace hb::test
