// The people of bench/fhir.sh, and the questions about them. All follows from a person's number, so
// that a question knows its answer.
//   bench_people write FOLDER PEOPLE     NDJSON: a Patient, a visit and three measurements each;
//   one
//                                        in 50 has a diagnosis that lies in a compartment
//   bench_people ask KIND PEOPLE COUNT   requests for bench_ask, one a line
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace {

using Number = std::uint64_t;

/// Spreads numbers over 64 bits. source: splitmix64, Steele, Lea and Flood (2014)
Number mixed(Number number) {
  number += 0x9E3779B97F4A7C15ULL;
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9ULL;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EBULL;
  return number ^ (number >> 31);
}

constexpr std::string_view families =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹";
constexpr std::size_t letter_bytes = 3;
constexpr Number common_letters = 1200;  // of given names, taken from U+4E00 on

std::string letter(Number number) {
  const auto code = static_cast<std::uint32_t>(0x4E00 + number % common_letters * 13);
  return {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
          static_cast<char>(0x80 | (code & 0x3F))};
}

std::string two(Number number) {
  std::string text = std::to_string(number);
  return text.size() < 2 ? "0" + text : text;
}

std::string id_of(Number person) {
  std::string text = std::to_string(person);
  return "p" + std::string(8 - std::min<std::size_t>(8, text.size()), '0') + text;
}
std::string family_of(Number person) {
  const std::size_t many = families.size() / letter_bytes;
  return std::string(families.substr(mixed(person) % many * letter_bytes, letter_bytes));
}
std::string given_of(Number person) {
  return letter(mixed(person + 1'000'000'007)) + letter(mixed(person + 2'000'000'011));
}
std::string card_of(Number person) {
  return "MRN-" + std::to_string(mixed(person) % 1'000'000'000'000);
}

/// Nine of ten live in the district of the restricted account.
std::string area_of(Number person) {
  return (person % 10 == 9 ? "33010600" : "33010500") + std::to_string(1 + person % 8) + "000";
}

constexpr std::string_view codes[] = {"8480-6",  "8462-4", "8867-4", "29463-7", "8302-2",
                                      "39156-5", "4548-4", "2345-7", "2093-3",  "2571-8",
                                      "13457-7", "2085-9", "2160-0", "3094-0",  "1742-6",
                                      "1920-8",  "718-7",  "6690-2", "777-3",   "8310-5"};
/// Twenty measurements of a whole store, however large, have this code.
constexpr std::string_view rare_code = "94500-6";

std::string day_of(Number measurement) {
  const Number at = mixed(measurement + 77);
  return "2025-" + two(1 + at % 12) + "-" + two(1 + at / 16 % 28);
}

std::string patient(Number person) {
  const Number at = mixed(person + 5);
  return R"({"resourceType":"Patient","id":")" + id_of(person) +
         R"(","identifier":[{"system":"urn:bench:card","value":")" + card_of(person) +
         R"("}],"name":[{"text":")" + family_of(person) + given_of(person) + R"(","family":")" +
         family_of(person) + R"(","given":[")" + given_of(person) + R"("]}],"gender":")" +
         (at % 2 == 0 ? "male" : "female") + R"(","birthDate":")" +
         std::to_string(1930 + at / 2 % 90) + "-" + two(1 + at / 512 % 12) + "-" +
         two(1 + at / 8192 % 28) +
         R"(","address":[{"use":"home","city":"杭州市","extension":[{"url":)"
         R"("https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":")" +
         area_of(person) + R"("}]}]})";
}

std::string visit(Number person) {
  return R"({"resourceType":"Encounter","id":"e)" + id_of(person) +
         R"(","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},)"
         R"("subject":{"reference":"Patient/)" +
         id_of(person) + R"("},"serviceProvider":{"reference":"Organization/org)" +
         std::to_string(person % 100) + R"("},"period":{"start":")" + day_of(person * 3) +
         R"(T09:00:00+08:00","end":")" + day_of(person * 3) + R"(T09:20:00+08:00"}})";
}

std::string measurement(Number person, Number number, Number people) {
  const Number self = person * 3 + number;
  const bool rare = number == 0 && person % (people / 20) == 0;
  return R"({"resourceType":"Observation","id":"o)" + id_of(person) + "-" + std::to_string(number) +
         R"(","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],)"
         R"("code":{"coding":[{"system":"http://loinc.org","code":")" +
         std::string(rare ? rare_code : codes[mixed(self) % std::size(codes)]) +
         R"("}]},"subject":{"reference":"Patient/)" + id_of(person) +
         R"("},"encounter":{"reference":"Encounter/e)" + id_of(person) +
         R"("},"effectiveDateTime":")" + day_of(self) +
         R"(T09:10:00+08:00","performer":[{"reference":"Practitioner/doc)" +
         std::to_string(person % 500) + R"("}],"valueQuantity":{"value":)" +
         std::to_string(60 + mixed(self + 3) % 900 / 10) + "." + std::to_string(self % 10) +
         R"(,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}})";
}

