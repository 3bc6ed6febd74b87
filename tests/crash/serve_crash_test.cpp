// kill -9 of the real server under mixed load, at random moments, also while it starts: what was
// acknowledged is there, once, with its text; nothing is there by half; everything derived agrees.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "crash/mixed_load.hpp"
#include "crash/server_run.hpp"
#include "crypto/key_file.hpp"
#include "records/store.hpp"
#include "server/client.hpp"
#include "support/paths.hpp"

namespace fs = std::filesystem;
using namespace hb;
using namespace hb::test;

namespace {

constexpr int clients = 6;
constexpr int kills_per_store = 25;
constexpr std::size_t asked_again = 60;  // acknowledged writes asked for by HTTP after each kill

int kills() {
  if (const char* given = std::getenv("HB_KILLS"); given != nullptr) return std::atoi(given);
  return is_long_run() ? 300 : 6;
}

struct Tally {
  int kills = 0;
  int while_starting = 0;
  std::size_t acknowledged = 0, found = 0, lost = 0, doubled = 0, halves = 0, changed = 0;
  std::size_t versions = 0, transactions = 0, gaps = 0;
  std::map<Acknowledged::Kind, std::size_t> by_kind;
  double slowest_start = 0;
};

int run(const std::string& arguments) {
  const int status = std::system(("'" HB_PROGRAM "' " + arguments).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A sealed store with one person in it.
void given_store_directory(const fs::path& store) {
  const fs::path file = store.string() + ".ndjson";
  std::ofstream(file) << R"({"resourceType":"Patient","id":"first","gender":"female"})"
                      << "\n";
  REQUIRE(run("load --store '" + store.string() + "' --scenes '" +
              (source_dir() / "scenes").string() + "' '" + file.string() + "' >/dev/null 2>&1") ==
          0);
}

/// What stands in the records: read from end to end, without the server.
struct Content {
  std::map<std::string, std::set<std::string>> ids_of_marker;
  std::map<std::string, std::vector<std::int64_t>> versions_of_id;
  std::map<std::string, int> entries_of_transaction;
  std::size_t versions = 0;
};

std::string marker_in(const std::string& text) {
  static const std::string before = R"("system":"urn:crash","value":")";
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return {};
  const std::size_t from = at + before.size();
  return text.substr(from, text.find('"', from) - from);
}

Content content_of(const fs::path& store, bool verify_audit) {
  records::OpenOptions options;
  options.create = false;
  options.read_only = true;
  const auto master = crypto::read_master_key(store.string() + ".key");
  REQUIRE(master.has_value());
  options.master_key = *master;
  const auto opened = records::Store::open((store / "records.db").string(), options);
  REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
  const Principal reader = Principal::system("test");
  Content content;
  const auto read =
      (*opened)->scan(reader, 0, (*opened)->last_seq(), [&](const records::StoredVersion& version) {
        ++content.versions;
        const std::string id = version.type + "/" + version.id;
        content.versions_of_id[id].push_back(version.version);
        const std::string marker = marker_in(version.json);
        if (marker.empty()) return true;
        content.ids_of_marker[marker].insert(id);
        if (marker.front() == 't')
          ++content.entries_of_transaction[marker.substr(0, marker.find('_'))];
        return true;
      });
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
  if (verify_audit) {
    const auto key = crypto::read_key(store / "audit.key.pub");
    REQUIRE(key.has_value());
    const auto verdict = (*opened)->verify_audit(reader, &*key);
    REQUIRE(verdict.has_value());
    for (const std::string& fault : verdict->faults) FAIL_CHECK(fault);
  }
  return content;
}

void count(const Content& content, const std::vector<Acknowledged>& all, Tally& tally) {
  for (const Acknowledged& one : all) {
    if (one.marker.empty()) continue;  // updates: asked for one by one
    const auto found = content.ids_of_marker.find(one.marker);
    const bool removed = one.kind == Acknowledged::Kind::remove;
    if (found != content.ids_of_marker.end() &&
        (!removed || content.versions_of_id.at(*found->second.begin()).size() == 2))
      continue;
    ++tally.lost;
    FAIL_CHECK("acknowledged and lost: " << one.marker);
  }
  for (const auto& [marker, ids] : content.ids_of_marker)
    if (ids.size() > 1) {
      ++tally.doubled;
      FAIL_CHECK("written " << ids.size() << " times: " << marker);
    }
  for (const auto& [marker, entries] : content.entries_of_transaction)
    if (entries != entries_per_transaction) {
      ++tally.halves;
      FAIL_CHECK("transaction " << marker << " has " << entries << " of 5 entries");
    }
  for (const auto& [id, versions] : content.versions_of_id)
    for (std::size_t i = 0; i < versions.size(); ++i)
      if (versions[i] != static_cast<std::int64_t>(i) + 1) {
        ++tally.gaps;
        FAIL_CHECK(id << " has version " << versions[i] << " in place " << i + 1);
        break;
      }
}

/// Asks the restarted server for what the killed one acknowledged last.
void ask_again(std::uint16_t port, const std::vector<Acknowledged>& last, Tally& tally) {
  Connection connection(port);
  const std::size_t from = last.size() > asked_again ? last.size() - asked_again : 0;
  for (std::size_t i = 0; i < last.size(); ++i) {
    const Acknowledged& one = last[i];
    const bool update = one.marker.empty();  // of updates every one: no scan looks for them
    if (!update && i < from) continue;
    if (!one.path.empty()) {
      const Answer answer = connection.ask("GET", one.path);
      const bool there = answer.status == (one.kind == Acknowledged::Kind::remove ? 410 : 200);
      if (!there && update) ++tally.lost;
      CHECK_MESSAGE(there, one.path << " was acknowledged: " << answer.status);
      if (there && !one.body.empty() && answer.body != one.body) {
        ++tally.changed;
        FAIL_CHECK("acknowledged as " << one.body << "\nfound as " << answer.body);
      }
    }
    if (update) continue;
    const Answer found = connection.ask(
        "GET", "/fhir/Observation?identifier=urn:crash%7C" + one.marker + "&_total=accurate");
    REQUIRE_MESSAGE(found.status == 200, found.body);
    const auto total = found.json().at("total").as_int64();
    const int wanted = one.kind == Acknowledged::Kind::remove ? 0 : 1;
    CHECK_MESSAGE(total == wanted, one.marker << " is found " << total << " times by search");
  }
}

/// Load until the kill. returns  what was acknowledged
std::vector<Acknowledged> load_and_kill(ServerRun& server, std::uint16_t port, int round,
                                        std::chrono::milliseconds life) {
  MixedLoad load(port, round, 20251231U + static_cast<unsigned>(round));
  std::array<std::thread, clients> threads;
  for (int i = 0; i < clients; ++i)
    threads[static_cast<std::size_t>(i)] = std::thread([&load, i] { load.run(i); });
  std::this_thread::sleep_for(life);
  CHECK_MESSAGE(server.kill_now(), "the server ended by itself: " << server.said());
  load.stop();
  for (std::thread& thread : threads) thread.join();
  for (const std::string& wrong : load.wrong_answers()) FAIL_CHECK(wrong);
  return load.acknowledged();
}

void check_store(const fs::path& store) {
  const std::string out = store.string() + ".check";
  const int code = run("store check --store '" + store.string() + "' --scenes '" +
                       (source_dir() / "scenes").string() + "' > '" + out + "' 2>&1");
  std::ifstream stream(out);
  const std::string said{std::istreambuf_iterator<char>(stream), {}};
  CHECK_MESSAGE(code == 0, said);
}

void write_report(const Tally& tally) {
  const char* path = std::getenv("HB_CRASH_REPORT");
  if (path == nullptr) return;
  using Kind = Acknowledged::Kind;
  const auto of = [&](Kind kind) {
    const auto found = tally.by_kind.find(kind);
    return found == tally.by_kind.end() ? std::size_t{0} : found->second;
  };
  std::ofstream out(path);
  out << "# Crash report of the server\n\n"
         "Made by `HB_KILLS="
      << tally.kills
      << " HB_CRASH_REPORT=docs/crash-report.md build/release/tests/test_crash -tc='*server*'`; "
         "`./test.sh --long`\nmakes it with 300 kills. Six connections write to a real "
         "`healthbrain "
         "serve` over a sealed store; `kill -9`\nafter 30–1,200 ms of load, or while it starts. A "
         "new store after every "
      << kills_per_store
      << " kills.\n\n"
         "| | |\n| --- | ---: |\n"
      << "| kills | " << tally.kills << " |\n"
      << "| of these while the server was starting | " << tally.while_starting << " |\n"
      << "| writes acknowledged before a kill | " << tally.acknowledged << " |\n"
      << "| – creates | " << of(Kind::create) << " |\n"
      << "| – conditional creates (several clients ask for the same) | " << of(Kind::conditional)
      << " |\n"
      << "| – deletions with If-Match | " << of(Kind::remove) << " |\n"
      << "| – updates with If-Match by one client | " << of(Kind::update) << " |\n"
      << "| – updates with If-Match of a resource that all fight for | " << of(Kind::shared)
      << " |\n"
      << "| – resources in transactions of five | " << of(Kind::transaction) << " |\n"
      << "| – resources in uploaded deliveries | " << of(Kind::upload) << " |\n"
      << "| of these found afterwards | " << tally.found << " |\n"
      << "| lost | " << tally.lost << " |\n"
      << "| text other than acknowledged | " << tally.changed << " |\n"
      << "| written twice | " << tally.doubled << " |\n"
      << "| half transactions, of " << tally.transactions << " | " << tally.halves << " |\n"
      << "| resources with a gap in their versions | " << tally.gaps << " |\n"
      << "| versions in the stores at their ends | " << tally.versions << " |\n"
      << "| slowest start after a kill, s | " << tally.slowest_start << " |\n\n"
      << "After every kill `healthbrain store check` compared indexes, tables and the search index "
         "with the records, the audit's\nchain and anchors were verified, all versions of the "
         "store "
         "were read, and the restarted server was asked for the last\n"
      << asked_again << " writes and every update, by address and by search.\n";
}

}  // namespace

TEST_CASE("kill -9 of the server under mixed load: all acknowledged is there, once and whole") {
  const TempDir dir;
  std::mt19937 random(20261122);
  Tally tally;
  std::vector<Acknowledged> all;   // of this store
  std::vector<Acknowledged> last;  // of the round before
  fs::path store;
  std::size_t in_store = 0, transactions = 0;
  const auto end_store = [&] {
    tally.versions += in_store;
    tally.transactions += transactions;
  };
  for (int round = 0; round < kills(); ++round) {
    if (round % kills_per_store == 0) {
      end_store();
      if (!store.empty()) fs::remove_all(store);
      store = dir.path() / ("store-" + std::to_string(round));
      given_store_directory(store);
      all.clear();
      last.clear();
    }
    const bool while_starting = round % 5 == 4;
    ++tally.kills;
    if (while_starting) {  // recovery is interrupted too
      ++tally.while_starting;
      ServerRun server(store);
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 400));
      server.kill_now();
    } else {
      const auto began = std::chrono::steady_clock::now();
      ServerRun server(store);
      const std::uint16_t port = server.wait_until_ready();
      REQUIRE_MESSAGE(port != 0, server.said());
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
      tally.slowest_start = std::max(tally.slowest_start, took.count());
      ask_again(port, last, tally);
      last = load_and_kill(server, port, round, std::chrono::milliseconds(30 + random() % 1170));
      for (const Acknowledged& one : last) ++tally.by_kind[one.kind];
      tally.acknowledged += last.size();
      all.insert(all.end(), last.begin(), last.end());
    }
    if (round % 2 == 0) check_store(store);  // every second time the server itself recovers first
    const Content content = content_of(store, true);
    in_store = content.versions;
    transactions = content.entries_of_transaction.size();
    count(content, all, tally);
  }
  {
    ServerRun server(store);
    const std::uint16_t port = server.wait_until_ready();
    REQUIRE_MESSAGE(port != 0, server.said());
    ask_again(port, last, tally);
    CHECK(server.stop() == 0);
  }
  check_store(store);
  end_store();
  tally.found = tally.acknowledged - tally.lost;
  CHECK(tally.acknowledged > static_cast<std::size_t>(tally.kills));
  CHECK(tally.lost + tally.doubled + tally.halves + tally.changed + tally.gaps == 0);
  std::printf("server crash test: %d kills, %zu acknowledged, %zu found, %zu doubled, %zu halves\n",
              tally.kills, tally.acknowledged, tally.found, tally.doubled, tally.halves);
  write_report(tally);
}
