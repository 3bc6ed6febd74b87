#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/date.hpp"

namespace hb::simulate {

/// Parts of a line that are not plain text.
struct Padded {
  std::uint64_t value;
  int width;  ///< leading zeros up to here
};
struct Fixed {
  double value;
  int decimals;  ///< 0–4
};
/// A moment in Shanghai: "2025-03-02T09:20:00+08:00".
struct Moment {
  Date day;
  int minute;  ///< 0–1439 after midnight; more runs into the following days
};

/// NDJSON being written: appends pieces without a format string or a document tree, because the
/// simulation writes hundreds of megabytes of it.
class Text {
 public:
  template <class... Pieces>
  void put(const Pieces&... pieces) {
    (add(pieces), ...);
  }
  std::string_view view() const { return text_; }
  std::size_t size() const { return text_.size(); }
  void clear() { text_.clear(); }
  void resize(std::size_t size) { text_.resize(size); }  ///< to less

 private:
  void add(std::string_view piece) { text_.append(piece); }
  void add(char piece) { text_.push_back(piece); }
  void add(int number);
  void add(Padded number);
  void add(Fixed number);
  void add(Date day);
  void add(Moment moment);

  std::string text_;
};

}  // namespace hb::simulate
