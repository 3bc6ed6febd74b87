#include "crash/mixed_load.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <random>
#include <stdexcept>
#include <thread>

#include "server/client.hpp"

namespace hb::test {
namespace {

namespace json = boost::json;

/// The connection is gone: the server was killed, or closes.
struct Gone {};

std::string identifier(const std::string& marker) {
  return R"("identifier":[{"system":"urn:crash","value":")" + marker + "\"}]";
}

std::string observation(const std::string& marker, const std::string& subject,
                        const std::string& id = "") {
  return R"({"resourceType":"Observation",)" + (id.empty() ? "" : "\"id\":\"" + id + "\",") +
         identifier(marker) +
         R"(,"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},)"
         R"("subject":{"reference":")" +
         subject +
         R"("},"effectiveDateTime":"2025-06-01T08:00:00+08:00","valueQuantity":{"value":128,)"
         R"("unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}})";
}

std::string patient(const std::string& id, const std::string& text) {
  return R"({"resourceType":"Patient","id":")" + id + R"(","name":[{"text":")" + text +
         R"("}],"gender":"female","birthDate":"1990-01-01"})";
}

}  // namespace

/// One client and its connection.
class MixedLoad::Client {
 public:
  Client(MixedLoad& load, int number)
      : load_(load),
        connection_(load.port_),
        name_(std::to_string(load.round_) + "-" + std::to_string(number)),
        own_("own-" + name_),
        shared_("shared-" + std::to_string(load.round_)),
        random_(load.seed_ * 101 + static_cast<unsigned>(number)) {}

  void act() {
    switch (random_() % 12) {
      case 0:
        return conditional();
      case 1:
      case 2:
      case 3:
        return update_own();
      case 4:
        return update_shared();
      case 5:
      case 6:
        return transaction();
      case 8:
        return remove();
      case 7:
        return number_ % 4 == 0 ? upload() : create();
      default:
        return create();
    }
  }

 private:
  Answer ask(const std::string& method, const std::string& target, const std::string& body = "",
             const std::string& headers = "") {
    Answer answer = connection_.ask(method, target, body, headers);
    // Only a whole answer counts as one.
    const std::string length = answer.header("content-length");
    if (answer.status == 0 || (!length.empty() && answer.body.size() != std::stoul(length)))
      throw Gone();
    return answer;
  }

  std::string next_marker(const char* kind) {
    return kind + name_ + "-" + std::to_string(++number_);
  }

  bool is(const Answer& answer, std::initializer_list<int> wanted, const std::string& what) {
    for (const int status : wanted)
      if (answer.status == status) return true;
    load_.wrong(std::to_string(answer.status) + " " + what + ": " + answer.body.substr(0, 300));
    return false;
  }

  static std::string path_of(const Answer& answer) {
    const json::value resource = json::parse(answer.body);
    return "/fhir/" + std::string(resource.at("resourceType").as_string()) + "/" +
           std::string(resource.at("id").as_string()) + "/_history/" +
           std::string(resource.at("meta").at("versionId").as_string());
  }

  void create() {
    const std::string marker = next_marker("c");
    const Answer answer = ask("POST", "/fhir/Observation", observation(marker, "Patient/" + own_));
    if (is(answer, {201}, "create"))
      load_.acknowledge({Acknowledged::Kind::create, marker, path_of(answer), answer.body});
  }

  /// Makes one and deletes it.
  void remove() {
    const std::string marker = next_marker("d");
    const Answer made = ask("POST", "/fhir/Observation", observation(marker, "Patient/" + own_));
    if (!is(made, {201}, "create")) return;
    const std::string path =
        "/fhir/Observation/" + std::string(json::parse(made.body).at("id").as_string());
    if (is(ask("DELETE", path, "", "If-Match: W/\"1\"\r\n"), {204}, "delete"))
      load_.acknowledge({Acknowledged::Kind::remove, marker, path, ""});
  }

  /// Several clients ask for the same at nearly the same time.
  void conditional() {
    const std::string marker =
        "k" + std::to_string(load_.round_) + "-" + std::to_string(load_.next_conditional_++ / 3);
    const Answer answer = ask("POST", "/fhir/Observation", observation(marker, "Patient/" + own_),
                              "If-None-Exist: identifier=urn:crash%7C" + marker + "\r\n");
    if (is(answer, {200, 201}, "conditional create"))
      load_.acknowledge({Acknowledged::Kind::conditional, marker, path_of(answer), answer.body});
  }

