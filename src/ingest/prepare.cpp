#include "ingest/prepare.hpp"

#include <array>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "core/utf8.hpp"
#include "ingest/json_scan.hpp"
#include "ingest/person.hpp"

namespace hb::ingest {

namespace {

constexpr std::array<std::string_view, 9> first_pass_types = {
    "Patient",           "Practitioner", "PractitionerRole", "Organization", "Location",
    "HealthcareService", "Person",       "RelatedPerson",    "Group"};

/// Types whose absence is reported: people and places. Of other targets (the Encounter of an
/// Observation) a missing one is no warning: deliveries may bring it later.
constexpr std::array<std::string_view, 4> expected_targets = {"Patient", "Practitioner",
                                                              "Organization", "Location"};

constexpr std::size_t most_cached_residents = 200'000;  // per thread, about 40 MB

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view word) {
  for (const std::string_view entry : list)
    if (entry == word) return true;
  return false;
}

struct Reference {
  std::string_view type;
  std::string_view id;
};

/// "Patient/b9c7" and "Patient/b9c7/_history/2"; type empty for anything else.
Reference split_reference(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0) return {};
  std::string_view id = text.substr(slash + 1);
  id = id.substr(0, id.find('/'));
  if (id.empty() || text.find(':') != std::string_view::npos) return {};
  return {text.substr(0, slash), id};
}

/// Calls use(reference text) for every "reference":"…" of the text.
template <class Use>
void for_each_reference(std::string_view json, const Use& use) {
  static constexpr std::string_view key = "\"reference\"";
  for (std::size_t at = json.find(key); at != std::string_view::npos; at = json.find(key, at)) {
    at += key.size();
    while (at < json.size() && (json[at] == ':' || json[at] == ' ')) ++at;
    if (at >= json.size() || json[at] != '"') continue;
    const std::size_t end = json.find('"', at + 1);
    if (end == std::string_view::npos) return;
    use(json.substr(at + 1, end - at - 1));
    at = end;
  }
}

/// Id of the Patient that a resource is about; empty when it is about nobody.
std::string_view patient_of(const fhir::Resource& resource) {
  if (resource.type == "Patient") return resource.id;
  for (const char* element : {"subject", "patient", "for", "beneficiary", "individual"}) {
    std::string_view text;
    if (resource.root[element]["reference"].get(text) != simdjson::SUCCESS) continue;
    const Reference reference = split_reference(text);
    if (reference.type == "Patient") return reference.id;
  }
  return {};
}

records::Problem problem_of(const fhir::Fault& fault, std::string_view text, const Piece& piece) {
  records::Problem problem;
  problem.line = piece.line;
  problem.offset = piece.offset;
  problem.type = std::string(sniff_type(text));
  problem.rule = fault.rule;
  problem.path = fault.path;
  problem.expected = fault.expected;
  problem.found = fault.found;
  problem.original = std::string(text);
  problem.length = static_cast<std::int64_t>(text.size());
  return problem;
}

}  // namespace

bool is_first_pass_type(std::string_view type) { return contains(first_pass_types, type); }

// --- which references exist ---------------------------------------------------------------------

struct KnownReferences::State {
  const records::Store& store;
  std::mutex mutex;
  std::unordered_map<std::string, bool> known;
};

KnownReferences::KnownReferences(const records::Store& store) : state_(new State{store, {}, {}}) {}
KnownReferences::~KnownReferences() = default;

Result<bool> KnownReferences::exists(std::string_view type, std::string_view id) {
  std::string key = std::string(type) + "/" + std::string(id);
  {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->known.find(key);
    if (found != state_->known.end()) return found->second;
  }
  auto exists = state_->store.exists(type, id);
  if (!exists) return unexpected(exists.error());
  const std::lock_guard lock(state_->mutex);
  return state_->known.try_emplace(std::move(key), *exists).first->second;
}

void KnownReferences::add(std::string_view type, std::string_view id) {
  const std::lock_guard lock(state_->mutex);
  state_->known[std::string(type) + "/" + std::string(id)] = true;
}

// --- preparing ----------------------------------------------------------------------------------

struct Preparer::State {
  Hub& hub;
  KnownReferences* known;  // null: nobody asks for orphans
  fhir::Parser parser;
  fhir::Validator validator;
  views::Flattener::Sink sink;
  std::string converted;  // a line that came in GB18030, padded
  std::unordered_map<std::string, records::Resident> residents;
  std::set<ResidentId> provisional;  // already in this chunk's set
  Prepared prepared;
  DeliveryId delivery = 0;

