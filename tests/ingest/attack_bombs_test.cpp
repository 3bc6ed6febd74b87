#include <doctest/doctest.h>
#include <zlib.h>

#include <chrono>
#include <fstream>

#include "given.hpp"
#include "ingest/reader.hpp"
#include "ingest/source.hpp"

/// Attack: small deliveries that would become enormous, or enormously deep, when they are read.
using namespace hb;
using namespace hb::ingest;
using namespace hb::test;

namespace {

/// One gzip member that holds `block` `times` times.
std::string bomb(const std::string& block, int times) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed;
  std::string piece(1 << 16, '\0');
  const auto drain = [&](int flush) {
    do {
      stream.next_out = reinterpret_cast<unsigned char*>(piece.data());
      stream.avail_out = static_cast<unsigned>(piece.size());
      deflate(&stream, flush);
      packed.append(piece, 0, piece.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  };
  for (int i = 0; i < times; ++i) {
    stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(block.data()));
    stream.avail_in = static_cast<unsigned>(block.size());
    drain(Z_NO_FLUSH);
  }
  drain(Z_FINISH);
  deflateEnd(&stream);
  return packed;
}

/// Highest resident memory since the last call, in MB.
class Peak {
 public:
  Peak() { reset(); }
  std::int64_t megabytes() const {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) / 1024;
    return -1;
  }
  void reset() { std::ofstream("/proc/self/clear_refs") << "5"; }
};

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("attack: a gzip file that unpacks to far more than itself is put down, not unpacked") {
  const TempDir directory;
  for (const auto& [name, block] :
       {std::pair{"lines.gz", std::string(1 << 20, '\n')},
        std::pair{"blanks.gz", "{\"resourceType\":\"Patient\"" + std::string(1 << 20, ' ')},
        std::pair{"zeros.gz", "{" + std::string(1 << 20, '\0')}}) {
    CAPTURE(name);
    const std::string path = given_file(directory.path(), name, bomb(block, 300));
    REQUIRE(std::filesystem::file_size(path) < 400'000);  // 300 MB
    auto source = ByteSource::open(path);
    REQUIRE(source.has_value());
    std::string into(1 << 20, '\0');
    std::int64_t unpacked = 0;
    for (std::size_t got; (got = source->read(into.data(), into.size())) > 0;)
      unpacked += static_cast<std::int64_t>(got);
    CHECK(unpacked <= (66 << 20));
    CHECK(source->damage() == "the gzip stream unpacks to more than 200 times its size");
  }
}

TEST_CASE("attack: what packs well is no bomb: forty times its size is read whole") {
  const TempDir directory;
  std::string lines;  // random digits keep it from packing better
  unsigned state = 1;
  while (lines.size() < (1u << 20)) {
    state = state * 1664525u + 1013904223u;
    lines += R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"id":"o)" +
             std::to_string(state) + "\"}\n";
  }
  const std::string path = given_file(directory.path(), "good.gz", bomb(lines, 80));
  auto source = ByteSource::open(path);
  REQUIRE(source.has_value());
  std::string into(1 << 20, '\0');
  std::int64_t unpacked = 0;
  for (std::size_t got; (got = source->read(into.data(), into.size())) > 0;)
    unpacked += static_cast<std::int64_t>(got);
  CHECK(unpacked == 80 * static_cast<std::int64_t>(lines.size()));
  CHECK(source->damage().empty());
}

TEST_CASE(
    "attack: a bomb is a delivery with one problem; memory stays as it was and others go on") {
  const TempDir directory;
  auto hub = given_hub(directory.path() / "store");
  const std::string good = given_file(directory.path(), "good.ndjson", patient("p1") + "\n");
  const std::string bad = given_file(
      directory.path(), "bomb.ndjson.gz",
      bomb("{\"resourceType\":\"Patient\",\"id\":\"p2\",\"x\":\"" + std::string(1 << 20, ' '),
           300));
  Peak peak;
  const std::int64_t before = peak.megabytes();
  const auto report = given_loaded(*hub, {bad, good});
  CHECK(peak.megabytes() - before < 400);
  REQUIRE(report.deliveries.size() == 2);
  const auto problems = hub->store().problems(tester(), report.deliveries[0], -1, 0, 10);
  REQUIRE(problems.has_value());
  REQUIRE_FALSE(problems->empty());
  CHECK(rows_of(*hub, "resident") == 1);
  check_sound(*hub);
}

TEST_CASE("attack: a million brackets are a problem with a name, not the end of the program") {
  const TempDir directory;
  auto hub = given_hub(directory.path() / "store");
  const std::string deep_array = R"({"resourceType":"Patient","id":"a","x":)" +
                                 repeated("[", 1'000'000) + repeated("]", 1'000'000) + "}";
  const std::string deep_object = R"({"resourceType":"Patient","id":"b","extension":[)" +
                                  repeated(R"({"url":"u","extension":[)", 100'000) +
                                  repeated("]}", 100'000) + "]}";
  const std::string unclosed = repeated(R"({"a":[)", 500'000);
  const std::string xml =
      "<Patient xmlns=\"http://hl7.org/fhir\">" + repeated("<extension>", 500'000);
  int number = 0;
  for (const std::string& text :
       {deep_array, deep_object, unclosed, "[" + deep_array + "]", xml,
        R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":)" + deep_object +
            "}]}"}) {
    CAPTURE(number);
    const auto started = std::chrono::steady_clock::now();
    const std::string name =
        "deep" + std::to_string(number++) + (text[0] == '<' ? ".xml" : ".json");
    const std::string path = given_file(directory.path(), name, text + "\n");
    auto report = ingest::load(*hub, {path}, {});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    CHECK(took.count() < 10.0);
    if (!report) continue;  // refused as a whole
    std::int64_t put_aside = 0;
    for (const DeliveryId delivery : report->deliveries)
      put_aside += hub->store().delivery(tester(), delivery)->quarantined;
    CHECK((put_aside >= 1 || !report->failed.empty()));
  }
  CHECK(rows_of(*hub, "resident") == 0);
  check_sound(*hub);
}

TEST_CASE("attack: XML entities are never resolved: no billion laughs, no file of this machine") {
  const TempDir directory;
  auto hub = given_hub(directory.path() / "store");
  std::string laughs = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY l0 \"lol\">";
  for (int i = 1; i < 10; ++i) {
    laughs += "<!ENTITY l" + std::to_string(i) + " \"";
    for (int k = 0; k < 10; ++k) laughs += "&l" + std::to_string(i - 1) + ";";
    laughs += "\">";
  }
  laughs += "]><Patient xmlns=\"http://hl7.org/fhir\"><id value=\"&l9;\"/></Patient>";
  const std::string outside =
      "<?xml version=\"1.0\"?><!DOCTYPE p [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
      "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"a\"/><name><text "
      "value=\"&x;\"/></name></Patient>";
  for (const std::string& text : {laughs, outside}) {
    const std::string path = given_file(directory.path(), "x.xml", text);
    const auto started = std::chrono::steady_clock::now();
    auto report = ingest::load(*hub, {path}, {});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    CHECK(took.count() < 2.0);
    REQUIRE(report.has_value());
    for (const DeliveryId delivery : report->deliveries)
      for (const records::Problem& problem :
           *hub->store().problems(tester(), delivery, -1, 0, 10)) {
        CHECK(problem.found.find("root:") == std::string::npos);
        CHECK(problem.expected.find("root:") == std::string::npos);
      }
  }
  CHECK(rows_of(*hub, "resident") == 0);
}
