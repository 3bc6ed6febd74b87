// The real server over a disk that is full, forbidden or damaged: it says so, and gives no wrong
// answer.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <fstream>
#include <iterator>

#include "crash/mixed_load.hpp"
#include "crash/server_run.hpp"
#include "server/client.hpp"
#include "support/paths.hpp"
#include "support/small_disk.hpp"

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace hb::test;

namespace {

std::string scenes() { return " --scenes '" + (source_dir() / "scenes").string() + "' "; }

int run(const std::string& arguments, const fs::path& out = "/dev/null") {
  const int status =
      std::system(("'" HB_PROGRAM "' " + arguments + " > '" + out.string() + "' 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void put_text(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

void given_store(const fs::path& store) {
  put_text(store.string() + ".ndjson",
           R"({"resourceType":"Patient","id":"first","gender":"female","birthDate":"1980-01-01"})"
           "\n"
           R"({"resourceType":"Organization","id":"house","name":"机构"})"
           "\n");
  REQUIRE(run("load --store '" + store.string() + "'" + scenes() + "'" + store.string() +
              ".ndjson'") == 0);
}

std::string organization(int number) {
  return R"({"resourceType":"Organization","name":"机构)" + std::to_string(number) +
         R"(","identifier":[{"system":"urn:damage","value":"n)" + std::to_string(number) +
         R"("}],"alias":[")" + std::string(1500, 'a') + "\"]}";
}

Answer create(std::uint16_t port, int number) {
  return ask(port, "POST", "/fhir/Organization", organization(number));
}

std::int64_t found(std::uint16_t port, int number) {
  const Answer answer = get(port, "/fhir/Organization?_total=accurate&identifier=urn:damage%7Cn" +
                                      std::to_string(number));
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
  return answer.json().at("total").as_int64();
}

/// Says what /api/status says is wrong; empty: nothing.
std::string faults(std::uint16_t port) {
  const json::value status = get(port, "/api/status").json();
  const json::value* list = status.as_object().if_contains("faults");
  return list == nullptr ? std::string() : json::serialize(*list);
}

void check_sound(const fs::path& store) {
  const fs::path out = store.string() + ".check";
  CHECK_MESSAGE(run("store check --store '" + store.string() + "'" + scenes(), out) == 0,
                text_of(out));
}

/// Nothing but zeros where something should be.
void overwrite(const fs::path& file, std::size_t from, std::size_t count) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(static_cast<std::streamoff>(from));
  stream << std::string(count, '\x5a');
}

}  // namespace

TEST_CASE("serve: a full disk refuses writes with 507, goes on reading, and recovers by itself") {
  SmallDisk disk(64);
  if (!disk.mounted()) {
    MESSAGE("skipped: no right to mount a small disk");
    return;
  }
  const fs::path store = disk.path() / "store";
  given_store(store);
  ServerRun server(store);
  const std::uint16_t port = server.wait_until_ready();
  REQUIRE_MESSAGE(port != 0, server.said());
  REQUIRE(create(port, 0).status == 201);
  CHECK(get(port, "/readyz").status == 200);
  CHECK(faults(port).empty());

  struct statvfs about {};
  REQUIRE(statvfs(disk.path().c_str(), &about) == 0);
  REQUIRE(disk.take(static_cast<int>(about.f_bavail * about.f_frsize >> 20)));
  Answer refused;
  int number = 0;
  do refused = create(port, ++number);
  while (refused.status == 201 && number < 5000);
  CHECK_MESSAGE(refused.status == 507, refused.body);
  CHECK(refused.json().at("resourceType").as_string() == "OperationOutcome");
  CHECK(refused.body.find("is full") != std::string::npos);
  // A few small audit entries may still fit where a resource did not.
  for (int looks = 0; looks < 5000 && get(port, "/fhir/Patient/first").status == 200; ++looks) {
  }
  CHECK(get(port, "/fhir/Patient/first").status == 503);  // a look without its audit entry
  CHECK(get(port, "/fhir/Organization/house").status == 200);
  CHECK(get(port, "/healthz").status == 200);
  const Answer ready = get(port, "/readyz");
  CHECK(ready.status == 503);
  CHECK(ready.body.find("is full") != std::string::npos);
  CHECK(faults(port).find("records") != std::string::npos);

  REQUIRE(disk.give_back());
  CHECK(get(port, "/readyz").status == 200);  // it tried by itself
  CHECK(faults(port).empty());
  CHECK(create(port, number + 1).status == 201);
  CHECK(found(port, number + 1) == 1);
  CHECK(found(port, number) == 0);  // what was refused is not there
  CHECK(found(port, number - 1) == 1);
  CHECK(server.stop() == 0);
  check_sound(store);
}

TEST_CASE("serve: a disk that may not be written refuses writes with 503 and goes on reading") {
  const TempDir dir;
  const fs::path store = dir.path() / "store";
  given_store(store);
  ServerRun server(store);
  const std::uint16_t port = server.wait_until_ready();
  REQUIRE_MESSAGE(port != 0, server.said());
  REQUIRE(create(port, 0).status == 201);
  // The kernel refuses every byte behind the first 4,096 of any file.
  const rlimit narrow{4096, RLIM_INFINITY};
  REQUIRE(prlimit(server.pid(), RLIMIT_FSIZE, &narrow, nullptr) == 0);
  const Answer refused = create(port, 1);
  CHECK_MESSAGE((refused.status == 503 || refused.status == 507), refused.body);
  CHECK(refused.json().at("resourceType").as_string() == "OperationOutcome");
  CHECK(get(port, "/fhir/Patient/first").status == 503);  // a look without its audit entry
  CHECK(get(port, "/fhir/Organization/house").status == 200);
  CHECK(get(port, "/readyz").status == 503);
  CHECK(faults(port).find("nothing can be written") != std::string::npos);
  const rlimit wide{RLIM_INFINITY, RLIM_INFINITY};
  REQUIRE(prlimit(server.pid(), RLIMIT_FSIZE, &wide, nullptr) == 0);
  CHECK(get(port, "/readyz").status == 200);
  CHECK(create(port, 2).status == 201);
  CHECK(found(port, 1) == 0);
  CHECK(found(port, 2) == 1);
  CHECK(server.stop() == 0);
  check_sound(store);
}

TEST_CASE("serve: a read-only disk is told at the start") {
  SmallDisk disk(64);
  if (!disk.mounted()) {
    MESSAGE("skipped: no right to mount a small disk");
    return;
  }
  const fs::path store = disk.path() / "store";
  given_store(store);
  REQUIRE(mount(nullptr, disk.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0);
  const TempDir logs;
  CHECK(run("serve --port 0 --store '" + store.string() + "'" + scenes(), logs.path() / "out") ==
        1);
  const std::string said = text_of(logs.path() / "out");
  CHECK_MESSAGE(said.find("Read-only file system") != std::string::npos, said);
  REQUIRE(mount(nullptr, disk.path().c_str(), nullptr, MS_REMOUNT, nullptr) == 0);
  check_sound(store);
}

TEST_CASE("serve: a log whose end is gone: what is left is whole, and the loss is told") {
  const TempDir dir;
  const fs::path store = dir.path() / "store";
  given_store(store);
  constexpr int writes = 120;
  {
    ServerRun server(store);
    const std::uint16_t port = server.wait_until_ready();
    REQUIRE_MESSAGE(port != 0, server.said());
    for (int number = 0; number < writes; ++number) REQUIRE(create(port, number).status == 201);
    CHECK(found(port, writes - 1) == 1);  // index and tables have reached the end
    REQUIRE(get(port, "/api/status?after=1").status == 200);
    REQUIRE(server.kill_now());
  }
  const fs::path log = store / "records.db-wal";
  REQUIRE(fs::file_size(log) > 100'000);
  fs::resize_file(log, fs::file_size(log) * 2 / 3);
  {
    ServerRun server(store);
    const std::uint16_t port = server.wait_until_ready();
    REQUIRE_MESSAGE(port != 0, server.said());
    CHECK(faults(port).find("not there any more") != std::string::npos);
    CHECK(get(port, "/readyz").status == 200);
    CHECK(found(port, 0) == 1);
    CHECK(found(port, writes - 1) == 0);
    CHECK(create(port, writes).status == 201);
    CHECK(found(port, writes) == 1);
    CHECK(server.stop() == 0);
  }
  check_sound(store);
}

TEST_CASE("serve: tables and search index that are missing or damaged are made anew") {
  const TempDir dir;
  const fs::path store = dir.path() / "store";
  given_store(store);
  const auto serve_once = [&](int number) {
    ServerRun server(store);
    const std::uint16_t port = server.wait_until_ready();
    REQUIRE_MESSAGE(port != 0, server.said());
    CHECK(create(port, number).status == 201);
    for (int earlier = 0; earlier <= number; ++earlier) CHECK(found(port, earlier) == 1);
    const Answer residents = get(port, "/api/residents?q=first");
    CHECK(get(port, "/fhir/Patient/first").status == 200);
    CHECK(server.stop() == 0);
  };
  serve_once(0);
  int number = 0;
  for (const char* name : {"tables.db", "search.db"}) {
    CAPTURE(name);
    const fs::path file = store / name;
    fs::remove(file);
    serve_once(++number);
    check_sound(store);
    put_text(file, "this is no database\n");
    serve_once(++number);
    check_sound(store);
    overwrite(file, 0, 4096);
    serve_once(++number);
    check_sound(store);
    fs::resize_file(file, fs::file_size(file) / 2);
    serve_once(++number);
    check_sound(store);
  }
}

TEST_CASE("serve: damaged records are named and never served as if whole") {
  const TempDir dir;
  const fs::path store = dir.path() / "store";
  given_store(store);
  constexpr int writes = 400;
  std::vector<std::string> ids;
  {
    ServerRun server(store);
    const std::uint16_t port = server.wait_until_ready();
    REQUIRE_MESSAGE(port != 0, server.said());
    for (int number = 0; number < writes; ++number) {
      const Answer created = create(port, number);
      REQUIRE(created.status == 201);
      ids.emplace_back(created.json().at("id").as_string());
    }
    CHECK(found(port, 0) == 1);
    CHECK(server.stop() == 0);
  }
  const fs::path file = store / "records.db";
  overwrite(file, fs::file_size(file) / 2 / 8192 * 8192, 6 * 8192);
  {
    ServerRun server(store);
    const std::uint16_t port = server.wait_until_ready();
    if (port != 0) {
      int refused = 0;
      for (int number = 0; number < writes; ++number) {
        const Answer answer =
            get(port, "/fhir/Organization/" + ids[static_cast<std::size_t>(number)]);
        if (answer.status == 200) {
          CHECK(answer.body.find("\"n" + std::to_string(number) + "\"") != std::string::npos);
        } else {
          ++refused;
        }
      }
      CHECK(refused > 0);
      CHECK(get(port, "/readyz").status == 503);
      CHECK(faults(port).find("damaged") != std::string::npos);
    } else {
      CHECK(server.said().find("damaged") != std::string::npos);
    }
  }
  const fs::path out = store.string() + ".check";
  CHECK(run("store check --store '" + store.string() + "'" + scenes(), out) == 1);
  MESSAGE(text_of(out));
  CHECK(run("store backup --store '" + store.string() + "' --to '" + (dir.path() / "b").string() +
                "'",
            out) == 1);
  CHECK(text_of(out).find("damaged") != std::string::npos);
}
