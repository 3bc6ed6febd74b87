#include "server/notices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "server/flows.hpp"
#include "server/services.hpp"

namespace hb::server {

namespace {

namespace json = boost::json;

constexpr std::string_view account_system = "https://health-brain.org/fhir/NamingSystem/account";

std::string text_at(const json::value& body, const char* pointer) {
  boost::system::error_code none;
  const json::value* value = body.find_pointer(pointer, none);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string instance_of(const json::value& body, const char* pointer) {
  const std::string reference = text_at(body, pointer);
  return reference.starts_with("Task/") ? reference.substr(5) : std::string();
}

/// "01-05 11:00" in Shanghai.
std::string moment_words(const std::string& text) {
  const auto instant = parse_instant(text);
  if (!instant) return text;
  const YearMonthDay day = civil(day_in_shanghai(*instant));
  const std::int64_t minutes = (instant->micros / 60'000'000 + 8 * 60) % (24 * 60);
  return fmt::format("{:02}-{:02} {:02}:{:02}", day.month, day.day, minutes / 60, minutes % 60);
}

/// What a piece tells somebody; no value: nothing.
struct Told {
  std::string system, value;  ///< whom: identifier
  notify::Message message;
};

std::optional<Told> message_told(const json::value& body) {
  Told told;
  told.system = text_at(body, "/recipient/0/identifier/system");
  told.value = text_at(body, "/recipient/0/identifier/value");
  told.message.zh = text_at(body, "/payload/0/contentString");
  told.message.en = text_at(body, "/payload/0/_contentString/extension/0/extension/1/valueString");
  told.message.instance = instance_of(body, "/about/0/reference");
  const auto sent = parse_instant(text_at(body, "/sent"));
  if (!sent || told.message.zh.empty() || told.message.instance.empty()) return std::nullopt;
  told.message.at = *sent;
  return told;
}

/// A Task that a move made for somebody.
std::optional<Told> task_told(const json::value& body) {
  Told told;
  told.system = text_at(body, "/owner/identifier/system");
  told.value = text_at(body, "/owner/identifier/value");
  told.message.zh = text_at(body, "/description");
  told.message.en = text_at(body, "/_description/extension/0/extension/1/valueString");
  told.message.instance = instance_of(body, "/partOf/0/reference");
  const auto at = parse_instant(text_at(body, "/authoredOn"));
  if (!at || told.message.zh.empty() || told.message.instance.empty()) return std::nullopt;
  told.message.at = *at;
  return told;
}

/// Work that came to somebody without his doing: it is as new as its owner.
std::optional<Told> work_told(const json::value& body) {
  const std::string since = text_at(body, "/authoredOn");
  if (text_at(body, "/status") != "in-progress" || since != text_at(body, "/lastModified") ||
      text_at(body, "/owner/identifier/system") != account_system)
    return std::nullopt;
  auto told = task_told(body);
  if (!told) return std::nullopt;
  const std::string due = text_at(body, "/restriction/period/end");
  const std::string flow_zh = text_at(body, "/code/text");
  const std::string flow_en =
      text_at(body, "/code/coding/0/_display/extension/0/extension/1/valueString");
  told->message.zh = "新待办：" + flow_zh + "·" + told->message.zh +
                     (due.empty() ? "" : "，" + moment_words(due) + " 前完成");
  told->message.en = "New work: " + flow_en + ": " + told->message.en +
                     (due.empty() ? "" : ", due " + moment_words(due));
  return told;
}

std::optional<Told> told_by(const workflow::Sink::Piece& piece) {
  if (piece.type != "Communication" && piece.type != "Task") return std::nullopt;
  boost::system::error_code wrong;
  const json::value body = json::parse(piece.json, wrong);
  if (wrong) return std::nullopt;
  if (piece.type == "Communication") return message_told(body);
  return piece.number == 0 ? task_told(body) : work_told(body);
}

}  // namespace

Result<std::shared_ptr<Notices>> Notices::open(Services& services, Flows& flows,
                                               const std::filesystem::path& store,
                                               const std::filesystem::path& scenes) {
  const records::Store& records = services.hub.store();
  notify::Sealing sealing{[&records](std::string_view plain, std::string_view context) {
                            return records.seal(plain, context);
                          },
                          [&records](std::string_view sealed, std::string_view context) {
                            return records.open_sealed(sealed, context);
                          }};
  auto book = notify::MessageBook::open((store / "messages.db").string(), std::move(sealing));
  if (!book) return unexpected(book.error());
  auto roster = notify::Roster::open((store / "roster.db").string());
  if (!roster) return unexpected(roster.error());
  auto shifts = notify::load_shifts((scenes / "core/roster.yaml").string());
  if (!shifts) return unexpected(shifts.error());
  std::shared_ptr<Notices> notices(new Notices(flows, std::move(*book), std::move(*roster)));
  notices->shifts_ = std::move(*shifts);
  notices->courier_ = std::make_unique<notify::Courier>(
      *notices->book_, store / "notify.yaml", services.clock,
      [&flows](const std::string& user) { return flows.display(user); });
  return notices;
}

/// Accounts that an identifier of a flow means.
std::vector<std::string> Notices::accounts(const std::string& system, const std::string& value,
                                           const std::string& instance) const {
  if (system == account_system) return {value};
  const std::size_t slash = value.find('/');
  const auto found = flows_.find(instance);
  if (!found || slash == std::string::npos) return {};
  const auto entry = flows_.library().find(found->flow, found->version);
  const workflow::Actor* actor = entry ? (*entry)->flow.actor(value.substr(slash + 1)) : nullptr;
  return actor == nullptr ? std::vector<std::string>() : flows_.accounts_of(*actor, *found);
}

Result<void> Notices::tell(const std::vector<workflow::Sink::Piece>& pieces) {
  std::vector<notify::NewMessage> messages;
  for (const workflow::Sink::Piece& piece : pieces) {
    const std::optional<Told> told = told_by(piece);
    if (!told) continue;
    for (std::string& user : accounts(told->system, told->value, told->message.instance)) {
      std::vector<std::string> channels = courier_->channels_of(user);
      messages.push_back(
          {piece.type + "/" + piece.id, std::move(user), told->message, std::move(channels)});
    }
  }
  if (messages.empty()) return {};
  Result<void> added = book_->add(messages, courier_->now());
  if (added) courier_->nudge();
  return added;
}

bool Notices::is_on_call(const std::string& user, const workflow::Flow& flow,
                         const workflow::Actor& actor, const workflow::Instance& instance) const {
  const auto duties = roster_->at(flows_.now(), shifts_);
  if (!duties) return false;
  const json::value* value = instance.data.if_contains("area");
  const std::string_view area =
      value != nullptr && value->is_string() ? std::string_view(value->get_string()) : "";
  return std::ranges::any_of(*duties, [&](const notify::Duty& duty) {
    return duty.user == user && area.starts_with(duty.area) &&
           (actor.roles.contains(duty.role) || duty.role == flow.id + "/" + actor.id);
  });
}

Result<void> TellingSink::take(const std::vector<Piece>& pieces, bool maybe_again) {
  if (Result<void> told = notices_.tell(pieces); !told) return told;
  return records_.take(pieces, maybe_again);
}

}  // namespace hb::server
