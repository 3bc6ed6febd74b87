#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/date.hpp"
#include "core/ids.hpp"
#include "crypto/digest.hpp"

namespace hb::records {

/// A version of a resource, ready to be written. Ingest checks; records number and keep.
struct NewVersion {
  std::string type;                 ///< "Observation"
  std::string id;                   ///< the sender's
  crypto::Fingerprint fingerprint;  ///< of the canonical body
  std::string body;  ///< packed by Packer: sealed where its type is sealed, compressed
  ResidentId resident = 0;
  /// The resource is deleted: no body, and whose it was the records know. Nothing is written when
  /// there is no such resource.
  bool deleted = false;
};

/// A person of the resident index, as the latest Patient version says; provisional when only
/// referred to.
struct Resident {
  ResidentId id = 0;
  std::string patient_id;  ///< id of the Patient resource
  bool provisional = false;
  std::string sex;  ///< FHIR code, empty = unknown
  std::optional<Date> birth_date;
  std::string area;  ///< code of the present address, empty = unknown
  std::optional<Date> deceased;
  Seq seq = 0;  ///< version of the Patient that says so; 0 = provisional and never known
  /// The Patient was deleted, and nothing refers to it: nobody to be listed. The rest of the row is
  /// what was known then.
  bool is_gone() const { return provisional && seq > 0; }
  bool year_only = false;  ///< the reader sees only the year of birth_date, which is 1 January
};

/// What a commit says of one person.
struct ResidentChange {
  Resident resident;  ///< id from Store::resolve_resident()
  std::size_t resource =
      no_resource;  ///< index into WriteSet::resources of its Patient; skipped if duplicate
  std::vector<std::string>
      words;  ///< search words (names, bigrams, pinyin, identifiers); tokens are keyed
  static constexpr std::size_t no_resource = static_cast<std::size_t>(-1);
};

/// A piece of a delivery that could not be taken, kept with reason and original.
struct Problem {
  std::int64_t id = 0;
  DeliveryId delivery = 0;
  std::int64_t line = 0;    ///< 1-based; entry number in a Bundle
  std::int64_t offset = 0;  ///< byte offset in the (unpacked) file
  std::string type;         ///< resource type if it could be read
  std::string rule;  ///< fhir::Fault::rule and ingest's own ("too-long", "truncated", "encoding")
  std::string path;
  std::string expected;
  std::string found;
  std::string original;     ///< sealed when written; at most 64 KB of a piece that was too long
  std::string digest;       ///< SHA-256 of the whole piece when original is cut
  std::int64_t length = 0;  ///< bytes of the whole piece
  enum class State : std::uint8_t { open, corrected, dismissed } state = State::open;
  std::string note;     ///< why dismissed; who; empty
  Seq resolved_by = 0;  ///< version that came from the correction
};

/// A reference to nobody known: a warning.
struct Orphan {
  DeliveryId delivery = 0;
  std::int64_t line = 0;
  std::string type;       ///< of the referring resource
  std::string reference;  ///< "Patient/b9c7…"
};

/// A value that a department reported, as it stood in the file.
struct ReportedValue {
  std::string plan;       ///< "plan-13-5-gongshu-2020"
  std::string indicator;  ///< number in the plan, "4"
  std::string scope;
  std::string area;
  std::string period;  ///< "2020", empty = not said
  std::string value_text;
  std::string unit;
  std::string note;
  DeliveryId delivery = 0;
  std::int64_t line = 0;
};

/// What a commit touched: wakes what depends on it.
struct Touched {
  std::string table;
  std::string area;    ///< empty = unknown
  std::string period;  ///< "2025-11", empty = none
  std::int64_t rows = 0;
};

struct Delivery {
  DeliveryId id = 0;
  std::string name;    ///< file name without directories
  std::string source;  ///< who delivered: "file", "web:zhang", "correction:12"
  std::string digest;  ///< SHA-256 of the bytes; empty while it is being read
  std::int64_t bytes = 0;
  enum class State : std::uint8_t { receiving, done, failed, cancelled } state = State::receiving;
  std::int64_t accepted = 0;
  std::int64_t duplicates = 0;
  std::int64_t quarantined = 0;
  std::int64_t orphans = 0;
  std::string report_json;  ///< counts per type and table
  Instant started;
  Instant ended;
  std::string error;  ///< why it failed
};

/// One commit. Everything in it becomes durable together, or nothing.
struct WriteSet {
  DeliveryId delivery = 0;
  std::vector<NewVersion> resources;
  std::vector<ResidentChange> residents;
  std::vector<Problem> problems;
  std::vector<Orphan> orphans;
  std::vector<ReportedValue> reported;
  std::vector<Touched> touched;
  std::optional<Delivery> delivery_state;  ///< new counts and state of the delivery, if they change
  struct ProblemUpdate {
    std::int64_t id;
    Problem::State state;
    std::string note;
    std::size_t resource = ResidentChange::no_resource;  ///< index of the corrected version
  };
  std::vector<ProblemUpdate> problem_updates;
  std::string user;     ///< account that writes, for the audit; empty = our own job, whose delivery
                        ///< says enough
  std::string purpose;  ///< as Principal::purpose
  std::string from;     ///< as Principal::from
};

struct Receipt {
  BatchId batch = 0;
  std::vector<Seq> seqs;      ///< per resource; 0 = duplicate of the current version, not written
  std::vector<Seq> existing;  ///< per resource: seq of the current version it equals, replaces or
                              ///< deletes; 0 = none, or a deletion
};

struct FeedEntry {
  BatchId batch;
  Instant committed;
  Seq first_seq;  ///< versions of this batch: first_seq … last_seq; last < first = none
  Seq last_seq;
  DeliveryId delivery;
  std::vector<Touched> touched;
};

struct StoredVersion {
  Seq seq;
  std::string type;
  std::string id;
  std::int64_t version;  ///< 1, 2, … of this resource
  bool current;          ///< the newest of a resource that is there; never a deletion
  ResidentId resident;
  DeliveryId delivery;
  BatchId batch;
  Instant recorded;
  std::string json;      ///< unpacked, opened; empty: a deletion
  bool deleted = false;  ///< this version says that the resource was deleted
};

}  // namespace hb::records
