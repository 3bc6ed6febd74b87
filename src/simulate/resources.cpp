#include "simulate/resources.hpp"

#include <fmt/format.h>

#include "fhir/check.hpp"

namespace hb::simulate {
namespace {

constexpr std::string_view area_extension =
    R"("extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":")";

constexpr std::string_view visit_class[] = {"AMB", "EMER", "IMP", "HH", "AMB"};

Moment start_of(const VisitFacts& facts) { return {facts.day, facts.minute}; }

void put_visit_reference(Text& out, std::string_view number, const std::string& encounter) {
  out.put(R"("subject":{"reference":"Patient/p)", number, "\"}");
  if (!encounter.empty()) out.put(R"(,"encounter":{"reference":"Encounter/)", encounter, "\"}");
}

void put_money(Text& out, std::int64_t fen) {
  out.put(
      R"(,"extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/total-cost","valueMoney":{"value":)",
      Padded{static_cast<std::uint64_t>(fen / 100), 1}, '.',
      Padded{static_cast<std::uint64_t>(fen % 100), 2}, R"(,"currency":"CNY"}}])");
}

void count_visit(Tally& tally, const VisitFacts& facts) {
  if (facts.type) tally.add(facts.type->counter);
  if (facts.fen < 0) return;
  const auto fen = static_cast<std::uint64_t>(facts.fen);
  if (facts.kind == VisitKind::inpatient) {
    tally.add(counter::stays);
    tally.add(counter::stay_days, static_cast<std::uint64_t>(1 + facts.minutes / 1440));
    tally.add(counter::stays_fen, fen);
  } else if (facts.community) {
    tally.add(counter::community_visits);
    tally.add(counter::community_fen, fen);
  } else {
    tally.add(counter::hospital_visits);
    tally.add(counter::hospital_fen, fen);
    if (facts.kind == VisitKind::emergency) tally.add(counter::emergency_visits);
  }
}

void put_quantity(Text& out, const Component& component, double value) {
  out.put(R"("valueQuantity":{"value":)", Fixed{value, component.decimals}, R"(,"unit":")",
          component.unit, R"(","system":"http://unitsofmeasure.org","code":")", component.unit,
          "\"}");
}

void put_stay(Text& out, const PatientFacts& facts) {
  constexpr std::string_view url = R"({"url":"https://health-brain.org/fhir/StructureDefinition/)";
  if (facts.arrived || facts.left) {
    out.put(R"("extension":[)");
    if (facts.arrived)
      out.put(url, R"(arrived-district","valueDate":")", *facts.arrived,
              facts.left ? "\"}," : "\"}");
    if (facts.left) out.put(url, R"(left-district","valueDate":")", *facts.left, "\"}");
    out.put("],");
  }
  out.put(R"("active":)", facts.left ? "false," : "true,");
}

void put_identifiers(Text& out, const PatientFacts& facts) {
  const bool identity = !facts.identity_number.empty(), record = !facts.record_number.empty();
  if (!identity && !record) return;
  out.put(R"("identifier":[)");
  if (identity)
    out.put(R"({"use":"official","system":"urn:oid:2.16.156.10011.1.3","value":")",
            facts.identity_number, record ? "\"}," : "\"}");
  if (record)
    out.put(R"({"system":"urn:oid:2.16.156.10011.1.2","value":")", facts.record_number, "\"}");
  out.put("],");
}

}  // namespace

void Batch::clear() {
  for (Text& text : lines) text.clear();
  for (Text& text : truth) text.clear();
  counts.fill(0);
  tally.clear();
  refused.clear();
}

std::string doctor_id(std::size_t index) { return fmt::format("doc{:05}", index + 1); }

std::string identity_number(const std::string& area, Date birth, unsigned sequence) {
  const YearMonthDay day = civil(birth);
  std::string number =
      fmt::format("{}{:04}{:02}{:02}{:03}", area, day.year, day.month, day.day, sequence);
  number.push_back(fhir::identity_check_digit(number));
  return number;
}

PersonWriter::PersonWriter(Batch& batch, std::uint32_t number)
    : batch_(batch), number_(fmt::format("{:07}", number)) {}

Text& PersonWriter::begin(Type type, char letter, std::string* id) {
  Text& out = batch_.line(type);
  const int serial = ++serials_[static_cast<std::size_t>(type)];
  out.put(R"({"resourceType":")", type_names[static_cast<std::size_t>(type)], R"(","id":")", letter,
          number_, '-', serial, "\",");
  if (id) *id = fmt::format("{}{}-{}", letter, number_, serial);
  return out;
}

