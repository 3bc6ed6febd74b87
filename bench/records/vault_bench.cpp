#include <benchmark/benchmark.h>

#include <array>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include "crypto/bytes.hpp"
#include "records/store.hpp"

/// What sealing costs a reader. Argument: 0 = a store without keys, 1 = AES-256-GCM, 2 = SM4-CTR
/// and HMAC-SM3; everything else is the same.
namespace {

using namespace hb;
using namespace hb::records;

constexpr int people = 100'000;
const Principal asker = Principal::system("bench");

std::string id_of(int person) { return "person-" + std::to_string(person); }

std::string body_of(int person) {
  const std::string n = std::to_string(person);
  std::string body = R"({"resourceType":"Patient","id":")" + id_of(person) +
                     R"(","identifier":[{"system":"urn:oid:1.2","value":"77010519)" + n +
                     R"("}],"name":[{"text":"person )" + n + R"("}],"address":[)";
  for (int i = 0; i < 6; ++i)
    body += R"({"use":"home","city":"x","line":["street )" + n + " house " + std::to_string(i) +
            R"("],"period":{"start":"2020-01-0)" + std::to_string(i + 1) + R"("}},)";
  return body + R"({"use":"old"}],"gender":"female","birthDate":"1980-02-29"})";
}

void fill(Store& store) {
  if (!store.begin_bulk()) std::abort();
  for (int first = 0; first < people; first += 1'000) {
    WriteSet set;
    for (int person = first; person < first + 1'000; ++person) {
      const std::string body = body_of(person);
      Resident resident = store.resolve_resident(id_of(person))->first;
      resident.provisional = false;
      resident.area = "330105";
      std::vector<std::string> words{"number/" + std::to_string(person)};
      for (int i = 0; i < 8; ++i)
        words.push_back("part " + std::to_string((person * 2654435761U >> i) % 3000));
      set.residents.push_back({resident, set.resources.size(), std::move(words)});
      set.resources.push_back({"Patient", id_of(person), crypto::fingerprint(body),
                               store.packer().pack("Patient", body), resident.id});
    }
    if (!store.commit(std::move(set))) std::abort();
  }
  if (!store.finish_bulk()) std::abort();
}

/// Removed at the end, after the stores.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "hb-vault-bench";
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

Store& store_of(std::int64_t way) {
  static const Folder all;
  static std::array<std::unique_ptr<Store>, 3> stores;
  auto& store = stores.at(static_cast<std::size_t>(way));
  if (store) return *store;
  const auto folder = all.path / std::to_string(way);
  std::filesystem::create_directories(folder);
  OpenOptions options;
  if (way != 0) options.master_key = crypto::random_bytes(crypto::cipher_key_bytes);
  options.suite = way == 2 ? crypto::Suite::sm4_ctr_hmac_sm3 : crypto::Suite::aes_256_gcm;
  store = std::move(*Store::open((folder / "records.db").string(), options));
  std::vector<std::string> samples;
  for (int person = 0; person < 2'000; ++person) samples.push_back(body_of(person));
  if (!store->train_dictionary("Patient", samples)) std::abort();
  fill(*store);
  return *store;
}

void BM_ReadSealed(benchmark::State& state) {
  const Store& store = store_of(state.range(0));
  std::mt19937 random(42);
  for (auto _ : state) {
    const auto version =
        store.read(asker, "Patient", id_of(static_cast<int>(random() % unsigned{people})));
    if (!version) state.SkipWithError("not found");
    benchmark::DoNotOptimize(version);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ReadSealed)->DenseRange(0, 2)->Unit(benchmark::kMicrosecond);

void find(benchmark::State& state, std::vector<std::string> words) {
  const Store& store = store_of(state.range(0));
  PersonQuery query;
  query.words = std::move(words);
  for (auto _ : state) {
    const auto page = store.find_residents(asker, query);
    if (!page || page->residents.empty()) state.SkipWithError("nobody found");
    benchmark::DoNotOptimize(page);
  }
}
void BM_FindNameSealed(benchmark::State& state) {
  find(state, {"part " + std::to_string(777 * 2654435761U % 3000),
               "part " + std::to_string((777 * 2654435761U >> 1) % 3000)});
}
BENCHMARK(BM_FindNameSealed)->DenseRange(0, 2)->Unit(benchmark::kMicrosecond);
void BM_FindNumberSealed(benchmark::State& state) { find(state, {"number/4711"}); }
BENCHMARK(BM_FindNumberSealed)->DenseRange(0, 2)->Unit(benchmark::kMicrosecond);

void BM_Sealed(benchmark::State& state) {
  crypto::Vault vault;
  if (state.range(0) != 0)
    vault.use(crypto::Keyring::create(state.range(0) == 2 ? crypto::Suite::sm4_ctr_hmac_sm3
                                                          : crypto::Suite::aes_256_gcm,
                                      std::string(crypto::cipher_key_bytes, 'k')),
              crypto::Scope::all);
  const std::string body(172, 'b');
  for (auto _ : state) benchmark::DoNotOptimize(vault.open(vault.seal(body, "body"), "body"));
}
BENCHMARK(BM_Sealed)->DenseRange(0, 2)->Unit(benchmark::kNanosecond);

}  // namespace
