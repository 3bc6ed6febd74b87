// Cells of targets and values: any text is read without failing; what it says is consistent.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "indicators/evaluate.hpp"

using namespace hb::indicators;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t half = text.find('\n');  // first line: target, the rest: value
  Question question;
  question.target_text = text.substr(0, half);
  if (half != std::string_view::npos) question.value_text = text.substr(half + 1);
  question.better = static_cast<Better>(size % 3);
  question.unit = {"%", "%"};
  const Evaluation result = evaluate(question);
  for (const Cell* cell : {&result.target, &result.value}) {
    if ((cell->kind == CellKind::numbers) == cell->quantities.empty()) std::abort();
    if ((cell->kind == CellKind::unreadable) == cell->fault.en.empty()) std::abort();
    if (canonical(*cell).empty() || describe(*cell, question.unit).zh.empty()) std::abort();
  }
  if (result.reason.zh.empty() || result.reason.en.empty()) std::abort();
  if (result.status == Status::met && (!result.gap || result.gap->scaled < 0)) std::abort();
  if (result.status == Status::nearly && (!result.gap || result.gap->scaled > 0)) std::abort();
  return 0;
}
