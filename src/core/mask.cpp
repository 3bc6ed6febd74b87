#include "core/mask.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "core/utf8.hpp"

namespace hb {
namespace {

constexpr std::size_t long_number = 12;  // characters; of 15 and 18 an identity number has
constexpr std::size_t short_number = 5;
constexpr std::string_view hidden = "***";

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

using Points = std::vector<std::string_view>;

Points points_of(std::string_view text) {
  Points points;
  for (std::size_t at = 0; at < text.size();) points.push_back(next_code_point(text, at));
  return points;
}

/// Stars for all but `head` and `tail` code points at the ends.
std::string with_stars(const Points& points, std::size_t head, std::size_t tail) {
  std::string masked;
  for (std::size_t i = 0; i < points.size(); ++i)
    masked += i < head || i + tail >= points.size() ? points[i] : std::string_view("*");
  return masked;
}

std::string mask_mail(std::string_view address) {
  std::size_t first = 0;
  const std::string_view head = address.front() == '@' ? "" : next_code_point(address, first);
  return std::string(head).append(hidden).append(address.substr(address.rfind('@')));
}

template <std::size_t N>
bool is_one_of(std::string_view point, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), point) != words.end();
}

/// Characters after which an address goes below the street office.
constexpr std::array<std::string_view, 16> finer = {"路", "巷", "弄", "村", "号", "幢", "栋", "楼",
                                                    "室", "里", "坊", "苑", "园", "组", "队", "厦"};
constexpr std::array<std::string_view, 8> divisions = {"省", "市", "区", "县",
                                                       "镇", "乡", "旗", "盟"};
/// 小区, 社区, 校区, 园区, 厂区, 片区 are no administrative 区.
constexpr std::array<std::string_view, 6> no_district = {"小", "社", "校", "园", "厂", "片"};

bool ends_division(const Points& points, std::size_t i) {
  if (points[i] == "道") return i > 0 && points[i - 1] == "街";
  if (points[i] == "区" && i > 0 && is_one_of(points[i - 1], no_district)) return false;
  return i > 0 && is_one_of(points[i], divisions);
}

bool goes_below(const Points& points, std::size_t i) {
  if (points[i] == "街") return i + 1 == points.size() || points[i + 1] != "道";
  return points[i].size() == 1 || is_one_of(points[i], finer);
}

}  // namespace

std::string mask_name(std::string_view name) {
  name = trimmed(name);
  if (name.empty()) return {};
  std::size_t at = 0;
  return std::string(next_code_point(name, at)) + "*";
}

std::string mask_identity(std::string_view number) {
  const Points points = points_of(trimmed(number));
  if (points.size() >= long_number) return with_stars(points, 4, 4);
  return points.size() >= short_number ? with_stars(points, 1, 1) : with_stars(points, 0, 0);
}

std::string mask_phone(std::string_view number) {
  constexpr std::size_t mobile = 11;
  constexpr std::size_t least = 7;
  constexpr std::string_view country = "+86";
  number = trimmed(number);
  if (number.find('@') != std::string_view::npos) return mask_mail(number);
  const bool plain = std::all_of(number.begin(), number.end(), [](char c) {
    return is_digit(c) || std::string_view(" +-()").find(c) != std::string_view::npos;
  });
  if (!plain) return with_stars(points_of(number), 0, 0);
  const std::size_t start = number.starts_with(country) ? country.size() : 0;
  const auto digits =
      static_cast<std::size_t>(std::count_if(number.begin() + start, number.end(), is_digit));
  const std::size_t head = digits >= mobile ? 3 : 0;
  const std::size_t tail = digits >= mobile ? 4 : digits >= least ? 2 : 0;
  std::string masked(number.substr(0, start));
  std::size_t seen = 0;
  for (const char c : number.substr(start)) {
    const bool shown = !is_digit(c) || seen < head || seen + tail >= digits;
    if (is_digit(c)) ++seen;
    masked += shown ? c : '*';
  }
  return masked;
}

std::string mask_address(std::string_view address) {
  const Points points = points_of(trimmed(address));
  if (points.empty()) return {};
  std::size_t keep = 0;
  for (std::size_t i = 0; i < points.size() && !goes_below(points, i); ++i)
    if (ends_division(points, i)) keep = i + 1;
  std::string masked;
  for (std::size_t i = 0; i < keep; ++i) masked += points[i];
  return masked.append(hidden);
}

}  // namespace hb
