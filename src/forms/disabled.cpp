#include "forms/disabled.hpp"

#include "forms/filled.hpp"

namespace hb::forms {
namespace {

void collect(const std::vector<Item>& items, const Part& part, Filled& filled,
             std::vector<std::string>& paths) {
  for (const Item& item : items) {
    if (item.enable_expression && !filled.enabled(item, part)) {
      paths.push_back((part.path.empty() ? "" : part.path + "/") + item.id);
      continue;
    }
    for (const auto& node : part.nodes)
      if (node->item == &item)
        for (const auto& inner : node->parts) collect(item.items, *inner, filled, paths);
  }
}

}  // namespace

Result<std::vector<std::string>> disabled_items(const Questionnaire& form,
                                                std::string_view response,
                                                const Surrounding& around) {
  std::vector<Issue> issues;
  const auto filled = Filled::read(form, response, around, issues);
  if (!filled) return unexpected(filled.error());
  std::vector<std::string> paths;
  collect(form.items, (*filled)->root(), **filled, paths);
  if ((*filled)->failed()) return unexpected(*(*filled)->failed());
  return paths;
}

}  // namespace hb::forms
