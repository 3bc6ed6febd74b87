#include "simulate/simulate.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include "simulate/resources.hpp"
#include "simulate/support.hpp"
#include "support/small_disk.hpp"

using namespace hb;
using namespace hb::test;

namespace hb::test {
const District& given_district() {
  static const District district = [] {
    District made;
    simulate::Options options = small(made.directory(), 6000, 3);
    options.problems = 20;
    const auto summary = simulate::simulate(options);
    REQUIRE_MESSAGE(summary.has_value(), summary.error().message, " ", summary.error().where);
    made.summary = *summary;
    return made;
  }();
  return district;
}
}  // namespace hb::test

namespace {

void check_same(const std::filesystem::path& a, const std::filesystem::path& b) {
  REQUIRE(names_in(a) == names_in(b));
  for (const std::string& name : names_in(a))
    CHECK_MESSAGE(read_bytes(a / name) == read_bytes(b / name), name);
}

std::string gunzip(const std::filesystem::path& file) {
  gzFile stream = gzopen(file.c_str(), "rb");
  REQUIRE(stream != nullptr);
  std::string text, piece(1 << 16, '\0');
  for (int got; (got = gzread(stream, piece.data(), static_cast<unsigned>(piece.size()))) > 0;)
    text.append(piece, 0, static_cast<std::size_t>(got));
  CHECK(gzclose(stream) == Z_OK);
  return text;
}

}  // namespace

TEST_CASE("simulate: same seed same bytes, whatever the threads; another seed other bytes") {
  TempDir temp;
  simulate::Options options = small(temp.path() / "a");
  options.threads = 1;
  REQUIRE(simulate::simulate(options));
  options.directory = temp.path() / "b";
  options.threads = 5;
  REQUIRE(simulate::simulate(options));
  check_same(temp.path() / "a", temp.path() / "b");

  options.directory = temp.path() / "c";
  options.seed = 8;
  REQUIRE(simulate::simulate(options));
  for (const char* name : {"Patient.ndjson", "Encounter.ndjson", "Observation.ndjson"})
    CHECK(read_bytes(temp.path() / "a" / name) != read_bytes(temp.path() / "c" / name));
  // The district itself does not depend on the seed of a run.
  CHECK(read_bytes(temp.path() / "a/areas.geojson") == read_bytes(temp.path() / "c/areas.geojson"));
}

TEST_CASE("simulate: --gzip holds the same lines") {
  TempDir temp;
  simulate::Options options = small(temp.path() / "plain");
  REQUIRE(simulate::simulate(options));
  options.directory = temp.path() / "gz";
  options.gzip = true;
  REQUIRE(simulate::simulate(options));
  for (const char* type : {"Patient", "Encounter", "Immunization"})
    CHECK(gunzip(temp.path() / "gz" / (std::string(type) + ".ndjson.gz")) ==
          read_bytes(temp.path() / "plain" / (std::string(type) + ".ndjson")));
}

