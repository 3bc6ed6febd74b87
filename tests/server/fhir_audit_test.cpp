#include <doctest/doctest.h>

#include "client.hpp"
#include "district.hpp"
#include "records/store.hpp"

using namespace hb;
using namespace hb::test;

namespace {

/// Entries about reads as they stand in the file, read past the program that serves.
std::size_t entries_in_file(const District& district) {
  records::OpenOptions options;
  options.create = false;
  options.read_only = true;
  options.without_key = true;
  const auto store = records::Store::open((district.store() / "records.db").string(), options);
  if (!store) FAIL(store.error().message);
  records::Store::AuditQuery query;
  query.action = "read";
  query.limit = 100'000;
  const auto audit = (*store)->audit(Principal::system("test"), query);
  REQUIRE(audit);
  return audit->size();
}

}  // namespace

TEST_CASE("FHIR: when an answer about a person is there, its audit entry is on the disk") {
  District district;
  const auto port = district.port();
  const Answer people = get(port, "/fhir/Patient");
  REQUIRE(people.status == 200);
  const std::size_t before = entries_in_file(district);
  CHECK(before >= people.json().at("entry").as_array().size());
  const std::string id(people.json().at("entry").at(0).at("resource").at("id").as_string());
  for (std::size_t reads = 1; reads <= 20; ++reads) {
    REQUIRE(get(port, "/fhir/Patient/" + id).status == 200);
    CHECK(entries_in_file(district) == before + reads);
  }
  // The pages too: a resident's time line.
  const std::size_t then = entries_in_file(district);
  REQUIRE(get(port, "/api/residents/1/timeline").status == 200);
  CHECK(entries_in_file(district) > then);
}
