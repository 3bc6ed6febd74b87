#include <doctest/doctest.h>

#include <random>
#include <regex>

#include "attack.hpp"
#include "ingest/hub.hpp"

/// Attack: every parameter of every route, every path part and every field of a body carries text
/// that would be SQL, HTML, a header or a format if anybody glued it into one.
using namespace hb;
using namespace hb::test;

namespace {

/// Pairs that differ only in what SQL would make of them: the first is true or well-formed, the
/// second false or broken. Bound as a value, both find nothing and are answered alike.
struct Pair {
  const char* yes;
  const char* no;
};
constexpr Pair pairs[] = {
    {"' OR '1'='1", "' OR '1'='2"},
    {"1 OR 1=1", "1 OR 1=2"},
    {"x' OR 'a'<'b' --", "x' OR 'b'<'a' --"},
    {"') OR ('1'='1", "') OR ('1'='2"},
    {"x'' y", "x'  y"},
    {"%' OR 1=1 --", "%' OR 1=2 --"},
    {"770101001' OR '1'='1", "770101001' OR '1'='2"},
    {"0 UNION SELECT 1", "0 UNION SELECT '"},
};

constexpr const char* single[] = {"'",
                                  "\"",
                                  "`",
                                  "\\",
                                  "';",
                                  "'; DROP TABLE version; --",
                                  "\"; DROP TABLE account; --",
                                  "x' UNION SELECT name, sql FROM sqlite_master --",
                                  "1; ATTACH 'x.db' AS x",
                                  "1; COPY resident TO 'out.csv'",
                                  "') ; SELECT * FROM read_csv('/etc/passwd') --",
                                  "$$",
                                  "$1",
                                  "?1",
                                  ":name",
                                  "{id}",
                                  "{{7*7}}",
                                  "${7*7}",
                                  "%s%n%x",
                                  "{0}",
                                  "NULL",
                                  "*",
                                  "%",
                                  "_",
                                  "\r\nX-Injected: 1\r\n\r\n<script>1</script>",
                                  "\nX-Injected: 1",
                                  "<script>alert(1)</script>",
                                  "\"><img src=x onerror=alert(1)>",
                                  "-1",
                                  "9223372036854775807",
                                  "9223372036854775808",
                                  "1e309",
                                  "0x10",
                                  "张' OR 1=1 --",
                                  "\xC2\xA0",
                                  "２０２５",
                                  "() { :;}; echo x",
                                  "$(reboot)",
                                  "`reboot`",
                                  "|reboot",
                                  "=1+1",
                                  "../../etc/passwd"};

/// Who may ask every route but sees one street only: what the answer must never hold is known.
Visitor everything_nearby(Fortress& fortress) {
  return fortress.visitor(
      "li.na", {"epidemiologist", "institution-admin", "security-admin", "auditor"}, {"770101001"});
}

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    const std::size_t space = list.find(' ');
    words.emplace_back(list.substr(0, space));
    list.remove_prefix(space == list.npos ? list.size() : space + 1);
  }
  return words;
}

bool can_be_asked(const server::Route& route) {
  // A stream does not end; a log-out ends the session that asks; a log-in costs what Argon2 costs
  // and has its own test below.
  return route.pattern != "/api/events" && route.pattern != "/api/session" &&
         route.pattern != "/api/session/password";
}

class Prober {
 public:
  Prober(Fortress& fortress, const Visitor& visitor)
      : port_(fortress.port()), headers_(visitor.headers()) {}

  /// One request; what no answer may do is checked here.
  Answer probe(const server::Route& route, const std::string& target, const std::string& body,
               const std::string& payload) {
    Answer answer = ask(port_, server::method_name(route.method), target, body, headers_);
    ++asked_;
    CAPTURE(route.pattern);
    CAPTURE(target);
    CAPTURE(body);
    CHECK(answer.status >= 200);
    CHECK(answer.status < 500);  // SQL that does not parse is answered 503
    CHECK(answer.status != 401);
    CHECK(answer.headers.count("x-injected") == 0);
    CHECK(answer.header("content-type").find("html") == std::string::npos);
    CHECK(answer.header("x-content-type-options") == "nosniff");
    CHECK(answer.body.find("李小明") == std::string::npos);  // of the other street
    CHECK(answer.body.find("root:x:") == std::string::npos);
    CHECK(answer.body.find("sqlite_master") == (payload.find("sqlite_master") == payload.npos
                                                    ? std::string::npos
                                                    : answer.body.find("sqlite_master")));
    return answer;
  }

