#pragma once
#include <memory>
#include <string>

#include "search/index.hpp"

namespace hb::search {

/// Opens the search index; a file that is damaged is set aside as PATH.damaged and made anew.
/// errors  as Index::open
Result<std::unique_ptr<Index>> open_index(const std::string& path, const records::Store& store,
                                          IndexPlan plan);

}  // namespace hb::search
