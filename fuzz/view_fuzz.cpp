// ViewDefinitions: the first line is a view, the rest a resource; every row has all columns.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "views/view.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  auto view = hb::views::View::compile(text.substr(0, line));
  if (!view) {
    if (view.error().message.empty()) std::abort();
    return 0;
  }
  if (line == std::string_view::npos) return 0;
  static hb::fhir::Parser parser;
  const hb::fhir::PaddedText json(text.substr(line + 1));
  const auto resource = parser.parse(json.view());
  if (!resource) return 0;
  const auto rows = hb::views::json_rows(*view, *resource);
  if (rows)
    for (const auto& row : *rows)
      if (row.size() != view->columns().size()) std::abort();

  std::vector<hb::views::View> views;
  views.push_back(std::move(*view));
  const hb::views::Flattener flattener(std::move(views));
  hb::views::Flattener::Sink sink(flattener);
  const auto added =
      sink.add(*resource, 0, [](std::string_view) { return hb::views::ResidentStamp{.id = 1}; });
  const auto blocks = sink.take();
  if (!added && !blocks.empty()) std::abort();
  for (const auto& block : blocks)
    for (const auto& column : block.columns)
      if (column.null.size() != block.rows()) std::abort();
  return 0;
}
