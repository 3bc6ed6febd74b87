#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hb::records {

/// An index entry: (key, seq), (resident, seq) or (token, resident).
struct Pair {
  std::int64_t key;
  std::int64_t value;
  friend bool operator==(const Pair&, const Pair&) = default;
  friend auto operator<=>(const Pair&, const Pair&) = default;
};

/// A hash multimap of pairs with keys other than 0, 16 bytes a slot, at most 0.72 full.
class KeyTable {
 public:
  std::size_t size() const { return size_; }

  void add(std::int64_t key, std::int64_t value) {
    if (slots_.empty() || (size_ + 1) * 100 > slots_.size() * fill_percent) grow();
    place({key, value});
    ++size_;
  }

  /// Calls visit(value) for each value of the key, in the order they were added.
  template <class Visit>
  void find(std::int64_t key, Visit visit) const {
    if (slots_.empty()) return;
    for (std::size_t i = start(key); slots_[i].key != 0; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i].key == key) visit(slots_[i].value);
    }
  }

  std::vector<Pair> pairs() const {
    std::vector<Pair> result;
    result.reserve(size_);
    std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(result),
                 [](const Pair& pair) { return pair.key != 0; });
    return result;
  }

  /// Empty; keeps the memory of a table that will fill again.
  void clear() {
    if (size_ == 0) return;
    std::fill(slots_.begin(), slots_.end(), Pair{0, 0});
    size_ = 0;
  }
  void release() { *this = KeyTable(); }

 private:
  static constexpr std::size_t fill_percent = 72;
  static constexpr std::size_t smallest = 16;

  std::size_t start(std::int64_t key) const {
    // Keys may be small running numbers: Fibonacci hashing spreads them.
    const auto mixed = static_cast<std::uint64_t>(key) * 0x9E3779B97F4A7C15ULL;
    return static_cast<std::size_t>(mixed >> 20) & (slots_.size() - 1);
  }
  void place(const Pair& pair) {
    std::size_t i = start(pair.key);
    while (slots_[i].key != 0) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = pair;
  }
  void grow() {
    std::vector<Pair> former(std::max(smallest, slots_.size() * 2));
    former.swap(slots_);
    // Rising from the first slot after a gap keeps equal keys in their order of arrival.
    std::size_t gap = 0;
    while (gap < former.size() && former[gap].key != 0) ++gap;
    for (std::size_t i = 0; i < former.size(); ++i) {
      const Pair& pair = former[(gap + i) & (former.size() - 1)];
      if (pair.key != 0) place(pair);
    }
  }

  std::vector<Pair> slots_;
  std::size_t size_ = 0;
};

}  // namespace hb::records
