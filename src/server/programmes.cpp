#include "server/programmes.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/principal_key.hpp"

namespace hb::server {

namespace {

constexpr int rests = 4;  // times as long as a list took to make, it is good for
constexpr std::size_t most_boards = 32;

}  // namespace

ProgrammeHouse::ProgrammeHouse(const std::filesystem::path& scenes) {
  std::vector<programmes::Fault> faults;
  library_ = programmes::Library::load(scenes, faults);
  for (const programmes::Fault& fault : faults)
    spdlog::warn("{}", json::serialize(json::object{{"event", "programme-left-out"},
                                                    {"file", fault.file},
                                                    {"line", fault.line},
                                                    {"path", fault.path},
                                                    {"message", fault.message}}));
}

ProgrammeHouse::Made ProgrammeHouse::board(const Services& services, const Principal& principal,
                                           BatchId at_least) {
  const auto now = std::chrono::steady_clock::now();
  const std::string key = format_date(services.today()) + "|" + principal_key(principal);
  const BatchId reached = services.feed.reached();
  std::promise<Made> promise;
  {
    std::unique_lock lock(mutex_);
    if (const auto found = kept_.find(key); found != kept_.end()) {
      const Kept& kept = found->second;
      if (kept.feed >= reached || (now - kept.begun < kept.took * rests && kept.feed >= at_least)) {
        const std::shared_future<Made> made = kept.made;
        lock.unlock();
        return made.get();
      }
    }
    if (kept_.size() >= most_boards)
      kept_.erase(
          std::ranges::min_element(kept_, {}, [](const auto& one) { return one.second.begun; }));
    kept_[key] = {promise.get_future().share(), reached, now, {}};
  }
  auto board = programmes::make_board(library_, services.hub.tables(), principal, services.today());
  Made made = board ? Made(std::make_shared<const programmes::Board>(std::move(*board)))
                    : Made(unexpected(board.error()));
  {
    const std::lock_guard lock(mutex_);
    const auto own = kept_.find(key);
    if (own != kept_.end() && own->second.begun == now) {
      if (made)
        own->second.took = std::chrono::steady_clock::now() - now;
      else
        kept_.erase(own);
    }
  }
  promise.set_value(made);
  return made;
}

std::string service_id(const programmes::Programme& programme, const programmes::Service& service) {
  return programme.id + "/" + service.id;
}

json::object due_object(const programmes::Library& library, const programmes::DueRow& row) {
  const programmes::Programme& programme = library.all()[row.programme];
  const programmes::Service& service = programme.services[row.service];
  json::object object{{"id", service_id(programme, service)},
                      {"programme", programme.id},
                      {"title", texts(service.title)},
                      {"state", programmes::word(row.due.standing)}};
  if (row.last) object["last"] = format_date(*row.last);
  if (row.due.standing != programmes::Standing::done) {
    object["from"] = format_date(row.due.from);
    object["due"] = format_date(row.due.day);
    object["latest"] = format_date(row.due.latest);
  }
  if (row.due.point >= 0)
    object["point"] = texts(service.schedule.points[static_cast<std::size_t>(row.due.point)].title);
  return object;
}

bool may_act(const programmes::Programme& programme, const Principal& principal) {
  return std::ranges::any_of(principal.roles, [&](const std::string& role) {
    return std::ranges::find(programme.by, role) != programme.by.end();
  });
}

}  // namespace hb::server
