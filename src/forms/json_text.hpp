#pragma once
#include <string>

#include <boost/json/value.hpp>

namespace hb::forms {

/// JSON with numbers as people write them (23.46, never 2.346E1).
std::string print(const boost::json::value& value);

}  // namespace hb::forms