void PersonWriter::patient(const PatientFacts& facts) {
  const Person& person = *facts.person;
  Text& out = batch_.line(Type::patient);
  out.put(R"({"resourceType":"Patient","id":")", facts.letter, number_, R"(","meta":{)");
  if (facts.version > 1)
    out.put(R"("versionId":")", facts.version, R"(","lastUpdated":")", Moment{facts.changed, 600},
            "\",");
  out.put(
      R"("tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"}]},)");
  put_stay(out, facts);
  put_identifiers(out, facts);
  out.put(R"("name":[{"text":")", facts.family, facts.given, R"(","family":")", facts.family,
          R"(","given":[")", facts.given, R"("]}],)");
  if (!facts.telephone.empty())
    out.put(R"("telecom":[{"system":"phone","value":")", facts.telephone, R"("}],)");
  out.put(R"("gender":")", person.sex == Sex::male ? "male" : "female", R"(","birthDate":")",
          person.birth, '"');
  if (facts.deceased) out.put(R"(,"deceasedDateTime":")", person.death, '"');
  const std::string_view area(facts.area);
  out.put(R"(,"address":[{)", area_extension, facts.street_only ? area.substr(0, 9) : area,
          R"("}],"use":"home","text":")", facts.address, '"');
  if (!facts.former_area.empty())
    out.put(R"(,"period":{"start":")", facts.moved, R"("}},{)", area_extension, facts.former_area,
            R"("}],"use":"temp","text":")", facts.former_address, R"(","period":{"end":")",
            Date{facts.moved.days - 1}, "\"}");
  out.put("},{", area_extension, facts.registered_area, R"("}],"use":"old"}])");
  if (facts.partner_stated || facts.single_stated)
    out.put(
        R"(,"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":")",
        facts.partner_stated ? "M" : "S", R"("}]})");
  out.put(R"(,"managingOrganization":{"reference":"Organization/)", facts.managing->id, "\"}}\n");
}

std::string PersonWriter::encounter(const VisitFacts& facts) {
  std::string id;
  Text& out = begin(Type::encounter, 'e', &id);
  const auto kind = static_cast<std::size_t>(facts.kind);
  out.put(
      R"("status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":")",
      visit_class[kind], "\"}");
  if (facts.fen >= 0) put_money(out, facts.fen);
  if (facts.type) out.put(R"(,"type":[)", facts.type->json, ']');
  out.put(R"(,"subject":{"reference":"Patient/p)", number_, "\"}");
  if (!facts.request.empty())
    out.put(R"(,"basedOn":[{"reference":"ServiceRequest/)", facts.request, "\"}]");
  out.put(R"(,"participant":[{"individual":{"reference":"Practitioner/)", doctor_id(facts.doctor),
          R"("}}],"period":{"start":")", start_of(facts), R"(","end":")",
          Moment{facts.day, facts.minute + facts.minutes}, R"("},"reasonCode":[)",
          facts.reason->json, R"(],"serviceProvider":{"reference":"Organization/)", facts.at->id,
          "\"}}\n");
  count_visit(batch_.tally, facts);
  return id;
}

void PersonWriter::condition(const VisitFacts& facts, const std::string& encounter, bool chronic) {
  Text& out = begin(Type::condition, 'c');
  out.put(
      R"("clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":")",
      chronic ? "active" : "resolved",
      R"("}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},)"
      R"("category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":")",
      chronic ? "problem-list-item" : "encounter-diagnosis", R"("}]}],"code":)", facts.reason->json,
      ',');
  put_visit_reference(out, number_, encounter);
  out.put(R"(,"onsetDateTime":")", facts.day, R"(","recordedDate":")", start_of(facts), "\"}\n");
}

void PersonWriter::observation(const VisitFacts& facts, const std::string& encounter,
                               const Measure& measure, const std::vector<double>& values) {
  Text& out = begin(Type::observation, 'o');
  out.put(
      R"("status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":")",
      measure.category, R"("}]}],"code":)", measure.what.json, ',');
  put_visit_reference(out, number_, encounter);
  out.put(R"(,"effectiveDateTime":")", start_of(facts), "\",");
  if (!measure.panel) {
    put_quantity(out, measure.components.front(), values.front());
  } else {
    out.put(R"("component":[)");
    for (std::size_t i = 0; i < values.size(); ++i) {
      out.put(i ? ",{" : "{", R"("code":)", measure.components[i].what.json, ',');
      put_quantity(out, measure.components[i], values[i]);
      out.put('}');
    }
    out.put(']');
  }
  out.put("}\n");
}

