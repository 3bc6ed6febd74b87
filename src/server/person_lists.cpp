#include "server/person_lists.hpp"

#include <algorithm>

namespace hb::server {

namespace {

constexpr auto pages_fit_for = std::chrono::minutes(1);

}  // namespace

void PersonList::add(ResidentId resident, const std::string* note) {
  residents.push_back(resident);
  std::uint32_t index = 0;
  if (note != nullptr) {
    const auto [found, is_new] =
        known_.try_emplace(*note, static_cast<std::uint32_t>(notes.size()));
    if (is_new) notes.push_back(*note);
    index = found->second;
  }
  note_of.push_back(index);
}

PersonLists::Made PersonLists::get(const std::string& key, BatchId feed, bool further,
                                   const std::function<Result<PersonList>()>& make) {
  const auto now = std::chrono::steady_clock::now();
  std::promise<Made> promise;
  Entry own;
  {
    std::unique_lock lock(mutex_);
    if (const auto found = entries_.find(key); found != entries_.end()) {
      Entry& entry = found->second;
      if (entry.feed >= feed || (further && now - entry.begun < pages_fit_for)) {
        entry.used = now;
        const std::shared_future<Made> made = entry.made;
        lock.unlock();
        return made.get();
      }
      kept_ -= entry.size;
    }
    own = {promise.get_future().share(), feed, now, now, 0};
    entries_[key] = own;
  }
  Result<PersonList> list = make();
  if (!list) {
    forget(key, own);
    promise.set_value(unexpected(list.error()));
    return unexpected(list.error());
  }
  auto made = std::make_shared<const PersonList>(std::move(*list));
  keep(key, own, made->residents.size() + 1);
  promise.set_value(made);
  return made;
}

/// Unless a newer one has taken its place meanwhile.
void PersonLists::keep(const std::string& key, const Entry& own, std::size_t size) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.begun != own.begun) return;
  found->second.size = size;
  kept_ += size;
  while (kept_ > most_) {
    auto oldest = entries_.end();
    for (auto it = entries_.begin(); it != entries_.end(); ++it)
      if (it->second.size > 0 &&
          (oldest == entries_.end() || it->second.used < oldest->second.used))
        oldest = it;
    if (oldest == entries_.end()) return;
    kept_ -= oldest->second.size;
    entries_.erase(oldest);
  }
}

void PersonLists::forget(const std::string& key, const Entry& own) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.begun == own.begun) entries_.erase(found);
}

}  // namespace hb::server
