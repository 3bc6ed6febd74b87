#include "records/keys.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "records/sealed.hpp"

using namespace hb;
using namespace hb::records;
using namespace hb::test;

namespace {

const std::string name = "赵钱孙李";
const std::string number = "330105199003071234";

Error open_error(const std::filesystem::path& folder, const OpenOptions& options) {
  const auto store = Store::open((folder / "records.db").string(), options);
  REQUIRE_FALSE(store.has_value());
  return store.error();
}

std::int64_t sealed_with(Store& store, std::uint32_t key) {
  const auto counts = store.keys().count();
  REQUIRE(counts.has_value());
  const auto found = counts->find(key);
  return found == counts->end() ? 0 : found->second;
}

void check_problem(const Store& store, std::int64_t id, const std::string& of) {
  const auto problem = store.problem(anyone, id);
  REQUIRE(problem.has_value());
  CHECK(problem->original == "original of " + of);
  CHECK(problem->note == "note on " + of);
  const auto listed = store.problems(anyone, 0, -1, id - 1, 1);
  REQUIRE(listed.has_value());
  CHECK(listed->front().found == problem->found);
  CHECK(problem->found.starts_with("found "));
}

void check_no_plain_text(const std::filesystem::path& folder) {
  for (const std::string& text : {name, number, "original of " + name, "found " + number})
    for (const std::string& file : files_with(folder, text)) FAIL_CHECK(file << " holds " << text);
}

void wait_until_done(Store& store) {
  for (int i = 0; i < 500 && !store.keys().state()->resealing.done(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(store.keys().state()->resealing.done());
}

}  // namespace

TEST_CASE("sealed store: everything reads as before, nothing stands in the file") {
  for (const auto suite : {crypto::Suite::aes_256_gcm, crypto::Suite::sm4_ctr_hmac_sm3}) {
    const TempDir folder;
    {
      auto store = given_store(folder.path(), sealed_options(suite));
      // Sealed before it is written, not only when it is sealed anew later.
      CHECK(store->packer().key_of(store->packer().pack("Patient", "{\"id\":\"p1\"}")) == 1);
      given_patient(*store, "p1", name, number);
      check_patient(*store, "p1", name, number);
      check_problem(*store, 1, name);
      check_no_plain_text(folder.path());  // in the write-ahead log
    }
    check_no_plain_text(folder.path());
    auto store = given_store(folder.path(), sealed_options(suite));
    check_patient(*store, "p1", name, number);
    check_problem(*store, 1, name);
    CHECK(store->keys().state()->suite == suite);
    CHECK(sealed_with(*store, 1) == 3);  // Patient, Observation, original
    check_sound(*store);
  }
}

TEST_CASE("a store without keys keeps its plain text, which the search above would find") {
  const TempDir folder;
  {
    auto store = given_store(folder.path());
    given_patient(*store, "p1", name, number);
    CHECK_FALSE(store->keys().state()->sealed);
    CHECK(store->keys().rotate().error().code == ErrorCode::conflict);
  }
  CHECK_FALSE(files_with(folder.path(), name).empty());
  CHECK_FALSE(files_with(folder.path(), "found " + number).empty());
}

TEST_CASE("sealed store: no key, another key: a clear error and no answer") {
  const TempDir folder;
  {
    auto store = given_store(folder.path(), sealed_options());
    given_patient(*store, "p1", name, number);
  }
  CHECK(open_error(folder.path(), {}).code == ErrorCode::forbidden);
  OpenOptions other;
  other.master_key = std::string(crypto::cipher_key_bytes, 'x');
  const Error error = open_error(folder.path(), other);
  CHECK(error.code == ErrorCode::invalid_input);
  CHECK(error.message.find("does not fit") != std::string::npos);
  OpenOptions without;
  without.without_key = true;  // for writing: it would write in plain text
  CHECK(open_error(folder.path(), without).code == ErrorCode::forbidden);
  without.read_only = true;
  const auto store = given_store(folder.path(), without);
  CHECK(store->verify_audit(anyone)->faults.empty());
  CHECK(store->read(anyone, "Patient", "p1").error().code == ErrorCode::forbidden);
}

TEST_CASE("sealed store: only persons when asked so; the same body again is a duplicate") {
  const TempDir folder;
  auto store = given_store(folder.path(),
                           sealed_options(crypto::Suite::aes_256_gcm, crypto::Scope::persons));
  given_patient(*store, "p1", name, number);
  check_patient(*store, "p1", name, number);
  CHECK(sealed_with(*store, 0) == 1);  // the Observation
  CHECK(sealed_with(*store, 1) == 2);
  const Receipt again =
      committed(*store, one(version_of(*store, "Patient", "p1", patient_json("p1", name, number))));
  CHECK(again.seqs == std::vector<Seq>{0});
}

TEST_CASE("sealed store: the zstd dictionary, which is made of bodies, is sealed too") {
  const TempDir folder;
  std::vector<std::string> bodies;
  for (int i = 0; i < 2000; ++i)
    bodies.push_back(patient_json("id-" + std::to_string(i * 7919), name, std::to_string(i)));
  {
    auto store = given_store(folder.path(), sealed_options());
    REQUIRE(store->train_dictionary("Patient", bodies));
    committed(*store, one(version_of(*store, "Patient", "p", bodies.front())));
  }
  CHECK(files_with(folder.path(), name).empty());
  auto store = given_store(folder.path(), sealed_options());
  CHECK(store->packer().has_dictionary("Patient"));
  CHECK(store->read(anyone, "Patient", "p")->json == bodies.front());
  REQUIRE(store->keys().rotate());
  REQUIRE(store->keys().finish());
  store.reset();
  store = given_store(folder.path(), sealed_options());
  CHECK(store->read(anyone, "Patient", "p")->json == bodies.front());
}

TEST_CASE("seal: a store without keys gets them; all answers stay, no plain text is left") {
  for (const auto scope : {crypto::Scope::all, crypto::Scope::persons}) {
    const TempDir folder;
    {
      auto store = given_store(folder.path());
      given_patient(*store, "p0", "周吴郑王", "330105198001011111");
      given_patient(*store, "p1", name, number);
      for (int i = 0; i < 1200; ++i)  // more than one batch
        committed(*store, one(version_of(*store, "Observation", std::to_string(i),
                                         "{\"n\":" + std::to_string(i) + "}")));
      std::vector<double> seen;
      REQUIRE(store->keys().seal(first_master, crypto::Suite::aes_256_gcm, scope,
                                 [&](double part) { seen.push_back(part); }));
      CHECK(seen.size() > 2);
      CHECK(seen.back() == 1.0);
      CHECK(store->keys().seal(first_master, crypto::Suite::aes_256_gcm, scope).error().code ==
            ErrorCode::conflict);
      check_patient(*store, "p1", name, number);
    }
    for (const std::string& text : {number, "original of " + name, "found " + number})
      for (const std::string& file : files_with(folder.path(), text))
        FAIL_CHECK(file << " holds " << text);
    if (scope == crypto::Scope::all) CHECK(files_with(folder.path(), name).empty());
    CHECK(open_error(folder.path(), {}).code == ErrorCode::forbidden);
    auto store = given_store(folder.path(), sealed_options());
    check_patient(*store, "p0", "周吴郑王", "330105198001011111");
    check_patient(*store, "p1", name, number);
    check_problem(*store, 2, name);
    check_sound(*store);
    CHECK(sealed_with(*store, 0) == (scope == crypto::Scope::all ? 0 : 1202));
    // The same bodies again are duplicates, new people are found beside the old.
    const Receipt again = committed(
        *store, one(version_of(*store, "Patient", "p1", patient_json("p1", name, number))));
    CHECK(again.seqs == std::vector<Seq>{0});
    given_patient(*store, "p2", "冯陈褚卫", "330105197001012222");
    check_patient(*store, "p2", "冯陈褚卫", "330105197001012222");
  }
}

TEST_CASE("rotate: what is written next has the new key, the rest follows, readers see no gap") {
  const TempDir folder;
  auto store = given_store(folder.path(), sealed_options());
  given_patient(*store, "p1", name, number);
  for (int i = 0; i < 3000; ++i)
    committed(*store, one(version_of(*store, "Observation", std::to_string(i),
                                     "{\"n\":" + std::to_string(i) + "}")));
  const NewVersion packed_before = version_of(*store, "Observation", "late", "{\"late\":true}");
  std::atomic<bool> stop{false};
  std::atomic<int> reads{0}, wrong{0};
  std::thread reader([&] {
    for (int i = 0; !stop; i = (i + 37) % 3000) {
      const auto read = store->read(anyone, "Observation", std::to_string(i));
      if (!read || read->json != "{\"n\":" + std::to_string(i) + "}") ++wrong;
      ++reads;
    }
  });
  REQUIRE(store->keys().rotate());
  given_patient(*store, "p2", "冯陈褚卫", "330105197001012222");
  committed(*store, one(packed_before));  // sealed with the former key by its caller
  CHECK(sealed_with(*store, 2) >= 4);
  wait_until_done(*store);
  stop = true;
  reader.join();
  CHECK(wrong == 0);
  CHECK(reads > 0);
  CHECK(sealed_with(*store, 1) == 0);
  CHECK(sealed_with(*store, 2) == 3 + 3000 + 3 + 1);
  check_patient(*store, "p1", name, number);
  check_patient(*store, "p2", "冯陈褚卫", "330105197001012222");
  check_problem(*store, 1, name);
  check_sound(*store);
  CHECK(store->keys().state()->keys.size() == 2);
}

TEST_CASE("rotate: asked for by another process; a reader from before reads on") {
  const TempDir folder;
  auto store = given_store(folder.path(), sealed_options());
  given_patient(*store, "p1", name, number);
  OpenOptions reading = sealed_options();
  reading.read_only = true;
  const auto reader = given_store(folder.path(), reading);
  const std::string path = (folder.path() / "records.db").string();
  CHECK(rotate_in_use(path, std::string(crypto::cipher_key_bytes, 'x'), {}).error().code ==
        ErrorCode::invalid_input);
  CHECK(*rotate_in_use(path, first_master, {}) == 2);
  for (int i = 0; i < 500 && store->keys().state()->current != 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(store->keys().state()->current == 2);
  wait_until_done(*store);
  CHECK(sealed_with(*store, 1) == 0);
  check_patient(*reader, "p1", name, number);
}

TEST_CASE("change_master_key: the former opens no more, no data changes") {
  const TempDir folder;
  const std::string second(crypto::cipher_key_bytes, 's');
  {
    auto store = given_store(folder.path(), sealed_options());
    given_patient(*store, "p1", name, number);
    REQUIRE(store->keys().change_master_key(second));
    check_patient(*store, "p1", name, number);
    REQUIRE(store->keys().rotate());  // under the new one
    given_patient(*store, "p2", "冯陈褚卫", "330105197001012222");
  }
  CHECK(open_error(folder.path(), sealed_options()).code == ErrorCode::invalid_input);
  OpenOptions options;
  options.master_key = second;
  auto store = given_store(folder.path(), options);
  check_patient(*store, "p1", name, number);
  check_patient(*store, "p2", "冯陈褚卫", "330105197001012222");
}

namespace {

constexpr int crash_versions = 6000;

/// Kills a child at a random moment of `work`, again and again; returns the kills that hit it.
int kill_during(const std::filesystem::path& folder, const OpenOptions& options,
                const std::function<void(Store&)>& work, int rounds) {
  int kills = 0;
  for (int round = 0; round < rounds; ++round) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto store = Store::open((folder / "records.db").string(), options);
      if (!store) _exit(3);
      work(**store);
      store->reset();
      _exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(4 + 9 * round));
    kill(child, SIGKILL);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status)) ++kills;
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  }
  return kills;
}

