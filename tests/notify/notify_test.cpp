#include <doctest/doctest.h>

#include <atomic>

#include "notify/courier.hpp"
#include "notify/roster.hpp"
#include "notify/send.hpp"
#include "other_side.hpp"

using namespace hb;
using namespace hb::notify;
using namespace hb::test;

namespace {

const Instant nine{1'767'574'800'000'000};  // 2026-01-05 09:00 in Shanghai

NewMessage message(const std::string& key, const std::string& user,
                   std::vector<std::string> channels = {}) {
  return {key, user, {0, nine, "新待办", "New work", "i1", false}, std::move(channels)};
}

std::filesystem::path write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

template <class Holds>
bool wait_for(const Holds& holds) {
  for (int i = 0; i < 800; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::string decoded(const std::string& mail) {
  const std::string body = mail.substr(mail.find("\r\n\r\n") + 4);
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char letter : body) {
    const std::size_t digit = digits.find(letter);
    if (digit == digits.npos) continue;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    if ((count += 6) >= 8) out += static_cast<char>(bits >> (count -= 8) & 255U);
  }
  return out;
}

}  // namespace

TEST_CASE("message book: a key counts once per account, read marks, what leaves and is given up") {
  const TempDir folder;
  const std::string path = (folder.path() / "messages.db").string();
  {
    auto book = MessageBook::open(path);
    REQUIRE(book.has_value());
    REQUIRE((*book)->add({message("a", "li"), message("a", "wang", {"email"}), message("b", "li")},
                         nine));
    REQUIRE((*book)->add({message("a", "li"), message("a", "wang", {"email"})}, nine));
    CHECK(*(*book)->unread("li", 100) == 2);
    CHECK(*(*book)->unread("li", 1) == 1);
    const auto list = (*book)->messages("li", false, 0, 10);
    REQUIRE(list->size() == 2);
    CHECK(list->front().zh == "新待办");
    REQUIRE((*book)->mark_read("li", list->front().id));
    CHECK((*book)->mark_read("wang", list->back().id).error().code == ErrorCode::not_found);
    CHECK((*book)->messages("li", true, 0, 10)->size() == 1);
    CHECK((*book)->messages("li", false, list->front().id, 10)->size() == 1);
    CHECK_FALSE(MessageBook::open(path).has_value());  // one process has it open
  }
  auto book = MessageBook::open(path);
  REQUIRE(book.has_value());
  const auto due = (*book)->due(nine, 10);
  REQUIRE(due->size() == 1);
  CHECK(due->front().user == "wang");
  REQUIRE((*book)->failed(due->front().id, "busy", Instant{nine.micros + 60'000'000}));
  CHECK((*book)->due(nine, 10)->empty());
  CHECK((*book)->due(Instant{nine.micros + 60'000'000}, 10)->front().attempts == 1);
  REQUIRE((*book)->failed(due->front().id, "gone", std::nullopt));
  CHECK((*book)->counts()->given_up == 1);
  REQUIRE((*book)->mark_all_read("li"));
  CHECK(*(*book)->unread("li", 100) == 0);
}

TEST_CASE("roster: days are replaced for own areas only") {
  const TempDir folder;
  auto roster = Roster::open((folder.path() / "roster.db").string());
  REQUIRE(roster.has_value());
  const Date day = *make_date(2026, 1, 5);
  const Date next{day.days + 1};
  REQUIRE((*roster)->replace(day, next, {""},
                             {{day, "epidemiologist", "7701", "li"},
                              {day, "epidemiologist", "7702", "wang"},
                              {next, "outbreak/duty", "", "li"}}));
  CHECK((*roster)->on(day).value()->size() == 2);
  // Of area 7701 alone: what stands for 7702 and everywhere stays.
  REQUIRE((*roster)->replace(day, next, {"7701"}, {{next, "leader", "770101", "zhao"}}));
  const auto list = (*roster)->between(day, next);
  REQUIRE(list->size() == 3);
  CHECK((*list)[0] == Duty{day, "epidemiologist", "7702", "wang"});
  CHECK((*list)[1] == Duty{next, "leader", "770101", "zhao"});
  CHECK((*roster)->on(day).value()->size() == 1);
}

TEST_CASE("roster: shifts begin and end to the minute, the night on the next day") {
  const TempDir folder;
  auto roster = Roster::open((folder.path() / "roster.db").string());
  REQUIRE(roster.has_value());
  const auto shifts = load_shifts((source_dir() / "scenes/core/roster.yaml").string());
  REQUIRE(shifts.has_value());
  REQUIRE(shifts->size() == 2);
  const Date day = *make_date(2026, 1, 5);
  const Date next{day.days + 1};
  REQUIRE((*roster)->replace(day, next, {""},
                             {{day, "outbreak/duty", "", "li", "day"},
                              {day, "outbreak/duty", "", "wang", "night"},
                              {next, "outbreak/duty", "", "zhao", "day"},
                              {day, "outbreak/chief", "", "sun"}}));
  const auto on = [&](const char* local) {
    std::string users;
    const auto duties = (*roster)->at(*parse_instant(std::string(local) + ":00+08:00"), *shifts);
    REQUIRE(duties.has_value());
    for (const Duty& duty : *duties) users += (users.empty() ? "" : " ") + duty.user;
    return users;
  };
  CHECK(on("2026-01-05T07:59") == "sun");  // the night before has nobody
  CHECK(on("2026-01-05T08:00") == "sun li");
  CHECK(on("2026-01-05T19:59") == "sun li");
  CHECK(on("2026-01-05T20:00") == "sun wang");
  CHECK(on("2026-01-06T07:59") == "wang");
  CHECK(on("2026-01-06T08:00") == "zhao");
}

TEST_CASE(
    "roster: who did not see the last change changes nothing; a roster of layout 1 is taken over") {
  const TempDir folder;
  const std::string path = (folder.path() / "roster.db").string();
  const Date day = *make_date(2026, 1, 5);
  {
    auto old = records::sqlite::Connection::open(path, records::sqlite::Connection::Mode::create);
    REQUIRE(old.has_value());
    REQUIRE(
        old->run("CREATE TABLE duty (day INTEGER NOT NULL, role TEXT NOT NULL, area TEXT NOT"
                 " NULL, user TEXT NOT NULL, PRIMARY KEY (day, role, area, user)) STRICT,"
                 " WITHOUT ROWID; PRAGMA user_version = 1;"));
    REQUIRE(records::sqlite::execute(*old, "INSERT INTO duty VALUES (?1, 'leader', '7701', 'li')",
                                     day.days));
  }
  auto roster = Roster::open(path);
  REQUIRE(roster.has_value());
  const auto known = (*roster)->between(day, day);
  REQUIRE(known->size() == 1);
  CHECK(known->front() == Duty{day, "leader", "7701", "li", ""});
  const std::string seen = stamp_of(*known);
  REQUIRE((*roster)->replace(day, day, {""}, {{day, "leader", "7701", "wang", "night"}}, seen));
  const auto late = (*roster)->replace(day, day, {""}, {}, seen);
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == ErrorCode::conflict);
  CHECK((*roster)->between(day, day)->front().user == "wang");
}

TEST_CASE("settings: read, and each fault said with its place") {
  const TempDir folder;
  write(folder.path() / "password", "secret\n");
  const auto read = [&](const std::string& text) {
    return read_settings(write(folder.path() / "notify.yaml", text));
  };
  const auto good = read(
      "schema: notify-1\nlink: https://hub.example/\nemail:\n  server: mail.example\n  user: hub\n"
      "  password_file: password\n  from: hub@example.cn\nwebhooks:\n  - id: sms\n    to: phone\n"
      "    url: https://sms.example/send\n    body: '{\"to\": \"{phone}\", \"text\": \"{text}\"}'\n"
      "people:\n  li: { email: li@example.cn, phone: '123', language: en }\n  wang: { phone: '1' "
      "}\n");
  if (!good) FAIL(good.error().where << " " << good.error().message);
  CHECK(good->link == "https://hub.example");
  CHECK(good->mail.port == 465);
  CHECK(good->mail.password == "secret");
  CHECK(good->channels_of("li") == std::vector<std::string>{"email", "sms"});
  CHECK(good->channels_of("wang") == std::vector<std::string>{"sms"});
  CHECK(good->channels_of("zhao").empty());

  const auto fault = [&](const std::string& text) {
    const auto wrong = read("schema: notify-1\nlink: https://hub.example\n" + text);
    REQUIRE_FALSE(wrong.has_value());
    return wrong.error().where.substr(wrong.error().where.find("yaml:") + 5) + " " +
           wrong.error().message;
  };
  CHECK(fault("mail: {}\n") == "3:1 unknown key “mail”");
  CHECK(fault("email: { server: a, from: nobody }\n").find("3:27 from must be an address") == 0);
  CHECK(fault("email: { server: a, from: a@b, password_file: none }\n")
            .find("the file none cannot be read") != std::string::npos);
  CHECK(fault("webhooks:\n  - { id: a, to: b, url: 'http://far/', body: '{}' }\n")
            .find("url must begin with https://") != std::string::npos);
  CHECK(fault("webhooks:\n  - { id: a, to: b, url: 'https://far/', body: '{' }\n")
            .find("body must be JSON") != std::string::npos);
}

TEST_CASE("filled: values at their places, escaped inside JSON, unknown names left") {
  const std::map<std::string, std::string> values{{"a", "x\"y\n"}, {"b", "张"}};
  CHECK(filled("{a}{b}{c} {", values) == "x\"y\n张{c} {");
  CHECK(filled(R"({"t":"{a}"})", values, true) == R"({"t":"x\"y\n"})");
}