  State(Hub& hub_, KnownReferences* known_)
      : hub(hub_),
        known(known_),
        validator(hub_.rulebook(), {.simulated = hub_.store().info().simulated}),
        sink(hub_.flattener()) {}

  /// The fault that keeps a resource out; nullptr when there is none. Counts the warnings of one
  /// that is taken.
  const fhir::Fault* keeps_out(const fhir::Resource& resource, std::string_view released) {
    const std::vector<fhir::Fault>& faults = validator.validate(resource);
    if (faults.empty()) return nullptr;
    const fhir::Fault* gravest = nullptr;
    for (const fhir::Fault& fault : faults)
      if (stops(fault, released) && (gravest == nullptr || fault.level > gravest->level))
        gravest = &fault;
    if (gravest == nullptr)
      for (const fhir::Fault& fault : faults) ++prepared.warnings[fault.rule];
    return gravest;
  }
  static bool stops(const fhir::Fault& fault, std::string_view released) {
    if (fault.level == fhir::Level::reject) return true;
    return fault.level == fhir::Level::quarantine && fault.rule != released;
  }

  /// The piece as UTF-8 text with padding behind it; a fault when it is in no known encoding.
  tl::expected<std::string_view, fhir::Fault> utf8_text(std::string_view text) {
    if (is_utf8(text)) return text;
    auto utf8 = gb18030_to_utf8(text);
    if (!utf8) return tl::unexpected(fhir::Fault{"encoding", "", "text in UTF-8 or GB18030", ""});
    converted = std::move(*utf8);
    const std::size_t size = converted.size();
    converted.append(simdjson::SIMDJSON_PADDING, '\0');
    return std::string_view(converted).substr(0, size);
  }

  tl::expected<fhir::Resource, fhir::Fault> parse(std::string_view& text) {
    auto resource = parser.parse(text);
    if (resource || resource.error().rule != "not-json") return resource;
    auto utf8 = utf8_text(text);
    if (!utf8) return tl::unexpected(utf8.error());
    if (utf8->data() == text.data()) return resource;
    text = *utf8;
    return parser.parse(text);
  }

  Result<const records::Resident*> resident(std::string_view patient_id) {
    const auto found = residents.find(std::string(patient_id));
    if (found != residents.end()) return &found->second;
    auto resolved = hub.store().resolve_resident(patient_id);
    if (!resolved) return unexpected(resolved.error());
    if (resolved->first.is_gone()) {  // of a deleted Patient nothing is known any more
      records::Resident unknown;
      unknown.id = resolved->first.id;
      unknown.patient_id = patient_id;
      unknown.provisional = true;
      resolved->first = std::move(unknown);
    }
    return &residents.insert_or_assign(std::string(patient_id), std::move(resolved->first))
                .first->second;
  }

  void add_orphan(const fhir::Resource& resource, std::int64_t line, std::string_view reference) {
    prepared.set.orphans.push_back(
        {delivery, line, std::string(resource.type), std::string(reference)});
  }

  /// Everyone who meets a resident that is only referred to writes it down: commits come in file
  /// order, not in the order in which threads asked.
  void note_provisional(const records::Resident& resident) {
    if (!provisional.insert(resident.id).second) return;
    records::ResidentChange change;
    change.resident = resident;
    prepared.set.residents.push_back(std::move(change));
  }

  Result<void> look_at_references(const fhir::Resource& resource, std::string_view text,
                                  std::int64_t line) {
    Result<void> outcome;
    for_each_reference(text, [&](std::string_view raw) {
      const Reference reference = split_reference(raw);
      if (!outcome || !contains(expected_targets, reference.type)) return;
      if (reference.type == "Patient") {
        auto person = resident(reference.id);
        if (!person)
          outcome = unexpected(person.error());
        else if ((*person)->provisional)
          add_orphan(resource, line, raw);
        return;
      }
      auto known_here = known->exists(reference.type, reference.id);
      if (!known_here)
        outcome = unexpected(known_here.error());
      else if (!*known_here && !is_first_pass_type(resource.type))
        add_orphan(resource, line, raw);
    });
    return outcome;
  }

  /// The Patient itself: what the index will say of this person from now on.
  Result<ResidentId> take_patient(const fhir::Resource& resource) {
    auto resolved = hub.store().resolve_resident(resource.id);
    if (!resolved) return unexpected(resolved.error());
    const records::Resident& before = resolved->first;
    records::ResidentChange change;
    change.resident = resident_from(resource);
    change.resident.id = before.id;
    change.resource = prepared.set.resources.size();
    change.words = person_words(resource);
    const records::Resident& now = change.resident;
    if (!resolved->second) {  // rows made before carry what was known then
      prepared.fixes.push_back(
          {now.id, now.sex, now.birth_date.has_value(), now.birth_date.value_or(Date{})});
      prepared.fix_resource.push_back(change.resource);
    }
    residents.insert_or_assign(std::string(resource.id), now);
    prepared.set.residents.push_back(std::move(change));
    return before.id;
  }

