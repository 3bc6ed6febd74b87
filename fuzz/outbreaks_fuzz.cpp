// The books of known outbreaks by which early warning is tuned: any text gives an error with a
// place, or outbreaks whose days follow from the text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "watch/truth.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hb::watch;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto outbreaks = read_outbreaks(text, "outbreaks.csv", {{"measles", "B05"}});
  if (!outbreaks) {
    if (outbreaks.error().where.empty() || outbreaks.error().message.empty()) std::abort();
    return 0;
  }
  const hb::Date from = *hb::parse_date("2025-01-01");
  const hb::Date to = *hb::parse_date("2025-12-31");
  const Score score = judge({}, *outbreaks, from, to, 3);
  if (score.detected > score.outbreaks || score.outbreaks > outbreaks->size()) std::abort();
  return 0;
}
