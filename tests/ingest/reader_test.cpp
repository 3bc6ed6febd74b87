#include "ingest/reader.hpp"

#include <zlib.h>

#include <fstream>

#include <doctest/doctest.h>

#include "support/paths.hpp"

using namespace hb;
using namespace hb::ingest;

namespace {

struct Read {
  std::vector<std::string> texts;
  std::vector<std::int64_t> lines;
  std::vector<std::int64_t> offsets;
  std::vector<records::Problem> problems;
  ReadSummary summary;
  std::string error;
};

Read read_file(const std::filesystem::path& path, ReaderOptions options = {}) {
  Read read;
  if (!options.wants) options.wants = [](std::string_view) { return true; };
  auto summary =
      read_pieces(path.string(), static_cast<std::int64_t>(std::filesystem::file_size(path)),
                  options, [&](Chunk&& chunk) {
                    for (std::size_t i = 0; i < chunk.pieces.size(); ++i) {
                      read.texts.emplace_back(chunk.piece(i));
                      read.lines.push_back(chunk.pieces[i].line);
                      read.offsets.push_back(chunk.pieces[i].offset);
                    }
                    for (auto& problem : chunk.problems) read.problems.push_back(problem);
                    return true;
                  });
  if (summary)
    read.summary = *summary;
  else
    read.error = summary.error().message;
  return read;
}

std::filesystem::path write(const test::TempDir& dir, std::string_view name,
                            std::string_view text) {
  const auto path = dir.path() / name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string gzipped(std::string_view text) {
  std::string packed(compressBound(text.size()) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<unsigned>(text.size());
  stream.next_out = reinterpret_cast<unsigned char*>(packed.data());
  stream.avail_out = static_cast<unsigned>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

TEST_CASE("read_pieces: lines with number and offset; empty lines and a missing last break") {
  const test::TempDir dir;
  const Read read = read_file(write(dir, "a.ndjson", "{\"a\":1}\n\n  {\"b\":2}  \r\n{\"c\":3}"));
  REQUIRE(read.texts == std::vector<std::string>{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"});
  CHECK(read.lines == std::vector<std::int64_t>{1, 3, 4});
  CHECK(read.offsets == std::vector<std::int64_t>{0, 11, 22});
  CHECK(read.problems.empty());
}

TEST_CASE(
    "read_pieces: a line over the limit is kept by offset, digest and head; its neighbours live") {
  const test::TempDir dir;
  const std::string longest = "{\"x\":\"" + std::string(300'000, 'y') + "\"}";
  ReaderOptions options;
  options.max_piece = 100'000;
  for (const std::string& text : {"{\"a\":1}\n" + longest + "\n{\"c\":3}\n", longest}) {
    const Read read = read_file(write(dir, "a.ndjson", text), options);
    REQUIRE(read.problems.size() == 1);
    const records::Problem& problem = read.problems.front();
    CHECK(problem.rule == "too-long");
    CHECK(problem.length == static_cast<std::int64_t>(longest.size()));
    CHECK(problem.original == longest.substr(0, 65536));
    CHECK(problem.digest == crypto::sha256_hex(longest));
    CHECK(problem.offset == (text.size() > longest.size() ? 8 : 0));
    CHECK(read.texts.size() == (text.size() > longest.size() ? 2 : 0));
  }
}

TEST_CASE("read_pieces: a line of 200 MB needs no memory of its size") {
  const test::TempDir dir;
  const auto path = dir.path() / "huge.ndjson";
  {
    std::ofstream file(path, std::ios::binary);
    file << "{\"resourceType\":\"Patient\",\"text\":\"";
    const std::string block(1 << 20, 'x');
    for (int mb = 0; mb < 200; ++mb) file << block;
    file << "\"}\n{\"resourceType\":\"Patient\",\"id\":\"p2\"}\n";
  }
  const Read read = read_file(path);
  REQUIRE(read.problems.size() == 1);
  CHECK(read.problems.front().rule == "too-long");
  CHECK(read.problems.front().type == "Patient");
  REQUIRE(read.texts.size() == 1);
  CHECK(read.lines.front() == 2);
}

TEST_CASE("read_pieces: gzip is told by content; a cut or damaged stream harms only its end") {
  const test::TempDir dir;
  std::string text;
  for (int line = 0; line < 20'000; ++line)
    text += "{\"resourceType\":\"Patient\",\"id\":\"p" + std::to_string(line * 7919) + "\"}\n";
  const std::string packed = gzipped(text);
  const Read whole = read_file(write(dir, "whole.gz", packed));
  CHECK(whole.texts.size() == 20'000);
  CHECK(whole.problems.empty());

  const Read cut = read_file(write(dir, "cut.gz", packed.substr(0, packed.size() / 2)));
  CHECK(cut.texts.size() > 5'000);
  CHECK(cut.texts.size() < 15'000);
  REQUIRE(cut.problems.size() == 1);
  CHECK(cut.problems.front().rule == "damaged-file");
  CHECK(cut.problems.front().found == "the gzip stream is cut off");
  CHECK(cut.problems.front().line == static_cast<std::int64_t>(cut.texts.size()) + 1);

  std::string broken = packed;
  for (std::size_t at = packed.size() / 2; at < packed.size() / 2 + 200; ++at) broken[at] = '\x55';
  const Read damaged = read_file(write(dir, "broken.gz", broken));
  CHECK_FALSE(damaged.problems.empty());

  const Read joined =
      read_file(write(dir, "joined.gz", gzipped("{\"a\":1}\n") + gzipped("{\"b\":2}\n")));
  CHECK(joined.texts.size() == 2);
}

TEST_CASE("read_pieces: Bundles, pretty or in one line, arrays and single resources") {
  const test::TempDir dir;
  const std::string bundle = R"({
  "resourceType": "Bundle", "type": "transaction",
  "entry": [
    {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "id": "p1"}, "request": {"method": "POST"}},
    {"resource": {"resourceType": "Encounter", "id": "e1", "subject": {"reference": "urn:uuid:1"}}},
    {"request": {"method": "DELETE", "url": "Patient/p9"}}
  ]
})";
  BundleLinks links;
  ReaderOptions first;
  first.collect = &links;
  (void)read_file(write(dir, "b.json", bundle), first);
  CHECK(links == BundleLinks{{"urn:uuid:1", "Patient/p1"}});

  ReaderOptions second;
  second.resolve = &links;
  const Read read = read_file(dir.path() / "b.json", second);
  REQUIRE(read.texts.size() == 2);
  CHECK(read.texts[0] == R"({"resourceType": "Patient", "id": "p1"})");
  CHECK(read.texts[1].find(R"("reference": "Patient/p1")") != std::string::npos);
  CHECK(read.lines == std::vector<std::int64_t>{1, 2});
  CHECK(bundle.substr(static_cast<std::size_t>(read.offsets[0]))
            .starts_with(R"({"resourceType": "Patient")"));
  REQUIRE(read.problems.size() == 1);
  CHECK(read.problems.front().rule == "no-resource");

  std::string line = bundle;
  std::erase(line, '\n');
  CHECK(read_file(write(dir, "l.ndjson", line + "\n" + line + "\n")).texts.size() == 4);
  CHECK(read_file(write(dir, "a.json", "[{\"a\":1},\n {\"b\":[1,2]}]")).texts.size() == 2);
  CHECK(read_file(write(dir, "s.json", "{\n \"resourceType\": \"Patient\",\n \"id\": \"p1\"\n}"))
            .texts.size() == 1);
}

TEST_CASE(
    "read_pieces: a Bundle larger than the limit streams; one that is cut keeps its whole "
    "entries") {
  const test::TempDir dir;
  std::string bundle = "{\"resourceType\":\"Bundle\",\n\"entry\":[";
  for (int entry = 0; entry < 2'000; ++entry)
    bundle += std::string(entry ? ",\n" : "") + R"({"resource":{"resourceType":"Patient","id":"p)" +
              std::to_string(entry) + R"("}})";
  ReaderOptions options;
  options.max_piece = 4'000;
  const Read whole =
      read_file(write(dir, "w.json", bundle + "],\"type\":\"collection\"}"), options);
  CHECK(whole.texts.size() == 2'000);
  CHECK(whole.problems.empty());
  const Read cut = read_file(write(dir, "c.json", bundle.substr(0, bundle.size() - 20)));
  CHECK(cut.texts.size() == 1'999);
  REQUIRE(cut.problems.size() == 1);
  CHECK(cut.problems.front().rule == "truncated");
}

TEST_CASE("read_pieces: a broken first line does not turn lines into a document") {
  const test::TempDir dir;
  const Read read = read_file(
      write(dir, "a.ndjson",
            "{\"resourceType\":\"Patient\",\n{\"resourceType\":\"Patient\",\"id\":\"a\"}\n"));
  CHECK(read.texts.size() == 2);
}

TEST_CASE("read_pieces: empty, binary and UTF-16 files are refused with what was expected") {
  const test::TempDir dir;
  CHECK(read_file(write(dir, "e.ndjson", "")).error == "the file is empty");
  CHECK(read_file(write(dir, "b.ndjson", std::string("PK\x03\x04\0\0", 6))).error.find("binary") !=
        std::string::npos);
  CHECK(read_file(write(dir, "u.ndjson", "\xFF\xFE{\0")).error.find("UTF-16") != std::string::npos);
}

TEST_CASE("read_pieces: each pass takes its own types and counts what it leaves") {
  const test::TempDir dir;
  const auto path = write(dir, "m.ndjson",
                          "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n{\"resourceType\":"
                          "\"Encounter\",\"id\":\"b\"}\nrubbish\n");
  ReaderOptions options;
  options.wants = [](std::string_view type) { return type == "Patient"; };
  const Read people = read_file(path, options);
  CHECK(people.summary.taken == 1);
  CHECK(people.summary.left == 2);
}