  views::ResidentStamp stamp(std::string_view patient_id) {
    auto person = resident(patient_id);
    if (!person) return {};
    const records::Resident& who = **person;
    return {who.id, who.sex, who.birth_date.has_value(), who.birth_date.value_or(Date{}), who.area};
  }

  Result<void> take(const fhir::Resource& resource, std::string_view text, const Piece& piece) {
    records::NewVersion version;
    const std::size_t residents_before = prepared.set.residents.size();
    const std::size_t fixes_before = prepared.fixes.size();
    const std::string_view patient_id = patient_of(resource);
    if (resource.type == "Patient") {
      auto id = take_patient(resource);
      if (!id) return unexpected(id.error());
      version.resident = *id;
    } else if (!patient_id.empty()) {
      auto person = resident(patient_id);
      if (!person) return unexpected(person.error());
      if ((*person)->provisional) note_provisional(**person);
      version.resident = (*person)->id;
    }
    const auto owner = static_cast<std::uint32_t>(prepared.set.resources.size());
    auto rows = sink.add(resource, owner, [this](std::string_view id) { return stamp(id); });
    if (!rows) {
      prepared.set.residents.resize(residents_before);
      prepared.fixes.resize(fixes_before);
      prepared.fix_resource.resize(fixes_before);
      prepared.set.problems.push_back(
          problem_of({"does-not-fit", rows.error().where, rows.error().message, ""}, text, piece));
      return {};
    }
    if (known != nullptr) {
      auto references = look_at_references(resource, text, piece.line);
      if (!references) return unexpected(references.error());
    }
    version.type = std::string(resource.type);
    version.id = std::string(resource.id);
    if (looks_minified(text)) {
      version.fingerprint = crypto::fingerprint(text);
      version.body = hub.store().packer().pack(resource.type, text);
    } else {
      const std::string canonical = minified(text);
      version.fingerprint = crypto::fingerprint(canonical);
      version.body = hub.store().packer().pack(resource.type, canonical);
    }
    prepared.set.resources.push_back(std::move(version));
    prepared.lines.push_back(piece.line);
    return {};
  }
};

Preparer::Preparer(Hub& hub, KnownReferences& known) : state_(new State(hub, &known)) {}
Preparer::Preparer(Hub& hub) : state_(new State(hub, nullptr)) {}
Preparer::~Preparer() = default;

Result<Prepared> Preparer::prepare(const Chunk& chunk, DeliveryId delivery,
                                   std::string_view released) {
  State& state = *state_;
  state.prepared = Prepared{};
  state.delivery = delivery;
  state.provisional.clear();
  if (state.known == nullptr || state.residents.size() > most_cached_residents)
    state.residents.clear();
  state.prepared.set.delivery = delivery;
  state.prepared.set.problems = chunk.problems;
  state.prepared.set.resources.reserve(chunk.pieces.size());
  for (std::size_t index = 0; index < chunk.pieces.size(); ++index) {
    const Piece& piece = chunk.pieces[index];
    std::string_view text = chunk.piece(index);
    state.prepared.bytes += piece.length;
    auto resource = state.parse(text);
    if (!resource) {
      state.prepared.set.problems.push_back(problem_of(resource.error(), text, piece));
      continue;
    }
    if (const fhir::Fault* fault = state.keeps_out(*resource, released)) {
      state.prepared.set.problems.push_back(problem_of(*fault, text, piece));
      continue;
    }
    auto taken = state.take(*resource, text, piece);
    if (!taken) return unexpected(taken.error());
  }
  for (records::Problem& problem : state.prepared.set.problems) {
    problem.delivery = delivery;
  }
  state.prepared.blocks = state.sink.take();
  return std::move(state.prepared);
}

std::vector<fhir::Fault> Preparer::faults_of(std::string_view text, std::string_view released) {
  std::string padded(text);
  padded.append(simdjson::SIMDJSON_PADDING, '\0');
  std::string_view view = std::string_view(padded).substr(0, text.size());
  auto resource = state_->parse(view);
  if (!resource) return {resource.error()};
  std::vector<fhir::Fault> stopping;
  for (const fhir::Fault& fault : state_->validator.validate(*resource))
    if (State::stops(fault, released)) stopping.push_back(fault);
  return stopping;
}

}  // namespace hb::ingest
