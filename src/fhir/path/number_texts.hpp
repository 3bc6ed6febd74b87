#pragma once
#include <string_view>
#include <vector>

#include "fhir/parser.hpp"

namespace hb::fhir::path {

/// Digits of the numbers of a JSON document as they were written: the reader keeps only values, and
/// 1.50 says more than 1.5. Made at the first question, as few expressions ask.
class NumberTexts {
 public:
  /// `source` is the text whose root is `root`; it must live as long as questions are asked.
  void reset(std::string_view source, Json root) {
    source_ = source;
    root_ = root;
    made_ = false;
  }

  /// Text of a number of the document; empty when it is another document's or none is known.
  std::string_view find(Json number);

 private:
  struct Entry {
    std::size_t place;
    std::string_view text;
  };
  void make();
  /// Takes what ends like a number: every number does. False when there are more such ends than
  /// numbers, because some stand inside texts.
  bool take_ends();

  std::string_view source_;
  Json root_;
  bool made_ = false;
  std::vector<Entry> entries_;  ///< in document order
};

}  // namespace hb::fhir::path
