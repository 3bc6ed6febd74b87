#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "cli/run_program.hpp"
#include "server/client.hpp"
#include "support/paths.hpp"

/// kill -9 of a server that imports and exports: what it goes on with after its next starts must be
/// whole, nothing twice and nothing missing.
using namespace hb::test;
namespace json = boost::json;

namespace {

constexpr int persons = 2'000;
constexpr int observations = 120'000;
constexpr int kills_of_import = 3;
constexpr int kills_of_export = 6;

std::string patient(int number) {
  return R"({"resourceType":"Patient","id":"p)" + std::to_string(number) +
         R"(","gender":"female","birthDate":"1990-01-01"})" + "\n";
}

std::string observation(int number) {
  return R"({"resourceType":"Observation","id":"o)" + std::to_string(number) +
         R"(","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},)" +
         R"("subject":{"reference":"Patient/p)" + std::to_string(number % persons) +
         R"("},"effectiveDateTime":"2025-06-01T08:00:00+08:00","valueQuantity":{"value":)" +
         std::to_string(100 + number % 80) +
         R"(,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}})" + "\n";
}

/// The server in the background.
class Serving {
 public:
  explicit Serving(const std::filesystem::path& folder) : out_(folder / "serve.out") {
    std::filesystem::remove(out_);  // it names the port of the one before
    process_ = fork();
    if (process_ == 0) {
      const int out = open(out_.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
      dup2(out, 1);
      dup2(out, 2);
      const std::string store = (folder / "store").string();
      const std::string incoming = (folder / "incoming").string();
      execl(HB_PROGRAM, HB_PROGRAM, "serve", "--store", store.c_str(), "--port", "0",
            "--import-dir", incoming.c_str(), "--quiet", nullptr);
      _exit(127);
    }
  }
  ~Serving() { end(SIGTERM); }

  std::uint16_t port() const {
    for (int i = 0; i < 600; ++i) {
      std::ifstream stream(out_, std::ios::binary);
      const std::string said{std::istreambuf_iterator<char>(stream), {}};
      if (const std::size_t at = said.find("http://127.0.0.1:");
          at != said.npos && said.find('\n', at) != said.npos)
        return static_cast<std::uint16_t>(std::stoi(said.substr(at + 17)));
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL("the server does not come up");
    return 0;
  }

  void end(int signal) {
    if (process_ <= 0) return;
    kill(process_, signal);
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
  }

 private:
  std::filesystem::path out_;
  pid_t process_ = -1;
};

/// 200 with the manifest, or what it says after so long.
Answer wait_for(std::uint16_t port, const std::string& place, std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  for (;;) {
    Answer answer = get(port, place);
    if (answer.status != 202 || std::chrono::steady_clock::now() > until) return answer;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

std::string path_of(const std::string& url) { return url.substr(url.find("/fhir")); }

/// Begins the job, kills the server again and again, and returns the manifest of the end.
json::value killed_job(const std::filesystem::path& folder, const std::string& method,
                       const std::string& target, const std::string& body, int kills,
                       std::mt19937& random) {
  std::string place;
  int killed = 0;
  for (;;) {
    Serving server(folder);
    const std::uint16_t port = server.port();
    if (place.empty()) {
      const Answer begun = ask(port, method, target, body, "Prefer: respond-async\r\n");
      CAPTURE(begun.body);
      REQUIRE(begun.status == 202);
      place = path_of(begun.header("content-location"));
    }
    const bool last = killed == kills;
    const std::chrono::milliseconds time(last ? 300'000 : 5 + random() % 80);
    const Answer answer = wait_for(port, place, time);
    if (answer.status != 202) {
      CAPTURE(answer.body);
      REQUIRE(answer.status == 200);
      MESSAGE(target, ": ended after ", killed, " kills");
      CHECK(killed > 0);  // else nothing was tried
      const json::value ended = answer.json();
      for (const json::value& error : ended.at("error").as_array())
        MESSAGE(get(port, path_of(std::string(error.at("url").as_string()))).body);
      return answer.json();
    }
    REQUIRE_FALSE(last);
    server.end(SIGKILL);
    ++killed;
  }
}

}  // namespace

TEST_CASE("$import and $export: killed again and again, nothing twice and nothing missing") {
  const TempDir directory;
  const auto& folder = directory.path();
  std::string people;
  for (int i = 0; i < persons; ++i) people += patient(i);
  write_text(folder / "people.ndjson", people);
  std::string lines;
  for (int i = 0; i < observations; ++i) lines += observation(i);
  write_text(folder / "incoming/observations.ndjson", lines);
  REQUIRE(run_program("load --store " + (folder / "store").string() + " " +
                      (folder / "people.ndjson").string())
              .exit_code == 0);

  const unsigned seed = 20261122;
  std::mt19937 random(seed);
  const json::value imported =
      killed_job(folder, "POST", "/fhir/$import",
                 R"({"resourceType":"Parameters","parameter":[{"name":"inputFormat","valueCode":)"
                 R"("application/fhir+ndjson"},{"name":"input","part":[{"name":"type","valueCode":)"
                 R"("Observation"},{"name":"url","valueUri":"observations.ndjson"}]}]})",
                 kills_of_import, random);
  CAPTURE(json::serialize(imported));
  REQUIRE(imported.at("error").as_array().empty());
  CHECK(imported.at("output").at(0).at("count").as_int64() == observations);

  const json::value exported =
      killed_job(folder, "GET", "/fhir/$export", "", kills_of_export, random);
  Serving server(folder);
  const std::uint16_t port = server.port();
  std::map<std::string, std::vector<int>> found;
  found["Patient"].resize(persons);
  found["Observation"].resize(observations);
  for (const json::value& file : exported.at("output").as_array()) {
    const std::string type(file.at("type").as_string());
    const Answer answer = get(port, path_of(std::string(file.at("url").as_string())));
    REQUIRE(answer.status == 200);
    std::int64_t count = 0;
    constexpr std::string_view mark = R"(,"id":")";
    for (std::size_t at = 0; at < answer.body.size(); ++count) {
      const std::size_t id = answer.body.find(mark, at) + mark.size();
      ++found[type].at(std::stoul(answer.body.substr(id + 1, 10)));
      at = answer.body.find('\n', at) + 1;
    }
    CHECK(count == file.at("count").as_int64());
  }
  for (const auto& [type, times] : found) {
    CAPTURE(type);
    CHECK(std::all_of(times.begin(), times.end(), [](int one) { return one == 1; }));
  }
}
