#include <doctest/doctest.h>

#include "indicators/measure_cells.hpp"

using namespace hb;
using namespace hb::indicators;

namespace {

const Localized reason{"少于5人", "fewer than 5"};

MeasureCell cell(const Measure& measure, std::int64_t numerator, std::int64_t denominator) {
  MeasureCell made;
  Sum n, d;
  n.n = numerator;
  n.any = true;
  d.n = denominator;
  d.any = true;
  made.figure = figure_of(measure, n, &d);
  made.rank = 1;
  return made;
}

Measure proportion() {
  Measure measure;
  measure.method = Method::proportion;
  measure.multiplier = 100;
  measure.decimals = 1;
  return measure;
}

}  // namespace

TEST_CASE("hide_small_counts: numerators and gaps of few persons, and what would give them back") {
  const Measure measure = proportion();
  // 3 of 40 is small; 38 of 40 lacks 2; 20 of 60 and 9 of 60 are neither.
  std::vector<MeasureCell> cells = {cell(measure, 3, 40), cell(measure, 38, 40),
                                    cell(measure, 20, 60), cell(measure, 9, 60)};
  hide_small_counts(measure, By::area, 5, reason, cells);
  CHECK_FALSE(cells[0].figure.value);
  CHECK_FALSE(cells[0].figure.numerator);
  CHECK(cells[0].figure.denominator->n == 40);
  CHECK(cells[0].figure.reason->en == "fewer than 5");
  CHECK_FALSE(cells[0].rank);
  CHECK_FALSE(cells[1].figure.value);  // its gap of 2
  CHECK(cells[2].figure.value);        // 20, with a gap of 40
  // Of the numerators 3 alone is small: 9, the smallest of the others, goes with it.
  CHECK_FALSE(cells[3].figure.value);
}

TEST_CASE("hide_small_counts: one number alone, nothing small, and sums of money") {
  const Measure measure = proportion();
  std::vector<MeasureCell> one = {cell(measure, 3, 40)};
  hide_small_counts(measure, By::none, 5, reason, one);
  CHECK_FALSE(one[0].figure.value);
  std::vector<MeasureCell> plain = {cell(measure, 0, 40), cell(measure, 5, 40)};
  hide_small_counts(measure, By::area, 5, reason, plain);
  CHECK(plain[0].figure.value);
  CHECK(plain[1].figure.value);
  Measure cost = proportion();
  cost.method = Method::ratio;
  std::vector<MeasureCell> money = {cell(cost, 30'000, 40)};
  money[0].figure.numerator->decimal = true;  // 3.0000 yuan
  hide_small_counts(cost, By::none, 5, reason, money);
  CHECK(money[0].figure.value);
}