TEST_CASE("render: headers in ASCII, no line can be slipped in, text comes back") {
  MailSettings settings;
  settings.from = "hub@example.cn";
  settings.from_name = "健康大脑";
  const std::string mail =
      render(settings, {"li@example.cn\r\nBcc: x@y", "主题\r\nX: 1", "您好\n再见", "1.2", nine});
  CHECK(mail.find("\nBcc:") == std::string::npos);
  CHECK(mail.find("\nX:") == std::string::npos);
  CHECK(mail.find("Date: Mon, 05 Jan 2026 09:00:00 +0800\r\n") != std::string::npos);
  CHECK(mail.find("Message-ID: <1.2@example.cn>\r\n") != std::string::npos);
  CHECK(mail.find_first_of("\x80\xE5\xE4") == std::string::npos);
  CHECK(decoded(mail) == "您好\n再见");
}

TEST_CASE("mail: a real server takes it in the clear, by STARTTLS and by TLS, with log-in") {
  if (!OtherSide::is_there()) {
    MESSAGE("skipped: no python3-aiosmtpd");
    return;
  }
  using Tls = MailSettings::Tls;
  for (const auto& [mode, tls] :
       {std::pair{"plain", Tls::none}, {"starttls", Tls::starttls}, {"implicit", Tls::implicit}}) {
    CAPTURE(mode);
    const OtherSide server(mode);
    MailSettings settings;
    settings.server = "localhost";
    settings.port = server.port();
    settings.tls = tls;
    settings.from = "hub@example.cn";
    if (tls != Tls::none) {
      settings.user = "hub";
      settings.password = "secret";
      settings.roots = server.certificate().string();
    }
    const Mail mail{"li@example.cn", "工作消息", "您好", "7.8", nine};
    const auto sent = send_mail(settings, mail);
    if (!sent) FAIL(sent.error().message);
    const auto taken = server.taken(1);
    REQUIRE(taken.is_object());
    CHECK(taken.at("to").at(0) == "li@example.cn");
    CHECK(taken.at("tls").as_bool() == (tls == Tls::starttls));
    CHECK(decoded(std::string(taken.at("text").as_string())) == "您好");
    Mail unknown = mail;
    unknown.to = "nobody@example.cn";
    CHECK(send_mail(settings, unknown).error().code == ErrorCode::invalid_input);
    unknown.to = "later@example.cn";
    CHECK(send_mail(settings, unknown).error().code == ErrorCode::unavailable);
    if (tls == Tls::none) continue;
    MailSettings wrong = settings;
    wrong.password = "guess";
    CHECK(send_mail(wrong, mail).error().code == ErrorCode::unavailable);
    wrong = settings;
    wrong.roots.clear();  // a certificate that nobody vouches for
    CHECK(send_mail(wrong, mail).error().code == ErrorCode::unavailable);
  }
}

