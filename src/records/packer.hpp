#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace hb::records {

/// Bodies as they stand on disk: sealed where their type is sealed, then zstd with a dictionary per
/// resource type. Dictionaries are trained from the first bodies of a type that a store sees and live in
/// its table `dictionary`; every packed body names the dictionary it needs, so that more can come.
/// Thread safe; each thread keeps its own zstd contexts.
class Packer {
 public:
  Packer();
  ~Packer();
  std::string pack(std::string_view type, std::string_view json) const;
  /// errors invalid_input: damaged, or its dictionary is not known
  Result<std::string> unpack(std::string_view packed) const;
  /// Adds a dictionary (from the store, or new); id from 1.
  void add_dictionary(std::uint32_t id, std::string_view type, std::string_view content);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hb::records
