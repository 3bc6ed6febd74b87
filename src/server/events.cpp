#include "server/events.hpp"

namespace hb::server {

std::string format_event(std::string_view name, std::string_view json) {
  std::string text;
  text.reserve(name.size() + json.size() + 16);
  text.append("event: ").append(name).append("\ndata: ").append(json).append("\n\n");
  return text;
}

std::uint64_t EventHub::subscribe(Subscriber subscriber) {
  const std::lock_guard lock(mutex_);
  subscribers_.emplace(next_id_, std::move(subscriber));
  return next_id_++;
}

void EventHub::unsubscribe(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  subscribers_.erase(id);
}

void EventHub::publish(std::string_view name, std::string_view json) {
  const auto message = std::make_shared<const std::string>(format_event(name, json));
  const std::lock_guard lock(mutex_);
  for (const auto& [id, subscriber] : subscribers_) subscriber(message);
}

std::size_t EventHub::subscribers() const {
  const std::lock_guard lock(mutex_);
  return subscribers_.size();
}

void EventHub::set_greeting(std::function<std::string()> greeting) {
  const std::lock_guard lock(mutex_);
  greeting_ = std::move(greeting);
}

EventHub::Message EventHub::greeting() const {
  std::function<std::string()> make;
  {
    const std::lock_guard lock(mutex_);
    make = greeting_;
  }
  return std::make_shared<const std::string>(make ? make() : std::string{});
}

}  // namespace hb::server
