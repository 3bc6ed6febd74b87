#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace hb::exchange {

/// Names and shifts of one export, all out of one random key that nobody keeps: two exports of the
/// same people cannot be linked by them, and nobody can make them again.
class Pseudonyms {
 public:
  /// key         32 random bytes of this export
  /// shift_days  days are moved by −shift_days … +shift_days
  Pseudonyms(std::string key, int shift_days);
  ~Pseudonyms();  ///< wipes the key
  Pseudonyms(const Pseudonyms&) = delete;
  Pseudonyms& operator=(const Pseudonyms&) = delete;

  /// HMAC-SHA256 of kind and number, cut to 80 bits: 20 hex digits.
  std::string name(std::string_view kind, std::int64_t number) const;
  /// Days by which everything of this person is moved: one and the same for all of a person's days,
  /// so that the time between them is kept; even over the range, 0 included.
  int shift(std::int64_t person) const;

 private:
  std::string key_;
  int shift_days_;
};

}  // namespace hb::exchange
