#pragma once
#include <string>

namespace hb::bench {

/// What DuckDB's own JSON reader needs to make the main tables with the same fields. Keys are
/// hash(), as ours are; it makes no observation_component, no area, sex and age at the event.
struct PeerTable {
  const char* type;
  const char* columns;  ///< of read_ndjson(columns = …)
  const char* select;
};

constexpr PeerTable peer_tables[] = {
    {"Patient",
     "{id:'VARCHAR',gender:'VARCHAR',birthDate:'DATE',deceasedDateTime:'TIMESTAMP',"
     "maritalStatus:'STRUCT(coding STRUCT(code VARCHAR)[])'}",
     "hash(id), gender, birthDate, CAST(deceasedDateTime AS DATE), maritalStatus.coding[1].code"},
    {"Practitioner", "{id:'VARCHAR',active:'BOOLEAN',gender:'VARCHAR'}",
     "hash(id), active, gender"},
    {"Organization",
     "{id:'VARCHAR',active:'BOOLEAN',\"name\":'VARCHAR',\"type\":'STRUCT(coding STRUCT(code "
     "VARCHAR)[])[]'}",
     "hash(id), active, \"name\", \"type\"[1].coding[1].code"},
    {"Encounter",
     "{id:'VARCHAR',status:'VARCHAR',class:'STRUCT(code VARCHAR)',\"type\":'STRUCT(coding "
     "STRUCT(code VARCHAR)[])[]',"
     "subject:'STRUCT(reference VARCHAR)',period:'STRUCT(\"start\" TIMESTAMP,\"end\" TIMESTAMP)',"
     "reasonCode:'STRUCT(coding STRUCT(code VARCHAR,system "
     "VARCHAR)[])[]',serviceProvider:'STRUCT(reference VARCHAR)',"
     "participant:'STRUCT(individual STRUCT(reference VARCHAR))[]'}",
     "hash(id), hash(subject.reference), status, class.code, \"type\"[1].coding[1].code, "
     "CAST(period.\"start\" AS DATE),"
     "period.\"start\", period.\"end\", reasonCode[1].coding[1].code, "
     "reasonCode[1].coding[1].system,"
     "hash(serviceProvider.reference), hash(participant[1].individual.reference)"},
    {"Condition",
     "{id:'VARCHAR',clinicalStatus:'STRUCT(coding STRUCT(code "
     "VARCHAR)[])',verificationStatus:'STRUCT(coding STRUCT(code VARCHAR)[])',"
     "code:'STRUCT(coding STRUCT(code VARCHAR,system VARCHAR)[])',subject:'STRUCT(reference "
     "VARCHAR)',"
     "encounter:'STRUCT(reference "
     "VARCHAR)',onsetDateTime:'TIMESTAMP',abatementDateTime:'TIMESTAMP',recordedDate:'TIMESTAMP'}",
     "hash(subject.reference), hash(encounter.reference), code.coding[1].code, "
     "code.coding[1].system,"
     "clinicalStatus.coding[1].code, verificationStatus.coding[1].code, CAST(onsetDateTime AS "
     "DATE),"
     "CAST(abatementDateTime AS DATE), CAST(recordedDate AS DATE)"},
    {"Observation",
     "{id:'VARCHAR',status:'VARCHAR',category:'STRUCT(coding STRUCT(code VARCHAR)[])[]',"
     "code:'STRUCT(coding STRUCT(code VARCHAR,system VARCHAR)[])',subject:'STRUCT(reference "
     "VARCHAR)',"
     "encounter:'STRUCT(reference "
     "VARCHAR)',effectiveDateTime:'TIMESTAMP',valueQuantity:'STRUCT(\"value\" DOUBLE,code "
     "VARCHAR)',"
     "valueCodeableConcept:'STRUCT(coding STRUCT(code VARCHAR)[])'}",
     "hash(subject.reference), hash(encounter.reference), status, category[1].coding[1].code, "
     "code.coding[1].code,"
     "code.coding[1].system, CAST(effectiveDateTime AS DATE), valueQuantity.\"value\", "
     "valueQuantity.code,"
     "valueCodeableConcept.coding[1].code"},
    {"Procedure",
     "{id:'VARCHAR',status:'VARCHAR',code:'STRUCT(coding STRUCT(code VARCHAR,system VARCHAR)[])',"
     "subject:'STRUCT(reference VARCHAR)',encounter:'STRUCT(reference "
     "VARCHAR)',performedPeriod:'STRUCT(\"start\" TIMESTAMP)'}",
     "hash(subject.reference), hash(encounter.reference), status, code.coding[1].code, "
     "code.coding[1].system,"
     "CAST(performedPeriod.\"start\" AS DATE)"},
    {"MedicationRequest",
     "{id:'VARCHAR',status:'VARCHAR',intent:'VARCHAR',medicationCodeableConcept:'STRUCT(coding "
     "STRUCT(code VARCHAR,system VARCHAR)[])',"
     "subject:'STRUCT(reference VARCHAR)',encounter:'STRUCT(reference "
     "VARCHAR)',authoredOn:'TIMESTAMP',"
     "requester:'STRUCT(reference VARCHAR)'}",
     "hash(subject.reference), hash(encounter.reference), status, intent, "
     "medicationCodeableConcept.coding[1].code,"
     "medicationCodeableConcept.coding[1].system, CAST(authoredOn AS DATE), "
     "hash(requester.reference)"},
    {"Immunization",
     "{id:'VARCHAR',status:'VARCHAR',vaccineCode:'STRUCT(coding STRUCT(code VARCHAR,system "
     "VARCHAR)[])',"
     "patient:'STRUCT(reference VARCHAR)',encounter:'STRUCT(reference "
     "VARCHAR)',occurrenceDateTime:'TIMESTAMP'}",
     "hash(patient.reference), hash(encounter.reference), status, vaccineCode.coding[1].code, "
     "vaccineCode.coding[1].system,"
     "CAST(occurrenceDateTime AS DATE)"},
};

}  // namespace hb::bench
