#pragma once
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "indicators/report_book.hpp"
#include "records/store.hpp"
#include "server/gate.hpp"

namespace hb::server {

/// Moves what happened to accounts and to reported figures into the store's audit, within a quarter
/// of a second, also when the command line did it beside the running server.
class ActMover {
 public:
  /// directory  of the store: figures.db lies in it once there are figures
  ActMover(Gate& gate, records::Store& store, std::filesystem::path directory);
  /// Moves the rest.
  ~ActMover();

 private:
  void loop();
  void move();
  Result<void> move_figures();

  Gate& gate_;
  records::Store& store_;
  std::filesystem::path figures_;
  std::unique_ptr<indicators::ReportBook> book_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool failing_ = false;
  std::thread thread_;
};

}  // namespace hb::server
