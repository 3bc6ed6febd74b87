#include "cards/book.hpp"

#include <boost/json.hpp>

#include "fhir/check.hpp"

namespace hb::cards {
namespace {

namespace json = boost::json;

constexpr std::string_view identity_system = "2.16.156.10011.1.3";

/// The set with its indexes and marks made anew.
void arrange(CardSet& set) {
  set.by_id.clear();
  set.by_key.clear();
  set.replaced_by.clear();
  mark_superseded(set.cards);
  for (std::size_t i = 0; i < set.cards.size(); ++i) {
    const Card& card = set.cards[i];
    set.by_id[card.id] = i;
    set.by_key[card.key] = i;
    if (!card.replaces.empty() && !card.deleted) set.replaced_by[card.replaces] = card.id;
  }
}

/// What one version changes; false: nothing that concerns cards.
bool take(CardSet& set, const records::StoredVersion& version) {
  const auto known = set.by_id.find(version.id);
  if (version.deleted) {
    if (known == set.by_id.end()) return false;
    set.cards.erase(set.cards.begin() + static_cast<std::ptrdiff_t>(known->second));
    arrange(set);
    return true;
  }
  if (!version.current) return false;
  auto card = read_card(version.json);
  if (!card) {
    if (card.error().code != ErrorCode::not_found) set.unread.push_back(version.id);
    return false;
  }
  card->seq = version.seq;
  card->resident = version.resident;
  if (known != set.by_id.end()) {
    set.cards[known->second] = std::move(*card);
  } else {
    set.by_id[card->id] = set.cards.size();
    set.cards.push_back(std::move(*card));
  }
  return true;
}

}  // namespace

Result<std::shared_ptr<const CardSet>> Book::now(const records::Store& store) {
  const std::scoped_lock lock(mutex_);
  const Seq last = store.last_seq();
  if (last == set_->reached) return set_;
  auto next = std::make_shared<CardSet>(*set_);
  bool changed = false;
  const auto scanned = store.scan(
      Principal::system("cards"), set_->reached, last,
      [&](const records::StoredVersion& version) {
        changed |= take(*next, version);
        return true;
      },
      [](std::string_view type) { return type == "Composition"; });
  if (!scanned) return unexpected(scanned.error());
  next->reached = last;
  if (changed) arrange(*next);
  set_ = next;
  return set_;
}

bool has_identity_number(std::string_view patient) {
  boost::system::error_code wrong;
  const json::value body = json::parse(patient, wrong);
  const json::object* object = wrong ? nullptr : body.if_object();
  const json::value* list = object == nullptr ? nullptr : object->if_contains("identifier");
  if (list == nullptr || !list->is_array()) return false;
  for (const json::value& one : list->get_array()) {
    const json::object* identifier = one.if_object();
    const json::value* value = identifier == nullptr ? nullptr : identifier->if_contains("value");
    const json::value* system = identifier == nullptr ? nullptr : identifier->if_contains("system");
    if (value == nullptr || !value->is_string() || system == nullptr || !system->is_string() ||
        !std::string_view(system->get_string()).ends_with(identity_system))
      continue;
    if (fhir::is_identity_number(std::string_view(value->get_string()))) return true;
  }
  return false;
}

Result<std::set<std::int64_t>> identified(const records::Store& store,
                                          const std::vector<Card>& cards) {
  const Principal job = Principal::system("cards");
  std::set<std::int64_t> known, found;
  for (const Card& card : cards) {
    if (card.resident == 0 || !known.insert(card.resident).second) continue;
    const auto patient = store.peek(job, "Patient", card.patient, store.last_seq());
    if (!patient) return unexpected(patient.error());
    if (*patient && has_identity_number((*patient)->json)) found.insert(card.resident);
  }
  return found;
}

}  // namespace hb::cards
