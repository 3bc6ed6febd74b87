#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "core/result.hpp"

namespace hb::records {
class Store;
}
namespace hb::search {
class Index;
}

namespace hb::server::fhir_api {

/// Keeps the search index and the labels of compartments up with the records, on threads of their
/// own.
class IndexWatch {
 public:
  IndexWatch(std::unique_ptr<search::Index> index, records::Store& store);
  ~IndexWatch();
  IndexWatch(const IndexWatch&) = delete;
  IndexWatch& operator=(const IndexWatch&) = delete;

  const search::Index& index() const { return *index_; }
  /// A reader finds what was written before: little that is missing is indexed at once, much is
  /// left to the thread. errors  unavailable: the index is being made, and how far it is
  Result<void> ready();

 private:
  void keep_index();
  void keep_labels();
  /// Waits until there is something to do, or for a while; false: the end has come.
  bool pause(std::chrono::milliseconds time);

  std::unique_ptr<search::Index> index_;
  records::Store& store_;
  std::mutex mutex_;
  std::condition_variable end_;
  std::atomic<bool> stopping_{false};
  std::thread index_thread_;
  std::thread labels_thread_;
};

}  // namespace hb::server::fhir_api