void given_many(const std::filesystem::path& folder, const OpenOptions& options) {
  auto store = given_store(folder, options);
  given_patient(*store, "p1", name, number);
  WriteSet set;
  for (int i = 0; i < crash_versions; ++i)
    set.resources.push_back(
        version_of(*store, "Observation", std::to_string(i), "{\"n\":" + std::to_string(i) + "}"));
  committed(*store, std::move(set));
}

void check_many(Store& store) {
  int seen = 0;
  REQUIRE(store.scan(anyone, 0, store.last_seq(), [&](const StoredVersion& version) {
    if (version.type == "Observation" && version.json.starts_with("{\"n\":")) {
      CHECK(version.json == "{\"n\":" + version.id + "}");
      ++seen;
    }
    return true;
  }));
  CHECK(seen == crash_versions);
  check_patient(store, "p1", name, number);
  check_problem(store, 1, name);
  check_sound(store);
}

}  // namespace

TEST_CASE("rotate: killed again and again while it seals anew, it loses nothing and ends") {
  const TempDir folder;
  given_many(folder.path(), sealed_options());
  {
    auto store = given_store(folder.path(), sealed_options());
    REQUIRE(store->keys().rotate());
  }
  const int kills = kill_during(
      folder.path(), sealed_options(), [](Store& store) { (void)store.keys().finish(); }, 10);
  MESSAGE(kills << " kills");
  auto store = given_store(folder.path(), sealed_options());
  check_many(*store);
  REQUIRE(store->keys().finish());
  CHECK(sealed_with(*store, 1) == 0);
  CHECK(sealed_with(*store, 2) == crash_versions + 3);
  check_many(*store);
}

TEST_CASE("seal: killed again and again, every state between is a store that answers") {
  const TempDir folder;
  given_many(folder.path(), {});
  const int kills = kill_during(
      folder.path(), sealed_options(),
      [](Store& store) {
        (void)store.keys().seal(first_master, crypto::Suite::aes_256_gcm, crypto::Scope::all);
      },
      10);
  MESSAGE(kills << " kills");
  {
    auto store = given_store(folder.path(), sealed_options());
    check_many(*store);
    (void)store->keys().seal(first_master, crypto::Suite::aes_256_gcm, crypto::Scope::all);
    CHECK(store->keys().state()->resealing.done());
    CHECK_FALSE(store->keys().state()->scrub_owed);
    CHECK(sealed_with(*store, 0) == 0);
    check_many(*store);
    const Receipt again = committed(
        *store, one(version_of(*store, "Patient", "p1", patient_json("p1", name, number))));
    CHECK(again.seqs == std::vector<Seq>{0});
  }
  check_no_plain_text(folder.path());
}