  std::size_t asked() const { return asked_; }

 private:
  std::uint16_t port_;
  std::string headers_;
  std::size_t asked_ = 0;
};

std::string without(std::string text, const std::string& payload) {
  for (std::size_t at = text.find(payload); at != text.npos && !payload.empty();
       at = text.find(payload))
    text.erase(at, payload.size());
  return text;
}

/// The moment of an answer is another one each time.
std::string without_clock(const std::string& body) {
  static const std::regex clock(R"("as_of":"[^"]*")");
  return std::regex_replace(body, clock, "");
}

std::string json_of(const std::set<std::string>& fields, const std::string& payload) {
  boost::json::object object;
  for (const std::string& field : fields) object[field] = payload;
  return boost::json::serialize(object);
}

/// Calls visit(route, target, body) for every place of the API into which the payload fits.
template <class Visit>
void everywhere(const std::set<std::string>& fields, const std::string& payload, Visit visit) {
  for (const server::Route& route : server::routes()) {
    if (!can_be_asked(route)) continue;
    const std::string plain = filled(route.pattern, {"1", "1", "1"});
    const bool reads = route.method == server::Method::get;
    for (const std::string& name : words_of(route.parameters))
      visit(route, plain + "?" + name + "=" + escaped(payload), std::string(reads ? "" : "{}"));
    if (route.body == server::BodyKind::json) visit(route, plain, json_of(fields, payload));
    const bool hides_slash = payload.find_first_of("/\\") != payload.npos;
    for (std::size_t i = 0; i < captures_in(route.pattern) && !hides_slash; ++i) {
      std::vector<std::string> parts(captures_in(route.pattern), "1");
      parts[i] = escaped(payload);
      visit(route, filled(route.pattern, parts), std::string(reads ? "" : "{}"));
    }
  }
}

/// What an attack would change.
struct Census {
  std::vector<std::pair<std::string, std::int64_t>> resources;
  std::vector<std::pair<std::string, std::int64_t>> tables;
  std::size_t users = 0;
  bool operator==(const Census&) const = default;
};

Census census_of(Fortress& fortress) {
  fortress.place().server().stop();
  ingest::HubOptions options;
  options.views_dir = (source_dir() / "scenes/core/views").string();
  options.profiles_dir = (source_dir() / "scenes/core/profiles").string();
  options.create = false;
  Census census;
  {
    auto hub = ingest::Hub::open(fortress.place().store().string(), options);
    REQUIRE(hub.has_value());
    const auto faults = (*hub)->store().check();
    REQUIRE(faults.has_value());
    CHECK(faults->empty());
    census.resources = (*hub)->store().counts().value();
    const auto all = (*hub)->tables().tables();
    REQUIRE(all.has_value());
    for (const tables::TableInfo& table : *all) census.tables.emplace_back(table.name, table.rows);
  }
  census.users = fortress.accounts().users().value().size();
  fortress.place().restart();
  return census;
}

/// A text that an attacker's tool would try, from pieces of SQL, HTML and HTTP.
std::string random_payload(std::mt19937_64& random) {
  static constexpr const char* pieces[] = {"'",
                                           "\"",
                                           "''",
                                           "--",
                                           "/*",
                                           "*/",
                                           ";",
                                           " OR ",
                                           " AND ",
                                           "1=1",
                                           "(",
                                           ")",
                                           " UNION SELECT ",
                                           "NULL",
                                           ",",
                                           "0",
                                           "1",
                                           "-",
                                           "%",
                                           "_",
                                           "\\",
                                           "x",
                                           "张",
                                           "é",
                                           "\r\n",
                                           "\t",
                                           "<",
                                           ">",
                                           "&",
                                           "=",
                                           "$",
                                           "{",
                                           "}",
                                           "resident",
                                           "version",
                                           " FROM ",
                                           "sqlite_version()",
                                           "pragma_table_info('account')",
                                           "getvariable('x')",
                                           "CAST(",
                                           "||",
                                           "E'",
                                           "U&'",
                                           "0x",
                                           "\x01",
                                           "\x7F"};
  std::string text;
  const std::size_t length = 1 + random() % 9;
  for (std::size_t i = 0; i < length; ++i) text += pieces[random() % std::size(pieces)];
  return text;
}

}  // namespace

