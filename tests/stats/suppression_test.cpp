#include "stats/suppression.hpp"

#include <doctest/doctest.h>

#include <random>

using hb::stats::hidden_counts;

namespace {
using Counts = std::vector<std::optional<double>>;
using Flags = std::vector<bool>;
}  // namespace

TEST_CASE("hidden_counts: 1 to 4 are hidden, 0 and 5 are not") {
  CHECK(hidden_counts(Counts{0, 1, 4, 5, std::nullopt}, 5, false) ==
        Flags{false, true, true, false, false});
}

TEST_CASE("hidden_counts: one hidden count takes the smallest other with it") {
  // 3 alone would come back as 50 − 40 − 7; with 7 hidden too only 10 is known of both.
  CHECK(hidden_counts(Counts{40, 3, 7}, 5, true) == Flags{false, true, true});
  CHECK(hidden_counts(Counts{40, 3, 7}, 5, false) == Flags{false, true, false});
}

TEST_CASE("hidden_counts: two hidden counts whose sum is small take a third") {
  // 1 + 2 = 3 < 5 would say that fewer than five persons share them.
  CHECK(hidden_counts(Counts{1, 2, 30, 20}, 5, true) == Flags{true, true, false, true});
  CHECK(hidden_counts(Counts{2, 3, 30, 20}, 5, true) == Flags{true, true, false, false});
}

TEST_CASE("hidden_counts: nothing small hides nothing; without others all stay as they are") {
  CHECK(hidden_counts(Counts{9, 8, 0}, 5, true) == Flags{false, false, false});
  CHECK(hidden_counts(Counts{3, 0, 0}, 5, true) == Flags{true, false, false});
  CHECK(hidden_counts(Counts{}, 5, true).empty());
}

TEST_CASE("hidden_counts: what is shown never gives back a small count, on random tables") {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    Counts counts;
    for (std::size_t i = 0; i < 2 + random() % 9; ++i) counts.emplace_back(random() % 12);
    const Flags hidden = hidden_counts(counts, 5, true);
    double sum = 0;
    int number = 0;
    bool others = false;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (hidden[i]) ++number, sum += *counts[i];
      others = others || (!hidden[i] && *counts[i] > 0);
      CHECK((hidden[i] || *counts[i] == 0 || *counts[i] >= 5));
    }
    // Either nothing is hidden, or at least two with five persons or more, or all there is.
    CHECK((number == 0 || (number >= 2 && sum >= 5) || !others));
  }
}
