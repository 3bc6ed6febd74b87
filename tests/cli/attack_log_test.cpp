#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "server/client.hpp"
#include "support/paths.hpp"

/// Attack: reading the logs instead of the records. The real program is led through a day; what it
/// wrote to stdout and stderr is searched for everything that names a person or opens a door.
using namespace hb::test;

namespace {

const char* const name = "诸葛清漪";
const char* const pinyin = "zhugeqingyi";
const char* const number = "770101198001010013";
const char* const phone = "00087654321";
const char* const address = "映川区听雨巷七号";
const char* const password = "Brook-and-7-lanterns";
const char* const wrong_password = "Willow-8-secret-guess";

std::string patient(const std::string& id, const std::string& birth) {
  return R"({"resourceType":"Patient","id":")" + id +
         R"(","identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":")" + number +
         R"("}],"name":[{"text":")" + name + R"("}],"telecom":[{"system":"phone","value":")" +
         phone + R"("}],"gender":"female","birthDate":")" + birth + R"(","address":[{"text":")" +
         address + "\"}]}\n";
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string escaped(const std::string& text) {
  std::string out;
  char part[4];
  for (const char c : text) {
    std::snprintf(part, sizeof part, "%%%02X",
                  static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += part;
  }
  return out;
}

/// The program in the background, what it says in two files.
class Program {
 public:
  Program(const std::filesystem::path& folder, const std::vector<std::string>& arguments)
      : out_(folder / "serve.out"), err_(folder / "serve.err") {
    process_ = fork();
    if (process_ == 0) {
      const int out = open(out_.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
      const int err = open(err_.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
      dup2(out, 1);
      dup2(err, 2);
      std::vector<char*> list;
      for (const std::string& argument : arguments)
        list.push_back(const_cast<char*>(argument.c_str()));
      list.push_back(nullptr);
      execv(HB_PROGRAM, list.data());
      _exit(127);
    }
  }
  ~Program() { stop(); }

  std::uint16_t port() const {
    for (int i = 0; i < 300; ++i) {
      const std::string said = text_of(out_);
      if (const std::size_t at = said.find("127.0.0.1:");
          at != said.npos && said.find('\n', at) != said.npos)
        return static_cast<std::uint16_t>(std::stoi(said.substr(at + 10)));
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    FAIL("the server does not come up: " << text_of(err_));
    return 0;
  }

  std::string stop() {
    if (process_ > 0) {
      kill(process_, SIGTERM);
      int status = 0;
      waitpid(process_, &status, 0);
      process_ = -1;
    }
    return text_of(out_) + text_of(err_);
  }

 private:
  std::filesystem::path out_, err_;
  pid_t process_ = -1;
};

struct Run {
  std::string out;
  std::string err;
};

Run run(const std::filesystem::path& folder, const std::string& arguments) {
  const std::string command = "'" HB_PROGRAM "' " + arguments + " >" +
                              (folder / "run.out").string() + " 2>" +
                              (folder / "run.err").string() + " </dev/null";
  const int status = std::system(command.c_str());
  CHECK(status != -1);
  return {text_of(folder / "run.out"), text_of(folder / "run.err")};
}

/// Everything that a person, or a guesser, may do with a name in hand.
std::string walk(std::uint16_t port, std::vector<std::string>& secrets) {
  const auto log_in = [&](const std::string& word) {
    return ask(port, "POST", "/api/session", R"({"name":"li.na","password":")" + word + "\"}");
  };
  CHECK(log_in(wrong_password).status == 401);
  CHECK(
      ask(port, "POST", "/api/session", R"({"name":")" + std::string(name) + R"(","password":"x"})")
          .status == 401);
  CHECK(ask(port, "POST", "/api/session", R"({"name":"li.na","password":")" + std::string(password))
            .status == 400);
  const Answer session = log_in(password);
  REQUIRE(session.status == 200);
  const std::string set = session.header("set-cookie");
  const std::string cookie = "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
  const std::string csrf(session.json().at("csrf").as_string());
  const std::string all = cookie + "X-CSRF-Token: " + csrf + "\r\n";
  secrets.push_back(set.substr(11, set.find(';') - 11));
  secrets.push_back(csrf);
  for (const std::string& word : {std::string(name), std::string(pinyin), std::string(number),
                                  std::string(phone), std::string(address)}) {
    CHECK(ask(port, "GET", "/api/residents?q=" + escaped(word), "", all).status == 200);
    CHECK(ask(port, "GET", "/api/search?q=" + escaped(word), "", all).status == 200);
    for (const std::string before :
         {"/api/residents/", "/api/", "/", "/api/boards/", "/api/users/"})
      (void)ask(port, "GET", before + escaped(word), "", all);
    (void)ask(port, "GET", "/api/residents?" + escaped(word) + "=1", "", all);
    (void)ask(port, "GET", "/api/residents?area=" + escaped(word), "", all);
    (void)ask(port, "GET", "/api/status", "",
              all + "X-Name: " + word + "\r\nUser-Agent: " + word + "\r\n");
    (void)ask(port, word, "/", "", all);
  }
  for (const char* path :
       {"/api/residents", "/api/residents/1", "/api/residents/1/timeline", "/api/deliveries",
        "/api/deliveries/1/problems", "/api/deliveries/1/problems.csv", "/api/problems/1"})
    CHECK(ask(port, "GET", path, "", all).status == 200);
  const std::string text = patient("p9", "2020-02-30");
  CHECK(ask(port, "POST", "/api/deliveries?name=" + escaped(name) + ".ndjson", text, all).status ==
        202);
  std::string body = "{\"text\":\"";
  for (const char c : text)
    body += c == '"' ? std::string("\\\"") : c == '\n' ? "" : std::string(1, c);
  (void)ask(port, "POST", "/api/problems/1/correct", body + "\"}", all);
  (void)ask(port, "POST", "/api/problems/1/dismiss", R"({"note":")" + std::string(name) + "\"}",
            all);
  CHECK(ask(port, "POST", "/api/session/password",
            R"({"old":")" + std::string(password) + R"(","new":"Nine-quiet-herons-4"})", all)
            .status == 200);
  for (int i = 0; i < 100; ++i) {
    if (ask(port, "GET", "/api/deliveries?state=receiving", "", all).json().at("total") == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return cookie;
}

}  // namespace

TEST_CASE(
    "attack: logs of a whole day hold no name, number, phone, address, password, cookie or token") {
  const TempDir folder;
  const std::string store = (folder.path() / "store").string();
  std::ofstream(folder.path() / "people.ndjson", std::ios::binary)
      << patient("p1", "1980-01-01") << patient("p2", "2020-02-30")
      << "{\"resourceType\":\"Patient\"," << name << "\n"
      << R"({"resourceType":"Patient","id":")" << name << "\"}\n";
  std::ofstream(folder.path() / "broken.xml", std::ios::binary)
      << "<Patient xmlns=\"http://hl7.org/fhir\"><name><text value=\"" << name
      << "\"/></nome></Patient>";

  std::string said;
  const Run loaded = run(folder.path(), "load --simulated --store '" + store + "' '" +
                                            (folder.path() / "people.ndjson").string() + "' '" +
                                            (folder.path() / "broken.xml").string() + "'");
  said += loaded.out + loaded.err;
  const std::string typed = (folder.path() / "typed").string();
  std::ofstream(typed) << password << "\n";
  const std::string add =
      "'" HB_PROGRAM "' user add --store '" + store +
      "' --name li.na --display 李娜 --role epidemiologist --role institution-admin --area '*' "
      "--password-stdin <" +
      typed + " >" + (folder.path() / "add.out").string() + " 2>&1";
  REQUIRE(std::system(add.c_str()) == 0);
  said += text_of(folder.path() / "add.out");
  std::vector<std::string> secrets = {
      name,          pinyin,   number,         phone,
      address,       password, wrong_password, "Nine-quiet-herons-4",
      escaped(name), "诸葛",   "听雨巷"};
  std::string served;
  {
    Program program(folder.path(), {"healthbrain", "serve", "--store", store, "--port", "0"});
    walk(program.port(), secrets);
    served = program.stop();
  }
  CHECK(served.find("\"event\":\"request\"") != std::string::npos);
  CHECK(std::count(served.begin(), served.end(), '\n') > 50);
  said += served;
  for (const char* command : {"store check", "audit verify"}) {
    const Run result = run(folder.path(), std::string(command) + " --store '" + store + "'");
    said += result.out + result.err;
  }
  for (const std::string& secret : secrets) {
    CAPTURE(secret);
    const std::size_t at = said.find(secret);
    const std::string place = at == said.npos ? "" : said.substr(at > 200 ? at - 200 : 0, 400);
    CAPTURE(place);
    CHECK(at == std::string::npos);
  }
}