TEST_CASE(
    "attack: SQL in any place of any route neither fails, nor finds more, nor changes anything") {
  Fortress fortress;
  const Census before = census_of(fortress);
  const Visitor visitor = everything_nearby(fortress);
  const std::set<std::string> fields = body_fields(fortress.port());
  REQUIRE(fields.size() >= 6);
  Prober prober(fortress, visitor);

  for (const Pair& pair : pairs) {
    std::map<std::string, std::string> answers;  // by place
    for (const char* payload : {pair.yes, pair.no}) {
      std::size_t place = 0;
      everywhere(
          fields, payload,
          [&](const server::Route& route, const std::string& target, const std::string& body) {
            // A delivery of that name would be found by the next search: below, not here.
            if (route.body == server::BodyKind::upload) return;
            const Answer answer = prober.probe(route, target, body, payload);
            const std::string key = std::to_string(place++) + " " + std::string(route.pattern);
            const std::string said =
                std::to_string(answer.status) + without(without_clock(answer.body), payload);
            const auto [known, is_first] = answers.emplace(key, said);
            CAPTURE(key);
            CAPTURE(pair.yes);
            if (!is_first) CHECK(known->second == said);
          });
    }
  }
  for (const char* payload : single)
    everywhere(fields, payload,
               [&](const server::Route& route, const std::string& target, const std::string& body) {
                 prober.probe(route, target, body, payload);
               });
  Census after = census_of(fortress);
  CHECK(after.users == before.users + 1);  // the visitor
  after.users = before.users;
  CHECK(after == before);
  CHECK(prober.asked() > 2'000);
  MESSAGE(prober.asked() << " requests");
}

TEST_CASE("attack: thousands of random payloads, the same in every run, in random places") {
  Fortress fortress;
  const Visitor visitor = everything_nearby(fortress);
  const std::set<std::string> fields = body_fields(fortress.port());
  Prober prober(fortress, visitor);
  std::mt19937_64 random(20251122);
  const std::size_t wanted = is_long_run() ? 100'000 : 3'000;
  while (prober.asked() < wanted) {
    const std::string payload = random_payload(random);
    everywhere(fields, payload,
               [&](const server::Route& route, const std::string& target, const std::string& body) {
                 if (random() % 8 == 0) prober.probe(route, target, body, payload);
               });
  }
  const Census after = census_of(fortress);  // sound, and the account is still there
  CHECK(after.users == 1);
}

TEST_CASE("attack: SQL in the log-in, in cookies and in tokens logs nobody in") {
  const Visitor visitor = fortress().visitor("sql.log.in", {"security-admin"});
  const std::uint16_t port = fortress().port();
  for (const char* payload :
       {"sql.log.in' --", "' OR '1'='1' --", "sql.log.in' UNION SELECT '$argon2id$'"}) {
    CAPTURE(payload);
    const std::string body =
        boost::json::serialize(boost::json::object{{"name", payload}, {"password", payload}});
    CHECK(ask(port, "POST", "/api/session", body).status == 401);
  }
  for (const char* payload : {"' OR '1'='1", "x' OR 1=1 --", "%", "_", "\"\" OR 1"}) {
    CAPTURE(payload);
    const std::string cookie = std::string("Cookie: hb_session=") + payload + "\r\n";
    CHECK(ask(port, "GET", "/api/session", "", cookie).status == 401);
    for (const char* shape : {"Authorization: Bearer %\r\n", "Authorization: Bearer hbt_%_%\r\n"}) {
      std::string header(shape);
      for (std::size_t at = header.find('%'); at != header.npos; at = header.find('%', at)) {
        header.replace(at, 1, payload);
        at += std::string(payload).size();
      }
      CHECK(ask(port, "GET", "/api/status", "", header).status == 401);
    }
  }
}
