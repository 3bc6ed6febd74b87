#include "stats/suppression.hpp"

#include <doctest/doctest.h>

#include <random>

#include "stats/stat_table.hpp"

using namespace hb;
using hb::stats::hidden_counts;
using hb::stats::hidden_in_table;

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

namespace {

/// Whether the sums of rows and columns determine a hidden count: by elimination over the hidden
/// counts of all lines (no bridges are looked for, so that this is another way).
bool is_determined(const Flags& hidden, std::size_t rows, std::size_t columns) {
  std::vector<std::vector<double>> lines;
  for (std::size_t line = 0; line < rows + columns; ++line) {
    std::vector<double> row(hidden.size(), 0.0);
    for (std::size_t cell = 0; cell < hidden.size(); ++cell)
      if (hidden[cell] && (line < rows ? cell / columns == line : cell % columns == line - rows))
        row[cell] = 1;
    lines.push_back(row);
  }
  std::size_t done = 0;
  for (std::size_t cell = 0; cell < hidden.size() && done < lines.size(); ++cell) {
    std::size_t pivot = done;
    while (pivot < lines.size() && std::abs(lines[pivot][cell]) < 1e-9) ++pivot;
    if (pivot == lines.size()) continue;
    std::swap(lines[pivot], lines[done]);
    for (std::size_t line = 0; line < lines.size(); ++line) {
      if (line == done) continue;
      const double factor = lines[line][cell] / lines[done][cell];
      for (std::size_t k = 0; k < hidden.size(); ++k) lines[line][k] -= factor * lines[done][k];
    }
    ++done;
  }
  for (const auto& line : lines) {
    int unknown = 0;
    for (const double factor : line) unknown += std::abs(factor) > 1e-9;
    if (unknown == 1) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("hidden_in_table: one small count takes a rectangle with it") {
  // 3 alone would come back from its row, then from its column.
  const Counts table = {3, 20, 30, 40, 50, 60, 70, 80, 90};
  CHECK(hidden_in_table(table, 3, 5) ==
        Flags{true, true, false, true, true, false, false, false, false});
  CHECK(hidden_in_table(Counts{9, 8, 7, 6}, 2, 5) == Flags{false, false, false, false});
  CHECK(hidden_in_table(Counts{}, 1, 5).empty());
}

TEST_CASE("hidden_in_table: sums of several lines give nothing back, on random tables") {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    const std::size_t rows = 2 + random() % 4;
    const std::size_t columns = 2 + random() % 4;
    Counts counts;
    for (std::size_t i = 0; i < rows * columns; ++i) counts.emplace_back(random() % 25);
    const Flags hidden = hidden_in_table(counts, columns, 5);
    bool all_hidden = true;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      CHECK((hidden[i] || *counts[i] == 0 || *counts[i] >= 5));
      all_hidden = all_hidden && (hidden[i] || *counts[i] == 0);
    }
    CHECK((all_hidden || !is_determined(hidden, rows, columns)));
  }
}

TEST_CASE("stat suppress: primary and secondary, along a line and in a table") {
  const auto line = test::stat_rows("suppress", "street,count\nA,40\nB,3\nC,7\nD,\n");
  CHECK(line[0].text("value") == "40");
  CHECK(line[1].text("status") == "suppressed_primary");
  CHECK(line[2].text("status") == "suppressed_secondary");
  CHECK(line[2].text("value").empty());
  CHECK(line[3].text("status") == "missing");
  const auto table = test::stat_rows("suppress",
                                     "street,sex,count\nA,f,3\nA,m,20\nA,x,30\nB,f,40\nB,m,50\n"
                                     "B,x,60\nC,f,70\nC,m,80\nC,x,90\n",
                                     {"table=street,sex"});
  int hidden = 0;
  for (const auto& row : table) hidden += row.text("value").empty();
  CHECK(hidden == 4);
  CHECK(test::stat_error("suppress", "count\n2.5\n") ==
        "figures.csv:2:1: count: a whole number of persons is expected, not 2.5");
  CHECK(test::stat_error("suppress", "a,b,count\nx,y,1\nx,y,2\n", {"table=a,b"}) ==
        "figures.csv:3:1: each cell of the table once is expected, this one is there again");
}
