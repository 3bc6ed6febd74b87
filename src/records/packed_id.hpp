#pragma once
#include <string>
#include <string_view>

namespace hb::records {

/// A resource id as it stands on disk: a canonical lower-case UUID as its 16 bytes, anything else
/// as its text (a text of 16 bytes gets one zero byte, so that the two never meet).
std::string pack_id(std::string_view id);
std::string unpack_id(std::string_view packed);

}  // namespace hb::records
