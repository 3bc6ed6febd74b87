#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"

namespace hb::server {

/// The residents behind a figure, in one order.
struct PersonList {
  std::vector<ResidentId> residents;
  std::vector<std::uint32_t> note_of;                      ///< per resident, index into notes
  std::vector<std::string> notes{{}};                      ///< different ones; the first means none
  void add(ResidentId resident, const std::string* note);  ///< note  null: none

 private:
  std::map<std::string, std::uint32_t> known_;
};

/// Lists that take a scan of the tables, kept while somebody leafs through them: equal questions
/// at the same time scan once, and further pages come from the list that the first came from.
class PersonLists {
 public:
  using Made = Result<std::shared_ptr<const PersonList>>;

  /// most  residents kept in all lists together; the list used longest ago goes first
  explicit PersonLists(std::size_t most = 4'000'000) : most_(most) {}

  /// feed     what is kept must not be older than this
  /// further  a further page: what is kept may be up to a minute old, so that pages fit together
  /// errors   those of make, for all who wait for it; nothing is then kept
  Made get(const std::string& key, BatchId feed, bool further,
           const std::function<Result<PersonList>()>& make);

 private:
  struct Entry {
    std::shared_future<Made> made;
    BatchId feed = 0;
    std::chrono::steady_clock::time_point begun, used;
    std::size_t size = 0;  ///< 0: still being made
  };
  void keep(const std::string& key, const Entry& own, std::size_t size);
  void forget(const std::string& key, const Entry& own);

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::size_t most_;
  std::size_t kept_ = 0;
};

}  // namespace hb::server
