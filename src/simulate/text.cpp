#include "simulate/text.hpp"

#include <cmath>

namespace hb::simulate {
namespace {

void digits(std::string& text, std::uint64_t value, int width) {
  char buffer[20];
  int length = 0;
  do {
    buffer[length++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value > 0);
  for (int pad = width - length; pad > 0; --pad) text.push_back('0');
  while (length > 0) text.push_back(buffer[--length]);
}

}  // namespace

void Text::add(int number) {
  if (number < 0) text_.push_back('-');
  digits(text_, static_cast<std::uint64_t>(std::abs(static_cast<std::int64_t>(number))), 1);
}

void Text::add(Padded number) { digits(text_, number.value, number.width); }

void Text::add(Fixed number) {
  constexpr double scales[] = {1, 10, 100, 1000, 10000};
  const double scale = scales[number.decimals];
  const auto whole = static_cast<std::int64_t>(std::floor(std::fabs(number.value) * scale + 0.5));
  if (number.value < 0 && whole != 0) text_.push_back('-');
  const auto unit = static_cast<std::int64_t>(scale);
  digits(text_, static_cast<std::uint64_t>(whole / unit), 1);
  if (number.decimals == 0) return;
  text_.push_back('.');
  digits(text_, static_cast<std::uint64_t>(whole % unit), number.decimals);
}

void Text::add(Date day) {
  const YearMonthDay parts = civil(day);
  digits(text_, static_cast<std::uint64_t>(parts.year), 4);
  text_.push_back('-');
  digits(text_, static_cast<std::uint64_t>(parts.month), 2);
  text_.push_back('-');
  digits(text_, static_cast<std::uint64_t>(parts.day), 2);
}

void Text::add(Moment moment) {
  add(Date{moment.day.days + moment.minute / 1440});
  const int minute = moment.minute % 1440;
  text_.push_back('T');
  digits(text_, static_cast<std::uint64_t>(minute / 60), 2);
  text_.push_back(':');
  digits(text_, static_cast<std::uint64_t>(minute % 60), 2);
  text_.append(":00+08:00");
}

}  // namespace hb::simulate
