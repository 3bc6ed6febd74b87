#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "records/store.hpp"
#include "server/gate.hpp"

namespace hb::server {

/// Moves what happened to accounts into the store's audit, within a quarter of a second, also when
/// the command line did it beside the running server.
class ActMover {
 public:
  ActMover(Gate& gate, records::Store& store);
  /// Moves the rest.
  ~ActMover();

 private:
  void loop();
  void move();

  Gate& gate_;
  records::Store& store_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool failing_ = false;
  std::thread thread_;
};

}  // namespace hb::server
