#include "core/csv.hpp"

#include <doctest/doctest.h>

using hb::csv_field;
using hb::parse_csv;

TEST_CASE("parse_csv: quotes, doubled quotes, line breaks inside quotes, CRLF and a byte order mark") {
  const auto rows = parse_csv("\xEF\xBB\xBFno,name\r\n1,\"a, \"\"b\"\"\"\r\n\r\n2,\"two\nlines\"\n3,\n");
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 4);
  CHECK((*rows)[0].fields == std::vector<std::string>{"no", "name"});
  CHECK((*rows)[1].fields == std::vector<std::string>{"1", "a, \"b\""});
  CHECK((*rows)[2].line == 4);
  CHECK((*rows)[2].fields == std::vector<std::string>{"2", "two\nlines"});
  CHECK((*rows)[3].line == 6);
  CHECK((*rows)[3].fields == std::vector<std::string>{"3", ""});
}

TEST_CASE("parse_csv: an open quote and text behind a quote are refused with their line") {
  const auto open = parse_csv("a,b\n1,\"never closed\n2,x\n");
  REQUIRE_FALSE(open.has_value());
  CHECK(open.error().where == "line 2");
  const auto behind = parse_csv("a\n\"x\"y\n");
  REQUIRE_FALSE(behind.has_value());
  CHECK(behind.error().where == "line 2");
}

TEST_CASE("parse_csv: no rows in nothing; a carriage return at the very end is no field") {
  CHECK(parse_csv("")->empty());
  CHECK(parse_csv("\n\r\n")->empty());
  CHECK(parse_csv("a,b\r")->front().fields == std::vector<std::string>{"a", "b"});
}

TEST_CASE("csv_field: what is written is read again") {
  const std::string text = "a,\"b\"\nc";
  CHECK(parse_csv(csv_field(text) + ",x\n")->front().fields.front() == text);
  CHECK(csv_field("plain") == "plain");
}

TEST_CASE("read_csv: broken rows carry their fault and the rows behind them are read") {
  const auto rows = hb::read_csv("a,b\n1,\"x\"y,z\n2,\"open\n3,c\n");
  REQUIRE(rows.size() == 4);
  CHECK(rows[1].fault == "text stands behind a closing quote");
  CHECK(rows[2].line == 3);
  CHECK(rows[2].fault == "a quote is opened and never closed");
  CHECK(rows[2].fields == std::vector<std::string>{"2,\"open"});
  CHECK(rows[3].fault.empty());
  CHECK(rows[3].fields == std::vector<std::string>{"3", "c"});
}
