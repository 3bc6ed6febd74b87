#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "records/resident_cache.hpp"

namespace hb::records {

void append_big_endian(std::string& bytes, std::uint64_t value);

/// The tokens of a resident as they stand in resident_words: rising, 8 bytes each.
std::string pack_tokens(const std::vector<std::int64_t>& tokens);
std::vector<std::int64_t> unpack_tokens(std::string_view bytes);

void put_traits(People& people, Interner& texts, const Resident& resident);

}  // namespace hb::records
