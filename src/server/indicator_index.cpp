#include "server/indicator_index.hpp"
#include "core/json_text.hpp"

#include "core/utf8.hpp"
#include "server/views.hpp"

namespace hb::server {

IndicatorIndex::IndicatorIndex(const scene::Catalogue& catalogue) {
  for (const indicators::Plan& plan : catalogue.plans())
    for (const indicators::Indicator& indicator : plan.indicators) {
      std::string folded;
      for (const std::string& text : {indicator.name.zh, indicator.name.en, indicator.field.zh,
                                      indicator.field.en, indicator.id, pinyin(indicator.name.zh)})
        folded += fold(text) + "\n";  // a search word never holds a line break
      entries_.push_back({&indicator, &plan, entries_.size(), std::move(folded),
                          json_text(indicator_object(indicator, plan))});
    }
}

}  // namespace hb::server
