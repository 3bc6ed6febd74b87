#pragma once
#include <boost/json/value.hpp>
#include <string>

namespace hb {

/// JSON as people read it: numbers in their shortest decimal form (85.53, where
/// boost::json::serialize writes 8.553E1); not-a-number and infinity, which JSON does not know,
/// become null.
std::string json_text(const boost::json::value& value);
/// The same, behind what `text` holds.
void append_json(std::string& text, const boost::json::value& value);

}  // namespace hb
