#include "records/sensitive.hpp"

#include <simdjson.h>

#include <algorithm>
#include <map>
#include <string>

#include "crypto/digest.hpp"

namespace hb::records {
namespace {

namespace dom = simdjson::dom;

/// Counts the changes of what follows: another way finds other labels.
constexpr std::string_view way = "1";

/// References under these names lead to what the resource is a part, a result or an act of; others
/// (the care team, the episode of a family doctor) are not given away by it.
constexpr std::string_view carrying[] = {"encounter", "context",     "basedOn", "result",
                                         "hasMember", "derivedFrom", "focus",   "reasonReference"};

struct Reference {
  std::string to;  ///< "Encounter/e1", or an id without type
  bool carries;
};

struct Facts {
  Compartments::Set own = 0;
  std::vector<Reference> references;
};

/// The last two parts of an address; of "urn:uuid:x" the x.
std::string target_of(std::string_view reference) {
  if (const std::size_t history = reference.find("/_history/"); history != std::string_view::npos)
    reference = reference.substr(0, history);
  if (reference.starts_with("urn:uuid:")) return std::string(reference.substr(9));
  const std::size_t last = reference.rfind('/');
  if (last == std::string_view::npos || last == 0) return std::string(reference);
  const std::size_t before = reference.rfind('/', last - 1);
  return std::string(before == std::string_view::npos ? reference : reference.substr(before + 1));
}

class Walk {
 public:
  Walk(const Compartments& compartments, Facts& facts)
      : compartments_(compartments), facts_(facts) {}

  void object(dom::object object, bool carries) {
    std::string_view system;
    std::string_view code;
    for (const dom::key_value_pair& field : object) {
      if (field.value.is_string()) {
        const std::string_view text = field.value.get_string().value_unsafe();
        if (field.key == "system") system = text;
        if (field.key == "code" || field.key == "valueCode") code = text;
        if (field.key == "reference") facts_.references.push_back({target_of(text), carries});
        continue;
      }
      value(field.value, carries || std::ranges::find(carrying, field.key) != std::end(carrying));
    }
    if (!code.empty()) facts_.own |= compartments_.of_code(system, code);
  }

 private:
  void value(dom::element value, bool carries) {
    if (value.is_object()) {
      object(value.get_object().value_unsafe(), carries);
    } else if (value.is_array()) {
      const dom::array items = value.get_array().value_unsafe();
      for (const dom::element one : items) this->value(one, carries);
    }
  }

  const Compartments& compartments_;
  Facts& facts_;
};

Result<Facts> facts_of(const Compartments& compartments, std::string_view json) {
  if (json.empty()) return Facts{};  // a resource that was deleted
  thread_local dom::parser parser;
  dom::object root;
  if (const auto error = parser.parse(json.data(), json.size()).get_object().get(root); error)
    return fail(ErrorCode::invalid_input, simdjson::error_message(error));
  Facts facts;
  Walk(compartments, facts).object(root, false);
  return facts;
}

/// The resources of a person and how their labels spread.
class Graph {
 public:
  std::size_t node(const StoredVersion& version) {
    const std::string name = version.type + "/" + version.id;
    const auto [known, is_new] = numbers_.emplace(name, sets_.size());
    if (is_new) {
      numbers_.emplace(version.id, sets_.size());  // what a urn:uuid names
      sets_.push_back(0);
      spreads_to_.emplace_back();
    }
    return known->second;
  }

  void label(std::size_t node, Compartments::Set set) { sets_[node] |= set; }

  void refer(std::size_t from, const Reference& reference) {
    const auto to = numbers_.find(reference.to);
    if (to == numbers_.end() || to->second == from) return;
    spreads_to_[to->second].push_back(from);
    if (reference.carries) spreads_to_[from].push_back(to->second);
  }

  void spread() {
    std::vector<std::size_t> changed;
    for (std::size_t i = 0; i < sets_.size(); ++i)
      if (sets_[i] != 0) changed.push_back(i);
    while (!changed.empty()) {
      const std::size_t at = changed.back();
      changed.pop_back();
      for (const std::size_t next : spreads_to_[at]) {
        if ((sets_[at] & ~sets_[next]) == 0) continue;
        sets_[next] |= sets_[at];
        changed.push_back(next);
      }
    }
  }

  Compartments::Set set(std::size_t node) const { return sets_[node]; }

 private:
  std::map<std::string, std::size_t, std::less<>> numbers_;
  std::vector<Compartments::Set> sets_;
  std::vector<std::vector<std::size_t>> spreads_to_;
};

}  // namespace

Result<Compartments::Set> compartments_of(const Compartments& compartments, std::string_view json) {
  const Result<Facts> facts = facts_of(compartments, json);
  if (!facts) return unexpected(facts.error());
  return facts->own;
}

Result<std::vector<Compartments::Set>> compartments_of_person(
    const Compartments& compartments, const std::vector<StoredVersion>& versions) {
  constexpr std::size_t none = SIZE_MAX;
  Graph graph;
  std::vector<std::size_t> nodes(versions.size(), none);
  std::vector<Facts> all(versions.size());
  for (std::size_t i = 0; i < versions.size(); ++i) {
    if (versions[i].type == "Patient") continue;
    if (versions[i].deleted) {  // says nothing itself; has the label of what it deleted
      nodes[i] = graph.node(versions[i]);
      continue;
    }
    Result<Facts> facts = facts_of(compartments, versions[i].json);
    if (!facts) {
      facts.error().where = "version " + std::to_string(versions[i].seq);
      return unexpected(facts.error());
    }
    all[i] = std::move(*facts);
    nodes[i] = graph.node(versions[i]);
    graph.label(nodes[i], all[i].own);
  }
  for (std::size_t i = 0; i < versions.size(); ++i)
    for (const Reference& reference : all[i].references) graph.refer(nodes[i], reference);
  graph.spread();
  std::vector<Compartments::Set> sets(versions.size(), 0);
  for (std::size_t i = 0; i < versions.size(); ++i)
    if (nodes[i] != none) sets[i] = graph.set(nodes[i]);
  return sets;
}

std::string labels_fingerprint(const Compartments& compartments) {
  std::string text(way);
  const auto add = [&text](const std::vector<std::string>& words) {
    for (const std::string& word : words) text += std::to_string(word.size()) + ":" + word;
    text += ';';
  };
  for (const Compartment& compartment : compartments.all()) {
    add({compartment.id});
    for (const CompartmentCodes& codes : compartment.codes) {
      add(codes.systems);
      add(codes.codes);
      add(codes.prefixes);
    }
    text += '.';
  }
  return crypto::sha256_hex(text);
}

}  // namespace hb::records
