#include "records/packer.hpp"

#include <thread>

#include "records/given.hpp"

using namespace hb;
using namespace hb::records;
using namespace hb::test;

namespace {

std::string observation(int i) {
  return R"({"resourceType":"Observation","id":")" + std::to_string(i) +
         R"(","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/)"
         R"(CodeSystem/observation-category","code":"vital-signs","display":"vital-signs"}]}],)"
         R"("code":{"coding":[{"system":"http://loinc.org","code":"8302-2",)"
         R"("display":"Body Height"}]},)"
         R"("subject":{"reference":"Patient/)" +
         std::to_string(i * 7919 % 1000) + R"("},"valueQuantity":{"value":)" +
         std::to_string(100 + i % 100) + R"(,"unit":"cm"}})";
}

std::vector<std::string> observations(int count) {
  std::vector<std::string> bodies;
  for (int i = 0; i < count; ++i) bodies.push_back(observation(i));
  return bodies;
}

}  // namespace

TEST_CASE("Packer: back as it was: short, long, empty, sealed, with and without dictionary") {
  const crypto::Vault vault;
  Packer packer(vault);
  const std::string dictionary = *Packer::train(observations(2000));
  for (int round = 0; round < 2; ++round) {
    for (const std::string& body : {std::string(), std::string("{}"), observation(5),
                                    std::string(300'000, 'x'), std::string(1000, '\0')}) {
      for (const char* type : {"Observation", "Patient"}) {
        CHECK(*packer.unpack(packer.pack(type, body)) == body);
      }
    }
    packer.add_dictionary(7, "Observation", dictionary);
  }
  CHECK(packer.has_dictionary("Observation"));
  CHECK_FALSE(packer.has_dictionary("Patient"));
}

TEST_CASE("Packer: a dictionary makes small bodies several times smaller") {
  const crypto::Vault vault;
  Packer packer(vault);
  const std::string without = packer.pack("Observation", observation(12'345));
  packer.add_dictionary(1, "Observation", *Packer::train(observations(2000)));
  const std::string with = packer.pack("Observation", observation(12'345));
  CHECK(with.size() * 3 < without.size());
  CHECK(*packer.unpack(without) == observation(12'345));  // packed before there was a dictionary
}

TEST_CASE("Packer: the types that are sealed carry the flag") {
  const crypto::Vault vault;
  const Packer packer(vault);
  CHECK((static_cast<unsigned char>(packer.pack("Patient", observation(1)).front()) & 0x80) != 0);
  CHECK((static_cast<unsigned char>(packer.pack("Observation", observation(1)).front()) & 0x80) ==
        0);
}

TEST_CASE("Packer: damage is an error, never a crash") {
  const crypto::Vault vault;
  Packer packer(vault);
  packer.add_dictionary(1, "Observation", *Packer::train(observations(2000)));
  CHECK_FALSE(packer.unpack("").has_value());
  CHECK_FALSE(packer.unpack("\x7F").has_value());
  CHECK_FALSE(packer.unpack(std::string("\x02\x09") + "abc").has_value());  // dictionary 9
  for (const char* type : {"Observation", "Patient"}) {
    const std::string packed = packer.pack(type, observation(1));
    for (std::size_t length = 0; length < packed.size(); ++length) {
      CHECK_FALSE(packer.unpack(std::string_view(packed).substr(0, length)).has_value());
    }
    for (std::size_t i = 0; i < packed.size(); ++i) {
      std::string broken = packed;
      broken[i] = static_cast<char>(broken[i] ^ 0x55);
      (void)packer.unpack(broken);  // an error or other bytes, within bounds
    }
  }
}

TEST_CASE("Packer::train: too little to learn from") {
  CHECK(Packer::train({}).error().code == ErrorCode::invalid_input);
  CHECK(Packer::train({"{}"}).error().code == ErrorCode::invalid_input);
}

TEST_CASE("Packer: many threads, a dictionary coming in between") {
  const crypto::Vault vault;
  Packer packer(vault);
  const std::string dictionary = *Packer::train(observations(2000));
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        if (packer.unpack(packer.pack("Observation", observation(i))) != observation(i)) ++wrong;
      }
    });
  }
  packer.add_dictionary(1, "Observation", dictionary);
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("train_dictionary: kept by the store, taught once") {
  const TempDir folder;
  std::string packed;
  {
    auto store = given_store(folder.path());
    REQUIRE(store->train_dictionary("Observation", observations(2000)));
    REQUIRE(store->train_dictionary("Observation", {}));  // has one already
    packed = store->packer().pack("Observation", observation(1));
    committed(*store, one(version_of(*store, "Observation", "1", observation(1))));
  }
  const auto store = given_store(folder.path());
  CHECK(*store->packer().unpack(packed) == observation(1));
  CHECK(store->read(anyone, "Observation", "1")->json == observation(1));
}