void PersonWriter::finding(const VisitFacts& facts, const std::string& encounter,
                           const Concept& test, bool positive) {
  Text& out = begin(Type::observation, 'o');
  out.put(
      R"("status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":)",
      test.json, ',');
  put_visit_reference(out, number_, encounter);
  out.put(
      R"(,"effectiveDateTime":")", start_of(facts),
      R"(","valueCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":")",
      positive ? "POS" : "NEG",
      R"("}]},"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":")",
      positive ? "POS" : "NEG", "\"}]}]}\n");
}

void PersonWriter::prescription(const VisitFacts& facts, const std::string& encounter,
                                const Drug& drug) {
  Text& out = begin(Type::medication_request, 'm');
  out.put(R"("status":"completed","intent":"order","medicationCodeableConcept":)", drug.what.json,
          ',');
  put_visit_reference(out, number_, encounter);
  out.put(R"(,"authoredOn":")", start_of(facts), R"(","requester":{"reference":"Practitioner/)",
          doctor_id(facts.doctor), R"("},"dosageInstruction":[{"text":")", drug.dosage, "\"}]}\n");
}

void PersonWriter::procedure(const VisitFacts& facts, const std::string& encounter,
                             const Concept& what) {
  Text& out = begin(Type::procedure, 'x');
  out.put(R"("status":"completed","code":)", what.json, ',');
  put_visit_reference(out, number_, encounter);
  out.put(R"(,"performedDateTime":")", start_of(facts),
          R"(","performer":[{"actor":{"reference":"Practitioner/)", doctor_id(facts.doctor),
          R"("},"onBehalfOf":{"reference":"Organization/)", facts.at->id, "\"}}]}\n");
}

void PersonWriter::immunization(Date day, const std::string& encounter, const Dose& dose,
                                const Institution& at, std::uint32_t lot) {
  Text& out = begin(Type::immunization, 'v');
  out.put(R"("status":"completed","vaccineCode":)", dose.vaccine.json,
          R"(,"patient":{"reference":"Patient/p)", number_, "\"}");
  if (!encounter.empty()) out.put(R"(,"encounter":{"reference":"Encounter/)", encounter, "\"}");
  out.put(R"(,"occurrenceDateTime":")", day, R"(","primarySource":true,"lotNumber":")",
          dose.vaccine.code, Padded{lot, 5},
          R"(","performer":[{"actor":{"reference":"Organization/)", at.id,
          R"("}}],"protocolApplied":[{"doseNumberPositiveInt":)", dose.number, "}]}\n");
}

void PersonWriter::episode(const EpisodeFacts& facts) {
  Text& out = begin(Type::episode_of_care, 'k');
  out.put(R"("status":")", facts.finished ? "finished" : "active", '"');
  if (facts.gestation_weeks >= 0)
    out.put(
        R"(,"extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/gestation-weeks","valueDecimal":)",
        Fixed{facts.gestation_weeks, 1}, "}]");
  out.put(R"(,"type":[)", facts.type->json, R"(],"patient":{"reference":"Patient/p)", number_,
          R"("},"managingOrganization":{"reference":"Organization/)", facts.managing->id,
          R"("},"period":{"start":")", facts.from, '"');
  if (facts.until) out.put(R"(,"end":")", *facts.until, '"');
  out.put(R"(},"careManager":{"reference":"Practitioner/)", doctor_id(facts.doctor), "\"}}\n");
}

void PersonWriter::mother(const MotherFacts& facts) {
  Text& out = begin(Type::related_person, 'f');
  out.put(
      R"("identifier":[{"use":"official","system":"urn:oid:2.16.156.10011.1.3","value":")",
      facts.identity_number, R"("}],"active":true,"patient":{"reference":"Patient/p)", number_,
      R"("},"relationship":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-RoleCode","code":"MTH","display":"母亲"}]}],"name":[{"text":")",
      facts.family, facts.given, R"(","family":")", facts.family, R"(","given":[")", facts.given,
      R"("]}],"gender":"female","birthDate":")", facts.birth, "\"}\n");
}

