// Forms and filled-in forms, parted by a line "----". Any text gives faults with a message, or a
// form whose responses are checked, calculated and extracted to JSON or refused with a reason.
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "forms/forms.hpp"

namespace {

void expect_json(const hb::Result<std::string>& made) {
  if (!made) {
    if (made.error().message.empty()) std::abort();
    return;
  }
  boost::system::error_code wrong;
  (void)boost::json::parse(*made, wrong);
  if (wrong) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20000) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view mark = "\n----\n";
  const std::size_t end = input.find(mark);
  const std::string_view response =
      end == std::string_view::npos ? std::string_view() : input.substr(end + mark.size());
  std::vector<hb::forms::FormFault> faults;
  const auto form = hb::forms::read(input.substr(0, end), faults);
  if (form.has_value() != faults.empty()) std::abort();
  for (const hb::forms::FormFault& fault : faults)
    if (fault.message.empty()) std::abort();
  if (!form) return 0;
  const hb::forms::Surrounding around{hb::Instant{1'760'000'000'000'000}, {}};
  const auto issues = hb::forms::validate(*form, response, around);
  if (issues)
    for (const hb::forms::Issue& issue : *issues)
      if (issue.rule.empty() || issue.message.empty()) std::abort();
  expect_json(hb::forms::prefill(*form, around));
  expect_json(hb::forms::calculate(*form, response, around));
  expect_json(hb::forms::extract(*form, response, around));
  return 0;
}
