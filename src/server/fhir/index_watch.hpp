#pragma once
#include <atomic>
#include <thread>

#include "search/index.hpp"

namespace hb::server::fhir_api {

/// Keeps the search index up with the records on a thread of its own.
class IndexWatch {
 public:
  IndexWatch(std::unique_ptr<search::Index> index, const records::Store& store);
  ~IndexWatch();
  IndexWatch(const IndexWatch&) = delete;
  IndexWatch& operator=(const IndexWatch&) = delete;

  const search::Index& index() const { return *index_; }
  /// A reader finds what was written before: little that is missing is indexed at once, much is
  /// left to the thread. errors  unavailable: the index is being made, and how far it is
  Result<void> ready();

 private:
  void run();

  std::unique_ptr<search::Index> index_;
  const records::Store& store_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace hb::server::fhir_api
