#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hb::server {

/// Hands live updates to all browsers that listen (server-sent events). No thread per client: a
/// subscriber is a function that only passes the text on to its connection's own executor.
class EventHub {
 public:
  using Message = std::shared_ptr<const std::string>;
  using Subscriber = std::function<void(const Message&)>;

  /// subscriber  called from any thread, must not block; after unsubscribe() returns it is not
  /// called
  std::uint64_t subscribe(Subscriber subscriber);
  void unsubscribe(std::uint64_t id);
  /// name  "feed", "delivery"; json on one line
  void publish(std::string_view name, std::string_view json);
  std::size_t subscribers() const;

  /// What a new subscriber gets first, so that it never starts empty; may be null.
  void set_greeting(std::function<std::string()> greeting);
  Message greeting() const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Subscriber> subscribers_;
  std::function<std::string()> greeting_;
  std::uint64_t next_id_ = 1;
};

/// "event: feed\ndata: {…}\n\n"
std::string format_event(std::string_view name, std::string_view json);

}  // namespace hb::server
