#include "workflow/flow.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include "workflow/fault.hpp"

namespace hb::workflow {
namespace {

constexpr std::int64_t most_amount = 1'000'000;

template <class List>
auto* find_by_id(List& list, std::string_view id) {
  const auto found = std::ranges::find_if(list, [&](const auto& one) { return one.id == id; });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

std::string describe(const Fault& fault) {
  std::string text = fault.file;
  if (fault.line > 0) text += ":" + std::to_string(fault.line);
  if (fault.line > 0 && fault.column > 0) text += ":" + std::to_string(fault.column);
  text += ": ";
  if (!fault.path.empty()) text += fault.path + ": ";
  return text + fault.message;
}

void sort_faults(std::vector<Fault>& faults) {
  std::ranges::stable_sort(faults, [](const Fault& a, const Fault& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
}

const Move* State::move(std::string_view move_id) const { return find_by_id(moves, move_id); }
const State* Flow::state(std::string_view state_id) const { return find_by_id(states, state_id); }
const Actor* Flow::actor(std::string_view actor_id) const { return find_by_id(actors, actor_id); }
const Field* Flow::field(std::string_view field_id) const { return find_by_id(data, field_id); }

bool is_known_actor(std::string_view id) {
  constexpr std::array known = {"owner", "starter", "superior", "system", "clock"};
  return std::ranges::find(known, id) != known.end();
}

Result<Duration> parse_duration(std::string_view text) {
  const auto refuse = [&] {
    return fail(ErrorCode::invalid_input,
                "“" + std::string(text) +
                    "” is no duration: expected a whole number and a unit, such as 30 min, 2 h, "
                    "3 d, 8 working h or 5 working d");
  };
  std::int64_t amount = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (status != std::errc() || amount < 1 || amount > most_amount) return refuse();
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (!unit.starts_with(' ')) return refuse();
  unit.remove_prefix(1);
  Duration duration;
  duration.working = unit.starts_with("working ");
  if (duration.working) unit.remove_prefix(std::string_view("working ").size());
  if (unit == "min")
    duration.minutes = amount;
  else if (unit == "h")
    duration.minutes = amount * 60;
  else if (unit == "d")
    duration.days = amount;
  else
    return refuse();
  return duration;
}

std::string format_duration(const Duration& duration) {
  const std::string working = duration.working ? "working " : "";
  if (duration.days > 0) return std::to_string(duration.days) + " " + working + "d";
  if (duration.minutes % 60 == 0)
    return std::to_string(duration.minutes / 60) + " " + working + "h";
  return std::to_string(duration.minutes) + " " + working + "min";
}

}  // namespace hb::workflow
