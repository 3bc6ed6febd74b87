#pragma once
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "cards/card.hpp"
#include "records/store.hpp"

namespace hb::cards {

/// All cards of a store at one moment.
struct CardSet {
  Seq reached = 0;          ///< versions up to this one are in
  std::vector<Card> cards;  ///< marked (mark_superseded); in the order they came
  std::unordered_map<std::string, std::size_t> by_id;
  std::unordered_map<std::int64_t, std::size_t> by_key;
  std::unordered_map<std::string, std::string> replaced_by;  ///< id → id of the newer card
  std::vector<std::string> unread;  ///< ids of cards with a time that cannot be read

  const Card* find(const std::string& id) const {
    const auto at = by_id.find(id);
    return at == by_id.end() ? nullptr : &cards[at->second];
  }
};

/// The cards of a store in memory: reads what has come since it was asked last. May be asked from
/// many threads. Reads as the program's own job: who shows a card asks the store whether the reader
/// may see it.
class Book {
 public:
  /// errors  those of Store::scan
  Result<std::shared_ptr<const CardSet>> now(const records::Store& store);

 private:
  std::mutex mutex_;
  std::shared_ptr<const CardSet> set_ = std::make_shared<CardSet>();
};

/// Whether a Patient has an identity number that is right (GB 11643).
bool has_identity_number(std::string_view patient);

/// Residents behind these cards whose Patient has a right identity number.
/// errors  those of the store
Result<std::set<std::int64_t>> identified(const records::Store& store,
                                          const std::vector<Card>& cards);

}  // namespace hb::cards