  void update_own() {
    const std::string condition =
        own_version_ == 0 ? "" : "If-Match: W/\"" + std::to_string(own_version_) + "\"\r\n";
    const Answer answer = ask("PUT", "/fhir/Patient/" + own_,
                              patient(own_, "甲" + std::to_string(++number_)), condition);
    if (!is(answer, {200, 201}, "update of what only this client writes")) return;
    ++own_version_;
    if (answer.header("etag") != "W/\"" + std::to_string(own_version_) + "\"")
      load_.wrong("update " + own_ + ": version " + answer.header("etag") + ", expected " +
                  std::to_string(own_version_));
    load_.acknowledge({Acknowledged::Kind::update, "", path_of(answer), answer.body});
  }

  void update_shared() {
    const Answer now = ask("GET", "/fhir/Patient/" + shared_);
    if (!is(now, {200, 404}, "read of a shared one")) return;
    const std::string condition =
        now.status == 404 ? "" : "If-Match: " + now.header("etag") + "\r\n";
    const Answer answer = ask("PUT", "/fhir/Patient/" + shared_,
                              patient(shared_, "乙" + next_marker("s")), condition);
    if (is(answer, {200, 201, 412}, "update of a shared one") && answer.status != 412)
      load_.acknowledge({Acknowledged::Kind::shared, "", path_of(answer), answer.body});
  }

  void transaction() {
    const std::string marker = next_marker("t");
    std::string bundle = R"({"resourceType":"Bundle","type":"transaction","entry":[)";
    for (int i = 0; i < entries_per_transaction; ++i)
      bundle += (i > 0 ? "," : "") + std::string(R"({"request":{"method":"POST","url":)") +
                R"("Observation"},"resource":)" +
                observation(marker + "_" + std::to_string(i), "Patient/" + own_) + "}";
    const Answer answer = ask("POST", "/fhir", bundle + "]}");
    if (!is(answer, {200}, "transaction")) return;
    const json::value done = json::parse(answer.body);
    int i = 0;
    for (const json::value& entry : done.at("entry").as_array()) {
      std::string location(entry.at("response").at("location").as_string());
      location.erase(0, location.find("Observation/"));
      load_.acknowledge({Acknowledged::Kind::transaction, marker + "_" + std::to_string(i++),
                         "/fhir/" + location, ""});
    }
  }

  /// A delivery counts as acknowledged when the server says that it is done.
  void upload() {
    const std::string marker = next_marker("u");
    std::string lines;
    for (int i = 0; i < lines_per_upload; ++i)
      lines += observation(marker + "_" + std::to_string(i), "Patient/" + own_,
                           "obs-" + marker + "-" + std::to_string(i)) +
               "\n";
    Answer answer = ask("POST", "/api/deliveries?name=" + marker + ".ndjson", lines,
                        "Content-Type: application/x-ndjson\r\n");
    if (!is(answer, {202}, "upload")) return;
    const std::string id = json::serialize(json::parse(answer.body).at("id"));
    for (int tries = 0; tries < 1000; ++tries) {
      answer = ask("GET", "/api/deliveries/" + id);
      if (!is(answer, {200}, "state of a delivery")) return;
      const std::string state(json::parse(answer.body).at("state").as_string());
      if (state == "done") break;
      if (state == "failed") return load_.wrong("upload failed: " + answer.body.substr(0, 300));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    for (int i = 0; i < lines_per_upload; ++i)
      load_.acknowledge({Acknowledged::Kind::upload, marker + "_" + std::to_string(i), "", ""});
  }

  MixedLoad& load_;
  Connection connection_;
  std::string name_, own_, shared_;
  std::mt19937 random_;
  int number_ = 0;
  int own_version_ = 0;
};

MixedLoad::MixedLoad(std::uint16_t port, int round, unsigned seed)
    : port_(port), round_(round), seed_(seed) {}

void MixedLoad::run(int number) {
  try {
    Client client(*this, number);
    while (!stopping_) client.act();
  } catch (const Gone&) {
  } catch (const std::runtime_error&) {  // could not connect any more
  }
}

void MixedLoad::acknowledge(Acknowledged one) {
  const std::lock_guard lock(mutex_);
  acknowledged_.push_back(std::move(one));
}

void MixedLoad::wrong(std::string what) {
  const std::lock_guard lock(mutex_);
  wrong_.push_back(std::move(what));
}

std::vector<Acknowledged> MixedLoad::acknowledged() const {
  const std::lock_guard lock(mutex_);
  return acknowledged_;
}

std::vector<std::string> MixedLoad::wrong_answers() const {
  const std::lock_guard lock(mutex_);
  return wrong_;
}

}  // namespace hb::test
