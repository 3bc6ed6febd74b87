#pragma once
#include <string>
#include <vector>

#include "scene/catalogue.hpp"

namespace hb::server {

/// What the indicator routes need of every indicator, made once: the catalogue does not change.
class IndicatorIndex {
 public:
  struct Entry {
    const indicators::Indicator* indicator;
    const indicators::Plan* plan;
    std::size_t order;   ///< as printed, over all plans
    std::string folded;  ///< names, fields, id and pinyin, folded, one text
    std::string json;    ///< the Indicator object of the API
  };

  explicit IndicatorIndex(const scene::Catalogue& catalogue);
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace hb::server
