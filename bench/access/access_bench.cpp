// What access rules cost a list: 1.12 million residents (size M) in 16 streets of 8 communities,
// records only. A page is what GET /api/residents reads: 50 residents and the Patient of each.
//   HB_BENCH_RESIDENTS=100000 bench_access    for a smaller district
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/policy.hpp"
#include "records/store.hpp"
#include "scene/policy.hpp"

namespace {

using namespace hb;

constexpr int streets = 16;
constexpr int communities = 8;
constexpr std::int64_t per_commit = 20'000;
constexpr std::int64_t contracts = 2'000;  // of one general practitioner

std::int64_t residents() {
  const char* const text = std::getenv("HB_BENCH_RESIDENTS");
  return text != nullptr ? std::atoll(text) : 1'120'000;
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s %s\n", result.error().message.c_str(), result.error().where.c_str());
    std::exit(1);
  }
  return std::move(*result);
}
void must(Result<void> result) {
  if (!result) std::exit((std::fprintf(stderr, "%s\n", result.error().message.c_str()), 1));
}

std::string area_of(std::int64_t i) {
  char text[16];
  std::snprintf(text, sizeof text, "770101%03d%03d", static_cast<int>(1 + i % streets),
                static_cast<int>(1 + i / streets % communities));
  return text;
}

std::string patient(std::int64_t i, const std::string& name, Date birth) {
  char number[32];
  std::snprintf(number, sizeof number, "770101%s%04d", "19800101", static_cast<int>(i % 10'000));
  return R"({"resourceType":"Patient","id":"p)" + std::to_string(i) +
         R"(","active":true,"identifier":[{"use":"official","system":"urn:oid:2.16.156.10011.1.3","value":")" +
         number + R"("}],"name":[{"use":"official","text":")" + name +
         R"("}],"telecom":[{"system":"phone","value":"199)" + std::to_string(10'000'000 + i) +
         R"(","use":"mobile"}],"gender":"female","birthDate":")" + format_date(birth) +
         R"(","address":[{"use":"home","text":"映川区青梧街道示例路12号3幢401室","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":")" +
         area_of(i) + R"("}]}]})";
}

class District {
 public:
  District() {
    folder_ = std::filesystem::temp_directory_path() / "hb-bench-access";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    records::OpenOptions options;
    options.policy = std::make_shared<const Policy>(
        must(scene::load_policy(std::string(HB_SOURCE_DIR) + "/scenes/core/policy.yaml")));
    store_ = must(records::Store::open((folder_ / "records.db").string(), options));
    auto related = std::make_shared<Related>();
    for (std::int64_t i = 0; i < contracts; ++i)
      related->emplace_back(1 + i * residents() / contracts, 1);
    store_->set_related([related](const Principal&) -> Result<std::shared_ptr<const Related>> {
      return std::shared_ptr<const Related>(related);
    });
    fill();
  }
  ~District() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  const records::Store& store() const { return *store_; }

 private:
  void fill() {
    must(store_->begin_bulk());
    for (std::int64_t first = 0; first < residents(); first += per_commit) {
      records::WriteSet set;
      for (std::int64_t i = first; i < std::min(residents(), first + per_commit); ++i) add(set, i);
      must(store_->commit(std::move(set)));
    }
    must(store_->finish_bulk());
  }

  void add(records::WriteSet& set, std::int64_t i) {
    // Every 20th has the surname that is searched for.
    const std::string surname = i % 20 == 0 ? "wang" : "name" + std::to_string(i % 400);
    const std::string name = i % 20 == 0 ? "王示例" : "张示例";
    const Date birth{static_cast<std::int32_t>(-10'000 + i % 27'000)};
    const std::string json = patient(i, name, birth);
    auto resolved = must(store_->resolve_resident("p" + std::to_string(i)));
    records::Resident person = resolved.first;
    person.provisional = false;
    person.sex = "female";
    person.birth_date = birth;
    person.area = area_of(i);
    set.residents.push_back({person, set.resources.size(), {surname, "p" + std::to_string(i)}});
    set.resources.push_back({"Patient", person.patient_id, crypto::fingerprint(json),
                             store_->packer().pack("Patient", json), person.id});
  }

  std::filesystem::path folder_;
  std::unique_ptr<records::Store> store_;
};

District& district() {
  static District one;
  return one;
}

/// 0 administrator (everything), 1 epidemiologist of a street, 2 community worker of a community
/// (names masked), 3 general practitioner (2,000 contracts, numbers masked)
Principal asker(std::int64_t who) {
  switch (who) {
    case 0:
      return {"a", {"local-operator"}, {}, {}, "operation", true};
    case 1:
      return {"b", {"epidemiologist"}, {"770101003"}, {}, "public-health"};
    case 2:
      return {"c", {"community-worker"}, {"770101003002"}, {}, "public-health"};
    default: {
      Principal doctor{"d", {"general-practitioner"}, {}, {"o1"}, "care"};
      doctor.practitioners = {"d1"};
      return doctor;
    }
  }
}
constexpr const char* names[] = {"administrator", "epidemiologist of a street", "community worker",
                                 "general practitioner"};

void page(benchmark::State& state, std::vector<std::string> words) {
  const records::Store& store = district().store();
  const Principal who = asker(state.range(0));
  records::PersonQuery query;
  query.words = std::move(words);
  query.today = Date{20'453};
  std::int64_t total = 0;
  for (auto _ : state) {
    const auto found = must(store.find_residents(who, query));
    total = found.total;
    for (const records::Resident& one : found.residents)
      benchmark::DoNotOptimize(must(store.read(who, "Patient", one.patient_id)));
  }
  state.counters["total"] = static_cast<double>(total);
  state.SetLabel(names[state.range(0)]);
}

void BM_ListPage(benchmark::State& state) { page(state, {}); }
void BM_NamePage(benchmark::State& state) { page(state, {"wang"}); }
void BM_OneRecord(benchmark::State& state) {
  const records::Store& store = district().store();
  const Principal who = asker(state.range(0));
  records::PersonQuery query;
  query.limit = 1;
  query.today = Date{20'453};
  const auto found = must(store.find_residents(who, query));
  for (auto _ : state)
    benchmark::DoNotOptimize(must(store.read(who, "Patient", found.residents.at(0).patient_id)));
  state.SetLabel(names[state.range(0)]);
}

BENCHMARK(BM_ListPage)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_NamePage)->Arg(0)->Arg(1)->Arg(3)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_OneRecord)->DenseRange(0, 3)->Unit(benchmark::kMicrosecond);

}  // namespace
