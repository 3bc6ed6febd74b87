#pragma once

namespace hb::bench {

/// What DuckDB's own JSON reader needs to make the core tables with the same columns; keys are
/// hash(), as ours are. The automatic reader cannot name columns that the sample does not have:
/// select_auto leaves them out, and our side leaves out the same (`not_auto`).
struct PeerTable {
  const char* name;
  const char* type;
  const char* columns;  ///< of read_ndjson(columns = …)
  const char* select;
  const char* select_auto;
  const char* tail;  ///< behind the reader in FROM
  const char*
      not_typed;  ///< columns of the core view, each after a space, that `select` does not make
  const char* not_auto;  ///< those that `select_auto` does not make besides
};

// clang-format off
constexpr PeerTable peer_tables[] = {
    {"resident",
     "Patient",
     "{\"id\":'VARCHAR',\"active\":'BOOLEAN',\"gender\":'VARCHAR',\"birthDate\":'DATE',\"deceasedBoolean\":'BOOLEAN',\"deceasedDateTime\":'TIMESTAMP',\"address\":'STRUCT(extension STRUCT(url VARCHAR,valueCode VARCHAR)[])[]',\"maritalStatus\":'STRUCT(coding STRUCT(code VARCHAR)[])',\"managingOrganization\":'STRUCT(reference VARCHAR)'}",
     "hash(id),active,gender,birthDate,deceasedBoolean,CAST(deceasedDateTime AS DATE),address[1].extension[1].valueCode,maritalStatus.coding[1].code,hash(managingOrganization.reference)",
     "hash(id),gender,birthDate,CAST(deceasedDateTime AS DATE),maritalStatus.coding[1].code",
     "",
     " registered_area arrived_date left_date",
     " active deceased area organization_key"},
    {"practitioner",
     "Practitioner",
     "{\"id\":'VARCHAR',\"active\":'BOOLEAN',\"gender\":'VARCHAR',\"qualification\":'STRUCT(code STRUCT(coding STRUCT(code VARCHAR)[]))[]'}",
     "hash(id),active,gender,qualification[1].code.coding[1].code",
     "hash(id),active,gender",
     "",
     "",
     " qualification"},
    {"organization",
     "Organization",
     "{\"id\":'VARCHAR',\"active\":'BOOLEAN',\"name\":'VARCHAR',\"type\":'STRUCT(coding STRUCT(code VARCHAR)[])[]',\"address\":'STRUCT(extension STRUCT(url VARCHAR,valueCode VARCHAR)[])[]',\"partOf\":'STRUCT(reference VARCHAR)'}",
     "hash(id),active,\"name\",\"type\"[1].coding[1].code,address[1].extension[1].valueCode,hash(partOf.reference)",
     "hash(id),active,\"name\",\"type\"[1].coding[1].code",
     "",
     "",
     " area part_of_key"},
    {"encounter",
     "Encounter",
     "{\"id\":'VARCHAR',\"status\":'VARCHAR',\"class\":'STRUCT(code VARCHAR)',\"type\":'STRUCT(coding STRUCT(code VARCHAR)[])[]',\"subject\":'STRUCT(reference VARCHAR)',\"period\":'STRUCT(\"start\" TIMESTAMP,\"end\" TIMESTAMP)',\"reasonCode\":'STRUCT(coding STRUCT(code VARCHAR,system VARCHAR)[])[]',\"serviceProvider\":'STRUCT(reference VARCHAR)',\"participant\":'STRUCT(individual STRUCT(reference VARCHAR))[]'}",
     "hash(id),hash(subject.reference),status,class.code,\"type\"[1].coding[1].code,CAST(period.\"start\" AS DATE),period.\"start\",period.\"end\",reasonCode[1].coding[1].code,reasonCode[1].coding[1].system,hash(serviceProvider.reference),hash(participant[1].individual.reference)",
     "hash(id),hash(subject.reference),status,class.code,\"type\"[1].coding[1].code,CAST(period.\"start\" AS DATE),period.\"start\",period.\"end\",reasonCode[1].coding[1].code,reasonCode[1].coding[1].system,hash(serviceProvider.reference),hash(participant[1].individual.reference)",
     "",
     " cost",
     ""},
    {"condition",
     "Condition",
     "{\"clinicalStatus\":'STRUCT(coding STRUCT(code VARCHAR)[])',\"verificationStatus\":'STRUCT(coding STRUCT(code VARCHAR)[])',\"category\":'STRUCT(coding STRUCT(code VARCHAR)[])[]',\"code\":'STRUCT(coding STRUCT(code VARCHAR,system VARCHAR)[])',\"subject\":'STRUCT(reference VARCHAR)',\"encounter\":'STRUCT(reference VARCHAR)',\"onsetDateTime\":'TIMESTAMP',\"abatementDateTime\":'TIMESTAMP',\"recordedDate\":'TIMESTAMP'}",
     "hash(subject.reference),hash(encounter.reference),category[1].coding[1].code,code.coding[1].code,code.coding[1].system,clinicalStatus.coding[1].code,verificationStatus.coding[1].code,CAST(onsetDateTime AS DATE),CAST(abatementDateTime AS DATE),CAST(recordedDate AS DATE)",
     "hash(subject.reference),hash(encounter.reference),code.coding[1].code,code.coding[1].system,clinicalStatus.coding[1].code,verificationStatus.coding[1].code,CAST(onsetDateTime AS DATE),CAST(abatementDateTime AS DATE),CAST(recordedDate AS DATE)",
     "",
     "",
     " category"},
    {"observation",
     "Observation",
     "{\"status\":'VARCHAR',\"category\":'STRUCT(coding STRUCT(code VARCHAR)[])[]',\"code\":'STRUCT(coding STRUCT(code VARCHAR,system VARCHAR)[])',\"subject\":'STRUCT(reference VARCHAR)',\"encounter\":'STRUCT(reference VARCHAR)',\"effectiveDateTime\":'TIMESTAMP',\"effectivePeriod\":'STRUCT(\"start\" TIMESTAMP)',\"valueQuantity\":'STRUCT(\"value\" DOUBLE,code VARCHAR)',\"valueCodeableConcept\":'STRUCT(coding STRUCT(code VARCHAR)[])',\"valueInteger\":'INTEGER',\"interpretation\":'STRUCT(coding STRUCT(code VARCHAR)[])[]',\"performer\":'STRUCT(reference VARCHAR)[]'}",
     "hash(subject.reference),hash(encounter.reference),status,category[1].coding[1].code,code.coding[1].code,code.coding[1].system,CAST(coalesce(effectiveDateTime,effectivePeriod.\"start\") AS DATE),valueQuantity.\"value\",valueQuantity.code,valueCodeableConcept.coding[1].code,valueInteger,interpretation[1].coding[1].code,hash(performer[1].reference)",
     "hash(subject.reference),hash(encounter.reference),status,category[1].coding[1].code,code.coding[1].code,code.coding[1].system,CAST(effectiveDateTime AS DATE),valueQuantity.\"value\",valueQuantity.code,valueCodeableConcept.coding[1].code",
     "",
     "",
     " value_integer interpretation organization_key"},
    {"observation_component",
     "Observation",
     "{\"code\":'STRUCT(coding STRUCT(code VARCHAR)[])',\"subject\":'STRUCT(reference VARCHAR)',\"effectiveDateTime\":'TIMESTAMP',\"component\":'STRUCT(code STRUCT(coding STRUCT(code VARCHAR)[]),valueQuantity STRUCT(\"value\" DOUBLE,code VARCHAR),valueCodeableConcept STRUCT(coding STRUCT(code VARCHAR)[]))[]'}",
     "hash(subject.reference),code.coding[1].code,CAST(effectiveDateTime AS DATE),part.code.coding[1].code,part.valueQuantity.\"value\",part.valueQuantity.code,part.valueCodeableConcept.coding[1].code",
     "hash(subject.reference),code.coding[1].code,CAST(effectiveDateTime AS DATE),part.code.coding[1].code,part.valueQuantity.\"value\",part.valueQuantity.code",
     ", UNNEST(component) AS parts(part)",
     " status",
     " value_code"},
    {"procedure",
     "Procedure",
     "{\"status\":'VARCHAR',\"category\":'STRUCT(coding STRUCT(code VARCHAR)[])',\"code\":'STRUCT(coding STRUCT(code VARCHAR,system VARCHAR)[])',\"subject\":'STRUCT(reference VARCHAR)',\"encounter\":'STRUCT(reference VARCHAR)',\"performedDateTime\":'TIMESTAMP',\"performedPeriod\":'STRUCT(\"start\" TIMESTAMP)',\"reasonCode\":'STRUCT(coding STRUCT(code VARCHAR)[])[]',\"performer\":'STRUCT(onBehalfOf STRUCT(reference VARCHAR))[]'}",
     "hash(subject.reference),hash(encounter.reference),status,category.coding[1].code,code.coding[1].code,code.coding[1].system,CAST(coalesce(performedDateTime,performedPeriod.\"start\") AS DATE),reasonCode[1].coding[1].code,hash(performer[1].onBehalfOf.reference)",
     "hash(subject.reference),hash(encounter.reference),status,code.coding[1].code,code.coding[1].system,CAST(performedPeriod.\"start\" AS DATE)",
     "",
     "",
     " category reason organization_key"},
    {"medication",
     "MedicationRequest",
     "{\"status\":'VARCHAR',\"intent\":'VARCHAR',\"medicationCodeableConcept\":'STRUCT(coding STRUCT(code VARCHAR,system VARCHAR)[])',\"subject\":'STRUCT(reference VARCHAR)',\"encounter\":'STRUCT(reference VARCHAR)',\"authoredOn\":'TIMESTAMP',\"reasonCode\":'STRUCT(coding STRUCT(code VARCHAR)[])[]',\"dispenseRequest\":'STRUCT(expectedSupplyDuration STRUCT(\"value\" DOUBLE))',\"requester\":'STRUCT(reference VARCHAR)'}",
     "hash(subject.reference),hash(encounter.reference),status,intent,medicationCodeableConcept.coding[1].code,medicationCodeableConcept.coding[1].system,CAST(authoredOn AS DATE),reasonCode[1].coding[1].code,dispenseRequest.expectedSupplyDuration.\"value\",hash(requester.reference)",
     "hash(subject.reference),hash(encounter.reference),status,intent,medicationCodeableConcept.coding[1].code,medicationCodeableConcept.coding[1].system,CAST(authoredOn AS DATE),hash(requester.reference)",
     "",
     "",
     " reason days_supplied"},
    {"immunization",
     "Immunization",
     "{\"status\":'VARCHAR',\"vaccineCode\":'STRUCT(coding STRUCT(code VARCHAR,system VARCHAR)[])',\"patient\":'STRUCT(reference VARCHAR)',\"encounter\":'STRUCT(reference VARCHAR)',\"occurrenceDateTime\":'TIMESTAMP',\"protocolApplied\":'STRUCT(doseNumberPositiveInt INTEGER)[]',\"lotNumber\":'VARCHAR',\"statusReason\":'STRUCT(coding STRUCT(code VARCHAR)[])',\"location\":'STRUCT(reference VARCHAR)',\"performer\":'STRUCT(actor STRUCT(reference VARCHAR))[]'}",
     "hash(patient.reference),hash(encounter.reference),status,vaccineCode.coding[1].code,vaccineCode.coding[1].system,CAST(occurrenceDateTime AS DATE),protocolApplied[1].doseNumberPositiveInt,lotNumber,statusReason.coding[1].code,hash(\"location\".reference),hash(performer[1].actor.reference)",
     "hash(patient.reference),hash(encounter.reference),status,vaccineCode.coding[1].code,vaccineCode.coding[1].system,CAST(occurrenceDateTime AS DATE)",
     "",
     "",
     " dose_number lot_number status_reason place_key organization_key"},
};
// clang-format on

}  // namespace hb::bench
