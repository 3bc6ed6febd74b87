#include "stats/suppression.hpp"

#include <algorithm>

namespace hb::stats {
namespace {

using Counts = std::vector<std::optional<double>>;

/// Cells of a row (line < rows) or of a column.
std::vector<std::size_t> cells_of_line(std::size_t line, std::size_t rows, std::size_t columns) {
  std::vector<std::size_t> cells;
  if (line < rows)
    for (std::size_t k = 0; k < columns; ++k) cells.push_back(line * columns + k);
  else
    for (std::size_t i = 0; i < rows; ++i) cells.push_back(i * columns + line - rows);
  return cells;
}

/// Hides the smallest further counts until a line that hides something hides two that add up to
/// `below`. returns  whether something was added
bool complete_line(const Counts& counts, const std::vector<std::size_t>& cells, int below,
                   std::vector<bool>& hidden) {
  std::size_t number = 0;
  double sum = 0;
  std::vector<std::size_t> rest;
  for (const std::size_t cell : cells) {
    if (!counts[cell]) continue;
    if (hidden[cell]) {
      ++number;
      sum += *counts[cell];
    } else if (*counts[cell] > 0) {
      rest.push_back(cell);
    }
  }
  if (number == 0) return false;
  std::ranges::stable_sort(rest, {}, [&](std::size_t cell) { return *counts[cell]; });
  bool added = false;
  for (const std::size_t cell : rest) {
    if (number >= 2 && sum >= below) break;
    hidden[cell] = added = true;
    ++number;
    sum += *counts[cell];
  }
  return added;
}

/// Lines that hidden counts other than one of them connect with a line.
std::vector<bool> reached(std::size_t from, std::size_t without, std::size_t rows,
                          std::size_t columns, const std::vector<bool>& hidden) {
  std::vector<bool> seen(rows + columns, false);
  std::vector<std::size_t> open = {from};
  seen[from] = true;
  while (!open.empty()) {
    const std::size_t line = open.back();
    open.pop_back();
    for (const std::size_t cell : cells_of_line(line, rows, columns)) {
      if (!hidden[cell] || cell == without) continue;
      const std::size_t other = line < rows ? rows + cell % columns : cell / columns;
      if (!seen[other]) open.push_back(other);
      seen[other] = true;
    }
  }
  return seen;
}

/// The lines on one side of a hidden count that the sums give back; nothing when there is none.
std::optional<std::vector<bool>> side_of_bridge(std::size_t rows, std::size_t columns,
                                                const std::vector<bool>& hidden) {
  for (std::size_t cell = 0; cell < hidden.size(); ++cell) {
    if (!hidden[cell]) continue;
    std::vector<bool> seen = reached(cell / columns, cell, rows, columns, hidden);
    if (!seen[rows + cell % columns]) return seen;
  }
  return std::nullopt;
}

/// The smallest count still shown that connects the two sides, else the smallest of all.
std::optional<std::size_t> next_to_hide(const Counts& counts, const std::vector<bool>& side,
                                        std::size_t rows, std::size_t columns,
                                        const std::vector<bool>& hidden) {
  std::optional<std::size_t> best;
  bool connects_best = false;
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    if (hidden[cell] || !counts[cell] || !(*counts[cell] > 0)) continue;
    const bool connects = side[cell / columns] != side[rows + cell % columns];
    const bool is_better = !best || (connects && !connects_best) ||
                           (connects == connects_best && *counts[cell] < *counts[*best]);
    if (!is_better) continue;
    best = cell;
    connects_best = connects;
  }
  return best;
}

}  // namespace

std::vector<bool> hidden_counts(std::span<const std::optional<double>> counts, int below,
                                bool sum_is_known) {
  std::vector<bool> hidden(counts.size(), false);
  std::size_t number = 0;
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!counts[i] || !(*counts[i] > 0 && *counts[i] < below)) continue;
    hidden[i] = true;
    ++number;
    sum += *counts[i];
  }
  if (number == 0 || !sum_is_known) return hidden;
  std::vector<std::size_t> rest;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] && !hidden[i] && *counts[i] > 0) rest.push_back(i);
  std::ranges::stable_sort(rest, {}, [&](std::size_t i) { return *counts[i]; });
  for (const std::size_t i : rest) {
    if (number >= 2 && sum >= below) break;
    hidden[i] = true;
    ++number;
    sum += *counts[i];
  }
  return hidden;
}

std::vector<bool> hidden_in_table(std::span<const std::optional<double>> counts,
                                  std::size_t columns, int below) {
  const std::size_t rows = columns == 0 ? 0 : counts.size() / columns;
  const Counts all(counts.begin(), counts.end());
  std::vector<bool> hidden = hidden_counts(counts, below, false);
  while (true) {
    bool added = true;
    while (added) {
      added = false;
      for (std::size_t line = 0; line < rows + columns; ++line)
        added = complete_line(all, cells_of_line(line, rows, columns), below, hidden) || added;
    }
    const auto side = side_of_bridge(rows, columns, hidden);
    if (!side) return hidden;
    const auto next = next_to_hide(all, *side, rows, columns, hidden);
    if (!next) return hidden;  // nothing is left to hide
    hidden[*next] = true;
  }
}

}  // namespace hb::stats