TEST_CASE("simulate: a second run replaces the files of the first, nobody else's") {
  TempDir temp;
  simulate::Options options = small(temp.path());
  options.gzip = true;
  options.problems = 3;
  REQUIRE(simulate::simulate(options));
  CHECK(std::filesystem::exists(temp.path() / "dirty-clinic.ndjson"));
  options.gzip = false;
  options.problems = 0;
  std::ofstream(temp.path() / "notes.txt") << "mine";
  REQUIRE(simulate::simulate(options));
  CHECK_FALSE(std::filesystem::exists(temp.path() / "dirty-clinic.ndjson"));
  CHECK_FALSE(std::filesystem::exists(temp.path() / "Patient.ndjson.gz"));
  CHECK(std::filesystem::exists(temp.path() / "Patient.ndjson"));
  CHECK(read_bytes(temp.path() / "notes.txt") == "mine");

  TempDir other;
  std::ofstream(other.path() / "clinic.ndjson") << "{}";
  options.directory = other.path();
  const auto refused = simulate::simulate(options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(names_in(other.path()) == std::set<std::string>{"clinic.ndjson"});
}

TEST_CASE("simulate: parameters out of range are refused with their name") {
  TempDir temp;
  const auto refused = [&](auto change) {
    simulate::Options options = small(temp.path() / "x");
    change(options);
    const auto summary = simulate::simulate(options);
    REQUIRE_FALSE(summary);
    CHECK(summary.error().code == ErrorCode::invalid_input);
    CHECK_FALSE(std::filesystem::exists(temp.path() / "x"));
    return summary.error().where;
  };
  CHECK(refused([](auto& o) { o.residents = 0; }) == "--residents");
  CHECK(refused([](auto& o) { o.residents = 5000001; }) == "--residents");
  CHECK(refused([](auto& o) { o.years = 0; }) == "--years");
  CHECK(refused([](auto& o) { o.years = 101; }) == "--years");
  CHECK(refused([](auto& o) { o.problems = 100001; }) == "--problems");
  CHECK(refused([](auto& o) { o.last_day = *make_date(1989, 12, 31); }) == "--last-day");
  CHECK(refused([](auto& o) { o.directory.clear(); }) == "--out");
}

TEST_CASE("simulate: one resident for a year, and a leap day as the last day") {
  TempDir temp;
  simulate::Options options = small(temp.path() / "one", 1, 1);
  const auto one = simulate::simulate(options);
  REQUIRE(one);
  CHECK(one->residents == 1);
  CHECK(one->counts.at("Patient") >= 1 + one->deceased);
  options = small(temp.path() / "leap", 50, 3);
  options.last_day = *make_date(2024, 2, 29);
  const auto leap = simulate::simulate(options);
  REQUIRE(leap);
  CHECK(format_date(leap->first_day) == "2021-03-01");
  options = small(temp.path() / "day-before-leap", 50, 1);
  options.last_day = *make_date(2024, 2, 28);
  const auto before = simulate::simulate(options);
  REQUIRE(before);
  CHECK(format_date(before->first_day) == "2023-02-28");
}

TEST_CASE("simulate: a hundred years back") {
  TempDir temp;
  const auto summary = simulate::simulate(small(temp.path() / "x", 60, 100));
  REQUIRE(summary);
  CHECK(format_date(summary->first_day) == "1926-01-01");
  CHECK(summary->counts.at("Encounter") > 5000);
}

TEST_CASE("simulate: output that is no directory or cannot be written is refused") {
  TempDir temp;
  std::ofstream(temp.path() / "file") << "x";
  auto summary = simulate::simulate(small(temp.path() / "file"));
  REQUIRE_FALSE(summary);
  CHECK(summary.error().where == (temp.path() / "file").string());
  summary = simulate::simulate(small("/proc/no-such-place/out"));
  REQUIRE_FALSE(summary);
  CHECK(summary.error().code == ErrorCode::unavailable);
}

TEST_CASE("simulate: a full disk leaves nothing half-written") {
  TempDir temp;
  // A limit on the size of files stands in for the full disk: write() fails in the middle.
  struct rlimit before {};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit { 200000, before.rlim_max };
  setrlimit(RLIMIT_FSIZE, &limit);
  const auto plain = simulate::simulate(small(temp.path() / "x"));
  simulate::Options zipped = small(temp.path() / "z", 3000, 2);
  zipped.gzip = true;
  const auto gzip = simulate::simulate(zipped);
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  for (const auto* summary : {&plain, &gzip}) {
    REQUIRE_FALSE(*summary);
    CHECK(summary->error().code == ErrorCode::unavailable);
    CHECK(summary->error().message.find("half-written files were removed") != std::string::npos);
  }
  CHECK(std::filesystem::is_empty(temp.path()));
}

TEST_CASE("simulate: a run that is stopped leaves nothing") {
  TempDir temp;
  std::atomic<bool> stop{false};
  simulate::Options options = small(temp.path() / "x", 4000, 2);
  options.stop = &stop;
  const auto summary =
      simulate::simulate(options, [&](std::uint64_t done, std::uint64_t) { stop = done > 0; });
  REQUIRE_FALSE(summary);
  CHECK(summary.error().message.find("stopped on request") != std::string::npos);
  CHECK(std::filesystem::is_empty(temp.path()));
}

TEST_CASE("simulate: a disk that fills up in the middle is named, and is empty again") {
  SmallDisk disk(8);
  if (!disk.mounted()) {
    MESSAGE("skipped: mounting a small disk needs root");
    return;
  }
  simulate::Options options = small(disk.path() / "x", 4000, 2);
  for (const bool gzip : {false, true}) {
    options.gzip = gzip;
    if (gzip) REQUIRE(disk.take(6));
    const auto summary = simulate::simulate(options);
    REQUIRE_FALSE(summary);
    CHECK(summary.error().code == ErrorCode::unavailable);
    CHECK(summary.error().message.find("the disk is full") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(options.directory));
  }
}

TEST_CASE("simulate: with `take` every piece is handed over in order, and no NDJSON is written") {
  TempDir temp;
  simulate::Options options = small(temp.path() / "files");
  const auto files = simulate::simulate(options);
  REQUIRE(files);
  std::string patients;
  std::uint64_t next = 0;
  options.directory = temp.path() / "taken";
  options.threads = 4;
  options.take = [&](std::uint64_t piece,
                     const simulate::Batch& batch) -> Result<simulate::Commit> {
    std::string lines(batch.lines[static_cast<std::size_t>(simulate::Type::patient)].view());
    return [&patients, &next, piece, lines]() -> Result<void> {
      CHECK(piece == next++);
      patients += lines;
      return {};
    };
  };
  const auto taken = simulate::simulate(options);
  REQUIRE(taken);
  CHECK(taken->resources == files->resources);
  CHECK(patients == read_bytes(temp.path() / "files/Patient.ndjson"));
  CHECK_FALSE(std::filesystem::exists(temp.path() / "taken/Patient.ndjson"));
  CHECK(std::filesystem::exists(temp.path() / "taken/manifest.json"));

  options.directory = temp.path() / "refused";
  options.take = [](std::uint64_t, const simulate::Batch&) -> Result<simulate::Commit> {
    return fail(ErrorCode::unavailable, "the tables are full");
  };
  const auto refused = simulate::simulate(options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "the tables are full");
  CHECK_FALSE(std::filesystem::exists(temp.path() / "refused"));
}

TEST_CASE("simulate: the summary and the manifest count what the files hold") {
  const auto& made = given_district();
  std::uint64_t lines = 0;
  for (const auto& [type, count] : made.summary.counts) {
    CHECK(read_lines(made.directory() / (type + ".ndjson")).size() == count);
    lines += count;
  }
  CHECK(lines == made.summary.resources);
  CHECK(made.summary.counts.at("Patient") > 6000u + made.summary.deceased + made.summary.left);
  const std::string manifest = read_bytes(made.directory() / "manifest.json");
  CHECK(manifest.find("\"simulated\": true") != std::string::npos);
  CHECK(manifest.find("\"residents\": 6000") != std::string::npos);
  CHECK(read_lines(made.directory() / "dirty-clinic.ndjson").size() ==
        60);  // 20 faulty, two good before each
}
