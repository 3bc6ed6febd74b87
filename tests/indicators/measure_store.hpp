#pragma once
#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "indicators/measure_cells.hpp"
#include "indicators/measure_engine.hpp"
#include "ingest/hub.hpp"
#include "ingest/load.hpp"
#include "support/paths.hpp"

/// A store with hand-made people and visits, and measures written in the tests.
namespace hb::test {

using namespace hb::indicators;

inline void write_file(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

/// A Patient without an identity number, living in a street.
inline std::string person(const std::string& id, const std::string& gender, const std::string& born,
                          const std::string& street) {
  return R"({"resourceType":"Patient","id":")" + id + R"(","gender":")" + gender +
         R"(","birthDate":")" + born + R"(","address":[{"use":"home","extension":[{"url":)" +
         R"("https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":")" + street +
         "\"}]}]}\n";
}

inline std::string visit(const std::string& id, const std::string& patient,
                         const std::string& day) {
  return R"({"resourceType":"Encounter","id":")" + id +
         R"(","status":"finished","class":{"system":)" +
         R"("http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},)" +
         R"("subject":{"reference":"Patient/)" + patient + R"("},"period":{"start":")" + day +
         "T09:00:00+08:00\"}}\n";
}

/// Visits per resident: events by month over a state at the end of the period.
inline const char* const visits_per_head = R"(schema: indicator-1
id: visits-per-head
version: 1
field: services
title: { zh: 人均就诊, en: Visits per resident }
method: rate
unit: { zh: 次/千人, en: "per 1,000" }
multiplier: 1000
decimals: 1
better: none
periods: [month, quarter, year]
basis:
  population: { zh: 居民, en: residents }
  area: { zh: 现住址, en: present address }
  year: { zh: 自然年, en: calendar year }
  date: { zh: 就诊日, en: day of the visit }
source: { title: { zh: 测试, en: test }, document: test }
numerator:
  name: { zh: 就诊, en: visits }
  over_time: sum
  sql: |
    SELECT CAST(date_trunc('month', start_date) AS DATE) AS month, left(resident_area, 9) AS area,
           resident_sex AS sex, age_band, count(*) AS n
    FROM encounter
    WHERE start_date BETWEEN CAST($from AS DATE) AND CAST($to AS DATE)
    GROUP BY 1, 2, 3, 4
denominator:
  name: { zh: 居民, en: residents }
  over_time: each
  sql: |
    SELECT left(area, 9) AS area, gender AS sex, CAST(NULL AS INTEGER) AS age_band, count(*) AS n
    FROM resident
    WHERE birth_date <= CAST($to AS DATE)
    GROUP BY 1, 2
targets:
  - { level: district, year: 2025, text: "≥1500", source: { zh: 测试, en: test } }
)";

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

class MeasureStore {
 public:
  MeasureStore() {
    ingest::HubOptions options;
    options.views_dir = (source_dir() / "scenes/core/views").string();
    auto opened = ingest::Hub::open((directory_.path() / "store").string(), options);
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
    hub_ = std::move(*opened);
  }

  /// One delivery.
  void deliver(const std::string& lines) {
    const auto file = directory_.path() / ("d" + std::to_string(++deliveries_) + ".ndjson");
    write_file(file, lines);
    const auto report = ingest::load(*hub_, {file.string()}, {});
    REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
    REQUIRE(report->quarantined == 0);
  }

  /// One delivery, of which resources may be put aside as problems.
  void try_deliver(const std::string& lines) {
    const auto file = directory_.path() / ("d" + std::to_string(++deliveries_) + ".ndjson");
    write_file(file, lines);
    const auto report = ingest::load(*hub_, {file.string()}, {});
    REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
  }

  std::filesystem::path file(const std::string& id) const {
    return directory_.path() / "scenes/test/indicators" / (id + ".yaml");
  }
  void define(const std::string& id, const std::string& yaml) { write_file(file(id), yaml); }

  std::unique_ptr<MeasureEngine> engine(
      bool keeps = false, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    return engine_of(directory_.path() / "scenes", keeps, limit);
  }
  /// With the measures of another folder of scenes.
  std::unique_ptr<MeasureEngine> engine_of(
      const std::filesystem::path& scenes, bool keeps = false,
      std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    auto measures = load_measures(scenes);
    REQUIRE_MESSAGE(measures.has_value(),
                    (measures ? "" : measures.error().where + " " + measures.error().message));
    MeasureOptions options;
    if (keeps) options.directory = hub_->directory();
    options.today = *make_date(2025, 12, 31);
    options.time_limit = limit;
    return std::make_unique<MeasureEngine>(hub_->tables(), hub_->store(), *measures, options);
  }
  ingest::Hub& hub() { return *hub_; }

 private:
  TempDir directory_;
  std::unique_ptr<ingest::Hub> hub_;
  int deliveries_ = 0;
};

/// Two streets, four people, visits in March (2) and November (1), and one in street 2 in March.
inline void deliver_district(MeasureStore& store) {
  store.deliver(person("p1", "male", "1980-01-01", "770101001") +
                person("p2", "female", "1950-06-15", "770101001") +
                person("p3", "male", "2015-03-20", "770101002") +
                person("p4", "female", "1990-03-20", "770101002001"));
  store.deliver(visit("e1", "p1", "2025-03-02") + visit("e2", "p2", "2025-03-05") +
                visit("e3", "p1", "2025-11-20") + visit("e4", "p3", "2025-03-31"));
}

inline Period period(const char* text) { return *parse_period(text); }

/// One number, made when it is not there yet.
inline MeasureCell number(MeasureEngine& engine, const char* id, const char* when,
                          const std::string& area = "") {
  const Measure* measure = engine.find(id);
  REQUIRE(measure != nullptr);
  engine.ensure({measure}, {period(when)});
  const auto cell =
      cell_of(engine, *engine.snapshot(), Principal::system("test"), {measure, period(when), area});
  REQUIRE_MESSAGE(cell.has_value(), (cell ? "" : cell.error().message));
  return *cell;
}

}  // namespace hb::test