/// Human immunodeficiency virus disease: the visit goes with it.
std::string diagnosis(Number person) {
  return R"({"resourceType":"Condition","id":"c)" + id_of(person) +
         R"(","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"B20"}]},)"
         R"("subject":{"reference":"Patient/)" +
         id_of(person) + R"("},"encounter":{"reference":"Encounter/e)" + id_of(person) +
         R"("},"recordedDate":")" + day_of(person * 3) + R"("})";
}

int write_people(const std::string& folder, Number people) {
  constexpr Number per_file = 250'000;
  {
    std::ofstream file(folder + "/0-directory.ndjson");
    for (int i = 0; i < 100; ++i)
      file << R"({"resourceType":"Organization","id":"org)" << i << R"(","name":"卫生院)" << i
           << "\"}\n";
    for (int i = 0; i < 500; ++i)
      file << R"({"resourceType":"Practitioner","id":"doc)" << i
           << R"(","identifier":[{"system":"urn:bench:staff","value":"D)" << i
           << R"("}],"gender":"female"})"
           << "\n";
  }
  for (Number first = 0; first < people; first += per_file) {
    std::ofstream file(folder + "/people-" + std::to_string(first / per_file) + ".ndjson");
    for (Number person = first; person < std::min(people, first + per_file); ++person) {
      file << patient(person) << '\n' << visit(person) << '\n';
      for (Number i = 0; i < 3; ++i) file << measurement(person, i, people) << '\n';
      if (person % 50 == 7) file << diagnosis(person) << '\n';
    }
    if (!file.flush()) return 1;
  }
  return 0;
}

std::string escaped(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    ((out += '%') += digits[byte >> 4]) += digits[byte & 15];
  }
  return out;
}

/// Transactions of two small measurements; a new id by the server each.
std::string transaction(Number person) {
  const auto entry = [&](std::string_view value) {
    return R"({"resource":{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/)" +
           id_of(person) +
           R"("},"effectiveDateTime":"2025-11-20T08:00:00+08:00","valueQuantity":{"value":)" +
           std::string(value) +
           R"(,"unit":"/min"}},"request":{"method":"POST","url":"Observation"}})";
  };
  return "POST /fhir\t"
         R"({"resourceType":"Bundle","type":"transaction","entry":[)" +
         entry("7@N@") + "]}";
}

std::string question(std::string_view kind, Number person, Number people) {
  const std::string id = id_of(person);
  if (kind == "transaction") return transaction(person);
  if (kind == "create")
    return "POST /fhir/Observation\t"
           R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/)" +
           id +
           R"("},"effectiveDateTime":"2025-11-20T08:00:00+08:00","valueQuantity":{"value":7@N@,"unit":"/min"}})";
  if (kind == "read-staff") return "GET /fhir/Practitioner/doc" + std::to_string(person % 500);
  if (kind == "read-patient") return "GET /fhir/Patient/" + id;
  if (kind == "read-observation")
    return "GET /fhir/Observation/o" + id + "-" + std::to_string(person % 3);
  if (kind == "identifier")
    return "GET /fhir/Patient?identifier=urn:bench:card%7C" + card_of(person);
  if (kind == "name")
    return "GET /fhir/Patient?name=" + escaped(family_of(person) + given_of(person));
  if (kind == "code+patient")
    return "GET /fhir/Observation?patient=Patient/" + id +
           "&code=" + std::string(codes[mixed(person * 3 + 1) % std::size(codes)]);
  if (kind == "date+patient")
    return "GET /fhir/Observation?patient=" + id + "&date=ge" + day_of(person * 3 + 2) +
           "&date=le" + day_of(person * 3 + 2);
  if (kind == "chained")
    return "GET /fhir/Observation?patient.identifier=urn:bench:card%7C" + card_of(person);
  if (kind == "_has")
    return "GET /fhir/Patient?_has:Observation:patient:code=" + std::string(rare_code);
  if (kind == "_include")
    return "GET /fhir/Observation?patient=" + id +
           "&_include=Observation:encounter&_include=Observation:patient";
  if (kind == "count") return "GET /fhir/Observation?patient=" + id + "&_summary=count";
  if (kind == "first-page")
    return "GET /fhir/Observation?code=" + std::string(codes[person % std::size(codes)]) +
           "&_count=20";
  if (kind == "everything") return "GET /fhir/Patient/" + id + "/$everything";
  (void)people;
  return {};
}

int ask(std::string_view kind, Number people, Number count) {
  for (Number i = 0; i < count; ++i) {
    // Persons whom the restricted account sees, and with nothing closed, in an order without order.
    Number person = mixed(i + 31'337) % people;
    while (person % 10 == 9 || person % 50 == 7) person = (person + 1) % people;
    const std::string line = question(kind, person, people);
    if (line.empty()) {
      std::fprintf(stderr, "bench_people: no such question\n");
      return 2;
    }
    std::printf("%s\n", line.c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "write" && argc == 4)
    return write_people(argv[2], std::strtoull(argv[3], nullptr, 10));
  if (what == "ask" && argc == 5)
    return ask(argv[2], std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10));
  std::fprintf(stderr, "bench_people write FOLDER PEOPLE | ask KIND PEOPLE COUNT\n");
  return 2;
}
