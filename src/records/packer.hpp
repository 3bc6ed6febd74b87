#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "crypto/vault.hpp"

namespace hb::records {

/// Bodies as they stand on disk: zstd with a dictionary per resource type, then sealed where their
/// type is sealed (what is sealed cannot be compressed any more). Dictionaries are trained from the
/// first bodies of a type that a store sees and live in its table `dictionary`; every packed body
/// names the dictionary it needs, so that more can come. Thread safe; each thread keeps its own
/// zstd contexts.
///
/// Layout: one byte (low bits 0 = raw, 1 = zstd, 2 = zstd with dictionary; 0x80 = sealed), for way
/// 2 the dictionary's id as a base-128 varint, then the zstd frame without its four magic bytes;
/// where it is sealed, what Vault::seal() made of that frame.
class Packer {
 public:
  /// vault  seals; outlives the packer
  explicit Packer(const crypto::Vault& vault);
  ~Packer();
  std::string pack(std::string_view type, std::string_view json) const;
  /// errors invalid_input: damaged, or its dictionary is not known
  Result<std::string> unpack(std::string_view packed) const;
  /// The same body sealed as pack() would now; nullopt when it is, or is empty. Does not
  /// unpack the body.
  /// errors  as unpack()
  Result<std::optional<std::string>> resealed(std::string_view type, std::string_view packed) const;
  /// Number of the key that seals a packed body; 0: none.
  std::uint32_t key_of(std::string_view packed) const;
  /// Adds a dictionary (from the store, or new); id from 1.
  void add_dictionary(std::uint32_t id, std::string_view type, std::string_view content);
  bool has_dictionary(std::string_view type) const;
  /// errors  invalid_input: too few or too small samples to learn from
  static Result<std::string> train(const std::vector<std::string>& samples);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hb::records