std::string PersonWriter::referral(const VisitFacts& facts, const std::string& encounter) {
  std::string id;
  Text& out = begin(Type::service_request, 's', &id);
  out.put(
      R"("status":"completed","intent":"order","code":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/service-request","code":"referral-up","display":"上转"}],"text":"上转"},)");
  put_visit_reference(out, number_, encounter);
  out.put(R"(,"authoredOn":")", start_of(facts), R"(","requester":{"reference":"Practitioner/)",
          doctor_id(facts.doctor), R"("},"reasonCode":[)", facts.reason->json, "]}\n");
  return id;
}

std::string PersonWriter::card(const CardFacts& facts) {
  std::string id;
  Text& out = begin(Type::composition, 'r', &id);
  const Date day = facts.visit.day;
  out.put(
      R"("identifier":{"system":"https://health-brain.org/fhir/card-number","value":")", id,
      R"("},"status":")", facts.status,
      R"(","type":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/document-type","code":"notifiable-disease-card"}]},)"
      R"("subject":{"reference":"Patient/p)",
      number_, R"("},"date":")", Moment{day, facts.report_minute},
      R"(","author":[{"reference":"Practitioner/)", doctor_id(facts.visit.doctor),
      R"("}],"title":"传染病报告卡","custodian":{"reference":"Organization/)", facts.visit.at->id,
      "\"}");
  if (facts.hospital_minute >= 0) {
    out.put(R"(,"attester":[{"mode":"professional","time":")", Moment{day, facts.hospital_minute},
            "\"}");
    if (facts.county_minute >= 0)
      out.put(R"(,{"mode":"official","time":")", Moment{day, facts.county_minute}, "\"}");
    out.put(']');
  }
  out.put(
      R"(,"extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/notifiable-case","extension":[)"
      R"({"url":"disease","valueCoding":)",
      facts.card->disease.coding, R"(},{"url":"caseClass","valueCode":")", facts.case_class,
      R"("},{"url":"onsetDate","valueDate":")", facts.onset,
      R"("},{"url":"diagnosisTime","valueDateTime":")", start_of(facts.visit),
      R"("},{"url":"populationGroup","valueCode":")", facts.group,
      R"("},{"url":"belongsTo","valueCode":"district"},{"url":"presentArea","valueCode":")",
      facts.area, R"("},{"url":"registeredArea","valueCode":")", facts.registered_area, "\"}");
  if (!facts.school.empty()) out.put(R"(,{"url":"school","valueString":")", facts.school, "\"}");
  if (!facts.school_class.empty())
    out.put(R"(,{"url":"schoolClass","valueString":")", facts.school_class, "\"}");
  out.put("]}]}\n");
  batch_.tally.add(counter::cards);
  batch_.tally.add(facts.card->disease.counter);
  if (facts.card->legal_class == 'A') batch_.tally.add(counter::cards_a);
  if (facts.card->legal_class == 'B') batch_.tally.add(counter::cards_b);
  if (facts.card->legal_class == 'C') batch_.tally.add(counter::cards_c);
  if (facts.report_minute - facts.visit.minute > 1440) batch_.tally.add(counter::late_cards);
  return id;
}

void PersonWriter::death(Date day, const Concept& cause, const Institution& at) {
  Text& out = begin(Type::observation, 'o');
  out.put(
      R"("status":"final","code":{"coding":[{"system":"http://loinc.org","code":"69453-9","display":"死亡原因"}]},)"
      R"("subject":{"reference":"Patient/p)",
      number_, R"("},"effectiveDateTime":")", day, R"(","performer":[{"reference":"Organization/)",
      at.id, R"("}],"valueCodeableConcept":)", cause.json, "}\n");
}

void PersonWriter::task(const TaskFacts& facts) {
  Text& out = begin(Type::task, 't');
  out.put(
      R"("status":"requested","intent":"order","priority":"routine","code":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/task-code","code":")",
      facts.code, R"(","display":")", facts.display, R"("}]},)");
  if (!facts.focus.empty()) out.put(R"("focus":{"reference":")", facts.focus, R"("},)");
  out.put(R"("for":{"reference":"Patient/p)", number_, R"("},"authoredOn":")",
          Moment{facts.authored, 480}, R"(","lastModified":")", Moment{facts.authored, 480},
          R"(","owner":{"reference":"Organization/)", facts.owner,
          R"("},"restriction":{"period":{"end":")", Moment{facts.due, 1020}, "\"}}}\n");
}

}  // namespace hb::simulate
