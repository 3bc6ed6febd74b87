#pragma once
#include <string>
#include <string_view>

/// What of a direct identifier somebody may see who must tell two people apart without knowing who
/// they are. Pure functions over UTF-8; empty stays empty, and what is not understood is masked
/// whole. White space around the value goes.
namespace hb {

/// The first character and one star, whatever the length: 张伟 → 张*, 欧阳娜娜 → 欧*, Anna → A*.
std::string mask_name(std::string_view name);

/// Four characters at each end of 12 or more: 110101199003071234 → 1101**********1234. Of 5 to 11
/// one at each end: E12345678 → E*******8. Shorter: only stars.
std::string mask_identity(std::string_view number);

/// Of 11 digits the first three and the last four, of 7 and more the last two; what is no digit
/// stays: 13812345678 → 138****5678, +86 138 1234 5678 → +86 138 **** 5678, 0571-87654321 →
/// 057*-****4321. Other values: only stars, but an e-mail address keeps its first character and
/// its domain.
std::string mask_phone(std::string_view number);

/// Down to the street office, town or township, never a road, village, compound or house:
/// 杭州市临江区清水街道幸福路12号 → 杭州市临江区清水街道***. Without such a division: ***.
std::string mask_address(std::string_view address);

}  // namespace hb
