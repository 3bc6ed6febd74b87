#pragma once
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/clock.hpp"
#include "notify/message_book.hpp"
#include "notify/settings.hpp"

namespace hb::notify {

/// Carries messages out of the program, on a thread of its own: each is tried until the other side
/// takes it, refuses it for good, or a day is over.
class Courier {
 public:
  /// settings  file that may not exist: then nothing leaves; it is read again when it changes
  /// display   the name shown of an account
  Courier(MessageBook& book, std::filesystem::path settings, Clock clock,
          std::function<std::string(const std::string&)> display);
  ~Courier();

  /// Ways by which an account is reached.
  std::vector<std::string> channels_of(const std::string& user) const;
  Instant now() const { return clock_(); }
  /// There may be something to carry.
  void nudge();
  /// What is wrong with the settings; none: nothing.
  std::optional<Error> fault() const;

 private:
  void loop();
  void carry();
  void read();
  Result<void> send(const Delivery& delivery, const Settings& settings) const;

  MessageBook& book_;
  std::filesystem::path file_;
  Clock clock_;
  std::function<std::string(const std::string&)> display_;
  mutable std::mutex settings_mutex_;
  Settings settings_;
  std::optional<Error> fault_;
  std::filesystem::file_time_type read_{};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool nudged_ = true;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace hb::notify