TEST_CASE("courier: tries again later, gives up what is refused for good, calls a service") {
  if (!OtherSide::is_there()) {
    MESSAGE("skipped: no python3-aiosmtpd");
    return;
  }
  const TempDir folder;
  const OtherSide mails("plain");
  const OtherSide service("http");
  auto book = MessageBook::open((folder.path() / "messages.db").string());
  REQUIRE(book.has_value());
  const std::string port = std::to_string(service.port());
  const auto file = write(
      folder.path() / "notify.yaml",
      "schema: notify-1\nlink: https://hub.example\nemail:\n  server: 127.0.0.1\n  tls: none\n"
      "  port: " +
          std::to_string(mails.port()) +
          "\n  from: hub@example.cn\n"
          "webhooks:\n  - id: sms\n    to: phone\n    url: http://127.0.0.1:" +
          port +
          "/busy\n"
          "    headers: { Authorization: Bearer t }\n"
          "    body: '{\"to\": \"{phone}\", \"text\": \"{text}\", \"link\": \"{link}\"}'\n"
          "    templates: { en: { text: \"Hello {name}\" } }\n"
          "  - id: never\n    to: fax\n    url: http://127.0.0.1:" +
          port +
          "/never\n    body: '{}'\n"
          "people:\n  li: { email: later@example.cn }\n  wang: { phone: '123', language: en }\n"
          "  zhao: { email: nobody@example.cn, fax: '1' }\n");
  std::atomic<std::int64_t> now = nine.micros;
  Courier courier(
      **book, file, [&now] { return Instant{now.load()}; },
      [](const std::string& user) { return "n-" + user; });
  REQUIRE_FALSE(courier.fault().has_value());
  for (const char* user : {"li", "wang", "zhao"})
    REQUIRE((*book)->add({message("a", user, courier.channels_of(user))}, nine));
  courier.nudge();
  // Both that were busy wait half a minute; both that were refused are given up.
  REQUIRE(wait_for([&] {
    const auto counts = (*book)->counts();
    return counts->given_up == 2 && (*book)->due(nine, 10)->empty();
  }));
  CHECK((*book)->counts()->waiting == 2);
  now += 31'000'000;
  courier.nudge();
  const auto mail = mails.taken(1);
  REQUIRE(mail.is_object());
  const std::string text = decoded(std::string(mail.at("text").as_string()));
  CHECK(text.find("n-li") == 0);
  CHECK(text.find("https://hub.example/tasks/i1") != std::string::npos);
  CHECK(text.find("新待办") == std::string::npos);  // what it says is read after a log-in
  const auto call = service.taken(1);
  REQUIRE(call.is_object());
  CHECK(call.at("token") == "Bearer t");
  CHECK(call.at("body") ==
        R"({"to": "123", "text": "Hello n-wang", "link": "https://hub.example/tasks/i1"})");
  CHECK(wait_for([&] { return (*book)->counts()->waiting == 0; }));
  // Settings with a fault: what ran goes on.
  write(file, "nonsense");
  std::filesystem::last_write_time(
      file, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  courier.nudge();
  CHECK(wait_for([&] { return courier.fault().has_value(); }));
  CHECK_FALSE(courier.channels_of("li").empty());
}
