#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "cli/run_program.hpp"
#include "support/paths.hpp"

using hb::test::run_program;
using hb::test::TempDir;
using hb::test::write_text;

TEST_CASE("stat: a table in, a table out; rows that cannot be are named and stay in the table") {
  const TempDir directory;
  const auto file = directory.path() / "rates.csv";
  write_text(file, "area,numerator,denominator\nWest,65,100000\nEast,-1,100\n");
  const auto run = run_program("stat rate --input " + file.string());
  CHECK(run.exit_code == 0);
  CHECK(run.out.starts_with(
      "area,value,lower95,upper95,lower998,upper998,method,status\nWest,65,50.16318771"));
  CHECK(run.out.find("East,,,,,,,negative_numerator\n") != std::string::npos);
  CHECK(run.err ==
        "healthbrain: " + file.string() + ":3:2: numerator: 0 or more is expected, not -1\n");
}

TEST_CASE("stat: stdin, options, and what is refused with exit code 2") {
  const TempDir directory;
  const auto file = directory.path() / "values.csv";
  write_text(file, "value\n30\n40\n50\n60\n");
  const auto out = directory.path() / "out.csv";
  const std::string piped = "'" HB_PROGRAM "' stat mean --input - < " + file.string() + " > ";
  CHECK(std::system((piped + out.string()).c_str()) == 0);
  std::ifstream read(out);
  const std::string table{std::istreambuf_iterator<char>(read), {}};
  CHECK(table.find("\n45,24.457") != std::string::npos);
  const auto option = run_program("stat mean --input " + file.string() + " --option a=1");
  CHECK(option.exit_code == 2);
  CHECK(option.out.empty());
  CHECK(option.err.find("there is no option a") != std::string::npos);
  CHECK(run_program("stat median --input " + file.string()).exit_code == 2);
  CHECK(run_program("stat mean --input " + directory.path().string()).exit_code == 2);
  CHECK(run_program("stat mean").exit_code == 2);
}

TEST_CASE("stat: every method's help has an example") {
  const auto all = run_program("stat --help");
  CHECK(all.exit_code == 0);
  for (const char* method : {"proportion",
                             "rate",
                             "mean",
                             "dsr",
                             "isr",
                             "life-expectancy",
                             "premature-mortality",
                             "mortality",
                             "pyll",
                             "trend",
                             "mann-kendall",
                             "joinpoint",
                             "seasonal",
                             "quantiles",
                             "funnel-limits",
                             "funnel-significance",
                             "sii",
                             "rii",
                             "survey",
                             "suppress"}) {
    INFO(method);
    CHECK(all.out.find(std::string("  ") + method + " ") != std::string::npos);
    const auto help = run_program(std::string("stat ") + method + " --help");
    CHECK(help.exit_code == 0);
    CHECK(help.out.find("Example:") != std::string::npos);
  }
}

TEST_CASE("indicator forecast: path, pace and probability") {
  const TempDir directory;
  const auto file = directory.path() / "rates.csv";
  write_text(file, "year,value\n2020,60\n2021,65\n2022,69\n");
  const std::string start = "indicator forecast --input " + file.string();
  const auto run = run_program(start + " --target 80 --better higher --year 2024");
  CHECK(run.exit_code == 0);
  CHECK(run.out.find("\n2022,70,69,,,on_pace,,,,,ok\n") != std::string::npos);
  CHECK(run_program(start + " --target 80 --year 2024").exit_code == 2);
  CHECK(run_program(start + " --target 80 --better higher --year 2024 --milestone x").exit_code ==
        2);
}
